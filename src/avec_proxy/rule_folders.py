"""Every folder of rules, and whether a folder of one's own is as right as the shipped ones are."""

import re
import signal
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import NamedTuple

from avec_proxy.coach.examples import check_patterns, context_problems, politeness_problems
from avec_proxy.coach.rules import ContextRule, PolitenessRule
from avec_proxy.detect import examples
from avec_proxy.detect.health import examples as health_examples
from avec_proxy.detect.health.advice import SecrecyRule
from avec_proxy.detect.health.signs import NarrativeRule
from avec_proxy.detect.health.vocabulary import HealthRule
from avec_proxy.detect.quasi import examples as quasi_examples
from avec_proxy.detect.quasi.vocabulary import QuasiRule
from avec_proxy.hosts import HostsRule
from avec_proxy.policy import Policy, PolicyRule, WordsRule
from avec_proxy.rulebook import IdentifierRule, Rule, RuleFileError, check_rule, load_folder, parse_rule
from avec_proxy.wire import FORMATS
from avec_proxy.wire.endpoints import EndpointRule
from avec_proxy.wire.vocabulary import VocabularyRule

FOLDERS: Mapping[str, type[Rule]] = {
    "identifiers": IdentifierRule,
    "politeness": PolitenessRule,
    "context": ContextRule,
    "hosts": HostsRule,
    "endpoints": EndpointRule,
    "policy": PolicyRule,
    "placeholders": WordsRule,
    "quasi": QuasiRule,
    "vocabulary": VocabularyRule,
    "health": HealthRule,
    "narrative": NarrativeRule,
    "secrecy": SecrecyRule,
}
LIMIT_S = 30  # for one file; the slowest that ships takes a few seconds


class Placed(NamedTuple):
    """A rule and the folder it stands in."""

    folder: str
    rule: Rule


class _TooLong(Exception):  # noqa: N818 - an alarm, not an error of the program
    pass


@cache
def shipped() -> tuple[Placed, ...]:
    """Return all shipped rules, folder by folder, sorted by id, read once. Raises `RuleFileError`."""
    return tuple(Placed(folder, rule) for folder, model in FOLDERS.items() for rule in load_folder(folder, model))


def looked_at(folder: str, name: str, raw: bytes) -> tuple[Rule | None, list[str]]:
    """Return the rule of a file in a folder of `FOLDERS` and what is wrong with it, a line each: slow expressions and
    examples included. A line quotes nothing of the file but keys."""
    rule: Rule | None = None
    wrong: list[str] = []
    try:
        with _alarm(LIMIT_S), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of `re`, on expressions that it will read otherwise one day
            rule = parse_rule(name, raw, FOLDERS[folder])
            wrong.extend(_alone(rule))
    except RuleFileError as error:
        wrong.append(f"{error.field}: {error.problem}")
    except _TooLong:
        wrong.append(f"file: takes more than {LIMIT_S} s to check, an expression is too slow")
    except (re.error, ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError) as error:
        wrong.append(f"file: the rule cannot be run ({type(error).__name__})")
    return rule, wrong


def _alone(rule: Rule) -> Iterator[str]:
    if isinstance(rule, IdentifierRule):
        check_rule(rule)
        yield from examples.problems(rule)
    elif isinstance(rule, PolitenessRule):
        check_patterns(rule)
        yield from politeness_problems(rule)
    elif isinstance(rule, ContextRule):
        check_patterns(rule)
        yield from context_problems(rule)
    elif isinstance(rule, QuasiRule):
        quasi_examples.check_patterns(rule)
        yield from quasi_examples.problems(rule)
    elif isinstance(rule, HealthRule):
        health_examples.check_patterns(rule)
        yield from health_examples.problems(rule)
    elif isinstance(rule, NarrativeRule):
        health_examples.check_signs(rule)
        yield from health_examples.sign_problems(rule)
    elif isinstance(rule, SecrecyRule):
        yield from health_examples.advice_problems(rule)
    elif isinstance(rule, EndpointRule):
        yield from _endpoint_problems(rule)


def _endpoint_problems(rule: EndpointRule) -> Iterator[str]:
    request = rule.example.request
    if rule.format not in FORMATS:
        yield f"format: unknown; there are {', '.join(sorted(FORMATS))}"
    if rule.free_parts(rule.own_path(request.path.partition("?")[0])) is None:
        yield "example.request.path: is none of its paths"
    if not rule.takes(request.method):
        yield "example.request.method: is none of its methods"


def between(rules: Sequence[Placed]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong between files, as (file, line): an identifier that the policy calls otherwise, a host listed
    twice."""
    own = tuple(rule for _, rule in rules if isinstance(rule, PolicyRule))
    policy = Policy((*load_folder("policy", PolicyRule), *own))
    seen: set[str] = set()
    for folder, rule in rules:
        if isinstance(rule, IdentifierRule):
            line = policy.line(rule.entity_type)
            if (line.kind, line.nouns) != (rule.placeholder, rule.noun):
                yield (
                    f"{folder}/{rule.id}.yaml",
                    f"placeholder: policy calls this entity type {line.kind} ({', '.join(line.nouns)}); "
                    "use these words, or give it a line in policy/",
                )
        if isinstance(rule, HostsRule):
            patterns = [pattern for group in rule.groups.values() for pattern in group]
            if len(set(patterns)) < len(patterns) or not seen.isdisjoint(patterns):
                yield f"{folder}/{rule.id}.yaml", "groups: a pattern stands in two places"
            seen.update(patterns)


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """Within, stop after `seconds` with `_TooLong`, also in the middle of an expression (`re` looks at signals).

    Where there is no such alarm (Windows, another thread), nothing stops; `check_rule` alone looks at the time.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
