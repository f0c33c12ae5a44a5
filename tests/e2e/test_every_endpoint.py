"""Each listed endpoint's own example through the gateway: it is hidden, restored, compressed or not, or refused."""

import gzip
import json
import re

import httpx2
import pytest

from avec_proxy.refusals import WORDS
from avec_proxy.wire import FORMATS
from avec_proxy.wire.endpoints import EndpointRule, Message, endpoints
from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream

_PERSON = re.compile(r"(?:Mme|M\.) ([A-ZÀ-Ý][\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+)+)")
_TAKEN = [rule for rule in endpoints() if rule.refused is None and _PERSON.search(str(rule.example.request.body))]
each_taken = pytest.mark.parametrize("rule", _TAKEN, ids=lambda rule: rule.id)
each_refused = pytest.mark.parametrize(
    "rule", [r for r in endpoints() if r.refused is not None], ids=lambda rule: rule.id
)


def _body(message: Message) -> bytes:
    body = message.body
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()


def _sent(gateway: GatewayProcess, rule: EndpointRule) -> httpx2.Response:
    asked = rule.example.request
    url = gateway.url + asked.path
    return httpx2.request(asked.method, url, content=_body(asked), headers=asked.headers, trust_env=False, timeout=60)


@each_taken
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_an_example_leaves_hidden_and_comes_back(
    gateway: GatewayProcess, upstream: LiveUpstream, rule: EndpointRule, compressed: bool
) -> None:
    """The person does not reach the provider, and stands in the reply where the placeholder stood."""
    (person,) = set(_PERSON.findall(_body(rule.example.request).decode()))
    said = rule.example.reply

    def answer(_: Received) -> Reply:
        body = _body(said)
        headers = dict(said.headers) | ({"content-encoding": "gzip"} if compressed else {})
        return Reply(gzip.compress(body) if compressed else body, headers=headers, frame=7, chunked=True)

    upstream.answer(answer)
    reply = _sent(gateway, rule)
    assert reply.status_code == 200, reply.text
    upstream.assert_clean([part for part in (person, *person.split()) if len(part) > 3])
    assert "[PERSONNE_1" in upstream.requests[0].body.decode()
    if FORMATS[rule.format].dialect is None:
        assert reply.content == _body(said)
    else:
        assert "[PERSONNE" not in reply.text
        assert person in reply.text


@each_refused
def test_what_is_refused_says_why(gateway: GatewayProcess, upstream: LiveUpstream, rule: EndpointRule) -> None:
    """Nothing leaves, and the words are those of the rule's reason, where the provider's SDK looks for them."""
    assert rule.refused is not None
    reply = _sent(gateway, rule)
    assert (reply.status_code, reply.headers["x-avec-refusal"]) == (WORDS[rule.refused].status, rule.refused)
    assert WORDS[rule.refused].message in json.dumps(reply.json(), ensure_ascii=False)
    upstream.assert_untouched()
