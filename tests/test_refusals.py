"""Every refusal is one of the known ones, in French, with a status that SDKs do not retry."""

import re
from pathlib import Path

import pytest
import yaml

from avec_proxy.refusals import WORDS

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
NOT_RETRIED = {400, 403, 413, 415, 422}


def test_every_code_that_is_raised_has_words() -> None:
    """No refusal reaches a user without a sentence."""
    raised = {
        code for path in SOURCES for code in re.findall(r'Refusal\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(raised) > 8
    assert raised <= WORDS.keys()


@pytest.mark.parametrize("code", WORDS)
def test_a_refusal_says_what_happened_and_what_to_do(code: str) -> None:
    """Plain French, one status that is not retried (overload, an unreachable service, the end of a reply aside)."""
    words = WORDS[code]
    assert words.status in NOT_RETRIED | ({503} if code == "overloaded" else set()) | (
        {502} if code in ("upstream_unreachable", "reply_damaged") else set()
    )
    assert 40 < len(words.message) < 260
    assert words.message.endswith(".")


# Keys of a rule under which it is shown; its phrases and patterns are what users write («Alcooliques anonymes»).
_SHOWN = ("title", "why", "message", "advice", "noun", "nouns", "wording")


def test_nothing_that_a_user_reads_says_anonymous() -> None:
    """We remove, pseudonymise, estimate; we never claim «anonyme» but to deny it."""
    shown = [w.message for w in WORDS.values()]
    for path in sorted((ROOT / "rules").rglob("*.yaml")):
        rule = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        shown += [str(rule[key]) for key in _SHOWN if isinstance(rule, dict) and key in rule]
    assert len(shown) > 100
    assert not [text for text in shown if "anonym" in text.lower()]
