"""The zip archive around an office document: unpacked within limits, packed again with its members and nothing else."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from avec_proxy.files.limits import FREE_OF_RATIO, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED
from avec_proxy.model import Refusal

# What a member of an office document is called: no drive, no way up, no character that some system reads otherwise.
_NAME = re.compile(r"(?!/)(?!.*(?:^|/)\.{1,2}(?:/|$))[^\x00-\x1f\\:*?\"<>|]{1,200}")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# 1 January 1980: the archive says nothing of when somebody wrote it.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, IndexError, OverflowError)


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the members of an archive by name, folders left out.

    Raises Refusal: "file_malformed" (cut short, a name twice or leading elsewhere, sizes that lie), "file_encrypted",
    "file_too_big" (members, bytes, or a ratio that only a bomb has).
    """
    members: dict[str, bytes] | None = None
    try:
        members = _members(data)
    except (*_BROKEN, NotImplementedError):
        pass  # the error holds names of members: it goes no further
    if members is None:
        raise Refusal("file_malformed")
    return members


def _members(data: bytes) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    seen: set[str] = set()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise Refusal("file_too_big")
        for info in infos:
            if info.flag_bits & 0x1:
                raise Refusal("file_encrypted")
            if info.file_size > max(FREE_OF_RATIO, MAX_RATIO * info.compress_size):
                raise Refusal("file_too_big")
            name = info.filename
            if not _NAME.fullmatch(name) or name.casefold() in seen or info.compress_type not in _METHODS:
                raise Refusal("file_malformed")
            seen.add(name.casefold())
            if name.endswith("/"):
                if info.file_size:
                    raise Refusal("file_malformed")
                continue
            with archive.open(info) as member:
                members[name] = member.read(info.file_size + 1)
            if len(members[name]) != info.file_size:
                raise Refusal("file_malformed")
    return members


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return an archive with these members, in their order; `mimetype` is stored, as ODF asks (part 2, 3.3)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()
