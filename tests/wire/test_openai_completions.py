"""OpenAI's legacy completions: prompts are scanned, tokens refused, choices restored each for itself."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage

COMPLETIONS = FORMATS["openai_completions"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})


def _texts(**fields: Any) -> list[tuple[str, Role, int]]:
    body = json.dumps({"model": "m", **fields}, ensure_ascii=False).encode()
    return [(s.text, s.role, s.turn) for s in COMPLETIONS.outbound(body).document.segments]


def _event(*choices: dict[str, Any], **fields: Any) -> bytes:
    value = {"id": "cmpl-1", "object": "text_completion", "model": "m", "choices": list(choices), **fields}
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def _piece(text: str, index: int = 0, end: str | None = None) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": end}


def _fed(stream: bytes, size: int = 10_000) -> bytes:
    reply = COMPLETIONS.reply(MAPPING, "text/event-stream")
    return b"".join(reply.feed(stream[at : at + size]) for at in range(0, len(stream), size)) + reply.close()


def _said(shown: bytes) -> list[tuple[int, str]]:
    events = [line[6:] for line in shown.splitlines() if line.startswith(b"data: {")]
    return [(choice["index"], choice["text"]) for event in events for choice in json.loads(event)["choices"]]


def test_prompts_and_suffix_are_scanned() -> None:
    """Each prompt of a list is a turn of the user's; settings are not scanned, fields of tomorrow are."""
    settings = {"echo": True, "best_of": 3, "logprobs": 5, "seed": 123456789, "stream_options": {"include_usage": True}}
    assert _texts(prompt="Mme Zoé Dû", suffix="Zoé va", stop=["Zoé :"], logit_bias={"50256": -100}, **settings) == [
        ("Mme Zoé Dû", Role.USER, 0),
        ("Zoé va", Role.OTHER, -1),
        ("Zoé :", Role.OTHER, -1),
    ]
    assert _texts(prompt=["a", "Zoé"], user="u1") == [
        ("a", Role.USER, 0),
        ("Zoé", Role.USER, 1),
        ("u1", Role.OTHER, -1),
    ]
    assert ("Zoé", Role.OTHER, -1) in _texts(prompt="x", champ_de_demain={"y": ["Zoé"]})


@pytest.mark.parametrize("given", [[1, 2], [[1, 2], [3]], 7, ["Zoé", 5], [["Zoé"]], {"x": 1}, [{"prompt": "Zoé"}]])
def test_a_prompt_that_is_no_text_is_refused(given: Any) -> None:
    """Tokens spell a text that cannot be read here."""
    with pytest.raises(Refusal, match="attachment_unreadable"):
        _texts(prompt=given)


@pytest.mark.parametrize("field", ["prompt_token_ids", "prompt_embeds"])
def test_other_ways_to_give_tokens_are_refused(field: str) -> None:
    """What a server of one's own takes beside the prompt is no text either."""
    with pytest.raises(Refusal, match="attachment_unreadable"):
        _texts(prompt="x", **{field: [1, 2]})


def test_a_plain_reply_is_restored_and_counted() -> None:
    """The text of every choice; ids, models and tokens stay."""
    logprobs = {"tokens": ["[IPP_1]"]}
    value = {
        "id": "[IPP_1]",
        "model": "[IPP_1]",
        "choices": [
            {"index": 0, "text": "Vu [PERSONNE_1].", "logprobs": logprobs, "finish_reason": "stop"},
            {"index": 1, "text": "IPP [IPP_1]", "finish_reason": "length"},
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4},
    }
    reply = COMPLETIONS.reply(MAPPING, "application/json")
    assert reply.feed(json.dumps(value).encode()) == b""
    shown = json.loads(reply.close())
    assert [choice["text"] for choice in shown["choices"]] == ['Vu Zoé "Zo" Dû.', "IPP 800123456"]
    assert (shown["id"], shown["model"], shown["choices"][0]["logprobs"]) == ("[IPP_1]", "[IPP_1]", logprobs)
    assert reply.usage == Usage(9, 4)


def test_each_choice_of_a_stream_holds_back_for_itself() -> None:
    """Two choices that come in turns are not mixed, and what one holds waits for its own next piece."""
    stream = (
        _event(_piece("a [PERS", 0), _piece("b [IPP", 1))
        + _event(_piece("_1].", 1))
        + _event(_piece("ONNE_1]!", 0, "stop"))
        + _event(_piece("", 1, "stop"))
        + _event(usage={"prompt_tokens": 3, "completion_tokens": 8})
        + b"data: [DONE]\n\n"
    )
    assert _said(_fed(stream)) == [(0, "a "), (1, "b "), (1, "800123456."), (0, 'Zoé "Zo" Dû!'), (1, "")]
    assert _fed(stream, 5) == _fed(stream)
    reply = COMPLETIONS.reply(MAPPING, "text/event-stream")
    reply.feed(stream)
    assert reply.usage == Usage(3, 8)


@pytest.mark.parametrize("ending", [b"data: [DONE]\n\n", b'data: {"error":{"message":"x"}}\n\n', b""])
def test_a_held_tail_goes_out_before_the_end(ending: bytes) -> None:
    """In a chunk of its own, with its choice's index."""
    shown = _fed(_event(_piece("a [PERS", 2)) + ending)
    assert _said(shown.replace(b'data: {"error"', b'x: {"error"')) == [(2, "a "), (2, "[PERS")]
    assert shown.endswith(ending)


def test_the_end_of_one_choice_leaves_the_others_waiting() -> None:
    """A tail goes out when its own choice ends without a text, before that event."""
    shown = _fed(
        _event(_piece("[PERS", 0), _piece("[IPP", 1))
        + _event({"index": 0, "finish_reason": "stop"}, {"index": 1, "text": "_1]", "finish_reason": "stop"}).replace(
            b'"index": 0, "finish_reason"', b'"index": 0, "text": "", "finish_reason"'
        )
    )
    assert _said(shown) == [(0, ""), (1, ""), (0, "[PERS"), (1, "800123456")]


def test_an_error_in_a_stream_is_restored() -> None:
    """A server may quote the prompt in its refusal."""
    assert "Zoé".encode() in _fed(b'data: {"error":{"message":"Bad [PERSONNE_1]"}}\n\n')


_PIECES = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[IPP_1]", "[", "]", "é😀", '"'])
    ),
    max_size=12,
)


@given(_PIECES, st.integers(1, 40))
def test_a_stream_adds_up_to_the_restored_whole(pieces: list[tuple[int, str]], size: int) -> None:
    """Choice by choice, in whatever chunks the bytes come."""
    begun = [(0, "x"), (1, "x"), (2, "x"), *pieces]  # a text that begins as JSON is restored as such
    said = [*begun, (0, ""), (1, ""), (2, "")]
    stream = b"".join(
        _event(_piece(text, index, "stop" if at >= len(begun) else None)) for at, (index, text) in enumerate(said)
    )
    shown = _said(_fed(stream, size))
    for wanted in range(3):
        whole = "".join(text for index, text in said if index == wanted)
        assert "".join(text for index, text in shown if index == wanted) == MAPPING.restore(whole)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["[PERSONNE_1]", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["choices", "text", "index", "finish_reason", "error"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(st.lists(_JSON, max_size=5), st.integers(1, 30))
def test_events_of_any_shape_pass(values: list[Any], size: int) -> None:
    """Whatever the JSON is, nothing raises and no event is lost."""
    stream = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    assert _fed(stream, size).count(b"data: ") >= len(values)
