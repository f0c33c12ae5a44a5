"""Google's embeddings: Gemini's embedContent and batchEmbedContents, Vertex AI's predict (official SDK 2.8, 2026-11).

Predict serves models of other kinds too: whatever an instance holds is scanned, an image in it is refused. What comes
back are vectors, or pictures made of a text, and passes byte for byte.
"""

from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.gemini_content import CONTENT, both, error_body
from avec_proxy.wire.shape import ATTACHMENT, NAME, NUMBER, TEXT, Shape, words
from avec_proxy.wire.unstreamed import nobody_speaks

_TASK = words(
    *("TASK_TYPE_UNSPECIFIED", "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY", "CLASSIFICATION"),
    *("CLUSTERING", "QUESTION_ANSWERING", "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY"),
)
_ASKED = both(
    {"model": NAME, "content": CONTENT, "taskType": _TASK, "title": TEXT, "outputDimensionality": NUMBER}
    | {"autoTruncate": TEXT}
)
_CONFIG = Shape(fields=_ASKED)
_INSTANCE = Shape(
    fields={"content": TEXT, "prompt": TEXT, "title": TEXT, "task_type": _TASK, "text": TEXT}
    | dict.fromkeys(("image", "video", "mask", "audio", "referenceImages"), ATTACHMENT)
)
_REQUEST = Shape(
    fields=_ASKED
    | both({"embedContentConfig": _CONFIG})
    | {
        "requests": Shape(item=Shape(fields=_ASKED)),
        "instances": Shape(item=_INSTANCE),
        "parameters": Shape(fields={"autoTruncate": TEXT, "outputDimensionality": NUMBER, "sampleCount": NUMBER}),
    }
)

FORMAT = WireFormat("google_embeddings", Conversation(_REQUEST, nobody_speaks), None, error_body)
