"""OpenAI's making of images from a text (API reference, Images, read 2026-11).

The prompt is scanned. The image passes as it comes, placeholders drawn in it included; the prompt that a model made of
the prompt is restored.
"""

from typing import Any

from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.openai_chat import error_body
from avec_proxy.wire.shape import ACCOUNT, ATTACHMENT, MODEL, NUMBER, SEALED, TEXT, Shape, pattern, words
from avec_proxy.wire.unstreamed import dialect, nobody_speaks
from avec_proxy.wire.values import count_of

_REQUEST = Shape(
    fields={
        "model": MODEL,
        "prompt": TEXT,
        "size": pattern(r"auto|[0-9]{3,4}x[0-9]{3,4}"),
        "quality": words("auto", "low", "medium", "high", "standard", "hd"),
        "style": words("vivid", "natural"),
        "background": words("transparent", "opaque", "auto"),
        "moderation": words("low", "auto"),
        "output_format": words("png", "jpeg", "webp"),
        "response_format": words("url", "b64_json"),
        "user": ACCOUNT,
        "stream": TEXT,
    }
    | dict.fromkeys(("n", "output_compression", "partial_images"), NUMBER)
    | dict.fromkeys(("image", "images", "mask"), ATTACHMENT)
)
_ANSWER = Shape(
    fields={"data": Shape(item=Shape(fields=dict.fromkeys(("b64_json", "url"), SEALED)))}
    | dict.fromkeys(("created", "usage", "size", "quality", "background", "output_format", "type", "b64_json"), SEALED)
)


def _counted(value: Any) -> tuple[int | None, int | None]:
    usage = value.get("usage") if isinstance(value, dict) else None
    return count_of(usage, "input_tokens"), count_of(usage, "output_tokens")


FORMAT = WireFormat("openai_images", Conversation(_REQUEST, nobody_speaks), dialect(_ANSWER, _counted), error_body)
