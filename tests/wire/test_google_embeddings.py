"""Google's embeddings: texts are scanned wherever they stand, an image is refused."""

import json

import pytest

from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from tests.wire.readings import found

EMBEDDINGS = FORMATS["google_embeddings"]


@pytest.mark.parametrize(
    "body",
    [
        {"content": {"parts": [{"text": "Zoé"}]}, "taskType": "RETRIEVAL_DOCUMENT", "outputDimensionality": 123456},
        {"requests": [{"content": {"parts": [{"text": "Zoé"}]}, "task_type": "CLUSTERING"}]},
        {"instances": [{"content": "Zoé", "task_type": "CLASSIFICATION"}], "parameters": {"autoTruncate": True}},
        {"instances": [{"prompt": "Zoé"}], "parameters": {"sampleCount": 123456}},
    ],
)
def test_each_text_is_scanned(body: dict[str, object]) -> None:
    """In all of its forms, as nobody's speech."""
    assert found(EMBEDDINGS, body) == [("Zoé", "", Role.OTHER, -1, False)]


@pytest.mark.parametrize(
    "body",
    [
        {"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "aGVsbG8="}}]}},
        {"instances": [{"image": {"bytesBase64Encoded": "aGVsbG8="}}]},
    ],
)
def test_an_image_is_refused(body: dict[str, object]) -> None:
    """It cannot be read; vectors pass as they come."""
    with pytest.raises(Refusal) as refused:
        EMBEDDINGS.outbound(json.dumps(body).encode())
    assert refused.value.code.startswith(("attachment_", "file_"))
    assert EMBEDDINGS.dialect is None
