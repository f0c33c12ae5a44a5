"""Which names of language models may be written down. A client chooses that name, so it may hold anything.

A name is taken apart, and each piece must be one that makers of models use: a family, a size, a version, a date of
release, a word like «mini» or «latest». One piece of another kind, as in the name of a hospital's own fine-tuned
model, and the whole name is «other».
"""

import re

OTHER = "other"
SHAPE = re.compile(r"[a-z0-9][a-z0-9._:/-]{0,63}")

_FAMILIES = frozenset(
    "apertus aya chatgpt claude codellama codestral command davinci deepseek devstral embed embedding embeddings "
    "gemini gemma glm gpt granite grok kimi llama llava magistral medgemma minimax ministral mistral mixtral nemotron "
    "olmo phi pixtral qvq qwen qwq smollm sonar voxtral".split()
)
_REASONERS = re.compile(r"o[1-9]")  # o1, o3, o4: a family whose name is its version
_MAKERS = frozenset(
    "accounts ai anthropic apac cohere coherelabs deepseek eu fireworks global google hf ibm meta microsoft mistral "
    "mistralai models moonshotai nousresearch nvidia open openai org qwen text us x xai".split()
)
_WORDS = frozenset(
    "a audio awq base beta bf16 chat code coder codex creative deep distill distilled embedding embeddings "
    "exl2 exp experimental fast flash fp16 fp8 free ggml gguf gptq haiku high image instant instruct "
    "instructed int4 int8 it k l large latest light lite live long low m maverick max medium micro mini mlx "
    "moe multimodal nano nemo next oai omni online opus oss plus preview pro r realtime reasoner reasoning "
    "research s saba safeguard scout search small sonnet stable standard super swift text thinking tiny "
    "transcribe translate tts turbo ultra versatile vision vl vlm".split()
)
# 3, 70b, 8x22b, a3b, v2, r1, q4, 128k, 4o, 3n
_PIECE = re.compile(r"[aekqrv]?\d{1,3}(?:x\d{1,3})?[bekmnot]?")
_RELEASE = re.compile(r"20[23]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MONTH = re.compile(r"(?:20)?2\d(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])[0-3]\d|20[23]\d")
_DASHED = re.compile(r"(20[23]\d)-([01]\d)-([0-3]\d)")
_GLUED = re.compile(r"([a-z]+?)(\d{1,2}[a-z]?)")  # llama3, qwen2, gemma3n
_DIGITS = 8  # outside one date: fewer than any number that identifies a person


def plain(name: str) -> str:
    """Return `name` in lower case if every piece of it is usual in the name of a published model, else "other"."""
    folded = name.lower() if len(name) <= 64 and name.isascii() else ""
    if not SHAPE.fullmatch(folded):
        return OTHER
    pieces = re.split(r"[._:/-]", _DASHED.sub(r"\1\2\3", folded))
    while pieces and pieces[0] in _MAKERS and not _is_family(pieces[0]):
        del pieces[0]
    if not pieces or not _is_family(pieces[0]):
        return OTHER
    dates = [piece for piece in pieces[1:] if _is_date(piece)]
    others = [piece for piece in pieces[1:] if not _is_date(piece)]
    usual = all(piece in _WORDS or piece in _MAKERS or _PIECE.fullmatch(piece) or _is_family(piece) for piece in others)
    numbers = [piece for piece in others if piece.isdigit() and len(piece) > 1]
    digits = sum(c.isdigit() for piece in others for c in piece)
    return folded if usual and len(dates) <= 1 and len(numbers) <= 1 and digits <= _DIGITS else OTHER


def _is_family(piece: str) -> bool:
    glued = _GLUED.fullmatch(piece)
    return piece in _FAMILIES or bool(_REASONERS.fullmatch(piece)) or (glued is not None and glued[1] in _FAMILIES)


def _is_date(piece: str) -> bool:
    return bool(_RELEASE.fullmatch(piece) or _MONTH.fullmatch(piece))
