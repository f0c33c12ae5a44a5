"""Makes files as other programs do, plants words in them, and looks for words in every member of what comes out."""

import base64
import io
import quopri
import re
import zipfile
from collections.abc import Callable, Mapping

from avec_proxy.files import OpenFile
from avec_proxy.model import Edit

NAME = "Kervadec"
MARK = "[PERSONNE_1]"


def members(data: bytes) -> dict[str, bytes]:
    """Return the members of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def changed(data: bytes, change: Mapping[str, Callable[[bytes], bytes] | bytes]) -> bytes:
    """Return an archive with some of its members changed, or new ones added."""
    parts = members(data)
    for name, what in change.items():
        parts[name] = what if isinstance(what, bytes) else what(parts[name])
    return zipped(parts)


def put(before: str, text: str) -> Callable[[bytes], bytes]:
    """Return a change that puts `text` before the first `before`, which must be there."""

    def change(data: bytes) -> bytes:
        assert before.encode() in data
        return data.replace(before.encode(), (text + before).encode(), 1)

    return change


def related(kind: str, target: str, *, external: bool = False, number: int = 900) -> Callable[[bytes], bytes]:
    """Return a change that adds a relationship to a .rels member."""
    mode = ' TargetMode="External"' if external else ""
    type_ = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    return put("</Relationships>", f'<Relationship Id="rId{number}" Type="{type_}" Target="{target}"{mode}/>')


def typed(part: str, content_type: str) -> Callable[[bytes], bytes]:
    """Return a change of the list of content types."""
    return put("</Types>", f'<Override PartName="{part}" ContentType="{content_type}"/>')


def hidden(opened: OpenFile, word: str = NAME, mark: str = MARK) -> bytes:
    """Return the file with every `word` of its texts hidden."""
    found = re.compile(re.escape(word), re.IGNORECASE)
    return opened.rewrite([[Edit(*m.span(), mark) for m in found.finditer(text.text)] for text in opened.texts])


def holding(data: bytes, word: str = NAME) -> list[str]:
    """Return the members of an archive (or "" for the bytes themselves) in which `word` is found in some writing."""
    found = [name for name in ("",) if _holds(data, word)]
    if data.startswith(b"PK\x03\x04"):
        found += [n for n, content in members(data).items() if _holds(content, word) or word.encode() in n.encode()]
    return found


def _holds(data: bytes, word: str) -> bool:
    shown = [data, quopri.decodestring(data)]
    shown += [
        base64.b64decode(m[: len(m) // 4 * 4]) for m in re.findall(rb"[A-Za-z0-9+/]{16,}", data.replace(b"\r\n", b""))
    ]
    folded = word.casefold()
    return any(
        folded in part.decode(encoding, "ignore").casefold()
        for part in shown
        for encoding in ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
    )


def readings(opened: OpenFile) -> str:
    """Return all texts of a file, a line each."""
    return "\n".join(text.text for text in opened.texts)
