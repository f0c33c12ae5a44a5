"""Odd requests, as testers, broken programs and attackers send them: what is good comes back exactly, what is not
is refused in French, and nobody's name ever reaches the upstream."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.raw import CHAT, MESSAGES, answers, chunked, exchange, one, refusal, request
from tests.e2e.odd import BODY, KEPT, MARKERS, NAME, TEXT, chat, js, json_headers
from tests.e2e.odd_bad import BAD
from tests.e2e.odd_broken import BROKEN
from tests.e2e.odd_good import GOOD, STRUCTURED, WRITINGS


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_a_good_request_leaves_once_without_a_marker_and_comes_back_exactly(
    data: bytes, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Encodings, framings and fields that are in order: placeholders leave, clinical words too, the echo is exact."""
    answer = one(gateway.port, data)
    assert answer.status == 200, answer
    upstream.assert_clean(MARKERS)
    (received,) = upstream.requests
    assert "[PERSONNE_" in received.prompt
    assert "[TELEPHONE_" in received.prompt
    for words in KEPT:
        assert words in received.prompt
    assert answer.said == TEXT


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("text", WRITINGS.values(), ids=WRITINGS)
def test_odd_letters_are_read_as_they_look_and_come_back_as_typed(
    text: str, stream: bool, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Invisible characters, other digits and spaces hide nothing from detection and are not lost."""
    answer = one(gateway.port, request(js(chat(text, stream=stream))))
    assert answer.status == 200, answer
    seen = unicodedata.normalize("NFKC", upstream.requests[0].prompt)
    visible = "".join(c for c in seen if unicodedata.category(c) != "Cf")
    assert not [m for m in MARKERS if m.casefold() in visible.casefold()], visible
    upstream.assert_clean(MARKERS)
    assert answer.said == text


@pytest.mark.parametrize("data", STRUCTURED.values(), ids=STRUCTURED)
def test_data_in_json_is_read_at_every_depth(data: bytes, gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Keys, values, numbers and JSON inside strings: no marker leaves, and what leaves is still JSON."""
    answer = one(gateway.port, data)
    assert answer.status == 200, answer
    upstream.assert_clean([*MARKERS, "639984421"])
    (received,) = upstream.requests
    assert isinstance(received.json, dict)
    assert b"spo2" in received.body
    assert "bisoprolol 2,5 mg" in received.body.decode()


@pytest.mark.parametrize(("data", "code"), BAD.values(), ids=BAD)
def test_what_cannot_be_checked_is_refused_and_nothing_leaves(
    data: bytes, code: str, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """One French refusal in the provider's shape; the upstream is not even connected to."""
    answer = one(gateway.port, data)
    upstream.assert_untouched()
    error = refusal(answer, anthropic=b" /v1/messages " in data[:40])
    assert error["code"] == code
    assert not [marker for marker in MARKERS if marker.casefold() in answer.body.decode().casefold()]


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_request_ends_and_leaks_nothing(
    data: bytes, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """The connection ends, and at most cleared bytes reached the upstream."""
    received = exchange(gateway.port, data, half_close=True)
    upstream.assert_clean(MARKERS)
    found = answers(received)
    served = sum(answer.status == 200 for answer in found)
    assert len(upstream.requests) == served
    if not served:
        upstream.assert_untouched()
    for answer in found:
        if answer.status != 200:
            refusal(answer)


def test_a_body_of_21_megabytes_is_refused(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """It is too long to be checked; announced or not."""
    body = js(chat(TEXT + "a" * 21_000_000))
    for data in (request(body), request(chunked(body, 1 << 16), json_headers(transfer_encoding="chunked"))):
        answer = one(gateway.port, data)
        assert answer.status == 413
        assert refusal(answer)["code"] == "body_too_large"
    upstream.assert_untouched()


@pytest.mark.parametrize(
    "second", [request(BODY[:-3]), request(BODY, path="/v1/calvarin"), b"\xff\xfe Calvarin\r\n\r\n"]
)
def test_the_odd_second_of_two_pipelined_requests_is_refused(
    second: bytes, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """The first is served, the second is looked at as any other."""
    found = answers(exchange(gateway.port, request(BODY, close=False) + second))
    assert [answer.status for answer in found][:1] == [200]
    assert found[0].said == TEXT
    assert len(upstream.requests) == 1
    upstream.assert_clean(MARKERS)
    for answer in found[1:]:
        refusal(answer)


def test_two_good_pipelined_requests_are_both_served_in_order(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Each gets its own values."""
    other = TEXT.replace("Rozenn", "Ysolde").replace("Calvarin", "Kermeur").replace("rozenn.calvarin", "y.kermeur")
    found = answers(exchange(gateway.port, request(BODY, close=False), request(js(chat(other)))))
    assert [answer.said for answer in found] == [TEXT, other]
    upstream.assert_clean([*MARKERS, "Ysolde", "Kermeur"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models"),
        ("HEAD", "/v1/models"),
        ("OPTIONS", CHAT),
        ("GET", "/v1/models?limit=20"),
        ("HEAD", MESSAGES),
    ],
)
def test_requests_without_a_prompt_pass(
    method: str, path: str, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """The list of models and what browsers ask first reach the upstream, without the client's own headers."""
    answer = one(gateway.port, request(None, {"x-patient": NAME, "cookie": "p=Calvarin"}, path, method), method)
    assert answer.status == 200
    assert [(r.method, r.target, r.body) for r in upstream.requests] == [(method, path, b"")]
    upstream.assert_clean(MARKERS)


def test_expect_is_answered_before_the_body_is_sent(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """A client that waits for 100 Continue is not left waiting."""
    (answer,) = answers(exchange(gateway.port, request(BODY, json_headers(expect="100-continue"))))
    assert (answer.interim, answer.said) == (1, TEXT)


@pytest.mark.parametrize("build", [chat, lambda: chat(stream=True)], ids=["whole", "stream"])
def test_credentials_pass_and_nothing_else_of_the_head(
    build: Callable[[], dict[str, Any]], gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """The key leaves as it is; of the other headers only those that vendors document."""
    sent = json_headers(authorization="Bearer sk-essai-1", x_stainless_os="Linux", x_patient=NAME)
    assert one(gateway.port, request(js(build()), sent)).status == 200
    (received,) = upstream.requests
    assert received.headers["authorization"] == "Bearer sk-essai-1"
    assert set(received.headers) <= {
        "host",
        "user-agent",
        "authorization",
        "accept",
        "accept-encoding",
        "content-type",
        "content-length",
        "connection",
    }
