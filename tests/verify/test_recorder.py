"""The recorder keeps every byte that comes, and answers like a model."""

import http.client
import json
import threading

import pytest

from avec_proxy.verify import formats
from avec_proxy.verify.formats import FORMATS, Format
from avec_proxy.verify.recorder import Recorder, answer


def ask(recorder: Recorder, known: Format, text: str, *, stream: bool) -> bytes:
    """Send one message; return the body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=10)
    body = known.request([{"role": "user", "content": text}], stream=stream)
    connection.request("POST", known.path, body, {"x-seen": "1"})
    read = connection.getresponse().read()
    connection.close()
    return read


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
@pytest.mark.parametrize("stream", [False, True])
def test_it_quotes_the_lines_in_reverse(known: Format, stream: bool) -> None:
    """In the shape of the format, whole and streamed; head and body are recorded."""
    text = "Résumer :\nligne [PERSONNE_1] une\nligne [DATE_1 : J0] deux"
    with Recorder() as recorder:
        recorder.shown.set()
        body = ask(recorder, known, text, stream=stream)
        (received,) = recorder.take()
    assert (
        known.said(body, stream=stream)
        == answer(text)
        == "Bien reçu.\nligne [DATE_1 : J0] deux\nligne [PERSONNE_1] une"
    )
    assert formats.prompts(received.body) == [text]
    assert b"x-seen: 1" in received.head.lower()


def test_a_stream_waits_in_its_middle_until_something_is_shown() -> None:
    """Whoever shows nothing before the end is told apart from who does."""
    with Recorder() as recorder:
        threading.Timer(0.2, recorder.shown.set).start()
        ask(recorder, FORMATS[0], "a\nb c d e f g h", stream=True)
        assert not recorder.held_back
        recorder.take()
        ask(recorder, FORMATS[0], "a\nb c d e f g h", stream=True)
        assert recorder.held_back


def test_any_method_and_a_chunked_body_are_recorded() -> None:
    """What a broken proxy may send is seen as well."""
    with Recorder() as recorder:
        connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=10)
        connection.request("PURGE", "/x", iter([b"ab", b"cd"]), {"transfer-encoding": "chunked"}, encode_chunked=True)
        assert json.loads(connection.getresponse().read()) == {}
        connection.close()
        (received,) = recorder.take()
    assert received.body == b"abcd"
    assert received.head.startswith(b"PURGE /x")
