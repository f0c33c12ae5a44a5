"""Always-hide and never-hide lists: how an entry is normalised, hashed, written to a file and read from one.

An entry is its words: letters and digits, without case, accents, hyphens, apostrophes or spaces. Of each entry, and of
each word of any entry, 64 bits of an HMAC-SHA-256 are kept, sorted. A text's words are hashed with the same key and
looked up by bisection; runs of words that each stand in an entry of as many words are hashed and looked up too. A run
that is none of a million entries matches by chance once in 2·10¹³.

The words of a person's entry match in any order, as in «LEFEBVRE Jeanne» and «Jeanne Lefebvre». Whole entries are
hashed, never put together from the hashes of their words: who holds the file without the key cannot tell which words
belong together. Who holds the key can try names.
"""

import json
import re
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from avec_proxy.lexicons import first_names, fold
from avec_proxy.own_set import ListData

KINDS = {
    "person": "PERSON",
    "service": "SERVICE",
    "facility": "HEALTH_FACILITY",
    "organization": "ORGANIZATION",
    "place": "LOCATION",
    "code": "CODE_NAME",
    "number": "OTHER_ID",
    "account": "USERNAME",
}
TEXT, HASHED, KEY = ".txt", ".hashed", ".key"
KEPT_TYPE = "KEPT"  # of a never-hide list
MAX_WORDS = 12
MIN_CHARACTERS = 3
MAX_ENTRIES = 2_000_000
KEY_BYTES = 32
_BLOCK = 64  # bytes of a block of SHA-256
_COMMON_BIRTHS = 2_000  # in France, 1900 to 2021: rarer first names are words of their own too often
WORD = re.compile(r"[^\W_]+")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ARTICLES = frozenset(("le", "la", "les", "l"))
_KIND_LINE = re.compile(r"#\s*kind\s*:\s*(\S+)\s*$")
_MAGIC = b"avec-proxy list 1\n"
_PERSON = KINDS["person"]


class ListError(Exception):
    """A list cannot be used; its text says where and why, and quotes no entry."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of an entry, as they are compared."""
    return tuple(map(fold, WORD.findall(unicodedata.normalize("NFKC", text))))


class Hasher:
    """HMAC-SHA-256 with one key (RFC 2104), its two pads hashed once: a text has many words."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(_BLOCK, b"\0")  # a key is shorter than a block
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(self, message: bytes) -> bytes:
        """Return the whole of the HMAC."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    def word(self, word: str) -> int:
        """Return the number of a folded word."""
        return self._number(b"w" + word.encode("utf-8", "replace"))

    def entry(self, words: Sequence[str], *, person: bool) -> int:
        """Return the number of an entry of folded words; a person's in whatever order."""
        # \x1f is no word character: «a bc» and «ab c» differ
        joined = "\x1f".join(sorted(words) if person else words)
        return self._number((b"p" if person else b"e") + joined.encode("utf-8", "replace"))

    def _number(self, message: bytes) -> int:
        return int.from_bytes(self.digest(message)[:8])


def _packed(code: str, numbers: Iterable[int]) -> bytes:
    made = array(code, numbers)
    if sys.byteorder != "little":
        made.byteswap()
    return made.tobytes()


def problem_of(words: tuple[str, ...], *, hide: bool) -> str:
    """Return why an entry cannot stand in a list, or ""."""
    if sum(map(len, words)) < MIN_CHARACTERS:
        return f"less than {MIN_CHARACTERS} letters or digits"
    if len(words) > MAX_WORDS:
        return f"more than {MAX_WORDS} words"
    if not hide and any(c.isdigit() for word in words for c in word):
        return "a never-hide entry holds no digit"
    if not hide and all(first_names().get(word, 0) > _COMMON_BIRTHS for word in words):
        return "a never-hide entry is more than a first name"
    return ""


def build(
    name: str, entries: Iterable[tuple[str, ...]], entity_type: str, key: bytes, *, hide: bool = True
) -> ListData:
    """Return the list of entries that were looked at (`problem_of`). Raises ListError if there are too many."""
    person = entity_type == _PERSON
    hasher = Hasher(key)
    words: dict[str, int] = {}
    numbers: set[int] = set()
    for entry in entries:
        for form in (entry,) if person else _with_and_without_article(entry):
            numbers.add(hasher.entry(form, person=person))
            for word in form:
                words[word] = words.get(word, 0) | 1 << len(form)
        if len(numbers) > MAX_ENTRIES:
            raise ListError(f"more than {MAX_ENTRIES} entries")
    masks: dict[int, int] = {}
    for word, mask in words.items():
        number = hasher.word(word)
        masks[number] = masks.get(number, 0) | mask
    ordered = sorted(masks)
    return ListData(
        name,
        hide,
        entity_type,
        key,
        _packed("Q", ordered),
        _packed("H", map(masks.__getitem__, ordered)),
        _packed("Q", sorted(numbers)),
    )


def _with_and_without_article(entry: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield an entry and, if it begins with one, what stands after its article: «Les Tilleuls», «aux Tilleuls»."""
    yield entry
    if entry[0] in _ARTICLES and sum(map(len, entry[1:])) >= MIN_CHARACTERS:
        yield entry[1:]


def parse_text(name: str, raw: bytes, key: bytes, *, hide: bool) -> ListData:
    """Return the list of a text file: UTF-8, an entry a line, `#` before a remark, `# kind: person` before the first.

    Raises ListError for the first line that cannot stand.
    """
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ListError("not UTF-8") from None
    kind = ""
    entries: list[tuple[str, ...]] = []
    for number, line in enumerate(lines, 1):
        said = _KIND_LINE.match(line)
        if said and not kind and not entries:
            kind = said[1]
        elif line.strip() and not line.lstrip().startswith("#"):
            entry = words_of(line)
            if problem := problem_of(entry, hide=hide):
                raise ListError(f"line {number}: {problem}")
            entries.append(entry)
    if hide and kind not in KINDS:
        raise ListError(f"begin it with a line «# kind: KIND», one of {', '.join(KINDS)}")
    return build(name, entries, KINDS[kind] if hide else KEPT_TYPE, key, hide=hide)


def written(data: ListData) -> bytes:
    """Return the content of a file that holds a list by its numbers alone."""
    kind = next(kind for kind, entity in KINDS.items() if entity == data.entity_type)
    head = {
        "kind": kind,
        "key": key_name(data.key),
        "words": len(data.words) // 8,
        "entries": data.count,
    }
    return _MAGIC + json.dumps(head).encode() + b"\n" + data.words + data.masks + data.entries


def key_name(key: bytes) -> str:
    """Return what tells a key from another and says nothing else of it."""
    return Hasher(key).digest(b"name")[:8].hex()


def parse_hashed(name: str, raw: bytes, key: bytes) -> ListData:
    """Return the list that `written` wrote. Raises ListError for anything else, and for another key than its own."""
    begun, rest = raw.startswith(_MAGIC), raw[len(_MAGIC) :]
    head, line, tables = rest.partition(b"\n") if begun else (b"", b"", b"")
    try:
        said = json.loads(head if line and len(head) < 1000 else b"{}")
        kind, words, entries, named = said["kind"], said["words"], said["entries"], said["key"]
        right = (
            kind in KINDS
            and all(type(n) is int and 0 <= n <= MAX_ENTRIES * MAX_WORDS for n in (words, entries))
            and len(tables) == words * 10 + entries * 8
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        right = False
    if not right:
        raise ListError("not a file that `avec-proxy lists build` wrote, or not whole")
    if entries > MAX_ENTRIES:
        raise ListError(f"more than {MAX_ENTRIES} entries")
    if named != key_name(key):
        raise ListError("made with another key than the one beside it")
    parts = tables[: words * 8], tables[words * 8 : words * 10], tables[words * 10 :]
    data = ListData(name, True, KINDS[kind], key, *parts, hashed=True)
    if not (_ascends(data.words) and _ascends(data.entries)):
        raise ListError("not a file that `avec-proxy lists build` wrote, or not whole")
    return data


def _ascends(numbers: bytes) -> bool:
    import numpy as np  # not needed where lists only travel

    read = np.frombuffer(numbers, "<u8")
    return bool((read[1:] > read[:-1]).all())


def parse_key(raw: bytes) -> bytes:
    """Return the key that a key file holds, in hexadecimal digits. Raises ListError."""
    try:
        key = bytes.fromhex(raw.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ListError(f"a key is {KEY_BYTES * 2} hexadecimal digits")
    return key
