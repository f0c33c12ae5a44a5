"""The log says when, what and where, in words of its own."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from avec_proxy.proxy import logs

SECRET = "MARQUEUR Bonnefoy"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Give the log's stream, installed for one test."""
    stream = io.StringIO()
    undo = logs.install(stream)
    yield stream
    undo()


def test_our_events_are_written_and_others_texts_are_not(out: io.StringIO) -> None:
    """Of another logger's record only level, name and place remain; mitmproxy's chatter is dropped."""
    ours = logging.getLogger("avec_proxy.proxy.addon")
    ours.info("refused", extra={"detail": "scan_failed"})
    ours.info("refused", extra={"detail": f"é {SECRET}!"})
    ours.warning(SECRET)
    ours.info("hidden %s", SECRET)
    logging.getLogger("mitmproxy.proxy.server").info("POST http://h/?q=%s", SECRET)
    logging.getLogger("mitmproxy.addonmanager").error("Addon error: %s", SECRET)
    logging.getLogger().warning(SECRET)
    lines = out.getvalue().splitlines()
    assert len(lines) == 6
    assert lines[0].endswith("INFO avec_proxy.proxy.addon refused scan_failed")
    assert lines[1].endswith("refused")
    assert "ERROR mitmproxy.addonmanager at test_logs:" in lines[4]
    assert "MARQUEUR" not in out.getvalue()


def test_exceptions_are_type_and_place(out: io.StringIO) -> None:
    """Whatever raises, and wherever it is not caught, its text is not written."""
    try:
        SECRET.encode("ascii", SECRET)
        raise ValueError(SECRET)
    except ValueError as error:
        logging.getLogger("avec_proxy.x").error("guard_failed", exc_info=error)
        sys.excepthook(type(error), error, error.__traceback__)
        raised = error
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(raised))
    thread.start()
    thread.join()
    warnings.warn(SECRET, UserWarning, stacklevel=1)
    text = out.getvalue()
    assert text.count("ValueError at tests.proxy.test_logs:") == 3
    assert "warning UserWarning" in text
    assert "MARQUEUR" not in text
    assert "Bonnefoy" not in text


def test_a_broken_record_is_not_printed(out: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    """Python's own way to report a failing handler would show the record."""
    logging.getLogger("autre").error("%d", SECRET)
    out.close()
    logging.getLogger("autre").error(SECRET)
    assert "MARQUEUR" not in "".join(capfd.readouterr())


def test_it_can_be_undone_and_done_twice() -> None:
    """A program that embeds the gateway gets its handlers and hooks back."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, warnings.showwarning)
    undo = logs.install(io.StringIO())
    logs.install(io.StringIO())()
    assert len(root.handlers) == 1
    undo()
    assert (root.handlers[:], root.level, sys.excepthook, threading.excepthook, warnings.showwarning) == before
