"""Known addresses are found, everything else is nobody's."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.rulebook import RuleFileError, load_folder
from avec_proxy.wire import FORMATS, endpoints
from avec_proxy.wire.endpoints import EndpointRule, endpoint, find


@pytest.mark.parametrize("rule", endpoints.endpoints(), ids=lambda rule: rule.id)
def test_each_endpoint_matches_its_example(rule: EndpointRule) -> None:
    """Its example's path and headers lead to it, and its wire format exists."""
    request = rule.example.request
    assert find(request.path, set(request.headers)) is rule
    assert rule.takes(request.method)
    assert rule.format in FORMATS
    assert endpoint(rule.id) is rule


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
        ("/v1/chat/completions/", set(), None),
        ("/v1//chat/completions", set(), None),
        ("/V1/chat/completions", set(), None),
        ("/v2/chat/completions", set(), None),
        ("/v1/v1/chat/completions", set(), None),
        ("/v1/chat/completions/x", set(), None),
        ("/v1/chat%2fcompletions", set(), None),
        ("/v1/embeddings", set(), None),
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


@given(st.text(min_size=1, max_size=30))
def test_a_free_part_is_located_exactly(name: str) -> None:
    """A client's own part of a path is given as the span where it stands, or the path is nobody's."""
    path = "/v1/models/" + quote(name, safe="")
    spans = endpoint("models").free_parts(path)
    if spans is not None:
        assert spans == {"model": (11, len(path))}
        assert not set(name) & {"/", "\\", "\r", "\n"}


@pytest.mark.parametrize("path", ["/chat", "/v1", "v1/x", "/v1/X", "/v1/{a", "/v1/x?y", "/v1/../x", "/v1/.*"])
def test_a_path_that_cannot_be_read_is_refused_at_load(tmp_path: Path, path: str) -> None:
    """A path is literal lower-case parts and named free parts, nothing that would match more than it says."""
    folder = tmp_path / "endpoints"
    folder.mkdir()
    (folder / "essai.yaml").write_text(
        f"id: essai\ntitle: Essai\nvendor: x\nformat: y\nmethods: [POST]\npaths: ['{path}']\nhosts: [h]\n"
        "example: {request: {}, reply: {}}\n"
    )
    with pytest.raises(RuleFileError, match="paths"):
        load_folder("endpoints", EndpointRule, tmp_path)
