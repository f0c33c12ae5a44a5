"""A text read aloud: OpenAI's and Mistral's speech (official SDKs 3.57 and 3.7, read 2026-11).

The text is scanned; the sound passes as it comes, and says the placeholders aloud: nothing restores a voice. A sample
of somebody's voice to be imitated is a recording, and refused.
"""

from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.openai_chat import error_body
from avec_proxy.wire.shape import ATTACHMENT, ID, MODEL, NUMBER, TEXT, Shape, pattern, words
from avec_proxy.wire.unstreamed import nobody_speaks

_REQUEST = Shape(
    fields={
        "model": MODEL,
        # OpenAI's voices have names: these are nobody's
        "voice": Shape(
            opaque=pattern("alloy|ash|ballad|cedar|coral|echo|fable|marin|nova|onyx|sage|shimmer|verse").opaque,
            fields={"id": ID},
        ),
        "voice_id": ID,
        "response_format": words("mp3", "opus", "aac", "flac", "wav", "pcm"),
        "stream_format": words("sse", "audio"),
    }
    | dict.fromkeys(("input", "instructions", "stream", "metadata", "prompt_cache_key", "phoneme_hints"), TEXT)
    | dict.fromkeys(("speed", "expressiveness"), NUMBER)
    | dict.fromkeys(("ref_audio", "conversation_history"), ATTACHMENT)
)

FORMAT = WireFormat("speech", Conversation(_REQUEST, nobody_speaks), None, error_body)
