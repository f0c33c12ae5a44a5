"""A text that comes in pieces is restored as if it had come whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import MAX_LENGTH, Mapping
from avec_proxy.wire.channel import Channel, edits_of, restore_json

MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo"\nDû\\', "PERSONNE_1_B": "Zo", "VILLE_1": "Givors"})


def _pushed(text: str, cuts: list[int], *, is_json: bool = False) -> str:
    channel = Channel(MAPPING, json=is_json)
    shown = ""
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        shown += channel.push(text[start:end])
        assert len(channel.tail) <= 6 * MAX_LENGTH
    return shown + channel.push("", final=True)


_TEXTS = st.lists(
    st.sampled_from(
        [
            "[PERSONNE_1]",
            "[personne 1 b]",
            "[VILLE_1 : Rhône]",
            "[VILLE_2]",
            "[",
            "]",
            "\\",
            '"',
            "é",
            "\n",
            "mot ",
            "1",
        ]
    ),
    max_size=8,
).map("".join)


@given(_TEXTS, st.data())
def test_prose_is_the_same_in_any_pieces(text: str, data: st.DataObject) -> None:
    """Cuts inside a placeholder, an escape or a hint change nothing."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    assert _pushed("mot " + text, [cut + 4 for cut in cuts]) == MAPPING.restore("mot " + text)


@given(st.lists(_TEXTS, min_size=1, max_size=4), st.booleans(), st.data())
def test_json_text_stays_the_json_it_was(texts: list[str], ascii_only: bool, data: st.DataObject) -> None:
    """In any pieces, each string of it is what restoring the string itself gives."""
    text = json.dumps({f"k{n}": value for n, value in enumerate(texts)}, ensure_ascii=ascii_only)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    shown = _pushed(text, cuts, is_json=data.draw(st.booleans()))
    assert shown == restore_json(MAPPING, text)
    assert list(json.loads(shown).values()) == [MAPPING.restore(value) for value in texts]


def test_only_the_tail_waits() -> None:
    """What cannot begin a placeholder is shown at once."""
    channel = Channel(MAPPING)
    assert channel.push("Bonjour [VILLE_1 : R") == "Bonjour "
    assert channel.tail == "[VILLE_1 : R"
    assert channel.push("hône] et [X") == "Givors et [X"
    assert channel.push(" [") == " "
    assert channel.push("", final=True) == "["


def test_json_is_recognised_by_how_it_begins() -> None:
    """A value with quotes is escaped in a structured answer, and not in prose."""
    assert _pushed('{"a": "[PERSONNE_1]"}', [1, 2, 10]) == '{"a": "Zoé \\"Zo\\"\\nDû\\\\"}'
    assert _pushed("[PERSONNE_1] va", [1]) == 'Zoé "Zo"\nDû\\ va'


def test_a_match_across_strings_is_none() -> None:
    """Brackets of the JSON itself never make a placeholder."""
    text = '{"a": "[VILLE_1 : x", "b": "y]"}'
    assert restore_json(MAPPING, text) == text


def test_edits_name_the_issued_placeholders_alone() -> None:
    """Places and values, in order."""
    edits = edits_of(MAPPING, "a [VILLE_1] [VILLE_2] [personne 1b]")
    assert [(edit.start, edit.end, edit.text) for edit in edits] == [(2, 11, "Givors"), (22, 35, "Zo")]


@pytest.mark.parametrize("piece", ["[VILLE_1]", "[VILLE", ""])
def test_nothing_issued_nothing_held(piece: str) -> None:
    """Without values a channel is a pipe."""
    channel = Channel(Mapping())
    assert channel.push(piece) == piece
    assert channel.tail == ""


ALTERED = Mapping(MAPPING.values, {"PERSONNE": ("NAME",), "VILLE": ("CITY",)}, bare=True)
_ALTERED_TEXTS = st.lists(
    st.sampled_from(
        [
            *(
                "[**PERSONNE_1**]",
                "【CITY_1】",
                "&#91;NAME_1&#93;",
                "PERSONNE_1",
                "PERSONNE\\_1\\_B",
                "VILLE_1",
                "[VILLE_\n1]",
            ),
            *("[PERSONNE_1's]", "x", "_", " ", "1", '"', "\\", "[", "]", "&", "é", "[FIG_1 : "),
        ]
    ),
    max_size=8,
).map("".join)


@given(_ALTERED_TEXTS, st.booleans(), st.booleans(), st.data())
def test_altered_forms_are_the_same_in_any_pieces(
    text: str, is_json: bool, ascii_only: bool, data: st.DataObject
) -> None:
    """In prose and in JSON text, whole words included, cuts change nothing."""
    raw = json.dumps({"a": text, "b": text}, ensure_ascii=ascii_only) if is_json else "mot " + text
    cuts = sorted(data.draw(st.lists(st.integers(4, max(4, len(raw))), max_size=8)))
    channel = Channel(ALTERED)
    shown = "".join(channel.push(raw[a:b]) for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True))
    shown += channel.push("", final=True)
    assert shown == (restore_json(ALTERED, raw) if is_json else ALTERED.restore(raw))
    if is_json:
        assert list(json.loads(shown).values()) == [ALTERED.restore(text)] * 2
