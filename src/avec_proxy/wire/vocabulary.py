"""Words that programs use in the addresses and keys of their APIs (`rules/vocabulary`): they say nothing of anybody."""

import re
from functools import cache

from pydantic import Field, field_validator

from avec_proxy.rulebook import Rule, load_folder

_WORD = re.compile(r"[a-z]{2,24}")
_LONGEST = 80
# max_tokens, maxTokens, top-k, topP, input.text, choices[0]: words, as programs join them, and short numbers
_SEPARATOR = re.compile(r"[_.-]{1,2}")
_INDEX = re.compile(r"\[[0-9]{0,3}\]")
_CHUNK = re.compile(r"([a-z]{2,}(?:[A-Z][a-z]*)*)[0-9]{0,2}|([a-z])|[0-9]{1,4}")
_PIECE = re.compile(r"[a-z]+|[A-Z][a-z]*")


class VocabularyRule(Rule):
    """Words, in lower case, separated by spaces; `source` says where they come from."""

    source: str = Field(min_length=3)
    words: str

    @field_validator("words")
    @classmethod
    def _plain(cls, words: str) -> str:
        if not words.split() or not all(_WORD.fullmatch(word) for word in words.split()):
            raise ValueError("words are written in lower case letters, without accents")
        return words


@cache
def words() -> frozenset[str]:
    """Return the shipped words. Raises `RuleFileError`."""
    return frozenset(word for rule in load_folder("vocabulary", VocabularyRule) for word in rule.words.split())


def is_word(text: str) -> bool:
    """Tell whether `text` is made of such words alone, as the names of fields are («max_tokens», «topP»)."""
    if len(text) > _LONGEST or not text.isascii():
        return False
    chunks = [_CHUNK.fullmatch(chunk) for chunk in _SEPARATOR.split(_INDEX.sub("", text))]
    if not all(chunks) or not (chunks[0] and chunks[0][1]):
        return False
    joined = [chunk[1] for chunk in chunks if chunk and chunk[1]]
    pieces = [piece.lower() for chunk in joined for piece in _PIECE.findall(chunk)]
    return all(piece in words() or len(piece) == 1 for piece in pieces)
