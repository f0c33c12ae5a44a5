"""Amazon Bedrock at the wire: signatures over a body are refused everywhere, its key passes, `run` reads it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from avec_proxy.model import JSON
from avec_proxy.proxy import headers
from avec_proxy.settings import BaseUrl
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.bedrock import FRAMES, converse_events, converse_message
from tests.proxy.conftest import CHAT, MESSAGES, Rig, head
from tests.proxy.standins import World, station

HOST = "bedrock-runtime.eu-west-3.amazonaws.com"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261125/eu-west-3/bedrock/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
)
QUERY = "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=" + "0" * 64
CONVERSE = "/bedrock/model/amazon.nova-pro-v1%3A0/converse"
INVOKE = "/bedrock/model/amazon.nova-pro-v1%3A0/invoke"
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "MARQUEUR"}]}).encode()


@pytest.mark.parametrize("path", [CHAT, MESSAGES, CONVERSE, INVOKE])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("authorization", SIGNED),
        ("authorization", SIGNED.replace("AWS4-HMAC-SHA256", "aws4-ecdsa-p256-sha256")),
        ("authorization", SIGNED.replace("AWS4-HMAC-SHA256", "TC3-HMAC-SHA256")),
        ("signature-input", 'sig1=("content-digest");created=1'),
        ("", QUERY),
    ],
    ids=["SigV4", "SigV4A", "another cloud's", "RFC 9421", "in the query"],
)
async def test_a_signature_over_the_body_is_refused_at_any_address(rig: Rig, path: str, name: str, value: str) -> None:
    """A changed body would be answered with an error that nobody understands: a clear word comes first."""
    data = head(path=path + ("" if name else value), headers={name: value} if name else {}, body=BODY)
    answer = await rig.raw(data)
    assert b"x-avec-refusal: request_signed" in answer.lower()
    assert "signée" in answer.decode()
    rig.assert_nothing_left()


async def test_no_content_type_is_json_for_a_model_called_directly_alone(rig: Rig) -> None:
    """Bedrock takes it so, and its SDKs send none; elsewhere it stays refused."""
    untyped = {"content-type": None}
    rig.upstream.answer = lambda _: Reply(b"{}")
    assert b" 200 " in (await rig.raw(head(path=INVOKE, headers=untyped, body=BODY)))[:20]  # type: ignore[arg-type]
    assert rig.upstream.requests[0].headers["content-type"] == "application/json"
    for path in (CHAT, CONVERSE):
        answer = await rig.raw(head(path=path, headers=untyped, body=BODY))  # type: ignore[arg-type]
        assert b"x-avec-refusal: content_type_unsupported" in answer.lower()


def test_a_guardrails_headers_leave_with_its_request() -> None:
    """Left behind, the guardrail would be missing; one that could say anything stays here."""
    names = {
        b"X-Amzn-Bedrock-GuardrailIdentifier": b"ff6ujrregl1q",
        b"X-Amzn-Bedrock-GuardrailVersion": b"DRAFT",
        b"X-Amzn-Bedrock-Trace": b"ENABLED",
        b"X-Amzn-Bedrock-Service-Tier": b"Mme Dupont",
        b"amz-sdk-invocation-id": b"d898feab-0cdf-4582-975b-bcb7ac71213c",
    }
    leaving = dict(headers.outgoing(tuple(names.items()), BaseUrl("https", HOST, 443), b"{}", JSON, has_body=True))
    assert leaving[b"x-amzn-bedrock-guardrailidentifier"] == b"ff6ujrregl1q"
    assert leaving[b"x-amzn-bedrock-guardrailversion"] == b"DRAFT"
    assert leaving[b"x-amzn-bedrock-trace"] == b"ENABLED"
    assert b"x-amzn-bedrock-service-tier" not in leaving
    assert b"amz-sdk-invocation-id" not in leaving


@pytest.mark.parametrize("stream", [False, True])
async def test_the_sdk_sends_its_key_through_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: bool) -> None:
    """As a user sets it up: the key and the proxy in the environment, our authority trusted; no name leaves."""
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "cle-essai")
    world = World(tmp_path)
    await world.serve(HOST)
    upstream = world.services[HOST]

    def answer(received: Received) -> Reply:
        text = received.json["messages"][0]["content"][0]["text"]
        if received.target.endswith("stream"):
            return Reply(converse_events([{"text": c} for c in text]), headers=FRAMES, frame=11, chunked=True)
        return Reply(converse_message({"text": text}))

    upstream.answer = answer
    async with station(world) as here:

        def ask() -> str:
            client: Any = boto3.client(
                "bedrock-runtime",
                region_name="eu-west-3",
                verify=str(here.authority.path_root),
                config=Config(proxies={"https": f"http://127.0.0.1:{here.proxy.addresses[0][1]}"}),
            )
            asked: Any = {
                "modelId": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "messages": [{"role": "user", "content": [{"text": "MARQUEUR va bien"}]}],
            }
            if not stream:
                return str(client.converse(**asked)["output"]["message"]["content"][0]["text"])
            events = client.converse_stream(**asked)["stream"]
            return "".join(event.get("contentBlockDelta", {}).get("delta", {}).get("text", "") for event in events)

        assert await asyncio.to_thread(ask) == "MARQUEUR va bien"
    (received,) = upstream.requests
    assert received.headers["authorization"] == "Bearer cle-essai"
    assert received.headers["host"] == HOST
    assert b"MARQUEUR" not in upstream.received


async def test_a_signed_request_is_refused_by_run(tmp_path: Path) -> None:
    """With an access key the SDK signs: nothing is sent, and it says what to do."""
    world = World(tmp_path)
    await world.serve(HOST)
    async with station(world) as here, here.client() as client:
        url = f"https://{HOST}{CONVERSE.removeprefix('/bedrock')}"
        answer = await client.post(
            url, content=BODY, headers={"authorization": SIGNED, "content-type": "application/json"}
        )
        assert answer.status_code == 403
        assert answer.headers["x-avec-refusal"] == "request_signed"
        assert answer.json()["__type"] == "AccessDeniedException"
    world.assert_untouched()
