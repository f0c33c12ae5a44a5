"""Wrong command lines are told in one line."""

import pytest

from avec_proxy.cli import usage
from tests.cli.calling import call


def test_no_command_shows_the_help() -> None:
    """`avec-proxy` alone names its commands and counts as wrong usage."""
    said = call()
    assert said.code == 2
    assert all(name in said.out + said.err for name in ("check", "gateway", "demo"))


@pytest.mark.parametrize("arguments", [["Kervadec"], ["demo", "--port", "99999"], ["demo", "Kervadec"]])
def test_what_does_not_exist_is_one_line(arguments: list[str]) -> None:
    """An unknown command and a value out of range: exit code 2, no frame, no quotation."""
    said = call(*arguments)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "Kervadec" not in said.err
    assert "99999" not in said.err


def test_an_error_that_nobody_foresaw_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Its type and place, never its text."""

    def app(**_: object) -> None:
        raise ValueError("Kervadec")

    assert usage.run(app) == 2  # type: ignore[arg-type]
    error = capsys.readouterr().err
    assert error.startswith("avec-proxy: internal error (ValueError at tests.cli.test_usage:")
    assert "Kervadec" not in error
