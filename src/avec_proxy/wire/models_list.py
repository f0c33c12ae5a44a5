"""Lists of models: a request without a body, a reply that holds nothing of a conversation."""

from avec_proxy.wire.format import WireFormat
from avec_proxy.wire.openai_chat import error_body

FORMAT = WireFormat("models_list", None, None, error_body)
