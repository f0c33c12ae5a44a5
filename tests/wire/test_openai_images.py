"""Images made of a text: the text is scanned, what was made of it is restored, the image passes."""

import json

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage
from tests.wire.readings import found

IMAGES = FORMATS["openai_images"]


def test_the_prompt_alone_is_scanned() -> None:
    """Sizes, formats and numbers are the service's."""
    asked = {"model": "gpt-image-1", "prompt": "Zoé", "size": "1024x1536", "n": 2, "quality": "hd", "style": "vivid"}
    assert [text for text, *_ in found(IMAGES, asked)] == ["Zoé"]


def test_an_image_sent_along_is_refused() -> None:
    """It cannot be read."""
    with pytest.raises(Refusal) as refused:
        IMAGES.outbound(b'{"prompt": "x", "image": "aGVsbG8="}')
    assert refused.value.code == "attachment_unreadable"


@pytest.mark.parametrize("media", ["application/json", "text/event-stream"])
def test_what_was_made_of_the_prompt_is_restored(media: str) -> None:
    """The image and its address stay byte for byte, whole or as the event of a stream."""
    value = {"data": [{"revised_prompt": "[VILLE_1]", "b64_json": "[VILLE_1]", "url": "[VILLE_1]"}]}
    value |= {"usage": {"input_tokens": 3, "output_tokens": 4}}  # type: ignore[dict-item]
    body = json.dumps(value).encode()
    frame = b"data: %s\n\n" if "event" in media else b"%s"
    reply = IMAGES.reply(Mapping({"VILLE_1": "Givors"}), media)
    shown = reply.feed(frame % body) + reply.close()
    assert shown == frame % body.replace(b'prompt": "[VILLE_1]', b'prompt": "Givors')
    assert reply.usage == Usage(3, 4)
