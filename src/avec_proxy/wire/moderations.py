"""Moderation and classification of texts: OpenAI's and Mistral's (official SDKs 3.57 and 3.7, read 2026-11).

An input is a text, a list of texts, of parts, or of messages. The reply holds categories and scores, nothing of a text,
and passes byte for byte.
"""

from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.openai_chat import REQUEST as _CHAT_REQUEST
from avec_proxy.wire.openai_chat import error_body
from avec_proxy.wire.shape import IMAGE, MODEL, TEXT, Shape, words
from avec_proxy.wire.unstreamed import nobody_speaks

_MESSAGE = _CHAT_REQUEST.fields["messages"].item or TEXT
_INPUT_FIELDS = dict(_MESSAGE.fields) | {"type": words("text", "image_url"), "text": TEXT, "image_url": IMAGE}
_INPUT = Shape(fields=_INPUT_FIELDS, item=Shape(fields=_INPUT_FIELDS, item=Shape(fields=_INPUT_FIELDS)))
_REQUEST = Shape(fields={"model": MODEL, "input": _INPUT, "inputs": _INPUT, "metadata": TEXT})

FORMAT = WireFormat("moderations", Conversation(_REQUEST, nobody_speaks), None, error_body)
