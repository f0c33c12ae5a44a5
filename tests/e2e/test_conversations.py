"""Conversations that the provider keeps, through the official SDK: a request goes on where the last one ended."""

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream

FIRST = "Mme Maëlle Quintrec, née le 04/03/1962, IPP 80714429, opérée le 12/05/2026 : que surveiller ?"
SECOND = "Quintrec va mieux. Son voisin M. Hervé Loussouarn, vu le 19/05/2026, tousse."
MARKERS = ["Maëlle", "Quintrec", "04/03/1962", "80714429", "Hervé", "Loussouarn"]


def sdk(url: str, key: str = "sk-essai") -> openai.OpenAI:
    """Return the SDK as the user with this key sets it up."""
    return openai.OpenAI(
        base_url=f"{url}/v1", api_key=key, http_client=openai.DefaultHttpxClient(trust_env=False, timeout=60)
    )


@pytest.fixture
def client(gateway: GatewayProcess) -> openai.OpenAI:
    """Give the SDK of one user."""
    return sdk(gateway.url)


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def _echo(upstream: LiveUpstream) -> None:
    """Answer with all that was said, under a new name each time, as a provider that keeps it does."""
    told: list[str] = []
    mark = uuid.uuid4().hex  # no two answers have one name

    def answer(received: Received) -> Reply:
        if received.method == "GET":
            content = [{"type": "output_text", "text": told[0], "annotations": []}]
            message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content}
            read: dict[str, Any] = {"id": f"resp_{mark}1", "object": "response", "created_at": 1, "model": "m"}
            if received.target.endswith("/items"):
                read = {"object": "list", "has_more": False, "first_id": "msg_1", "last_id": "msg_1", "data": [message]}
            return Reply(json.dumps({**read, "output": [message]}).encode(), frame=9)
        body = received.json
        if received.target.endswith("/conversations"):
            made = {"id": f"conv_{mark}", "object": "conversation", "created_at": 1, "metadata": {}}
            told.extend(item["content"] for item in body.get("items", []))
            return Reply(json.dumps(made).encode())
        told.append(body["input"])
        part = {"type": "output_text", "text": " / ".join(told), "annotations": []}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
        done: dict[str, Any] = {"id": f"resp_{mark}{len(told)}", "object": "response", "created_at": 1, "model": "m"}
        done |= {"status": "completed", "output": [message], "tools": [], "tool_choice": "auto"}
        done |= {
            "parallel_tool_calls": True,
            "conversation": {"id": f"conv_{mark}"} if "conversation" in body else None,
        }
        if not body.get("stream"):
            return Reply(json.dumps(done).encode(), frame=9)
        at = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
        events = [
            ("response.created", {"response": {**done, "status": "in_progress", "output": []}}),
            *(("response.output_text.delta", {**at, "delta": piece}) for piece in part["text"]),
            ("response.completed", {"response": done}),
        ]
        lines = (f"event: {k}\ndata: {json.dumps({'type': k, **m})}\n\n" for k, m in events)
        headers = {"content-type": "text/event-stream"}
        return Reply("".join(lines).encode(), headers=headers, frame=11, chunked=True)

    upstream.answer(answer)


def _said(client: openai.OpenAI, text: str, *, stream: bool = False, **more: Any) -> tuple[str, str]:
    """Return what comes back to `text`, and the name that it has with the provider."""
    if not stream:
        made = client.responses.create(model="m", input=text, **more)
        return made.output_text, made.id
    name, pieces = "", []
    for event in client.responses.create(model="m", input=text, stream=True, **more):
        if event.type == "response.created":
            name = event.response.id
        elif event.type == "response.output_text.delta":
            pieces.append(event.delta)
    return "".join(pieces), name


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_a_second_turn_goes_on_from_the_first(client: openai.OpenAI, upstream: LiveUpstream, stream: bool) -> None:
    """The same person keeps her number though named otherwise, another gets the next, J0 stays; all comes back."""
    _echo(upstream)
    said, name = _said(client, FIRST, stream=stream)
    assert said == FIRST
    said, name = _said(client, SECOND, stream=stream, previous_response_id=name)
    assert said == f"{FIRST} / {SECOND}"
    third = "Et Mme Quintrec, IPP 80714429 ?"
    said, _ = _said(client, third, stream=stream, previous_response_id=name)
    assert said == f"{FIRST} / {SECOND} / {third}"
    first, second, last = (request.json["input"] for request in upstream.requests)
    assert "[PERSONNE_1]" in first
    assert second.startswith("[PERSONNE_1_B] va mieux. Son voisin M. [PERSONNE_2]")
    assert "[DATE_2 : J+7]" in second
    assert "[PERSONNE_1_B]" in last
    assert "IPP [IPP_1]" in first
    assert "IPP [IPP_1]" in last
    assert upstream.requests[2].json["previous_response_id"] == name


def test_a_branch_does_not_know_of_the_other(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """Two questions to the same answer: each goes on from it alone."""
    _echo(upstream)
    _, name = _said(client, FIRST)
    _said(client, "Son fils, M. Hervé Loussouarn, demande des nouvelles.", previous_response_id=name)
    _said(client, "Sa fille, Mme Maëlle Loussouarn, aussi.", previous_response_id=name)
    branches = [request.json["input"] for request in upstream.requests[1:]]
    assert all("[PERSONNE_2]" in branch for branch in branches)


def test_a_conversation_goes_on_by_its_name(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """Made with its first items, then named in each request: numbers go on."""
    _echo(upstream)
    made = client.conversations.create(items=[{"type": "message", "role": "user", "content": FIRST}])
    said, _ = _said(client, SECOND, conversation=made.id)
    assert said == f"{FIRST} / {SECOND}"
    said, _ = _said(client, "Et Loussouarn ?", conversation=made.id)
    assert said == f"{FIRST} / {SECOND} / Et Loussouarn ?"
    sent = upstream.requests[-1].json
    assert sent["input"] == "Et [PERSONNE_2_B] ?"
    assert sent["conversation"] == made.id


def test_what_is_kept_is_read_again_with_its_values(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """An answer by its name, a conversation's items by its own."""
    _echo(upstream)
    _, name = _said(client, FIRST)
    assert client.responses.retrieve(name).output_text == FIRST
    made = client.conversations.create(items=[{"type": "message", "role": "user", "content": FIRST}])
    (item,) = client.conversations.items.list(made.id).data
    assert item.content[0].text == FIRST  # type: ignore[union-attr]
    with pytest.raises(openai.UnprocessableEntityError, match="ou plus"):
        client.responses.retrieve("resp_inconnu")


def test_mistrals_conversations_go_on_by_their_path(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Begun as a stream, whose first event names it; gone on with plainly: numbers and J0 too."""
    name = f"conv_{uuid.uuid4().hex}"

    def answer(received: Received) -> Reply:
        if received.method == "GET":
            entry = {"object": "entry", "type": "message.input", "content": upstream.requests[0].json["inputs"]}
            kept = {"object": "conversation.history", "conversation_id": name, "entries": [entry]}
            return Reply(json.dumps(kept).encode(), frame=9)
        said = received.json["inputs"]
        if not received.json.get("stream"):
            output = {"object": "entry", "type": "message.output", "id": "m", "role": "assistant", "content": said}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            done = {"object": "conversation.response", "conversation_id": name, "outputs": [output], "usage": usage}
            return Reply(json.dumps(done).encode(), frame=9)
        events = [
            {"type": "conversation.response.started", "conversation_id": name},
            *({"type": "message.output.delta", "output_index": 0, "content_index": 0, "content": c} for c in said),
            {"type": "conversation.response.done", "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
        ]
        body = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
        return Reply(body.encode(), headers={"content-type": "text/event-stream"}, frame=9, chunked=True)

    upstream.answer(answer)
    base = f"{gateway.url}/mistral/v1/conversations"
    with httpx2.Client(headers={"authorization": "Bearer cle"}, trust_env=False, timeout=60) as http:
        begun = http.post(base, json={"model": "m", "inputs": FIRST, "stream": True})
        said = [json.loads(line[6:]) for line in begun.text.splitlines() if line.startswith("data: ")]
        assert "".join(event.get("content", "") for event in said) == FIRST
        gone_on = http.post(f"{base}/{name}", json={"inputs": SECOND})
        assert gone_on.json()["outputs"][0]["content"] == SECOND
        assert http.get(f"{base}/{name}/history").json()["entries"][0]["content"] == FIRST
        sent = upstream.requests[1]
        assert sent.target.endswith(f"/v1/conversations/{name}")
        assert sent.json["inputs"].startswith("[PERSONNE_1_B] va mieux. Son voisin M. [PERSONNE_2]")
        assert "[DATE_2 : J+7]" in sent.json["inputs"]
        before = len(upstream.requests)
        other = http.post(f"{base}/{name}", json={"inputs": "Qui ?"}, headers={"authorization": "Bearer autre"})
        assert (other.status_code, other.headers["x-avec-refusal"]) == (422, "history_unknown")
        assert len(upstream.requests) == before


def test_nobody_goes_on_with_anothers(client: openai.OpenAI, gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Who guesses the name of an answer, with another key, learns nothing: refused, nothing was sent."""
    _echo(upstream)
    _, name = _said(client, FIRST)
    before = len(upstream.requests)
    with pytest.raises(openai.UnprocessableEntityError, match="ne connaît pas, ou plus") as refused:
        _said(sdk(gateway.url, "sk-autre"), "Qui est-elle ?", previous_response_id=name)
    assert refused.value.code == "history_unknown"
    with pytest.raises(openai.UnprocessableEntityError, match="commencez un nouvel échange"):
        _said(client, "Qui ?", previous_response_id="resp_inconnu")
    assert len(upstream.requests) == before


def test_what_the_provider_does_not_keep_is_not_kept_here(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """With `store` off an answer cannot be gone on from, and nothing of it is remembered."""
    _echo(upstream)
    _, name = _said(client, FIRST, store=False)
    with pytest.raises(openai.UnprocessableEntityError):
        _said(client, SECOND, previous_response_id=name)


def test_it_is_forgotten_in_time(shared_upstream: LiveUpstream, upstream: LiveUpstream, tmp_path: Path) -> None:
    """After the time that the settings say, or when too many others came; at nought nothing is ever kept."""
    _echo(upstream)
    small = {"AVEC_CONVERSATION_MINUTES": "0.06", "AVEC_CONVERSATIONS": "1", "AVEC_WORKERS": "1"}
    process = GatewayProcess(tmp_path / "short", shared_upstream.url, env=small)
    try:
        own = sdk(process.url)
        _, one = _said(own, FIRST)
        _, two = _said(own, FIRST)
        with pytest.raises(openai.UnprocessableEntityError, match="ou plus"):
            _said(own, SECOND, previous_response_id=one)
        _said(own, SECOND, previous_response_id=two)
        _, three = _said(own, FIRST)
        time.sleep(4)
        with pytest.raises(openai.UnprocessableEntityError, match="ou plus"):
            _said(own, SECOND, previous_response_id=three)
    finally:
        process.kill()
    process = GatewayProcess(
        tmp_path / "off", shared_upstream.url, env={"AVEC_CONVERSATION_MINUTES": "0", "AVEC_WORKERS": "1"}
    )
    try:
        own = sdk(process.url)
        _, name = _said(own, FIRST)
        with pytest.raises(openai.UnprocessableEntityError) as refused:
            _said(own, SECOND, previous_response_id=name)
        assert refused.value.code == "history_elsewhere"
    finally:
        process.kill()
