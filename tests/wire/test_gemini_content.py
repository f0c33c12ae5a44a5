"""Gemini's content: what of a request is scanned in both spellings, and how answers and events come back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import transform
from avec_proxy.mapping import Mapping
from avec_proxy.model import Edit, Refusal, Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire import FORMATS
from avec_proxy.wire.endpoints import endpoint
from avec_proxy.wire.replies import Usage
from avec_proxy.wire.target import outbound_target

GEMINI = FORMATS["gemini_content"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})
SIGNED = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb3dEf6h+/=="

ASKED: dict[str, Any] = {
    "systemInstruction": {"parts": {"text": "Consigne"}},
    "contents": [
        {"role": "user", "parts": [{"text": "Patient Zoé"}, {"text": "suite"}]},
        {
            "role": "model",
            "parts": [
                {"text": "Je cherche Zoé", "thought": True},
                {
                    "functionCall": {"name": "dpi", "args": {"nom": "Zoé", "ipp": 800123456}},
                    "thoughtSignature": SIGNED,
                },
            ],
        },
        {"role": "user", "parts": [{"functionResponse": {"name": "dpi", "response": {"result": "IPP 800123456"}}}]},
        {"parts": [{"text": "et donc ?"}]},
    ],
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "dpi",
                    "description": "Cherche Zoé",
                    "parameters": {
                        "type": "OBJECT",
                        "properties": {"nom": {"type": "STRING", "description": "Nom de Zoé"}},
                        "propertyOrdering": ["nom"],
                    },
                }
            ]
        },
        {"googleSearch": {}},
    ],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["dpi"]}},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "generationConfig": {
        "temperature": 0.25,
        "maxOutputTokens": 131072,
        "seed": 123456789,
        "stopSequences": ["Zoé"],
        "responseMimeType": "application/json",
        "responseModalities": ["TEXT"],
        "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 12345},
        "demain": "Zoé",
    },
}


def _snaked(value: Any) -> Any:
    """Return a body with the format's own keys in snake_case."""
    if isinstance(value, list):
        return [_snaked(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in key): _snaked(member) for key, member in value.items()
    }


def _found(value: object) -> list[tuple[str, str, Role, int, bool]]:
    outbound = GEMINI.outbound(json.dumps(value, ensure_ascii=False).encode())
    return [
        (s.text, label, s.role, s.turn, s.strict)
        for s, label in zip(outbound.document.segments, outbound.labels, strict=True)
    ]


@pytest.mark.parametrize("value", [ASKED, _snaked(ASKED)], ids=["camelCase", "snake_case"])
def test_a_request_is_scanned_with_its_speakers(value: dict[str, Any]) -> None:
    """Texts, thoughts, arguments, results, tools, stop words; not settings, their numbers, nor a signature."""
    other = (Role.OTHER, -1)
    assert _found(value) == [
        ("Consigne", "", Role.SYSTEM, -1, False),
        ("Patient Zoé", "", Role.USER, 0, False),
        ("suite", "", Role.USER, 0, False),
        ("Je cherche Zoé", "", Role.ASSISTANT, 1, False),
        ("dpi", "", Role.ASSISTANT, 1, True),
        ("nom", "", Role.ASSISTANT, 1, False),
        ("Zoé", "nom", Role.ASSISTANT, 1, False),
        ("ipp", "", Role.ASSISTANT, 1, False),
        ("800123456", "ipp", Role.ASSISTANT, 1, False),
        ("dpi", "", Role.TOOL, 2, True),
        ("result", "", Role.TOOL, 2, False),
        ("IPP 800123456", "result", Role.TOOL, 2, False),
        ("et donc ?", "", Role.USER, 3, False),
        ("dpi", "", *other, True),
        ("Cherche Zoé", "", *other, False),
        ("nom", "", *other, False),
        ("Nom de Zoé", "", *other, False),
        ("nom", "", *other, False),
        ("dpi", "", *other, True),
        ("Zoé", "", *other, False),
        ("demain", "", *other, False),
        ("Zoé", "demain", *other, False),
    ]


@pytest.mark.parametrize("key", ["generateContentRequest", "generate_content_request"])
def test_a_counting_carries_the_same_request(key: str) -> None:
    """What is counted is scanned as what is sent, with its speakers."""
    name = ("models/gemini-2.5-flash", "", Role.OTHER, -1, True)
    assert _found({key: {"model": "models/gemini-2.5-flash", **ASKED}}) == [name, *_found(ASKED)]


def test_one_element_may_stand_for_a_list() -> None:
    """The service takes a bare message where a list is meant, and a request without a role is the user's."""
    assert _found({"contents": {"parts": {"text": "Zoé"}}}) == [("Zoé", "", Role.USER, 0, False)]


def test_hiding_changes_the_values_and_nothing_else() -> None:
    """The body that leaves is the body that came, with placeholders."""
    body = json.dumps(ASKED, indent=1).encode()
    document = GEMINI.outbound(body).document
    edits = [
        [Edit(s.text.index("Zoé"), s.text.index("Zoé") + 3, "[PERSONNE_1]")] if "Zoé" in s.text else []
        for s in document.segments
    ]
    assert transform.apply(document, edits) == body.replace(b"Zo\\u00e9", b"[PERSONNE_1]")


@pytest.mark.parametrize(
    "value",
    [
        {"model": "Jean Dupont"},
        {"contents": "Dupont"},
        {"contents": ["Dupont"]},
        {"contents": [{"role": "Dupont"}]},
        {"contents": [{"parts": ["Dupont"]}]},
        {"contents": [{"parts": [{"thoughtSignature": "Dupont"}]}]},
        {"contents": [{"parts": [{"functionResponse": {"id": "Dupont"}}]}]},
        {"contents": [{"parts": [{"demain": {"Dupont": 1}}]}]},
        {"system_instruction": "Dupont"},
        {"generateContentRequest": "Dupont"},
        {"generateContentRequest": ["Dupont"]},
        {"tools": [{"functionDeclarations": [{"parameters": {"properties": {"Dupont": {}}}}]}]},
        {"tools": [{"googleSearch": {"x": "Dupont"}}]},
        {"generationConfig": {"seed": "Dupont"}},
        {"generation_config": {"responseMimeType": "Dupont"}},
        {"generationConfig": {"responseSchema": {"enum": ["Dupont"], "type": "Dupont"}}},
        {"safetySettings": [{"category": "HARM_CATEGORY_Dupont"}]},
        {"labels": {"service": "Dupont"}},
    ],
)
def test_a_value_that_is_not_of_its_declared_shape_is_scanned(value: object) -> None:
    """Nothing rides along in a field of the format's."""
    assert any("Dupont" in text for text, *_ in _found(value))


@pytest.mark.parametrize(
    "value",
    [
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "iVBORw0K"}}]}]},
        {"contents": [{"parts": [{"inline_data": {"mime_type": "image/png", "data": "iVBORw0K"}}]}]},
        {"contents": [{"parts": {"fileData": {"fileUri": "https://exemple.fr/f"}}}]},
        {"contents": {"parts": [{"file_data": {"file_uri": "https://exemple.fr/f"}}]}},
        {"contents": [{"parts": [{"functionResponse": {"parts": [{"inlineData": {"data": "iVBORw0K"}}]}}]}]},
        {"systemInstruction": {"parts": [{"inlineData": {"data": "iVBORw0K"}}]}},
        {"generateContentRequest": {"contents": [{"parts": [{"inlineData": {"data": "iVBORw0K"}}]}]}},
        {"contents": [], "cachedContent": "cachedContents/abc"},
        {"contents": [], "cached_content": "cachedContents/abc"},
        {"tools": [{"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/abc"]}}]},
        {"generationConfig": {"responseModalities": ["TEXT", "AUDIO"]}},
        {"generationConfig": {"speechConfig": {"languageCode": "fr-FR"}}},
    ],
)
def test_what_cannot_be_read_is_refused(value: object) -> None:
    """Images, files, what the service keeps, audio to be made; in both spellings, in a list or not."""
    with pytest.raises(Refusal) as refused:
        _found(value)
    assert refused.value.code == "attachment_unreadable"


def test_an_error_is_written_as_the_service_does() -> None:
    """Code, message and status, the reason as a detail."""
    value = json.loads(GEMINI.error("overloaded", "Réessayez.", 503))
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "overloaded", "domain": ERROR_TYPE}
    assert value == {"error": {"code": 503, "message": "Réessayez.", "status": "UNAVAILABLE", "details": [detail]}}
    assert json.loads(GEMINI.error("x", "y", 422))["error"]["status"] == "INVALID_ARGUMENT"


KEY = "AIza" + "Sy0123456789abcdefghijklmnopqrstuvw"[:35].ljust(35, "x")


def test_the_key_in_the_query_is_no_text() -> None:
    """A key of the service's shape passes as it is; anything else there is scanned."""
    path = b"/v1beta/models/g:generateContent?key="
    rule = endpoint("gemini_content")
    assert [s.text for s in outbound_target(path + KEY.encode(), rule).document.segments] == ["g"]
    assert [s.text for s in outbound_target(path + b"Dupont", rule).document.segments] == ["g", "Dupont"]


@pytest.mark.parametrize(
    "query", ["", "?", "?alt=json", "?alt=sse&alt=json", "?alt=sse&$alt=json", "?alt=sse&%61lt=json", "?ALT=sse"]
)
def test_a_stream_that_would_not_be_events_is_refused(query: str) -> None:
    """Only alt=sse, said once: the other form is one JSON array."""
    with pytest.raises(Refusal) as refused:
        outbound_target(f"/v1beta/models/g:streamGenerateContent{query}".encode(), endpoint("gemini_stream"))
    assert refused.value.code == "reply_form_unsupported"


def test_a_stream_of_events_may_be_asked_for() -> None:
    """With alt=sse, beside a key, under the vendor's name."""
    target = f"/gemini/v1beta/models/g:streamGenerateContent?key={KEY}&alt=sse".encode()
    outbound = outbound_target(target, endpoint("gemini_stream"))
    assert outbound.document.container == target.removeprefix(b"/gemini")
    assert [s.text for s in outbound.document.segments] == ["g"]


# -- replies


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
