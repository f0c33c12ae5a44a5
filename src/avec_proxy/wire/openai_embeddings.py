"""OpenAI embeddings and what compatible servers send (API reference, Embeddings, read 2026-11).

A text given as the model's tokens cannot be read here: such a request is refused. The reply holds vectors, nothing of
a conversation, and passes byte for byte. Texts to be embedded are nobody's speech: no courtesy is cut from them.
"""

import re
from typing import Any

from avec_proxy.model import Role
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import Path
from avec_proxy.wire.openai_chat import error_body
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import ACCOUNT, MODEL, NUMBER, PROMPTS, Shape, words

_REQUEST = Shape(
    fields={
        "model": MODEL,
        "input": PROMPTS,
        "inputs": PROMPTS,
        "encoding_format": words("float", "base64"),
        "output_dtype": words("float", "int8", "uint8", "binary", "ubinary"),
        "input_type": Shape(opaque=re.compile("query|passage|search_document|search_query")),
        "user": ACCOUNT,
    }
    | dict.fromkeys(("dimensions", "output_dimension"), NUMBER)
)


def _roles(value: dict[str, Any]) -> RoleOf:
    def role_of(path: Path) -> tuple[Role, int]:
        return Role.OTHER, -1

    return role_of


FORMAT = WireFormat("openai_embeddings", Conversation(_REQUEST, _roles), None, error_body)
