"""Always-hide and never-hide lists: normalised, hashed, written, read back, and refused when they are not right."""

import hmac
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import lists
from avec_proxy.lists import Hasher, ListError
from avec_proxy.own_set import ListData

KEY = bytes(range(32))
SECRET = "Zebulon"


def people(*names: str) -> ListData:
    """Return a list of people."""
    return lists.build("people", map(lists.words_of, names), "PERSON", KEY)


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=300))
def test_it_is_hmac_sha_256(key: bytes, message: bytes) -> None:
    """What is hashed in two steps is what the standard library computes."""
    assert Hasher(key).digest(message) == hmac.digest(key, message, "sha256")


@pytest.mark.parametrize(
    "text",
    [
        "Jean-Pierre L'HÉRITIER",
        "jean pierre l’heritier",
        "JEAN\u2011PIERRE  L'Héritier",
        "Je\u0301an-Pierre_L'héritier",
    ],
)
def test_writings_of_an_entry_are_one(text: str) -> None:
    """Case, accents (composed or not), hyphens, apostrophes and spaces make no difference."""
    assert lists.words_of(text) == ("jean", "pierre", "l", "heritier")


def test_the_order_counts_except_for_people() -> None:
    """«LEFEBVRE Jeanne» is «Jeanne Lefebvre»; «soins continus» is not «continus soins»."""
    hasher = Hasher(KEY)
    assert hasher.entry(("lefebvre", "jeanne"), person=True) == hasher.entry(("jeanne", "lefebvre"), person=True)
    assert hasher.entry(("soins", "continus"), person=False) != hasher.entry(("continus", "soins"), person=False)
    assert hasher.entry(("a", "bc"), person=False) != hasher.entry(("ab", "c"), person=False)


def test_a_text_file_is_a_list() -> None:
    """Remarks, blank lines and the same entry twice count for nothing; a byte order mark is no part of the kind."""
    raw = "\ufeff# kind: service\n# le troisième étage\n\nUnité Céladon\nunite celadon\nLes Tilleuls\n".encode()
    made = lists.parse_text("services", raw, KEY, hide=True)
    assert (made.name, made.hide, made.entity_type, made.hashed) == ("services", True, "SERVICE", False)
    assert made.count == 3, "an article is no part of what it stands before"


WRONG: list[tuple[str, bytes, bool, str]] = [
    ("no kind", b"Zebulon\n", True, "begin it with a line"),
    ("an unknown kind", b"# kind: Zebulon\nZebulon\n", True, "begin it with a line"),
    ("a kind too late", b"Zebulon\n# kind: person\n", True, "begin it with a line"),
    ("a short entry", b"# kind: code\nZebulon\nab\n", True, "line 3: less than 3 letters or digits"),
    ("signs alone", b"# kind: code\n-- !\n", True, "line 2: less than 3"),
    ("a text", b"# kind: code\n" + b"Zebulon " * 13, True, "line 2: more than 12 words"),
    ("not UTF-8", b"\xff\xfeZebulon", True, "not UTF-8"),
    ("a number to keep", b"Zebulon 12\n", False, "line 1: a never-hide entry holds no digit"),
    ("a first name to keep", b"Marie\n", False, "line 1: a never-hide entry is more than a first name"),
    ("first names to keep", b"Jean-Pierre\n", False, "line 1: a never-hide entry is more than a first name"),
]


@pytest.mark.parametrize(("raw", "hide", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_text_file_is_refused_by_its_line(raw: bytes, hide: bool, said: str) -> None:
    """The error says where and why, and quotes no entry."""
    with pytest.raises(ListError) as caught:
        lists.parse_text("wrong", raw, KEY, hide=hide)
    assert str(caught.value).startswith(said)
    assert SECRET not in str(caught.value)


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list has a bound, of text and of hashes."""
    written = lists.written(people("Jeanne Lefebvre", "Paul Martin", "Anne Petit"))
    monkeypatch.setattr(lists, "MAX_ENTRIES", 2)
    with pytest.raises(ListError, match="more than 2 entries"):
        people("Jeanne Lefebvre", "Paul Martin", "Anne Petit")
    with pytest.raises(ListError, match="more than 2 entries"):
        lists.parse_hashed("people", written, KEY)


@given(st.lists(st.text("abcdé", min_size=3, max_size=6), max_size=30))
def test_a_hashed_file_comes_back_as_it_was(names: list[str]) -> None:
    """Whatever was listed, what is read is what was written, but for the mark that its file holds no word."""
    made = people(*names)
    back = lists.parse_hashed("people", lists.written(made), KEY)
    assert (back.words, back.masks, back.entries, back.entity_type) == (
        made.words,
        made.masks,
        made.entries,
        made.entity_type,
    )
    assert back.hashed


def test_a_hashed_file_holds_no_word_and_no_key() -> None:
    """Neither an entry, nor its words, nor the key can be read in it; without the key it cannot be made again."""
    written = lists.written(people("LEFEBVRE Jeanne"))
    for word in (b"efebvre", b"eanne", KEY, KEY.hex().encode()):
        assert word not in written.lower()
    other = lists.written(lists.build("people", [("lefebvre", "jeanne")], "PERSON", bytes(32)))
    assert other.split(b"}\n")[1] != written.split(b"}\n")[1]


def _cut(raw: bytes) -> bytes:
    return raw[:-8]


def _swapped(raw: bytes) -> bytes:
    return raw[:-16] + raw[-8:] + raw[-16:-8]


def _more(raw: bytes) -> bytes:
    return raw.replace(b'"entries": 2', b'"entries": 20000000000')


def _negative(raw: bytes) -> bytes:
    return raw.replace(b'"entries": 2', b'"entries": -2')


def _unkind(raw: bytes) -> bytes:
    return raw.replace(b'"person"', b'["person"]')


def _nested(raw: bytes) -> bytes:
    return raw.partition(b"{")[0] + b"[" * 900 + b"\n"


def _headless(raw: bytes) -> bytes:
    return raw.replace(b"list 1", b"list 2")


@pytest.mark.parametrize(
    "spoil", [_cut, _swapped, _more, _negative, _unkind, _nested, _headless, bytes.upper, lambda _: b""]
)
def test_a_spoiled_hashed_file_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    """Half a file, one out of order, one of another making: nothing of it is used."""
    raw = lists.written(people("Jeanne Lefebvre", "Paul Martin"))
    assert lists.parse_hashed("people", raw, KEY).count == 2
    with pytest.raises(ListError, match="not a file that"):
        lists.parse_hashed("people", spoil(raw), KEY)


def test_any_byte_may_be_wrong() -> None:
    """A byte that changed makes the file refused, or another list: never anything but a ListError."""
    raw = bytearray(lists.written(people("Jeanne Lefebvre", "Paul Martin")))
    rng = random.Random(3)
    for _ in range(300):
        spoiled = bytes(rng.randrange(256) if rng.random() < 0.02 else byte for byte in raw)
        try:
            assert lists.parse_hashed("people", spoiled, KEY).hide
        except ListError:
            continue


def test_another_key_is_told() -> None:
    """A list beside the wrong key would find nobody: it is refused."""
    with pytest.raises(ListError, match="made with another key"):
        lists.parse_hashed("people", lists.written(people("Jeanne Lefebvre")), bytes(32))


@pytest.mark.parametrize("raw", [b"", b"00", b"\xff" * 64, KEY, KEY.hex().encode() + b"00"])
def test_a_key_is_a_whole_one(raw: bytes) -> None:
    """Anything but 64 hexadecimal digits is refused, and not repeated."""
    assert lists.parse_key(KEY.hex().encode() + b"\n") == KEY
    with pytest.raises(ListError, match="a key is 64 hexadecimal digits"):
        lists.parse_key(raw)
