"""A text read aloud: the text is scanned, the sound passes, a recording is refused."""

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal
from avec_proxy.wire import FORMATS
from tests.wire.readings import found

SPEECH = FORMATS["speech"]


def test_the_text_and_how_it_is_read_are_scanned() -> None:
    """The service's voices are nobody; any other is scanned."""
    asked = {"model": "tts-1", "voice": "alloy", "input": "Zoé", "instructions": "doux", "response_format": "mp3"}
    assert [text for text, *_ in found(SPEECH, asked)] == ["Zoé", "doux"]
    assert [text for text, *_ in found(SPEECH, {"voice": "Zoé"})] == ["Zoé"]


@pytest.mark.parametrize("field", ["ref_audio", "conversation_history"])
def test_a_recording_is_refused(field: str) -> None:
    """A voice identifies whoever speaks."""
    with pytest.raises(Refusal) as refused:
        SPEECH.outbound(b'{"input": "x", "%s": ["aGVsbG8="]}' % field.encode())
    assert refused.value.code == "attachment_unreadable"


def test_the_sound_passes() -> None:
    """Whatever its bytes are."""
    reply = SPEECH.reply(Mapping({"VILLE_1": "Givors"}), "audio/mpeg")
    sound = b"ID3\xff\xfb[VILLE_1]\x00"
    assert reply.feed(sound) + reply.close() == sound
