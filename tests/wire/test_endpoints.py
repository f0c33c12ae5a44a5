"""Known addresses are found, everything else is nobody's."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.rulebook import RuleFileError, load_folder
from avec_proxy.wire import FORMATS, endpoints
from avec_proxy.wire.endpoints import EndpointRule, Message, endpoint, find, vendors
from avec_proxy.wire.replies import Usage
from avec_proxy.wire.target import outbound_target

MAPPING = Mapping({"PERSONNE_1": "Zoé Dû"})
RULES = endpoints.endpoints()
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
each_taken = pytest.mark.parametrize("rule", [r for r in RULES if r.refused is None], ids=lambda rule: rule.id)


@each_rule
def test_each_endpoint_matches_its_example(rule: EndpointRule) -> None:
    """Its example's path and headers lead to it, and its wire format exists."""
    request = rule.example.request
    assert find(request.path.partition("?")[0], set(request.headers)) is rule
    assert rule.takes(request.method)
    assert rule.format in FORMATS
    assert endpoint(rule.id) is rule


def _body(message: Message) -> bytes:
    body = message.body
    return b"" if body is None else (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()


@each_taken
def test_its_example_leaves_as_the_provider_knows_it(rule: EndpointRule) -> None:
    """The target loses the vendor's name, the host alone then finds it, and the user's words are scanned."""
    request = rule.example.request
    target = outbound_target(request.path.encode(), rule).document.container.decode()
    assert target == request.path.removeprefix(f"/{rule.vendor}")
    for pattern in rule.hosts:
        host = f"zz9{pattern}" if pattern.startswith(".") else pattern.replace("*", "eu-west-3")
        assert find(target.partition("?")[0], set(request.headers), host) is rule
    if body := _body(request):
        texts = [s.text for s in FORMATS[rule.format].outbound(body, request.headers["content-type"]).document.segments]
        assert any("Résumer" in text for text in texts)


@each_taken
def test_its_examples_reply_is_restored(rule: EndpointRule) -> None:
    """The reply comes back with the name, and the tokens are counted; one that holds no text passes as it came."""
    reply = FORMATS[rule.format].reply(MAPPING, rule.example.reply.headers["content-type"])
    body = _body(rule.example.reply)
    shown = b"".join(reply.feed(body[at : at + 9]) for at in range(0, len(body), 9)) + reply.close()
    assert b"[PERSONNE" not in shown
    if FORMATS[rule.format].dialect is None:
        assert shown == body
    elif rule.example.request.body is not None:
        assert "Zoé Dû".encode() in shown
        assert isinstance(reply.usage, Usage) or not re.search(rb"(?i)token|eval_count", body)


@pytest.mark.parametrize(
    ("path", "headers", "found"),
    [
        ("/v1/chat/completions", set(), "openai_chat"),
        ("/chat/completions", set(), "openai_chat"),
        ("/v1/messages", set(), "anthropic_messages"),
        ("/v1/messages/count_tokens", {"x-api-key"}, "anthropic_messages"),
        ("/v1/models", set(), "models"),
        ("/models/gpt-4o", {"authorization"}, "models"),
        ("/v1/models", {"x-api-key"}, "anthropic_models"),
        ("/v1/models/x", {"anthropic-version"}, "anthropic_models"),
        ("/", set(), None),
        ("", set(), None),
        ("/v1", set(), None),
        ("/v1/responses", set(), "openai_responses"),
        ("/responses/input_tokens", set(), "openai_responses"),
        ("/v1/responses/resp_1", set(), "openai_responses_kept"),
        ("/v1/responses/compact", set(), "openai_responses_kept"),
        ("/v1/responses/resp_1/cancel", set(), None),
        ("/v1/conversations", set(), "openai_conversations"),
        ("/v1/conversations/conv_1", set(), "openai_stored"),
        ("/v1/chat/completions/", set(), None),
        ("/v1//chat/completions", set(), None),
        ("/V1/chat/completions", set(), None),
        ("/v2/chat/completions", set(), None),
        ("/v1/v1/chat/completions", set(), None),
        ("/v1/chat/completions/x", set(), None),
        ("/v1/chat%2fcompletions", set(), None),
        ("/v1/embeddings", set(), "openai_embeddings"),
        ("/completions", set(), "openai_completions"),
        ("/v1/images/generations", set(), "openai_images"),
        ("/v1/models/", set(), None),
        ("/v1/models/.", set(), None),
        ("/v1/models/..", set(), None),
        ("/v1/models/.%2E", set(), None),
        ("/v1/models/a%2Fb", set(), None),
        ("/v1/models/a/b", set(), None),
        ("/v1/models/a;b", set(), None),
        ("/v1/models/a\\b", set(), None),
        ("/v1/models/a%0d%0ab", set(), None),
        ("/v1/models/a\r\nx", set(), None),
    ],
)
def test_finding(path: str, headers: set[str], found: str | None) -> None:
    """The version may be missing; nothing else may differ."""
    rule = find(path, headers)
    assert (None if rule is None else rule.id) == found


@pytest.mark.parametrize(
    ("path", "headers", "rule_id"),
    [
        ("/v1/chat/completions", [], "openai_chat"),
        ("/chat/completions", ["x-api-key"], "openai_chat"),
        ("/openai/v1/chat/completions", [], "openai_chat"),
        ("/openai/chat/completions", [], "openai_chat"),
        ("/mistral/v1/chat/completions", [], "mistral_chat"),
        ("/mistral/chat/completions", ["anthropic-version"], "mistral_chat"),
        ("/ollama/v1/chat/completions", [], "ollama_openai"),
        ("/v1/messages", [], "anthropic_messages"),
        ("/anthropic/v1/messages", [], "anthropic_messages"),
        ("/v1/models", [], "models"),
        ("/v1/models", ["x-api-key"], "anthropic_models"),
        ("/anthropic/v1/models", [], "anthropic_models"),
        ("/openai/v1/models/m", ["x-api-key"], "models"),
        ("/mistral/v1/models/m", [], "mistral_models"),
        ("/albert/v1/chat/completions", [], "albert_chat"),
        ("/groq/v1/chat/completions", [], "groq_chat"),
        ("/groq/openai/v1/chat/completions", [], "groq_chat"),
        ("/openrouter/api/v1/chat/completions", [], "openrouter_chat"),
        ("/api/v1/chat/completions", [], None),
        ("/openai/openai/v1/chat/completions", [], None),
        ("/openai/groq/v1/chat/completions", [], None),
        ("/vllm/v1/chat/completions", ["x-api-key"], "vllm_chat"),
        ("/vllm/v1/models", [], "vllm_models"),
        ("/openrouter/api/v1/models", [], "openrouter_models"),
        ("/perplexity/v1/models", [], None),
        ("/azure_openai/openai/deployments/gpt-4o/chat/completions", ["api-key"], "azure_openai_chat"),
        ("/azure_openai/openai/v1/chat/completions", [], "azure_openai_chat"),
        ("/azure_openai/openai/deployments/emb/embeddings", [], "azure_openai_embeddings"),
        ("/azure_openai/openai/deployments/..", [], None),
        ("/azure_openai/openai/deployments/../chat/completions", [], None),
        ("/azure_openai/openai/deployments/a%2fb/chat/completions", [], None),
        ("/azure_openai/openai/deployments/a/b/chat/completions", [], None),
        ("/azure_openai/openai/deployments/a/images/generations", [], "azure_openai_images"),
        ("/azure_openai/v1/chat/completions", [], None),
        ("/openai/deployments/gpt-4o/chat/completions", ["api-key"], None),
        ("/v1beta/models/gemini-2.5-flash:generateContent", ["x-goog-api-key"], "gemini_content"),
        ("/gemini/v1beta/models/g:countTokens", [], "gemini_content"),
        ("/v1beta/models/g:streamGenerateContent", [], "gemini_stream"),
        ("/v1beta/models/g", [], "gemini_models"),
        ("/v1beta/models/g:generateContent:generateContent", [], None),
        ("/v1beta/models/g%3AstreamGenerateContent:generateContent", [], None),
        ("/v1beta/models/a/b:generateContent", [], None),
        ("/v1beta/models/..:generateContent", [], None),
        ("/v1beta/cachedContents", [], None),
        ("/beta/models/g:generateContent", [], None),
        ("/v1/v1beta/models/g", [], None),
        ("/api/chat", [], "ollama_chat"),
        ("/ollama/api/generate", [], "ollama_chat"),
        ("/api/tags", ["content-type"], "ollama_models"),
        ("/chat", [], None),
        ("/v1/api/chat", [], None),
        ("/mistral/api/chat", [], None),
        ("/anthropic/v1/chat/completions", [], None),
        ("/mistral/mistral/v1/chat/completions", [], None),
        ("/mistral//v1/chat/completions", [], None),
        ("/Mistral/v1/chat/completions", [], None),
        ("/%6distral/v1/chat/completions", [], None),
        ("/mistral", [], None),
        ("/mistral/", [], None),
        ("/inconnu/v1/chat/completions", [], None),
        ("/mistral/v1/models/..", [], None),
        ("//v1/chat/completions", [], None),
        ("", [], None),
    ],
)
def test_a_path_means_one_vendors_endpoint_or_none(path: str, headers: list[str], rule_id: str | None) -> None:
    """By its own path, by a vendor's name before it, by a vendor's header; nothing that only resembles."""
    rule = find(path, headers)
    assert (rule and rule.id) == rule_id


@pytest.mark.parametrize(
    ("host", "path", "rule_id"),
    [
        ("api.mistral.ai", "/v1/chat/completions", "mistral_chat"),
        ("api.eu.mistral.ai", "/v1/models", "mistral_models"),
        ("api.openai.com", "/v1/chat/completions", "openai_chat"),
        ("api.anthropic.com", "/v1/models", "anthropic_models"),
        ("ollama.com", "/v1/chat/completions", "ollama_openai"),
        ("ollama.com", "/api/chat", "ollama_chat"),
        ("albert.api.etalab.gouv.fr", "/v1/chat/completions", "albert_chat"),
        ("api.groq.com", "/openai/v1/chat/completions", "groq_chat"),
        ("api.openai.com", "/openai/v1/chat/completions", None),
        ("openrouter.ai", "/api/v1/chat/completions", "openrouter_chat"),
        ("openrouter.ai", "/chat", None),
        ("chu.openai.azure.com", "/openai/deployments/gpt-4o/chat/completions", "azure_openai_chat"),
        ("chu.openai.azure.com", "/openai/v1/embeddings", "azure_openai_embeddings"),
        ("chu.openai.azure.com", "/v1/chat/completions", None),
        ("chuopenai.azure.com", "/openai/v1/embeddings", None),
        ("chu.openai.azure.com.exemple.fr", "/openai/v1/embeddings", None),
        ("chu.ifr.fr-par.scaleway.com", "/v1/chat/completions", "scaleway_chat"),
        ("api.deepseek.com", "/chat/completions", "deepseek_chat"),
        ("api.mistral.ai", "/mistral/v1/chat/completions", None),
        ("api.mistral.ai", "/v1/messages", None),
        ("api.openai.com.exemple.fr", "/v1/chat/completions", None),
        ("", "/v1/chat/completions", None),
    ],
)
def test_a_host_decides_whose_endpoint_a_path_is(host: str, path: str, rule_id: str | None) -> None:
    """Where the client named the provider, no other's endpoint is meant and no vendor's name is taken off."""
    rule = find(path, [], host)
    assert (rule and rule.id) == rule_id


def test_a_refusal_of_an_address_must_be_one_that_has_words(tmp_path: Path) -> None:
    """A code that no user could be told is no reason."""
    with pytest.raises(RuleFileError, match="refused"):
        _loaded(tmp_path, more="refused: parce_que")


def test_a_vendors_name_is_no_part_of_any_path() -> None:
    """Else taking it off could make another address of one; another vendor's, behind the own name, is no doubt."""
    for rule in RULES:
        firsts = {part for path in rule.paths for part in path.split("/")[1:3]}
        assert rule.vendor not in firsts
        assert rule.named or not vendors() & firsts


def test_two_endpoints_never_answer_the_same_path() -> None:
    """What two vendors share is parted by a header or by the vendor's name."""
    for rule in RULES:
        rivals = [r for r in RULES if r is not rule and set(r.paths) & set(rule.paths)]
        assert all(r.vendor != rule.vendor and (r.named or rule.named or r.headers or rule.headers) for r in rivals)


def _loaded(base: Path, *, path: str = "/v1/x", hosts: Sequence[str] = ("h",), more: str = "") -> None:
    """Load a folder of one endpoint's rule."""
    folder = base / "endpoints"
    folder.mkdir()
    (folder / "essai.yaml").write_text(
        f"id: essai\ntitle: Essai\nvendor: x\nformat: y\nmethods: [POST]\npaths: ['{path}']\nhosts: {list(hosts)}\n"
        f"read: 2026-11\nexample: {{request: {{}}, reply: {{}}}}\n{more}\n"
    )
    load_folder("endpoints", EndpointRule, base)


@given(st.text(min_size=1, max_size=30))
def test_a_free_part_is_located_exactly(name: str) -> None:
    """A client's own part of a path is given as the span where it stands, or the path is nobody's."""
    path = "/v1/models/" + quote(name, safe="")
    spans = endpoint("models").free_parts(path)
    if spans is not None:
        assert spans == {"model": (11, len(path))}
        assert not set(name) & {"/", "\\", "\r", "\n"}


@pytest.mark.parametrize(
    "path",
    [
        "/chat",
        "/v1",
        "/openai",
        "/openaix/v1",
        "/api",
        "/apix/y",
        "/api/x/",
        "/v1//x",
        "v1/x",
        "/v1/X",
        "/v1/{a",
        "/v1/x:y",
        "/v1/{a}:y/z",
        "/v1beta2/x",
        "/v1/x?y",
        "/v1/../x",
        "/v1/.*",
    ],
)
def test_a_path_that_cannot_be_read_is_refused_at_load(tmp_path: Path, path: str) -> None:
    """A path is literal lower-case parts and named free parts, nothing that would match more than it says."""
    with pytest.raises(RuleFileError, match="paths"):
        _loaded(tmp_path, path=path)


def test_an_endpoint_without_a_host_must_be_named(tmp_path: Path) -> None:
    """Nobody's host and everybody's path: a gateway could not tell whose it is."""
    with pytest.raises(RuleFileError, match="named"):
        _loaded(tmp_path, hosts=())


@pytest.mark.parametrize("host", [".com", ".azure.com", "*.openai.azure.com", "Api.openai.com", "h/x", "", "."])
def test_a_host_that_says_too_much_is_refused_at_load(tmp_path: Path, host: str) -> None:
    """A name, or an ending of three parts or more: a shorter one, or a star, would be somebody else's too."""
    with pytest.raises(RuleFileError, match="hosts"):
        _loaded(tmp_path, hosts=(host,))
