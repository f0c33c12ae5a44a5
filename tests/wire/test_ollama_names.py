"""What Ollama is told of models: names, and nothing unscanned besides."""

from avec_proxy.wire import FORMATS
from tests.wire.readings import found

NAMES = FORMATS["ollama_names"]


def test_a_models_name_is_the_services_own() -> None:
    """Any other text is scanned; what comes back passes."""
    assert found(NAMES, {"model": "mistral-small:24b", "destination": "copie:latest", "verbose": True}) == []
    assert [text for text, *_ in found(NAMES, {"model": "le modèle de Zoé", "x": "Zoé"})] == [
        "le modèle de Zoé",
        "x",
        "Zoé",
    ]
    assert NAMES.dialect is None
