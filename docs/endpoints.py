"""Write the table of the known endpoints from `rules/endpoints`; `tests/test_docs.py` holds the file to it.

python docs/endpoints.py      writes docs/endpoints.md
"""

from pathlib import Path

from avec_proxy.refusals import WORDS
from avec_proxy.wire import FORMATS
from avec_proxy.wire.endpoints import EndpointRule, endpoints

_HEAD = """\
<!-- Made by docs/endpoints.py from rules/endpoints: change a rule, then run it. -->
# What is read

One file of `rules/endpoints` is one endpoint. What stands in none of these tables is scanned or refused: see
[below](#any-other-address-of-an-api). In all of them are refused: an image, a sound, a file outside its place, a long
run of base64, an identifier in an address or in the name of a tool or model.

`gateway` knows an endpoint by its path and sends it to its service's line of `[upstreams]` (`albert`, `azure_openai`…),
else to `upstream`. A service's name at the beginning (`/albert`, `/openai` too) does not leave; a `/v1` that follows
may be missing. `run` knows an endpoint by its host; one without a host is for a gateway only.

What stands in a table is handled: every text of the request is checked, the reply is restored as it comes; the
last table but one names what is refused on purpose. «Read» is
the month in which the provider's documentation or SDK was last read; «not tried live» is what no request to the
provider's own service has shown since.
"""

_UPLOADS = (
    "a file that is not opened (see [Attached files](#attached-files)). What is read again of one shows its "
    "placeholders, and a message that cites one by its id is refused: the values of that upload are gone."
)
# Of each format: what it is, and what is refused besides.
_FORMATS = {
    "openai_chat": (
        "Chat completions as OpenAI defined them",
        "images and sounds in a message, a file by its id, any modality but text.",
    ),
    "openai_responses": (
        "OpenAI's responses",
        "images, a file by its id or address; a compacted history; one that the provider keeps "
        "(`previous_response_id`, `conversation`) "
        "unless it came through this proxy with the same key within `conversation_minutes` (60).",
    ),
    "openai_conversations": (
        "OpenAI's conversations, made, added to and read",
        "images and files; one that is not known here (any more).",
    ),
    "mistral_chat": (
        "Mistral's chat completions and lists of models",
        "images and sounds in a message, a document by its address or id.",
    ),
    "anthropic_messages": (
        "Anthropic's messages and lists of models",
        "images, a document by its address or id.",
    ),
    "ollama_chat": (
        "Ollama's own chat, generate and lists",
        "images, and a `context`: the earlier conversation as tokens.",
    ),
    "gemini_content": (
        "Google Gemini's content and lists of models, on Vertex AI too",
        "images and sounds, `fileData`, `cachedContent`, `fileSearch`, `retrieval`.",
    ),
    "cohere_chat": (
        "Cohere's chat",
        "images in a message. The places of a citation (`start`, `end`) move with the restored text; those in a "
        "history that is sent back are not moved.",
    ),
    "cohere_chat_v1": ("Cohere's chat, version 1", "a conversation that the provider keeps (`conversation_id`)."),
    "cohere_texts": (
        "Cohere's embeddings and reranking",
        "images, a text given as tokens. Vectors and scores pass as they are; numbers are a request's own.",
    ),
    "bedrock_converse": (
        "Amazon Bedrock's Converse, plain and streamed",
        "images, videos and sounds; a request signed with SigV4 (use a Bedrock API key, "
        "`AWS_BEARER_TOKEN_BEDROCK`): its signature covers the body.",
    ),
    "bedrock_invoke": (
        "Amazon Bedrock's InvokeModel, plain and streamed, with the bodies of each model's maker",
        "images and documents; a request signed with SigV4; what is streamed both ways.",
    ),
    "openai_completions": (
        "Legacy completions",
        "a prompt given as tokens (send the text), or as embeddings.",
    ),
    "openai_embeddings": (
        "Embeddings",
        "a text given as tokens (send the text), objects in its place. The reply passes byte for byte. Numbers are a "
        "request's own: `[PERSONNE_1]` in two requests may be two persons.",
    ),
    "google_embeddings": ("Google's embeddings", "images. The reply passes byte for byte."),
    "ollama_embed": ("Ollama's own embeddings", "a text given as tokens. The reply passes byte for byte."),
    "mistral_conversations": (
        "Mistral's conversations",
        "images, sounds, documents and libraries of them; going on with one that is not known here (any more).",
    ),
    "mistral_fim": ("Completion between two texts", "nothing besides."),
    "moderations": ("Moderation and classification", "images. The reply passes byte for byte."),
    "openai_images": ("Images made of a text", "an image sent along. The image passes, placeholders drawn in it too."),
    "speech": ("A text read aloud", "a recording of a voice. The sound passes, and says the placeholders."),
    "ollama_names": ("Ollama's models by their names", "nothing besides."),
    "openai_uploads": ("Files left with OpenAI", _UPLOADS),
    "anthropic_uploads": ("Files left with Anthropic", _UPLOADS),
    "mistral_uploads": ("Files left with Mistral", _UPLOADS),
    "models_list": ("Lists of models", "any body."),
}

_TAIL = """\
## Attached files

In a message (base64 or a `data:` URI, where the format has a place for a file), in a form and in a file API a file is
opened, its texts, tables, headers, comments, tracked changes and metadata are scanned, and it is written again in
place: text, CSV, JSON, HTML, XML, DOCX, XLSX, PPTX, ODT, ODS, ODP, EML. A PDF leaves as its text, and what says its
type and name changes with it; `pdf = "refuse"` refuses it. A file's name that may name somebody becomes
`[FICHIER_1]` and keeps its extension.
Refused, each with its own words: images, DICOM, sound, film, archives, files under a password, old Office formats,
macros, files with pictures or other files in them, scanned PDFs, what is broken or too big; a file by its address or
by the id of an earlier upload.

## Any other address of an API

Format `generic`, for an address that is not listed and for a listed one that is sent another form of body than JSON.
`unknown_endpoints = "scan"` (the default) scans every leaf of what can be read to its last byte and restores the reply;
`"refuse"` refuses it. Either way nothing of it is kept.

| | taken | refused |
|---|---|---|
| where | `gateway`: the upstreams of the settings. `run`: the hosts of classes `api` and `fr` in `rules/hosts` | \
chat pages, uploads of chat pages, WebSocket |
| methods | GET, HEAD, OPTIONS, POST | any other; a browser's request for a page |
| path | words of APIs (`rules/vocabulary`), versions, machine-made ids; a model's name, scanned | any other part: it \
may be a name |
| body | JSON, lines of JSON, `x-www-form-urlencoded`, `form-data` (each part by its type), plain text, CSV, Markdown, \
all in UTF-8 | any other or no content type, what does not parse, base64, a text as tokens |
| state | the request alone | ids of conversations, threads, files, earlier replies: their placeholders would meet \
those of this request |
| reply | JSON, events, lines of JSON, text: restored as they come | a form that hides its text: a placeholder shows |

## A host that nobody listed

`gateway` knows none. `run` sees what is sent to one in plain http: a body that speaks like a chat (turns that say who
speaks, a question beside a model's settings) is checked as above, in strict mode whatever the settings say. What goes
there by https stays in its tunnel, encrypted for the host: `run` cannot see it, so it cannot recognise it. Add the host
to `rules/hosts`, or close it at the firewall.

`avec-proxy capture` tells what an endpoint file needs to know of such an exchange, without a word of it: keys that
programs name, types, how many.
"""


def _row(rule: EndpointRule) -> str:
    name = f"/{rule.vendor}" if rule.named else ""
    paths = "<br>".join(f"`{name}{path}`" for path in rule.paths)
    hosts = "<br>".join(f"`{'*' if host.startswith('.') else ''}{host}`" for host in rule.hosts) or "—"
    return f"| `{rule.id}`: {rule.title} | {paths} | {hosts} | {rule.read} | {rule.unverified} |"


def _sorted(*, refused: bool) -> list[EndpointRule]:
    return sorted((rule for rule in endpoints() if (rule.refused is not None) is refused), key=lambda rule: rule.id)


def _refused() -> str:
    """Return the table of the addresses that nothing may be sent to, with what a user is told."""
    rows = [f"{_row(rule)} {WORDS[rule.refused].message} |" for rule in _sorted(refused=True) if rule.refused]
    head = "| endpoint | paths at a gateway | hosts | read | not tried live | what the user is told |\n"
    return f"## Refused, saying why\n\n{head}{'|---' * 6}|\n" + "\n".join(rows) + "\n"


def table() -> str:
    """Return the text of docs/endpoints.md; formats come as they are described above, any other at the end."""
    parts = [_HEAD]
    for name in (*_FORMATS, *sorted(set(FORMATS) - set(_FORMATS) - {"generic"})):
        title, refused = _FORMATS.get(name, (name, "what is no text."))
        rows = [_row(rule) for rule in _sorted(refused=False) if rule.format == name]
        parts.append(
            f"## {title}\n\nFormat `{name}`. Refused: {refused}\n\n"
            "| endpoint | paths at a gateway | hosts | read | not tried live |\n|---|---|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    return "\n".join([*parts, _refused(), _TAIL])


if __name__ == "__main__":
    (Path(__file__).parent / "endpoints.md").write_text(table(), encoding="utf-8")
