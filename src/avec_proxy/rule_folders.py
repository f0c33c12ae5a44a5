"""Every folder of rules, and whether a folder of one's own is as right as the shipped ones are."""

import re
import signal
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from avec_proxy.coach.examples import check_patterns, context_problems, politeness_problems
from avec_proxy.coach.rules import ContextRule, PolitenessRule
from avec_proxy.detect import examples
from avec_proxy.detect.health import examples as health_examples
from avec_proxy.detect.health.advice import SecrecyRule
from avec_proxy.detect.health.vocabulary import HealthRule
from avec_proxy.detect.quasi import examples as quasi_examples
from avec_proxy.detect.quasi.vocabulary import QuasiRule
from avec_proxy.hosts import HostsRule
from avec_proxy.policy import Policy, PolicyRule, WordsRule
from avec_proxy.rulebook import IdentifierRule, Rule, RuleFileError, check_rule, load_folder, read_rule
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
    "secrecy": SecrecyRule,
}
LIMIT_S = 30  # for one file; the slowest that ships takes a few seconds


class Placed(NamedTuple):
    """A rule and the folder it stands in."""

    folder: str
    rule: Rule


class Problem(NamedTuple):
    """What is wrong with a file (`folder/NAME.yaml`), in one line that quotes nothing of it but keys."""

    file: str
    problem: str


class _TooLong(Exception):  # noqa: N818 - an alarm, not an error of the program
    pass


def shipped() -> Iterator[Placed]:
    """Yield all shipped rules, folder by folder, sorted by id. Raises `RuleFileError`."""
    for folder, model in FOLDERS.items():
        for rule in load_folder(folder, model):
            yield Placed(folder, rule)


def problems(base: Path) -> tuple[int, list[Problem]]:
    """Return how many rule files stand in the folders of `base`, and what is wrong with them, file by file.

    Raises `OSError` if `base` cannot be listed. Only known folders may stand in it: a rule elsewhere would be a rule
    that nobody reads.
    """
    count = 0
    found: list[Problem] = []
    rules: list[Placed] = []
    for entry in sorted(base.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.name not in FOLDERS or not entry.is_dir():
            found.append(Problem(entry.name, f"is none of the folders of rules ({', '.join(FOLDERS)})"))
            continue
        try:
            paths = sorted(path for path in entry.iterdir() if not path.name.startswith("."))
        except OSError:
            found.append(Problem(entry.name, "cannot be read"))
            continue
        for path in paths:
            count += 1
            rule, wrong = _looked_at(path, FOLDERS[entry.name])
            found.extend(Problem(f"{entry.name}/{path.name}", line) for line in wrong)
            if rule is not None:
                rules.append(Placed(entry.name, rule))
    return count, [*found, *_between(rules)]


def _looked_at(path: Path, model: type[Rule]) -> tuple[Rule | None, list[str]]:
    rule: Rule | None = None
    wrong: list[str] = []
    try:
        with _alarm(LIMIT_S), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of `re`, on expressions that it will read otherwise one day
            rule = read_rule(path, model)
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


def _between(rules: list[Placed]) -> Iterator[Problem]:
    """Yield what is wrong between files: an identifier that the policy calls otherwise, a host listed twice."""
    own = tuple(rule for _, rule in rules if isinstance(rule, PolicyRule))
    policy = Policy((*load_folder("policy", PolicyRule), *own))
    seen: set[str] = set()
    for folder, rule in rules:
        if isinstance(rule, IdentifierRule):
            line = policy.line(rule.entity_type)
            if (line.kind, line.nouns) != (rule.placeholder, rule.noun):
                yield Problem(
                    f"{folder}/{rule.id}.yaml",
                    f"placeholder: policy calls this entity type {line.kind} ({', '.join(line.nouns)}); "
                    "use these words, or give it a line in policy/",
                )
        if isinstance(rule, HostsRule):
            patterns = [pattern for group in rule.groups.values() for pattern in group]
            if len(set(patterns)) < len(patterns) or not seen.isdisjoint(patterns):
                yield Problem(f"{folder}/{rule.id}.yaml", "groups: a pattern stands in two places")
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
