"""What every format shares: which bodies are taken at all."""

import importlib
import pkgutil

import pytest

from avec_proxy import wire
from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal
from avec_proxy.wire import FORMATS
from avec_proxy.wire.format import WireFormat


@pytest.mark.parametrize(
    "name",
    [
        *("openai_chat", "openai_responses", "anthropic_messages", "mistral_chat", "ollama_chat", "gemini_content"),
        *("bedrock_converse", "bedrock_invoke"),
    ],
)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "body_missing"),
        (b" ", "body_unreadable"),
        (b"[]", "body_unreadable"),
        (b'"Dupont"', "body_unreadable"),
        (b"{}{}", "body_unreadable"),
        (b"\xff", "body_unreadable"),
    ],
)
def test_a_body_is_one_json_object(name: str, body: bytes, code: str) -> None:
    """Nothing, another value or no JSON is refused."""
    with pytest.raises(Refusal) as caught:
        FORMATS[name].outbound(body)
    assert caught.value.code == code


def test_a_list_of_models_has_no_body_and_passes_as_it_is() -> None:
    """A body is refused; the reply holds nothing of a conversation."""
    models = FORMATS["models_list"]
    assert models.outbound(b"").document.segments == ()
    with pytest.raises(Refusal, match="body_unexpected"):
        models.outbound(b"{}")
    reply = models.reply(Mapping({"VILLE_1": "Givors"}), "application/json")
    assert reply.feed(b'{"data":"[VILLE_1]"}') + reply.close() == b'{"data":"[VILLE_1]"}'
    assert reply.usage is None


def test_formats_are_found_by_their_own_id() -> None:
    """The table's keys are the formats' ids, and each module of a format stands in it."""
    names = [found.name for found in pkgutil.iter_modules(wire.__path__)]
    modules = [importlib.import_module(f"avec_proxy.wire.{name}") for name in names]
    made = [module.FORMAT for module in modules if isinstance(getattr(module, "FORMAT", None), WireFormat)]
    assert made
    assert all(FORMATS[wire_format.id] is wire_format for wire_format in made)
    assert all(key == wire_format.id for key, wire_format in FORMATS.items())
