"""JSON is read strictly, and every leaf is found where it stands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Refusal
from avec_proxy.wire.codecs import JsonString
from avec_proxy.wire.json_text import MAX_DEPTH, Kind, check_content_type, looks_json, parse, read

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _leaves_of(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[Kind, tuple[str | int, ...], object]]:
    """Return the leaves of a value as `json` sees it, in the order in which it is written."""
    if isinstance(value, dict):
        return [
            leaf
            for key, member in value.items()
            for leaf in [(Kind.KEY, (*path, key), key), *_leaves_of(member, (*path, key))]
        ]
    if isinstance(value, list):
        return [leaf for index, element in enumerate(value) for leaf in _leaves_of(element, (*path, index))]
    if isinstance(value, str):
        return [(Kind.STRING, path, value)]
    return [(Kind.NUMBER, path, value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


@given(_JSON, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_every_leaf_is_found_with_its_path_text_and_bytes(value: object, ascii_only: bool, indent: object) -> None:
    """Strings, keys and numbers come in the order of the bytes, whatever the spacing and the escapes."""
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()  # type: ignore[arg-type]
    document = read(body)
    assert document.value == value
    expected = _leaves_of(value)
    assert [(leaf.kind, leaf.path) for leaf in document.leaves] == [(kind, path) for kind, path, _ in expected]
    for leaf, (kind, _, said) in zip(document.leaves, expected, strict=True):
        raw = body[leaf.start : leaf.end].decode()
        if kind is Kind.NUMBER:
            assert raw == leaf.text
            assert json.loads(raw) == said
        else:
            assert leaf.text == said
            assert JsonString().decode(raw) == said
            assert body[leaf.start - 1 : leaf.start] == body[leaf.end : leaf.end + 1] == b'"'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        '{"a":"é"}'.encode("latin-1"),
        '{"a":"é"}'.encode("utf-16"),
        b"{}{}",
        b'{"a":1} x',
        b'{"a":1',
        b'{"a":NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'[{"b":{"c":1,"c":1}}]',
        b'["\\ud800"]',
        b'["\\udc00\\ud800"]',
        b'{"\\ud800":1}',
        b'["a\nb"]',
        b'["a\x00b"]',
        b'["\\x41"]',
        b"['a']",
        b"[01]",
        b"[1,]",
        b'{"a":1,}',
        b"// c\n{}",
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b"[" * 200_000,
        b"9" * 5_000,
    ],
)
def test_anything_but_one_strict_document_is_refused(body: bytes) -> None:
    """The refusal carries its code alone: no cause or context that would hold the body."""
    with pytest.raises(Refusal) as caught:
        read(body)
    assert caught.value.code == "body_unreadable"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_depth_is_allowed_up_to_its_bound() -> None:
    """The deepest document that is read has `MAX_DEPTH` levels."""
    assert read(b"[" * MAX_DEPTH + b'"x"' + b"]" * MAX_DEPTH).leaves[0].path == (0,) * MAX_DEPTH


def test_a_lenient_reader_takes_what_servers_send() -> None:
    """Replies may hold NaN, a key twice, half a character."""
    document = read(b'{"p":NaN,"a":"x","a":"\\ud83d"}', lenient=True)
    assert [leaf.text for leaf in document.leaves if leaf.kind is Kind.STRING] == ["x", "\ud83d"]


def test_parse_counts_characters() -> None:
    """Inside a text that is already decoded, offsets are characters."""
    leaf = parse('["é😀","b"]').leaves[1]
    assert (leaf.start, leaf.end, leaf.text) == (7, 8, "b")


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "Application/JSON; Charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json; charset=utf8; q=1",
        "application/vnd.api+json",
    ],
)
def test_json_in_utf8_is_accepted(value: str) -> None:
    """Case and quotes do not matter."""
    check_content_type(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "content_type_unsupported"),
        ("", "content_type_unsupported"),
        ("text/plain", "content_type_unsupported"),
        ("application/x-www-form-urlencoded", "content_type_unsupported"),
        ("multipart/form-data; boundary=x", "content_type_unsupported"),
        ("application/jsonp", "content_type_unsupported"),
        ("application/json\r\nx: y", "content_type_unsupported"),
        ("application/json, text/plain", "content_type_unsupported"),
        ("application/json; charset=iso-8859-1", "charset_unsupported"),
        ("application/json; charset=utf-16", "charset_unsupported"),
        ("application/json; charset=utf-7", "charset_unsupported"),
        ("application/json; charset=", "charset_unsupported"),
        ("application/json; charset=utf-8; charset=utf-7", "charset_unsupported"),
        ("application/json; charset*=utf-7''x", "charset_unsupported"),
    ],
)
def test_other_content_types_are_refused(value: str | None, code: str) -> None:
    """Not JSON, or not UTF-8: each has its own code."""
    with pytest.raises(Refusal) as caught:
        check_content_type(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}', True),
        (' {\n "a"', True),
        ("{}", True),
        ('["a"]', True),
        ("[{", True),
        ("[PERSONNE_1] va bien", False),
        ("[ ] à faire", False),
        ("{nom}", False),
        ("", False),
    ],
)
def test_json_is_told_from_its_first_characters(text: str, expected: bool) -> None:
    """A placeholder or a list of tasks at the start of prose is not JSON."""
    assert looks_json(text) is expected
