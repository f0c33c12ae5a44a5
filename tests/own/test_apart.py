"""A folder is looked at in a process that is ended, whatever its files do."""

import threading
import time
from pathlib import Path

import pytest

from avec_proxy.own import apart
from tests.own.folders import BADGE, PEOPLE, SECRET, folder, put

ENDLESS = BADGE | {"pattern": ["(?:(?:(?:a?){40}){40}){40}b"], "labels": [], "labelled_pattern": ""}


def test_a_right_folder_and_then_its_lists_alone(tmp_path: Path) -> None:
    """What comes back is the set; where the rules are those at work, they stay, and the lists are new."""
    at_work = apart.take(folder(tmp_path))
    assert (at_work.problems, at_work.files, len(at_work.own.lists)) == ([], 1, 2)
    put(tmp_path, "always_hide/patients.txt", PEOPLE + "MARTIN Paul\n")
    taken = apart.take(tmp_path, at_work)
    assert taken.problems == []
    assert taken.own.rules == at_work.own.rules
    assert [data.count for data in taken.own.lists] == [2, 1]
    assert (taken.rules, taken.files) == (at_work.rules, 1)
    put(tmp_path, "always_hide/patients.txt", f"{SECRET}\n")
    assert [problem.file for problem in apart.take(tmp_path, at_work).problems] == ["always_hide/patients.txt"]


def test_a_wrong_rule_is_told_though_lists_alone_changed_before(tmp_path: Path) -> None:
    """Rules that changed are looked at whole, slow expressions and examples included."""
    at_work = apart.take(folder(tmp_path))
    put(tmp_path, "identifiers/badge.yaml", BADGE | {"pattern": ["x", "(?:a+)+b"]})
    problems = apart.take(tmp_path, at_work).problems
    assert [(problem.file, problem.problem) for problem in problems] == [
        ("identifiers/badge.yaml", "pattern.1: too slow on a long hostile text")
    ]


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    """The process is killed, in the middle of whatever it does, and that is the problem that is told."""
    put(tmp_path, "identifiers/badge.yaml", ENDLESS)
    begun = time.monotonic()
    taken = apart.take(tmp_path, timeout=1)
    assert [tuple(problem) for problem in taken.problems] == [("folder", "takes more than 1 s to check")]
    assert time.monotonic() - begun < 20


def test_who_gives_up_waits_no_longer(tmp_path: Path) -> None:
    """A proxy that stops does not wait for a folder."""
    given_up = threading.Event()
    given_up.set()
    begun = time.monotonic()
    assert apart.take(folder(tmp_path), given_up=given_up).problems
    assert time.monotonic() - begun < 20


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """One line, no exception."""
    taken = apart.take(tmp_path / "nowhere")
    assert [tuple(problem) for problem in taken.problems] == [("folder", "cannot be read")]


def test_a_process_that_dies_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of memory, killed from elsewhere: nothing of the folder is used."""
    monkeypatch.setattr(apart, "_serve", _die)
    taken = apart.take(folder(tmp_path))
    assert [tuple(problem) for problem in taken.problems] == [("folder", "cannot be checked")]


def _die(*_: object) -> None:
    import os

    os._exit(9)
