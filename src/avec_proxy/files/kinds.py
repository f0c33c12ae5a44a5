"""What a file is, by its first bytes: its name and what its sender says of it may be wrong."""

import re

from avec_proxy.model import Refusal

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What begins a file of a kind that is not read, and the refusal that says so.
_REFUSED: dict[str, tuple[bytes, ...]] = {
    "file_image": (
        b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+",
        b"\x00\x00\x01\x00", b"8BPS", b"\x00\x00\x00\x0cjP  ", b"\xffO\xffQ", b"\xd7\xcd\xc6\x9a",
        b"\x01\x00\x00\x00\x58\x00\x00\x00", b"qoif", b"DDS ", b"gimp xcf", b"#?RADIANCE", b"AT&TFORM",
    ),
    "file_audio": (
        b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"\xff\xf9", b"OggS", b"fLaC", b"MThd", b"#!AMR",
        b".snd", b"caff", b"wvpk", b"MAC ",
    ),
    "file_video": (
        b"\x1a\x45\xdf\xa3", b"FLV\x01", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    ),
    "file_archive": (
        b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"MSCF",
        b"\x04\x22\x4d\x18", b"\x1f\x9d", b"PK\x05\x06", b"PK\x07\x08", b"xar!", b"!<arch>\n", b"070701", b"LZIP",
    ),
    "file_old_office": (b"{\\rtf",),
}  # fmt: skip
_HEAD = 4_096
_SURE = (b"{\\rtf", b"GIF87a", b"GIF89a", b"PK\x05\x06", b"PK\x07\x08", b"FLV\x01")
_BMP = re.compile(rb"BM.{4}\x00\x00\x00\x00", re.DOTALL)
_RIFF = {b"WEBP": "file_image", b"WAVE": "file_audio", b"AVI ": "file_video", b"RMID": "file_audio"}
_IMAGE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
_AUDIO_BRANDS = (b"M4A ", b"M4B ", b"M4P ", b"F4A ")
_MPEG_TS = re.compile(rb"G.{187}G.{187}G", re.DOTALL)
# «EncryptedPackage», the stream that holds a document under a password (MS-OFFCRYPTO 1.3)
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")


def of(data: bytes) -> str:
    """Return "zip", "pdf" or "text" (whatever else the text may be).

    Raises Refusal for what is known and not read: "file_image", "file_audio", "file_video", "file_dicom",
    "file_archive", "file_encrypted", "file_old_office".
    """
    if data[128:132] == b"DICM":
        raise Refusal("file_dicom")
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_OLE):
        raise Refusal("file_encrypted" if _ENCRYPTED_OFFICE in data else "file_old_office")
    code = _code(data)
    if code:
        raise Refusal(code)
    return "text"


def _code(data: bytes) -> str:
    # the two bytes that begin MPEG audio also begin UTF-16, which no frame of it does
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ""
    for code, beginnings in _REFUSED.items():
        found = next((beginning for beginning in beginnings if data.startswith(beginning)), None)
        # a text may begin with the same letters («DDS du 3 mars»), but holds no zero byte
        if found is not None and (not found.isascii() or b"\x00" in found or b"\x00" in data[:_HEAD] or found in _SURE):
            return code
    if data.startswith(b"RIFF"):
        return _RIFF.get(data[8:12], "file_unreadable")
    if data.startswith(b"FORM") and data[8:12] in (b"AIFF", b"AIFC"):
        return "file_audio"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "file_image" if brand in _IMAGE_BRANDS else "file_audio" if brand in _AUDIO_BRANDS else "file_video"
    if data[257:262] == b"ustar":
        return "file_archive"
    if data[40:44] == b" EMF" or _BMP.match(data):
        return "file_image"
    return "file_video" if _MPEG_TS.match(data) or data[4:8] in (b"moov", b"mdat") else ""
