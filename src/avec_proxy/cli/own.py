"""The folder of one's own rules, as commands find it: named on the command line, in the environment or the settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from avec_proxy.settings import SettingsProblem, own_rules

if TYPE_CHECKING:
    from avec_proxy.own.outcome import Taken
    from avec_proxy.rule_folders import Placed


class Problems(Exception):  # noqa: N818 - it is told to a person
    """The folder cannot be used; its text is a line for each thing that is wrong, and quotes no rule and no entry."""


def taken(given: Path | None, config: Path | None = None) -> "Taken | None":
    """Return the set of the folder that is set, read and compiled, None if none is set. Raises Problems.

    What takes seconds (examples, hostile texts) is left to `rules check` and to the start of the proxy.
    """
    try:
        folder = own_rules(config, given)
    except SettingsProblem as problem:
        raise Problems(str(problem)) from None
    if folder is None:
        return None
    from avec_proxy.own.outcome import told
    from avec_proxy.own.taking import take

    try:
        made = take(folder, thorough=False)
    except OSError:
        raise Problems("setting own_rules: the folder cannot be read") from None
    if made.problems:
        raise Problems(told(made.problems))
    return made


def placed(made: "Taken") -> "Iterator[Placed]":
    """Yield the own rules of a set."""
    from avec_proxy.rule_folders import FOLDERS, Placed
    from avec_proxy.rulebook import parse_rule

    for folder, files in made.own.rules.items():
        for name, raw in files:
            yield Placed(folder, parse_rule(name, raw, FOLDERS[folder]))
