"""Cohere's embeddings and reranking, both versions (official SDK 7.3, read 2026-11); others rerank with the same body.

Texts are nobody's speech here: no courtesy is cut from them. A reply may say the texts again, which are restored;
vectors and scores pass as they are.
"""

from avec_proxy.wire.cohere_chat import counted, error_body
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.shape import IMAGE, MODEL, NUMBER, PROMPTS, SEALED, TEXT, Shape, words
from avec_proxy.wire.unstreamed import dialect, nobody_speaks

_PART = Shape(fields={"type": words("text", "image_url"), "text": TEXT, "image_url": IMAGE})
_TYPES = words("float", "int8", "uint8", "binary", "ubinary", "base64")
_REQUEST = Shape(
    fields={
        "model": MODEL,
        "texts": PROMPTS,
        "images": IMAGE,
        "inputs": Shape(item=Shape(fields={"content": Shape(item=_PART)})),
        "input_type": words("search_document", "search_query", "classification", "clustering", "image"),
        "embedding_types": Shape(item=_TYPES),
        "truncate": words("NONE", "START", "END"),
        "query": TEXT,
        "documents": TEXT,
        "input": TEXT,
        "rank_fields": TEXT,
        "return_documents": TEXT,
    }
    | dict.fromkeys(("max_tokens", "output_dimension", "priority", "top_n"), NUMBER)
    | dict.fromkeys(("max_tokens_per_doc", "max_chunks_per_doc"), NUMBER)
)
_ANSWER = Shape(
    fields={"results": Shape(item=Shape(fields={"index": SEALED, "relevance_score": SEALED}))}
    | dict.fromkeys(("id", "embeddings", "response_type", "meta", "usage", "model", "object"), SEALED)
)


FORMAT = WireFormat("cohere_texts", Conversation(_REQUEST, nobody_speaks), dialect(_ANSWER, counted), error_body)
