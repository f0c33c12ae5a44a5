"""Mistral chat completions (API reference and official SDK 3.7, read 2026-11): OpenAI's, with more of its own.

Content may be a list of chunks, thinking among them: its signature never changes, and thinking that was restored
for the reader goes back with its placeholders, since the same history gives the same ones. How the chunks of a
reply follow one another is read in `openai_chat`.
"""

from typing import Any

from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.openai_chat import DIALECT, REQUEST, roles
from avec_proxy.wire.shape import NUMBER, TEXT, Shape, pattern, words

# An agent that was made at Mistral: its name may stand in the older form, so only a machine's words do unscanned.
AGENT = pattern(r"ag_[0-9a-f]{24,40}|ag:[0-9a-f]{8}:20[0-9]{6}:[a-z]{1,20}:[0-9a-f]{8}")
_REQUEST = Shape(
    fields={
        **REQUEST.fields,
        "agent_id": AGENT,
        "prompt_mode": words("reasoning"),
        "prompt_logprobs": TEXT,
        "guardrails": TEXT,
    }
    | dict.fromkeys(("min_tokens", "repetition_penalty", "top_prompt_logprobs"), NUMBER)
)


def _error_body(code: str, message: str, status: int) -> dict[str, Any]:
    return {"object": "error", "message": message, "type": ERROR_TYPE, "param": None, "code": code}


FORMAT = WireFormat("mistral_chat", Conversation(_REQUEST, roles), DIALECT, _error_body)
