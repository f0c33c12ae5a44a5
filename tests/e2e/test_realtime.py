"""Voice and other realtime connections, through the official SDK: refused with a word, nothing is opened behind."""

import json

import openai
import pytest
from websockets.exceptions import InvalidStatus

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness.live import LiveUpstream


@pytest.mark.parametrize("model", ["gpt-realtime", "gpt-4o-realtime-preview"])
def test_a_realtime_connection_is_refused_with_a_word(
    gateway: GatewayProcess, upstream: LiveUpstream, model: str
) -> None:
    """The SDK's own exception holds the answer: what happened, and what to do instead; no connection went on."""
    client = openai.OpenAI(
        base_url=f"{gateway.url}/v1",
        websocket_base_url=f"ws://127.0.0.1:{gateway.port}/v1",
        api_key="cle-essai",
        max_retries=0,
    )
    with pytest.raises(InvalidStatus) as refused, client.realtime.connect(model=model) as connection:
        connection.session.update(session={"type": "realtime", "instructions": "Mme Rozenn Calvarin, 71 ans"})
    answer = refused.value.response
    assert answer.status_code == 403
    assert answer.headers["x-avec-refusal"] == "websocket_unsupported"
    error = json.loads(answer.body)["error"]
    assert error["code"] == "websocket_unsupported"
    assert "Utilisez l'interface par requêtes" in error["message"]
    upstream.assert_untouched()
