"""A notification says counts and our own sentences, with what the desktop has."""

import stat
from pathlib import Path

import pytest

from avec_proxy.model import Cleared
from avec_proxy.proxy import notify
from avec_proxy.proxy.own_rules import REFUSED

CLEARED = Cleared(b"/", b"{}", {"PERSONNE_1": "Calvarin"}, {"PERSON": 1, "DATE_TIME": 2}, 0, ("context.rules",))


def test_the_sentence_counts_and_quotes_nothing() -> None:
    """Three maskings and one hint; no value, no code."""
    text = notify.sentence(CLEARED)
    assert text.startswith("3 informations masquées avant envoi.")
    assert "Calvarin" not in text
    assert "context." not in text
    assert notify.sentence(Cleared(b"/", b"{}", {}, {}, 0, ())) == ""
    assert "Très peu de personnes" in notify.sentence(Cleared(b"/", b"{}", {}, {}, 0, ("indirect.red",)))


@pytest.mark.parametrize(
    ("platform", "tool"), [("linux", "notify-send"), ("darwin", "osascript"), ("win32", "powershell")]
)
def test_each_desktop_has_its_tool(platform: str, tool: str) -> None:
    """The tool that is there is used, and none where none is."""
    shown = notify.command("3 informations masquées", platform, lambda name: f"/bin/{name}" if name == tool else None)
    assert shown is not None
    assert shown[0] == f"/bin/{tool}"
    assert "3 informations masquées" in shown[-1]
    assert notify.command("x", platform, lambda _: None) is None


async def test_one_notification_at_a_time_and_nobody_waits(tmp_path: Path) -> None:
    """The tool runs beside the loop; a second exchange meanwhile shows nothing more."""
    log = tmp_path / "shown"
    tool = tmp_path / "notify-send"
    tool.write_text(f'#!/bin/sh\nsleep 0.2\necho "$4" >> "{log}"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    shows = notify.Notifier(lambda name: str(tool) if name == "notify-send" else None)
    shows(CLEARED)
    shows(CLEARED)
    task = shows._task
    assert task is not None
    await task
    assert log.read_text().count("3 informations") == 1


async def test_a_sentence_of_ours_is_shown_as_it_is(tmp_path: Path) -> None:
    """What is told beside exchanges goes the same way; nothing to say shows nothing."""
    log = tmp_path / "shown"
    tool = tmp_path / "notify-send"
    tool.write_text(f'#!/bin/sh\necho "$4" >> "{log}"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    shows = notify.Notifier(lambda name: str(tool) if name == "notify-send" else None)
    shows.say("")
    assert shows._task is None
    shows.say(REFUSED)
    assert shows._task is not None
    await shows._task
    assert log.read_text() == REFUSED + "\n"
