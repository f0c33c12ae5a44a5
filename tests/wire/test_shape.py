"""What a format says about its own JSON, place by place."""

import json

import pytest

from avec_proxy.wire import shape
from avec_proxy.wire.json_text import Kind, Leaf, read
from avec_proxy.wire.shape import ACCOUNT, TEXT, Place, Shape, place_of


def _places(root: Shape, value: object) -> dict[tuple[tuple[str | int, ...], Kind], Place]:
    document = read(json.dumps(value).encode())
    return {(leaf.path, leaf.kind): place_of(root, leaf) for leaf in document.leaves}


def test_a_key_is_the_formats_own_only_where_it_declares_it() -> None:
    """The same word elsewhere is free text and labels its value."""
    root = Shape(fields={"a": Shape(item=Shape(fields={"name": shape.NAME}))})
    places = _places(root, {"a": [{"name": "x"}], "name": "y"})
    assert places[("a", 0, "name"), Kind.KEY].own
    assert places[("a", 0, "name"), Kind.STRING].shape.strict
    assert places[("a", 0, "name"), Kind.STRING].label == ""
    assert not places[("name",), Kind.KEY].own
    assert not places[("name",), Kind.STRING].shape.strict
    assert places[("name",), Kind.STRING].label == "name"


def test_a_key_that_imitates_a_path_is_free_text() -> None:
    """Paths are compared step by step: a key with dots or a digit is one key."""
    root = Shape(fields={"a": Shape(fields={"b": shape.SEALED}, item=shape.SEALED)})
    places = _places(root, {"a.b": "x", "a": {"0": "y"}})
    assert not places[("a.b",), Kind.STRING].shape.sealed
    assert not places[("a", "0"), Kind.STRING].shape.sealed


def test_what_lies_below_an_attachment_is_one() -> None:
    """However deep, and the keys too."""
    places = _places(Shape(fields={"file": shape.ATTACHMENT}), {"file": {"x": ["y"]}})
    assert places[("file", "x", 0), Kind.STRING].shape.attachment
    assert places[("file", "x"), Kind.KEY].shape.attachment
    assert places[("file",), Kind.KEY].own
    assert not places[("file",), Kind.KEY].shape.attachment


def test_a_json_schema_owns_its_keywords_but_not_its_property_names() -> None:
    """At any depth; types are words of the format only if they are types."""
    schema = {
        "type": "object",
        "properties": {"type": {"type": "Dupont", "minimum": 10000, "description": "d"}},
        "anyOf": [{"type": ["string", "null"]}],
    }
    places = _places(shape.SCHEMA, schema)
    assert not places[("properties", "type"), Kind.KEY].own
    assert places[("properties", "type", "type"), Kind.KEY].own
    assert places[("properties", "type", "minimum"), Kind.NUMBER].shape.parameter
    opaque = places[("properties", "type", "type"), Kind.STRING].shape.opaque
    assert opaque is not None
    assert not opaque.fullmatch("Dupont")
    inner = places[("anyOf", 0, "type", 1), Kind.STRING].shape.opaque
    assert inner is not None
    assert inner.fullmatch("null")


@pytest.mark.parametrize(
    ("kind", "taken", "scanned"),
    [
        (
            shape.ID,
            [
                "call_Ab3dEf6hIj9kLm2nOp5qRs8t",
                "toolu_01A09q90qw90lq917835lq9",
                "chatcmpl-tool-1a2b3c4d5e6f7a8b9c0d1e2f",
                "call_4f1c2d3e-1111-4222-8333-444455556666",
                "4f1c2d3e-1111-4222-8333-444455556666",
            ],
            [
                "call_1",
                "Dupont",
                "call_JeanPierreDupont1950",
                "call_285057800608491",
                "call_jean-dupont",
                "call_DupontJeanPierreMarie",
                "800123456",
                "call_Ab3dEf6hIj9kLm2nOp5qRs8t Dupont",
            ],
        ),
        (
            shape.MODEL,
            ["gpt-5", "claude-sonnet-4-5-20250929", "meta-llama/Llama-3.1-8B", "claude@20241022", "o3", "qwen3:8b"],
            ["Jean Dupont", "jean.dupont@hopital.fr", "gpt-285057800608491", "né", ""],
        ),
        (
            shape.SIGNATURE,
            ["EqQBCkYIBxgCKkDx1" * 4 + "=="],
            ["EqQB", "Dupont", "dupontdupontdupontdupontdupontdupontdupont", "x" * 64],
        ),
        (shape.TIMEZONE, ["Europe/Paris", "UTC"], ["Givors", "Europe/Givors sur Rhône"]),
        (shape.TIMESTAMP, ["2026-11-25T10:00:00Z"], ["1948-03-12T00:00:00Z", "12/03/1948"]),
    ],
)
def test_what_is_not_prose_has_a_shape_that_words_do_not_have(
    kind: Shape, taken: list[str], scanned: list[str]
) -> None:
    """An identifier that is put where an id or a model stands is scanned."""
    assert kind.opaque is not None
    assert [text for text in taken if not kind.opaque.fullmatch(text)] == []
    assert [text for text in scanned if kind.opaque.fullmatch(text)] == []


def test_a_formats_own_key_may_say_what_its_value_is() -> None:
    """An account is announced to detection as one; a hash in its place is nobody's name."""
    shape = Shape(fields={"user": ACCOUNT, "model": TEXT})
    leaf = Leaf(Kind.STRING, ("user",), 0, 0, "zoe")
    assert place_of(shape, leaf).label == "identifiant"
    assert place_of(shape, Leaf(Kind.STRING, ("model",), 0, 0, "zoe")).label == ""
    assert ACCOUNT.opaque is not None
    assert ACCOUNT.opaque.fullmatch("user_" + "0a" * 32 + "_account__session_01234567-89ab-cdef-0123-456789abcdef")
    assert not ACCOUNT.opaque.fullmatch("user_zoe")
