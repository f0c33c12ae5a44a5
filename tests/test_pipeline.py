"""The way of a prompt, from bytes to bytes, with the real stages."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avec_proxy import pipeline
from avec_proxy.model import Cleared, Options, Past, Politeness, Refusal, Request, Strictness, Switch
from avec_proxy.policy import reply_mapping

PROMPT = "Bonjour, résume : Mme Solange Kervadec, née le 14/02/1948, IPP 80041297, sous Eliquis 5 mg."


def _chat(*messages: dict[str, object], **more: object) -> Request:
    body = {"model": "gpt-4o-mini", "messages": list(messages), **more}
    return Request("openai_chat", b"/v1/chat/completions", json.dumps(body, ensure_ascii=False).encode())


def _user(text: str) -> dict[str, object]:
    return {"role": "user", "content": text}


def _sent(request: Request, options: Options = Options()) -> dict[str, object]:  # noqa: B008 - frozen
    value = json.loads(pipeline.clear(request, options).body)
    assert isinstance(value, dict)
    return value


def test_what_identifies_is_replaced_and_the_rest_is_untouched() -> None:
    """Names, dates and numbers leave as placeholders; drugs, doses and parameters byte for byte."""
    cleared = pipeline.clear(_chat(_user(PROMPT), temperature=0.10), Options())
    text = cleared.body.decode()
    assert "Résume : Mme [PERSONNE_1], née le [NAISSANCE_1 : 78 ans], IPP [IPP_1], sous Eliquis 5 mg." in text
    assert '"temperature": 0.1' in text
    assert cleared.hidden == {"PERSON": 1, "BIRTH_DATE": 1, "FR_IPP": 1}
    assert cleared.politeness == 1
    assert cleared.values["PERSONNE_1"] == "Solange Kervadec"


def test_restoring_gives_back_what_was_typed() -> None:
    """restore ∘ hide = identity, politeness aside."""
    cleared = pipeline.clear(_chat(_user(PROMPT)), Options(politeness=Politeness.OFF))
    sent = json.loads(cleared.body)["messages"][0]["content"]
    assert reply_mapping(cleared.values).restore(sent) == PROMPT


def test_the_same_history_gives_the_same_bytes() -> None:
    """What a later turn adds never changes what an earlier one sent."""
    history = [_user(PROMPT), {"role": "assistant", "content": "Mme Solange Kervadec est née le 14/02/1948."}]
    first = _sent(_chat(history[0]))["messages"]
    second = _sent(_chat(*history, _user("Et son fils Loïc, au 06 39 98 12 34 ?")))["messages"]
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert second[:1] == first
    assert second[1]["content"] == "Mme [PERSONNE_1] est née le [NAISSANCE_1 : 78 ans]."
    assert "[PERSONNE_2]" in second[2]["content"]


def test_politeness_goes_only_from_what_the_user_says_to_the_machine() -> None:
    """An assistant's and a system's words are not edited for style."""
    messages = _sent(
        _chat({"role": "system", "content": "Bonjour, vous aidez."}, _user("Bonjour, résume ce texte court."))
    )["messages"]
    assert isinstance(messages, list)
    assert [m["content"] for m in messages] == ["Bonjour, vous aidez.", "Résume ce texte court."]


def test_a_greeting_to_a_named_machine_goes_whole() -> None:
    """«Bonjour Claude» is a formula, not a person."""
    messages = _sent(_chat(_user("Bonjour Claude, résume ce protocole de soins.")))["messages"]
    assert isinstance(messages, list)
    assert messages[0]["content"] == "Résume ce protocole de soins."


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request("openai_chat", b"/v1/chat/completions", b"{"), "body_unreadable"),
        (Request("openai_chat", b"/v1/other", b"{}"), "endpoint_unknown"),
        (Request("models", b"/v1/models/ft:Mme%20Solange%20Kervadec", b""), "identifier_misplaced"),
        (Request("openai_audio", b"/v1/audio/transcriptions", b"{}"), "file_audio"),
        (
            _chat(
                _user("Bonjour"),
                tools=[{"type": "function", "function": {"name": "dossier_de_jeanne.prevert@exemple.fr"}}],
            ),
            "identifier_misplaced",
        ),
        (
            _chat(
                {
                    "role": "user",
                    "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}],
                }
            ),
            "file_image",
        ),
    ],
)
def test_what_cannot_be_read_or_hidden_is_refused(request_: Request, code: str) -> None:
    """A refusal carries a code and nothing of the request."""
    with pytest.raises(Refusal) as refused:
        pipeline.clear(request_, Options())
    assert refused.value.code == code
    assert str(refused.value) == code


def test_strict_mode_refuses_a_password() -> None:
    """In strict mode some things may not even leave hidden."""
    request = _chat(_user("mot de passe : Hortensia!29"))
    assert "SECRET" in str(_sent(request))
    with pytest.raises(Refusal, match="identifier_forbidden"):
        pipeline.clear(request, Options(strictness=Strictness.STRICT))


def test_strict_mode_refuses_a_person_whom_few_others_are_like() -> None:
    """The case is told over two turns: only together do they single somebody out."""
    first, second = (
        _user("Ma patiente a 34 ans et vit dans le Cantal."),
        _user("Elle est suivie pour une maladie de Wilson."),
    )
    strict = Options(strictness=Strictness.STRICT)
    assert pipeline.clear(_chat(first, second), Options()).body
    assert pipeline.clear(_chat(first), strict).body
    with pytest.raises(Refusal, match="person_recognisable"):
        pipeline.clear(_chat(first, second), strict)


def test_strict_mode_lets_a_general_question_on_a_rare_disease_pass() -> None:
    """Nobody is told of."""
    question = "Quel traitement de la maladie de Wilson chez une femme de 34 ans ?"
    assert question in pipeline.clear(_chat(_user(question)), Options(strictness=Strictness.STRICT)).body.decode()


def test_warnings_are_codes_and_can_be_turned_off() -> None:
    """The coach speaks once, on the first turn, and not when it is off."""
    request = _chat(
        _user("Rédige un courrier complet pour expliquer la prise en charge de la douleur chronique chez l'adulte.")
    )
    assert pipeline.clear(request, Options()).warnings
    assert pipeline.clear(request, Options(coach=Switch.OFF)).warnings == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_comes_back_exactly(before: str, after: str) -> None:
    """Whatever surrounds a name, hiding and restoring is the identity, and the name does not leave."""
    text = f"{before} Mme Kervadec {after}".encode("utf-8", "ignore").decode()
    cleared = pipeline.clear(_chat(_user(text)), Options(politeness=Politeness.OFF))
    sent = json.loads(cleared.body)["messages"][0]["content"]
    assert reply_mapping(cleared.values).restore(sent) == text
    assert "Kervadec" not in sent


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        ("Patient [patient 1 : Rozenn Calvarin, 06 39 98 44 21] stable.", "Calvarin"),
        ("Dossier [IPP 84512] en [chambre 214].", "84512"),
        ("Mme Calvarin : [Calvarin 1] va bien.", "Calvarin"),
    ],
)
def test_brackets_that_look_like_a_placeholder_hide_nothing_from_us(typed: str, secret: str) -> None:
    """An identifier inside brackets of a placeholder's shape is hidden as anywhere, and comes back exactly."""
    cleared = pipeline.clear(_chat(_user(typed)), Options())
    assert secret not in cleared.body.decode()
    assert reply_mapping(cleared.values).restore(json.loads(cleared.body)["messages"][0]["content"]) == typed


@pytest.mark.parametrize(
    ("model", "written"),
    [("gpt-4o-mini", "gpt-4o-mini"), ("claude-sonnet-4-5", "claude-sonnet-4-5"), ("gpt-service-interne", "other")],
)
def test_only_published_model_names_are_counted(model: str, written: str) -> None:
    """What a client chooses may hold a name, so it is written down only if every piece of it is usual."""
    body = json.dumps({"model": model, "messages": [_user("Bonjour, résume ce protocole.")]}).encode()
    cleared = pipeline.clear(Request("openai_chat", b"/v1/chat/completions", body), Options())
    assert cleared.model == written
    assert cleared.characters > 20


def test_a_model_named_in_the_path_is_counted() -> None:
    """A word of a tool's arguments is not taken for it."""
    call = {"functionCall": {"name": "louer", "args": {"model": "berline"}}}
    body = json.dumps({"contents": [{"role": "model", "parts": [call]}]}).encode()
    target = b"/gemini/v1beta/models/gemini-2.5-flash:generateContent"
    cleared = pipeline.clear(Request("gemini_content", target, body), Options())
    assert cleared.model == "gemini-2.5-flash"
    with pytest.raises(Refusal):
        pipeline.clear(Request("gemini_content", target.replace(b"gemini-2", b"segolene-kervadec"), body), Options())


PROFILE = "arn%3Aaws%3Abedrock%3Aeu-west-3%3A123456789012%3Aapplication-inference-profile%2Fk3x9q0m2w7ab"


@pytest.mark.parametrize("name", ["anthropic.claude-sonnet-4-5-20250929-v1%3A0", "amazon.nova-pro-v1%3A0", PROFILE])
def test_a_model_of_bedrocks_leaves_in_its_path(name: str) -> None:
    """Dates of release, an account's own profile: no identifier of anybody's; a person's name in its place is."""
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": "Mme Solange Kervadec tousse."}]}]}).encode()
    target = f"/model/{name}/converse".encode()
    cleared = pipeline.clear(Request("bedrock_converse", target, body), Options())
    assert cleared.target == target
    assert b"Kervadec" not in cleared.body
    for other in (b"/model/amazon.segolene-kervadec/converse", b"/model/amazon.06-39-98-71-05/converse"):
        with pytest.raises(Refusal, match="identifier_misplaced"):
            pipeline.clear(Request("bedrock_converse", other, body), Options())


def test_a_model_s_name_that_says_a_person_is_refused() -> None:
    """It cannot be replaced: the model would not be found."""
    body = json.dumps({"model": "kervadec-segolene-19081947", "messages": [_user("Bonjour")]}).encode()
    with pytest.raises(Refusal, match="identifier_misplaced"):
        pipeline.clear(Request("openai_chat", b"/v1/chat/completions", body), Options())


@pytest.mark.parametrize(
    "body",
    [
        b'{"metadata":{"model":"gpt-4o"},"model":"segolene-kervadec","messages":[]}',
        b'{"mod\\u0065l":"segolene-kervadec","messages":[]}',
        b'{"model":"segolene\\u002dkervadec","messages":[]}',
    ],
)
def test_a_model_s_name_is_looked_at_wherever_and_however_it_is_written(body: bytes) -> None:
    """Another field of the same name before it, and escapes, change nothing."""
    with pytest.raises(Refusal, match="identifier_misplaced"):
        pipeline.clear(Request("openai_chat", b"/v1/chat/completions", body), Options())


def test_each_line_s_model_is_looked_at() -> None:
    """A body of several lines names several; what is scanned under the same word is hidden, not refused."""
    lines = b'{"model":"gpt-4o","input":"a"}\n{"model":"segolene-kervadec","input":"b"}\n'
    asked = Request("unlisted/", b"/v1/rerank", lines, "application/x-ndjson", "generic")
    with pytest.raises(Refusal, match="identifier_misplaced"):
        pipeline.clear(asked, Options())
    nested = b'{"model":"gpt-4o","messages":[],"metadata":{"model":"Mme Segolene Kervadec"}}'
    cleared = pipeline.clear(Request("openai_chat", b"/v1/chat/completions", nested), Options())
    assert b"Kervadec" not in cleared.body


def test_encoded_text_does_not_leave() -> None:
    """What a link or an export hides from the eye is hidden from the model too, and comes back."""
    typed = "Ouvre dossier?p=Mme%20S%C3%A9gol%C3%A8ne%20Kervadec puis résume."
    cleared = pipeline.clear(_chat(_user(typed)), Options(politeness=Politeness.OFF))
    assert b"Kervadec" not in cleared.body
    assert reply_mapping(cleared.values).restore(json.loads(cleared.body)["messages"][0]["content"]) == typed


def test_a_word_that_the_user_typed_like_a_placeholder_is_not_restored_to_a_name() -> None:
    """An echo of the prompt is the prompt, though a model may drop the brackets of the others."""
    typed = "Mme Kervadec : colonne PERSONNE_1, champ 【NAME_1】, note [**PERSONNE_1**], VILLE_1, date_1."
    cleared = pipeline.clear(_chat(_user(typed)), Options(politeness=Politeness.OFF))
    sent = json.loads(cleared.body)["messages"][0]["content"]
    assert "Kervadec" not in sent
    assert reply_mapping(cleared.values).restore(sent) == typed


def _turn(text: str, past: Past | None = None) -> Cleared:
    body = {"model": "m", "input": text, **({} if past is None else {"previous_response_id": "resp_1"})}
    request = Request("openai_responses", b"/v1/responses", json.dumps(body, ensure_ascii=False).encode(), past=past)
    return pipeline.clear(request, Options())


def test_a_request_goes_on_from_what_its_conversation_told() -> None:
    """A name found before is found where it stands bare, numbers and J0 go on, all values come back; no text stays."""
    first = _turn("M. Paul Kerdoncuff, IPP 80041297, opéré le 12/05/2026, sous Eliquis 5 mg.")
    second = _turn("kerdoncuff sort le 19/05/2026. Mme Le Guyader, IPP 80041298, reste.", first.past)
    text = json.loads(second.body)["input"]
    assert text.startswith("[PERSONNE_1_B] sort le [DATE_2 : J+7]. Mme [PERSONNE_2], IPP [IPP_2]")
    assert second.values.items() >= first.values.items()
    assert {issue.surface for issue in second.past.issued} == set(second.values.values())
    assert "Eliquis" not in repr(second.past)
    third = _turn("IPP 80041298 ?", second.past)
    assert json.loads(third.body)["input"] == "IPP [IPP_2] ?"


def test_a_request_that_leans_on_what_is_not_known_is_refused() -> None:
    """Whatever the proxy in front of it says."""
    body = b'{"model": "m", "input": "x", "previous_response_id": "resp_1"}'
    with pytest.raises(Refusal, match="history_elsewhere"):
        pipeline.clear(Request("openai_responses", b"/v1/responses", body), Options())


def test_what_a_conversation_told_counts_for_who_may_be_recognised() -> None:
    """Two turns that each could be many people's are one person's together: strict mode refuses the second."""
    turns = (
        "Patiente de 47 ans, boulangère, migraineuse.",
        "Elle a une maladie de Fabry.",
    )
    strict = Options(strictness=Strictness.STRICT)

    def asked(text: str, past: Past | None = None) -> Cleared:
        body = json.dumps({"input": text, **({"previous_response_id": "resp_1"} if past else {})}).encode()
        return pipeline.clear(Request("openai_responses", b"/v1/responses", body, past=past), strict)

    told = [asked(text).past for text in turns]
    assert all(past.attributes for past in told)
    with pytest.raises(Refusal, match="person_recognisable"):
        asked(turns[1], told[0])
