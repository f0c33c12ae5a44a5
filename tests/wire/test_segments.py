"""Which texts of a JSON body are scanned, how deep, and what cannot be read."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import transform
from avec_proxy.files.blobs import is_blob
from avec_proxy.model import Edit, Refusal, Role
from avec_proxy.wire.json_text import read
from avec_proxy.wire.segments import MAX_NESTED, Outbound, outbound_of, stem_of
from avec_proxy.wire.shape import Shape

BLOB = base64.b64encode(bytes(range(256)) * 2).decode()


def _free(value: object) -> Outbound:
    """Return the segments of a body of which no format knows anything."""
    body = json.dumps(value).encode()
    return outbound_of(body, read(body), Shape(), lambda _path: (Role.OTHER, -1))


def _texts(value: object) -> list[str]:
    return [segment.text for segment in _free(value).document.segments]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _strings(member)
    elif isinstance(value, list):
        for element in value:
            yield from _strings(element)
    elif isinstance(value, str):
        yield value


def test_every_key_string_and_long_number_is_scanned_in_order() -> None:
    """What no format describes is text, keys included; short numbers, switches and nothing are not."""
    value = {"nom": "Zoé", "n": [1234, 12345, -800123456, 1.5], "ok": True, "rien": None, "": ""}
    assert _texts(value) == ["nom", "Zoé", "n", "12345", "-800123456", "ok", "rien"]


def test_a_value_is_labelled_by_the_last_key_above_it() -> None:
    """Elements of an array have the array's key; keys have no label."""
    outbound = _free({"noms": ["Zoé", {"ipp": 800123456}]})
    found = [(s.text, label) for s, label in zip(outbound.document.segments, outbound.labels, strict=True)]
    assert found == [("noms", ""), ("Zoé", "noms"), ("ipp", ""), ("800123456", "ipp")]


def test_json_in_a_string_is_opened_layer_by_layer() -> None:
    """Inner keys, strings and numbers take the place of the outer text, each with its label."""
    inner = json.dumps({"patient": {"nom": "Zoé"}, "suite": json.dumps([{"ipp": 800123456}])})
    outbound = _free({"x": f" {inner}\n"})
    found = [(s.text, label) for s, label in zip(outbound.document.segments, outbound.labels, strict=True)]
    assert found == [
        ("x", ""),
        ("patient", ""),
        ("nom", ""),
        ("Zoé", "nom"),
        ("suite", ""),
        ("ipp", ""),
        ("800123456", "ipp"),
    ]


def test_json_is_opened_to_a_bounded_depth() -> None:
    """Below `MAX_NESTED` strings the rest is one text, which is still scanned."""
    value: object = "Zoé"
    for _ in range(MAX_NESTED + 1):
        value = json.dumps({"a": value}, ensure_ascii=False)
    assert _texts([value]) == ["a"] * MAX_NESTED + ['{"a": "Zoé"}']


@pytest.mark.parametrize(
    ("text", "scanned"),
    [
        ("{nom} a mal", "{nom} a mal"),
        ("[1] Dupont", "[1] Dupont"),
        ('{"nom":"D\\u00e8ve"', '{"nom":"Dève"'),
        ('note : {"nom": "a\\nDupont"}', 'note : {"nom": "a\nDupont"}'),
        ('{"a":1,"a":"D\\u00e8ve"}', '{"a":1,"a":"Dève"}'),
        ("C:\\notes\\dupont", "C:\\notes\\dupont"),
    ],
)
def test_text_that_only_looks_like_json_is_read_through_its_escapes(text: str, scanned: str) -> None:
    """A fragment hides no letter behind an escape; a path with backslashes is left alone."""
    assert _texts([text]) == [scanned]


def test_half_a_character_in_a_fragment_is_refused() -> None:
    """An escape of a lone surrogate says nothing that could be scanned."""
    with pytest.raises(Refusal, match="body_unreadable"):
        _free(['{"a":"\\ud800'])


_JSON = st.recursive(
    st.text(max_size=8) | st.integers(-99, 99) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        | inner.map(json.dumps)
        | inner.map(lambda value: json.dumps(value, ensure_ascii=False))
    ),
    max_leaves=10,
)


@given(_JSON)
def test_hiding_everywhere_keeps_the_json_and_restoring_gives_it_back(value: object) -> None:
    """An edit before each text, in all layers at once, then its removal: the same value, and the JSON stays JSON."""
    body = json.dumps([value], ensure_ascii=False).encode()

    def segments(container: bytes) -> Outbound:
        return outbound_of(container, read(container), Shape(), lambda _path: (Role.OTHER, -1))

    try:
        before = segments(body)
    except Refusal:  # a fragment with half a character
        return
    marked = transform.apply(before.document, [[Edit(0, 0, '<"é\\>')] for _ in before.document.segments])
    after = segments(marked)
    assert [s.text for s in after.document.segments] == ['<"é\\>' + s.text for s in before.document.segments]
    assert sum('<"é\\>' in text for text in _strings(json.loads(marked))) <= len(before.document.segments)
    restored = transform.apply(after.document, [[Edit(0, 5, "")] for _ in after.document.segments])
    assert json.loads(restored) == json.loads(body)


@pytest.mark.parametrize(
    "text",
    [
        "voir data:image/png;base64,iVBORw0KGgo=",
        "data:application/pdf;base64,JVBERi0=",
        "DATA:text/plain,Dupont",
        "data:;base64,AAAA",
        f"![img](data:image/svg+xml;utf8,{BLOB})",
        BLOB,
        f"fichier : {BLOB} fin",
        BLOB.replace("+", "-").replace("/", "_"),
        "\n".join(BLOB[i : i + 76] for i in range(0, len(BLOB), 76)),
        bytes(range(200)).hex(),
    ],
)
def test_what_holds_a_file_is_refused(text: str) -> None:
    """A data URI or a long run of base64 or hexadecimal is content that cannot be checked, in JSON in JSON too."""
    for value in ({"x": text}, {text: 1}, [json.dumps({"a": [text]})]):
        with pytest.raises(Refusal) as caught:
            _free(value)
        assert caught.value.code == "attachment_unreadable"


@pytest.mark.parametrize(
    "text",
    ["-" * 400, "=" * 400, "_" * 300, "data : 12 mg", "Data:\nrien", "anticonstitutionnellement " * 40, "a" * 300],
)
def test_drawn_lines_and_long_prose_are_no_files(text: str) -> None:
    """Length alone refuses nothing."""
    assert not is_blob(text)
    assert _texts([text]) == [text]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("CR Dupont.docx", "CR Dupont"),
        ("a.b.pdf", "a.b"),
        ("x", "x"),
        ("CR.Morel", "CR.Morel"),
        ("CR.PDF", "CR"),
        (".txt", ".txt"),
    ],
)
def test_a_stem_is_a_name_without_its_extension(name: str, stem: str) -> None:
    """Only what looks like an extension is one."""
    assert stem_of(name) == stem
