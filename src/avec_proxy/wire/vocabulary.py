"""Words that programs use in the addresses and keys of their APIs (`rules/vocabulary`): they say nothing of anybody."""

import re
from functools import cache

from pydantic import Field, field_validator

from avec_proxy.rulebook import Rule, load_folder

_WORD = re.compile(r"[a-z]{2,24}")
# max_tokens, maxTokens, top-k, input.text, choices[0]: words, single letters and short numbers, as programs join them
_LONGEST = 80
_JOINED = re.compile(r"[a-z][a-zA-Z0-9]*(?:[_.-]{1,2}[a-zA-Z0-9]+|\[[0-9]{0,3}\])*")
_PIECE = re.compile(r"[a-z]+|[A-Z][a-z]*|[0-9]+")


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
    if len(text) > _LONGEST or not _JOINED.fullmatch(text):
        return False
    pieces = [piece.lower() for piece in _PIECE.findall(text)]
    known = all(len(piece) == 1 or (piece.isdigit() and len(piece) < 5) or piece in words() for piece in pieces)
    return known and any(len(piece) > 1 and piece.isalpha() for piece in pieces)
