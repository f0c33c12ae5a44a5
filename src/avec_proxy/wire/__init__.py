"""Wire formats: what a request holds, and how its reply is restored. No I/O here, bytes in and bytes out."""

from avec_proxy.wire import (
    anthropic_messages,
    bedrock_converse,
    bedrock_invoke,
    cohere_chat,
    cohere_chat_v1,
    cohere_texts,
    gemini_content,
    generic,
    google_embeddings,
    mistral_chat,
    mistral_conversations,
    mistral_fim,
    models_list,
    moderations,
    ollama_chat,
    ollama_embed,
    ollama_names,
    openai_chat,
    openai_completions,
    openai_conversations,
    openai_embeddings,
    openai_images,
    openai_responses,
    speech,
)
from avec_proxy.wire.format import WireFormat

FORMATS: dict[str, WireFormat] = {
    wire_format.id: wire_format
    for wire_format in (
        openai_chat.FORMAT,
        openai_completions.FORMAT,
        openai_embeddings.FORMAT,
        openai_responses.FORMAT,
        openai_conversations.FORMAT,
        anthropic_messages.FORMAT,
        mistral_chat.FORMAT,
        ollama_chat.FORMAT,
        gemini_content.FORMAT,
        bedrock_converse.FORMAT,
        bedrock_invoke.FORMAT,
        cohere_chat.FORMAT,
        cohere_chat_v1.FORMAT,
        cohere_texts.FORMAT,
        mistral_fim.FORMAT,
        mistral_conversations.FORMAT,
        moderations.FORMAT,
        openai_images.FORMAT,
        speech.FORMAT,
        ollama_names.FORMAT,
        ollama_embed.FORMAT,
        google_embeddings.FORMAT,
        models_list.FORMAT,
        generic.FORMAT,
    )
}
