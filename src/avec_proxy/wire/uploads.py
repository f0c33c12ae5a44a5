"""Files left with a provider (OpenAI, Anthropic and Mistral, API references read 2026-11): a form with one file.

The file is opened and rewritten as one in a message is. Its mapping is gone with the upload, so nothing can be
restored later: what is read again of it shows its placeholders, and a message that cites it is refused.
"""

from avec_proxy.model import Refusal
from avec_proxy.wire import anthropic_messages, mistral_chat, multipart, openai_chat
from avec_proxy.wire.format import WireFormat
from avec_proxy.wire.generic import GenericReader
from avec_proxy.wire.generic_replies import DIALECT


class FormReader(GenericReader):
    """Reads a form and nothing else."""

    def check(self, content_type: str | None) -> None:
        """Accept `multipart/form-data`. Raises Refusal("content_type_unsupported") for anything else."""
        if (content_type or "").partition(";")[0].strip().lower() != multipart.MEDIA:
            raise Refusal("content_type_unsupported")


_READER = FormReader()
OPENAI = WireFormat("openai_uploads", _READER, DIALECT, openai_chat.FORMAT.error_body)
ANTHROPIC = WireFormat("anthropic_uploads", _READER, DIALECT, anthropic_messages.FORMAT.error_body)
MISTRAL = WireFormat("mistral_uploads", _READER, DIALECT, mistral_chat.FORMAT.error_body)
