"""Edits reach the container through every layer of encoding; every other byte stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import transform
from avec_proxy.model import Document, Edit, Segment
from avec_proxy.wire.codecs import JsonString, NumberLeaf, Percent, Slice

J = JsonString()


def _one(container: bytes, text: str, *codecs: object) -> Document:
    """Return a document whose only segment is what stands between the first and the last quote."""
    start, end = container.index(b'"') + 1, container.rindex(b'"')
    return Document(container, (Segment(text, start, end, codecs),))  # type: ignore[arg-type]


def test_no_edits_change_nothing() -> None:
    """The container comes back as the same bytes, odd spacing and escapes included."""
    body = b'{ "a" :"\\u00e9\\/x\\n" }\r\n'
    assert transform.apply(_one(b'{"a":"x"}', "x", J), [[]]) == b'{"a":"x"}'
    assert transform.apply(Document(body), []) == body


@pytest.mark.parametrize(
    ("body", "text", "edit", "expected"),
    [
        ('["Mme Dupont"]', "Mme Dupont", Edit(4, 10, "[P_1]"), '["Mme [P_1]"]'),
        ('["\\u00e9\\n Dupont\\u00e9"]', "é\n Duponté", Edit(3, 9, "[P_1]"), '["\\u00e9\\n [P_1]\\u00e9"]'),
        ('["\\ud83d\\ude00 Zoé \\/"]', "😀 Zoé /", Edit(2, 5, "[P_1]"), '["\\ud83d\\ude00 [P_1] \\/"]'),
        ('["é😀 Zoé é"]', "é😀 Zoé é", Edit(3, 6, "[P_1]"), '["é😀 [P_1] é"]'),
        ('["ab"]', "ab", Edit(1, 1, 'x"\\\n'), '["ax\\"\\\\\\nb"]'),
        ('["ab"]', "ab", Edit(0, 2, ""), '[""]'),
    ],
)
def test_an_edit_in_a_json_string_touches_its_own_bytes_alone(body: str, text: str, edit: Edit, expected: str) -> None:
    """Escapes on either side keep the way they were written."""
    assert transform.apply(_one(body.encode(), text, J), [[edit]]) == expected.encode()


def test_edits_may_come_in_any_order() -> None:
    """They are sorted, and may touch each other."""
    document = _one(b'["abcdef"]', "abcdef", J)
    assert transform.apply(document, [[Edit(4, 6, "Z"), Edit(0, 2, "X"), Edit(2, 4, "Y")]]) == b'["XYZ"]'


def test_leaves_of_json_in_a_string_are_edited_together() -> None:
    """Two inner strings and a number share the outer string; both layers of escapes stay valid."""
    inner = '{"nom":"L\\u00e8fe \\"x\\"","ipp":800123456}'
    body = json.dumps({"arguments": inner}).encode()
    span = (body.index(b'"{') + 1, body.rindex(b'"'))
    name = inner.index("L\\u"), inner.index('","ipp')
    number = inner.index("800"), inner.index("}")
    document = Document(
        body,
        (
            Segment('Lèfe "x"', *span, (J, Slice(*name), J)),
            Segment("800123456", *span, (J, Slice(*number), NumberLeaf())),
        ),
    )
    sent = transform.apply(document, [[Edit(0, 4, '[P_1 : "é"]')], [Edit(0, 9, "[IPP_1]")]])
    assert json.loads(json.loads(sent)["arguments"]) == {"nom": '[P_1 : "é"] "x"', "ipp": "[IPP_1]"}
    assert sent.startswith(b'{"arguments": "{\\"nom\\":\\"[P_1')


def test_a_number_changed_in_part_becomes_one_string() -> None:
    """The digits around the edit go into the string, so that the JSON stays valid."""
    document = Document(b'{"n":123456789}', (Segment("123456789", 5, 14, (NumberLeaf(),)),))
    assert transform.apply(document, [[Edit(2, 5, "[X_1]")]]) == b'{"n":"12[X_1]6789"}'


def test_percent_encoding_is_written_back() -> None:
    """A multi-byte character is one position; the replacement is percent-encoded, twice where it was twice."""
    target = b"/x?q=Zo%C3%A9+Dupont%21"
    document = Document(target, (Segment("Zoé Dupont!", 5, len(target), (Percent(plus_is_space=True),)),))
    assert transform.apply(document, [[Edit(0, 10, "[P 1]")]]) == b"/x?q=%5BP%201%5D%21"
    target = b"/x?q=a%2520Zo%25C3%25A9%2520b"
    layers = (Percent(plus_is_space=True), Percent())
    document = Document(target, (Segment("a Zoé b", 5, len(target), layers),))
    assert transform.apply(document, [[Edit(2, 5, "[P]")]]) == b"/x?q=a%2520%255BP%255D%2520b"


@pytest.mark.parametrize(
    "edits",
    [
        [[Edit(0, 3, "x"), Edit(2, 4, "y")]],
        [[Edit(0, 5, "x")]],
        [[Edit(-1, 2, "x")]],
        [[Edit(3, 2, "x")]],
        [],
        [[], []],
    ],
)
def test_edits_that_cannot_be_made_raise(edits: list[list[Edit]]) -> None:
    """Overlaps, places outside the text and a wrong number of lists are errors that hold no text."""
    with pytest.raises(ValueError, match=r"^[a-z() ,0-9]+$") as caught:
        transform.apply(_one(b'["abcd"]', "abcd", J), edits)
    assert "abcd" not in str(caught.value)


def test_segments_that_overlap_in_the_container_raise() -> None:
    """Two segments over the same bytes cannot both be rewritten."""
    document = Document(b'["abcd"]', (Segment("abcd", 2, 6, (J,)), Segment("bc", 3, 5, (J,))))
    with pytest.raises(ValueError, match="overlap"):
        transform.apply(document, [[Edit(0, 4, "x")], [Edit(0, 1, "y")]])


@given(st.text(), st.text(), st.text(), st.text(), st.booleans())
def test_a_marked_part_is_replaced_and_put_back(
    before: str, value: str, after: str, key: str, ascii_only: bool
) -> None:
    """Hiding a part of any string and putting it back gives the same JSON value; outside it nothing moves."""
    body = json.dumps({"k": [key, before + value + after, 12345]}, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )
    literal = json.dumps(before + value + after, ensure_ascii=ascii_only)[1:-1].encode("utf-8", "surrogatepass")
    start = len(json.dumps({"k": [key]}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")) - 2 + 3
    assert body[start : start + len(literal)] == literal
    document = Document(body, (Segment(before + value + after, start, start + len(literal), (J,)),))
    edit = Edit(len(before), len(before) + len(value), "[P_1]")
    hidden = transform.apply(document, [[edit]])
    assert json.loads(hidden) == {"k": [key, f"{before}[P_1]{after}", 12345]}
    assert hidden.startswith(body[:start])
    assert hidden.endswith(body[start + len(literal) :])
    size = len(hidden) - len(body) + len(literal)
    back = Document(hidden, (Segment(f"{before}[P_1]{after}", start, start + size, (J,)),))
    restored = transform.apply(back, [[Edit(len(before), len(before) + 5, value)]])
    assert json.loads(restored) == json.loads(body)
