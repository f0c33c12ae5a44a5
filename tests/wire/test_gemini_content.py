"""Gemini's content: what of a request is scanned, in both spellings, and what is refused."""

import json
from typing import Any

import pytest

from avec_proxy.model import Refusal, Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire import FORMATS
from avec_proxy.wire.endpoints import endpoint
from avec_proxy.wire.target import outbound_target
from tests.wire.readings import found, hidden

GEMINI = FORMATS["gemini_content"]
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
    return found(GEMINI, value)


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
    assert hidden(GEMINI, body) == body.replace(b"Zo\\u00e9", b"[PERSONNE_1]")


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
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}]}]},
        {"contents": [{"parts": [{"inline_data": {"mime_type": "image/png", "data": "iVBORw0KGgo="}}]}]},
        {"contents": [{"parts": {"fileData": {"fileUri": "https://exemple.fr/f"}}}]},
        {"contents": {"parts": [{"file_data": {"file_uri": "https://exemple.fr/f"}}]}},
        {"contents": [{"parts": [{"functionResponse": {"parts": [{"inlineData": {"data": "iVBORw0KGgo="}}]}}]}]},
        {"systemInstruction": {"parts": [{"inlineData": {"data": "iVBORw0KGgo="}}]}},
        {"generateContentRequest": {"contents": [{"parts": [{"inlineData": {"data": "iVBORw0KGgo="}}]}]}},
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
    assert refused.value.code.startswith(("attachment_", "file_"))


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


@pytest.mark.parametrize("query", ["", "?alt=sse", "?alt=json", f"?key={KEY}&alt=sse", "?%24alt=sse"])
def test_a_stream_may_be_asked_for_in_either_form(query: str) -> None:
    """Events or an array, beside a key, under the vendor's name: nothing of it is a text but the model's name."""
    target = f"/gemini/v1beta/models/g:streamGenerateContent{query}".encode()
    outbound = outbound_target(target, endpoint("gemini_stream"))
    assert outbound.document.container == target.removeprefix(b"/gemini")
    assert [s.text for s in outbound.document.segments if s.text not in ("$alt", "sse")] == ["g"]


@pytest.mark.parametrize(
    ("project", "location", "model", "scanned"),
    [
        ("chu-essai", "europe-west9", "gemini-2.5-flash", []),
        ("chu-essai-4821", "northamerica-northeast1", "claude-sonnet-4-5@20250929", []),
        ("123456789012", "global", "g%40001", ["g"]),
        ("gen-lang-client-0123456789", "us", "g@default", ["g"]),
        ("0639986417", "europe-dupont9", "g@19510423", ["0639986417", "europe-dupont9", "g@19510423"]),
        ("zoe-4821123", "eu-zoe", "@20250929", ["zoe-4821123", "eu-zoe", "@20250929"]),
    ],
)
def test_a_cloud_s_own_writing_in_the_path_is_no_text(
    project: str, location: str, model: str, scanned: list[str]
) -> None:
    """A place, a project's number, a model's release are the service's; whatever else a client writes is scanned."""
    target = f"/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:countTokens"
    outbound = outbound_target(target.encode(), endpoint("vertex_content"))
    assert outbound.document.container == target.encode()
    assert [s.text for s in outbound.document.segments] == scanned
    assert all(s.strict and target[s.start : s.end] == s.text for s in outbound.document.segments)


@pytest.mark.parametrize(
    "tool", [{"retrieval": {"vertexAiSearch": {"datastore": "d"}}}, {"fileSearch": {"fileSearchStoreNames": ["s"]}}]
)
def test_a_store_of_documents_is_refused(tool: dict[str, Any]) -> None:
    """What the service would read there cannot be read here."""
    body = {"contents": [{"parts": [{"text": "x"}]}], "tools": [tool]}
    with pytest.raises(Refusal) as refused:
        GEMINI.outbound(json.dumps(body).encode())
    assert refused.value.code.startswith(("attachment_", "file_"))
