"""Gemini's content: how answers, events and errors come back, and that no shape of JSON breaks either way."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage

GEMINI = FORMATS["gemini_content"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})


def _answer(*parts: dict[str, Any], index: int | None = 0, **more: object) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}}
    if index is not None:
        candidate["index"] = index
    if "finishReason" in more:
        candidate["finishReason"] = more.pop("finishReason")
    return {"candidates": [candidate], "modelVersion": "gemini-2.5-flash", **more}


def _event(value: object, *, ascii_only: bool = False) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=ascii_only).encode() + b"\r\n\r\n"


def _fed(stream: bytes, size: int | None = None, media: str = "text/event-stream") -> bytes:
    reply = GEMINI.reply(MAPPING, media)
    step = size or max(1, len(stream))
    return b"".join([reply.feed(stream[at : at + step]) for at in range(0, len(stream), step)]) + reply.close()


def _values(*events: dict[str, Any], size: int | None = None) -> list[Any]:
    shown = _fed(b"".join(map(_event, events)), size)
    return [json.loads(event.removeprefix(b"data: ")) for event in shown.split(b"\r\n\r\n") if event]


def _said(values: list[Any], index: int = 0) -> list[tuple[bool, str]]:
    return [
        (part.get("thought") is True, part["text"])
        for value in values
        for candidate in value["candidates"]
        if candidate.get("index", 0) == index
        for part in candidate["content"]["parts"]
        if "text" in part
    ]


def test_a_plain_answer_is_restored_and_counted() -> None:
    """Words, thoughts, arguments and their keys, code; signatures, ids, names and counts stay byte for byte."""
    parts = [
        {"text": "[PERSONNE_1]", "thought": True, "thoughtSignature": "[PERSONNE_1]"},
        {"text": "Bonjour [PERSONNE_1]"},
        {"functionCall": {"id": "[IPP_1]", "name": "[IPP_1]", "args": {"[IPP_1]": ["[PERSONNE_1]"], "n": 1}}},
        {"executableCode": {"language": "[IPP_1]", "code": "print([IPP_1])"}},
    ]
    usage = {"promptTokenCount": 20, "candidatesTokenCount": 5, "thoughtsTokenCount": 7, "x": "[IPP_1]"}
    value = _answer(*parts, finishReason="STOP", usageMetadata=usage, responseId="[IPP_1]", demain="[IPP_1]")
    reply = GEMINI.reply(MAPPING, "application/json; charset=UTF-8")
    assert reply.feed(json.dumps(value).encode()) == b""
    shown = json.loads(reply.close())
    name = 'Zoé "Zo" Dû'
    assert shown["candidates"][0]["content"]["parts"] == [
        {"text": name, "thought": True, "thoughtSignature": "[PERSONNE_1]"},
        {"text": f"Bonjour {name}"},
        {"functionCall": {"id": "[IPP_1]", "name": "[IPP_1]", "args": {"800123456": [name], "n": 1}}},
        {"executableCode": {"language": "[IPP_1]", "code": "print(800123456)"}},
    ]
    assert (shown["usageMetadata"], shown["responseId"], shown["demain"]) == (usage, "[IPP_1]", "800123456")
    assert reply.usage == Usage(20, 12)


def test_a_placeholder_cut_over_events_is_restored_in_the_last() -> None:
    """Exact bytes: only the strings that change are written anew."""
    first = b'data: {"candidates": [{"content":{"parts":[{"text":"\\u00e9 [PERS"}]},"index":0}],"n":1.0}\r\n\r\n'
    second = b'data: {"candidates": [{"content":{"parts":[{"text":"ONNE_1] x"}]},"finishReason":"STOP"}]}\r\n\r\n'
    reply = GEMINI.reply(MAPPING, "text/event-stream")
    assert reply.feed(first) == first.replace(b"\\u00e9 [PERS", "é ".encode())
    assert reply.feed(second) == second.replace(b"ONNE_1]", 'Zoé \\"Zo\\" Dû'.encode())
    assert reply.close() == b""


def test_events_without_text_pass_byte_for_byte() -> None:
    """Signatures, ids, counts, ratings, comments, what is no JSON."""
    stream = (
        b": attente\r\n\r\n"
        b'data: {"candidates":[{"content":{"parts":[{"thoughtSignature":"[PERSONNE_1]","text":""}]}}]}\r\n\r\n'
        b'data: {"candidates":[{"finishReason":"[IPP_1]","safetyRatings":[{"category":"[IPP_1]"}]}]}\r\n\r\n'
        b'data: {"usageMetadata":{"promptTokenCount":26},"responseId":"[IPP_1]","modelVersion":"[IPP_1]"}\r\n\r\n'
        b"data: pas du JSON [PERSONNE_1]\r\n\r\n"
        b'data: {"candidates":"x"}\r\n\r\ndata: {"candidates":[{"content":{"parts":"x"}},3]}\r\n\r\n'
    )
    assert _fed(stream) == stream
    assert _fed(stream, 1) == stream


def test_a_held_tail_goes_out_before_what_comes_next() -> None:
    """A thought's before the words, the words' before a call; in an event of their own."""
    call = {"functionCall": {"name": "dpi", "args": {"[IPP_1]": "[PERSONNE_1]"}}, "thoughtSignature": "[IPP_1]"}
    shown = _values(
        _answer({"text": "a [PERS", "thought": True}, usageMetadata={"promptTokenCount": 3}),
        _answer({"text": "b [IPP"}),
        _answer(call, finishReason="STOP"),
    )
    assert [list(value["candidates"][0]["content"]["parts"][0]) for value in shown] == [
        ["text", "thought"],
        ["text", "thought"],
        ["text"],
        ["text"],
        ["functionCall", "thoughtSignature"],
    ]
    assert _said(shown) == [(True, "a "), (True, "[PERS"), (False, "b "), (False, "[IPP")]
    assert shown[1] == _answer({"text": "[PERS", "thought": True})
    assert shown[4]["candidates"][0]["content"]["parts"][0] == {
        "functionCall": {"name": "dpi", "args": {"800123456": 'Zoé "Zo" Dû'}},
        "thoughtSignature": "[IPP_1]",
    }


def test_candidates_do_not_mix() -> None:
    """Each continues its own text, told by its index, which is left out where it is 0."""
    shown = _values(
        _answer({"text": "a [PERS"}, index=None),
        _answer({"text": "b [IPP"}, index=1),
        _answer({"text": "ONNE_1]"}, index=None, finishReason="STOP"),
        _answer({"text": "_1]"}, index=1, finishReason="STOP"),
    )
    assert "".join(text for _, text in _said(shown)) == 'a Zoé "Zo" Dû'
    assert "".join(text for _, text in _said(shown, 1)) == "b 800123456"


def test_arguments_that_come_in_pieces_are_restored() -> None:
    """A value is continued under its path; the next call begins anew."""

    def piece(path: str, text: str, *, more: bool) -> dict[str, Any]:
        partial = {"jsonPath": path, "stringValue": text, "willContinue": more}
        return _answer({"functionCall": {"partialArgs": [partial], "willContinue": more}})

    shown = _values(
        piece("$.nom", "M. [PERS", more=True), piece("$.nom", "ONNE_1]", more=True), piece("$.n", "[IPP", more=False)
    )
    texts = [
        partial["stringValue"]
        for value in shown
        for partial in value["candidates"][0]["content"]["parts"][0]["functionCall"]["partialArgs"]
    ]
    assert texts == ["M. ", 'Zoé "Zo" Dû', "[IPP"]


@pytest.mark.parametrize(
    "ending", [b'data: {"error":{"code":503,"message":"[IPP_1]","status":"[IPP_1]"}}\r\n\r\n', b""]
)
def test_a_held_tail_goes_out_before_an_error_or_the_end(ending: bytes) -> None:
    """Nothing is lost of a stream that is cut short; an error may quote the prompt."""
    shown = _fed(_event(_answer({"text": "a [PERS"})) + ending).split(b"\r\n\r\n")
    assert _said([json.loads(event[6:]) for event in shown[:2]]) == [(False, "a "), (False, "[PERS")]
    assert shown[2] == ending.replace(b'"[IPP_1]","s', b'"800123456","s').strip()


def test_a_counting_and_an_error_come_back() -> None:
    """Plain JSON of other kinds, an array of errors too."""
    counted = b'{"totalTokens":31,"promptTokensDetails":[{"modality":"TEXT","tokenCount":31}]}'
    assert _fed(counted, media="application/json") == counted
    error = b'[{"error":{"code":400,"message":"Bad [IPP_1]","status":"INVALID_ARGUMENT"}}]'
    assert _fed(error, media="application/json") == error.replace(b"[IPP_1]", b"800123456")


_PIECES = st.lists(
    st.tuples(
        st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[IPP_1 : x]", "[", "]", "é😀", "\\", '"', "x "]),
    ).map(lambda found: found[0]),
    max_size=12,
)


@given(_PIECES, st.booleans(), st.integers(1, 60))
def test_a_stream_is_the_same_in_any_chunks(pieces: list[str], ascii_only: bool, size: int) -> None:
    """The text that a client adds up is the restored whole, event by event as the events came."""
    said = ["x", *pieces, ""]
    values = [
        _answer({"text": piece}, **({"finishReason": "STOP"} if n == len(said) - 1 else {}))
        for n, piece in enumerate(said)
    ]
    stream = b"".join(_event(value, ascii_only=ascii_only) for value in values)
    shown = _fed(stream, size)
    assert shown == _fed(stream)
    events = [json.loads(event[6:]) for event in shown.split(b"\r\n\r\n") if event]
    assert len(events) == len(said)
    assert "".join(text for _, text in _said(events)) == MAPPING.restore("".join(said))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["[PERSONNE_1]", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["candidates", "content", "parts", "text", "functionCall", "partialArgs", "index", "error"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=5), st.integers(1, 30))
def test_events_of_any_shape_pass(values: list[Any], size: int) -> None:
    """Whatever the JSON is, nothing raises and each event stays one."""
    stream = b"".join(_event(value, ascii_only=True) for value in values)
    assert _fed(stream, size).count(b"\r\n\r\n") >= len(values)


@given(_JSON)
def test_a_request_of_any_shape_is_read_or_refused(value: Any) -> None:
    """Whatever the JSON is, its speakers are found or it is refused."""
    for name in ("contents", "generateContentRequest", "systemInstruction"):
        GEMINI.outbound(json.dumps({name: value}).encode())


def _array(values: list[dict[str, Any]], *, ascii_only: bool = False) -> bytes:
    return b"[" + b"\n,\r\n".join(json.dumps(v, ensure_ascii=ascii_only).encode() for v in values) + b"\n]\n"


@given(_PIECES, st.booleans(), st.integers(1, 60), st.booleans())
def test_an_array_is_the_same_in_any_chunks(pieces: list[str], ascii_only: bool, size: int, reason: bool) -> None:
    """Without events a stream is one JSON array: still one when restored, also where the end gives no reason."""
    values = [_answer({"text": piece}) for piece in ["x", *pieces]]
    if reason:
        values.append(_answer({"text": ""}, finishReason="STOP"))
    stream = _array(values, ascii_only=ascii_only)
    shown = _fed(stream, size, "application/json; charset=UTF-8")
    assert shown == _fed(stream, media="application/json")
    answers = json.loads(shown)
    assert "".join(text for _, text in _said(answers)) == MAPPING.restore("x" + "".join(pieces))
    assert len(answers) - len(values) in ((0,) if reason else (0, 1))


def test_an_array_is_shown_as_its_elements_come() -> None:
    """Nothing but what may begin a placeholder waits for the next element; tokens are counted."""
    usage = {"promptTokenCount": 20, "candidatesTokenCount": 5}
    first, second = _answer({"text": "Bonjour [PERS"}), _answer({"text": "ONNE_1]"}, usageMetadata=usage)
    reply = GEMINI.reply(MAPPING, "application/json")
    assert reply.feed(b" ") == b""
    assert reply.feed(b"[" + json.dumps(first).encode()) == b" [" + json.dumps(_answer({"text": "Bonjour "})).encode()
    assert json.loads(reply.feed(b"," + json.dumps(second).encode())[1:])["candidates"][0]["content"]["parts"] == [
        {"text": 'Zoé "Zo" Dû'}
    ]
    assert (reply.feed(b"]"), reply.close(), reply.usage) == (b"]", b"", Usage(20, 5))


@pytest.mark.parametrize("body", [b"", b" \n", b"[", b"[]", b'[{"candidates": [', b'"[IPP_1', b"\xff"])
def test_a_body_that_is_no_answer_passes(body: bytes) -> None:
    """Nothing, half an array, bytes of another kind."""
    assert _fed(body, 1, "application/json") == body
