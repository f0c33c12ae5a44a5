"""Files are searched for invented values, and what cannot be read is not called clean."""

from pathlib import Path

from avec_proxy.verify.files import search
from avec_proxy.verify.outcome import Verdict

VALUES = [("nir", "1 85 03 29 019 123 45"), ("room", "317")]


def test_a_value_in_a_file_is_a_leak(tmp_path: Path) -> None:
    """In a folder's folders, in UTF-8 and UTF-16, among other bytes."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "log").write_bytes(b"\0\xff" + VALUES[0][1].encode("utf-16-le"))
    (result,) = search([tmp_path], VALUES)
    assert (result.verdict, result.kinds) == (Verdict.LEAK, ("nir",))


def test_short_values_and_empty_files_are_no_leak(tmp_path: Path) -> None:
    """A room's number stands in any log by chance."""
    (tmp_path / "empty").touch()
    (tmp_path / "log").write_text("317 requests")
    (result,) = search([tmp_path], VALUES)
    assert result.verdict is Verdict.CLEAN
    assert result.said == "2 read"


def test_a_place_that_is_not_there_is_unverified(tmp_path: Path) -> None:
    """A mistyped path must not look clean; nor an empty folder."""
    (tmp_path / "none").mkdir()
    assert [r.verdict for r in search([tmp_path / "gone", tmp_path / "none"], VALUES)] == [Verdict.UNVERIFIED] * 2
