"""The only log handler: when, how grave, which logger, which event and where. Never a text from elsewhere.

mitmproxy logs raw request heads, URLs, and the text of exceptions, which quotes bodies. So no other logger's
message is ever formatted: of their records only level, name and place are written. Our own messages are words of
a fixed form.
"""

import logging
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

from avec_proxy.workers.hardening import place

_OURS = "avec_proxy"
_WORD = re.compile(r"[a-z][a-z0-9_]{0,47}")
_DETAIL = re.compile(r"[A-Za-z0-9_.:<>/? -]{1,160}")


class SafeHandler(logging.Handler):
    """Writes one line a record: time, level, logger, event, place."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or nothing if it is mitmproxy's chatter; never raises."""
        try:
            ours = record.name == _OURS or record.name.startswith(_OURS + ".")
            if record.levelno < (logging.INFO if ours else logging.WARNING):
                return
            self._stream.write(_line(record, ours=ours) + "\n")
            self._stream.flush()
        except Exception:  # noqa: S110 - a log that cannot be written must not stop a request, nor print itself
            pass


def _line(record: logging.LogRecord, *, ours: bool) -> str:
    when = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(record.created))
    parts = [when, record.levelname, record.name]
    if ours and isinstance(record.msg, str) and not record.args and _WORD.fullmatch(record.msg):
        parts.append(record.msg)
        detail = getattr(record, "detail", None)
        if isinstance(detail, str) and _DETAIL.fullmatch(detail):
            parts.append(detail)
    else:
        parts.append(f"at {record.module}:{record.lineno}")
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        parts.append(f"{type(error).__name__} at {place(error)}")
    return " ".join(parts)


def install(stream: TextIO | None = None) -> Callable[[], None]:
    """Make the safe handler the only one and route every uncaught exception to it; returns what undoes this."""
    root = logging.getLogger()
    if any(isinstance(handler, SafeHandler) for handler in root.handlers):
        return lambda: None
    before = (root.handlers[:], root.level, logging.raiseExceptions, logging.lastResort)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    root.handlers[:] = [SafeHandler(sys.stderr if stream is None else stream)]
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a handler that fails would print the record
    logging.lastResort = None
    sys.excepthook = _on_exception
    threading.excepthook = _on_thread
    sys.unraisablehook = _on_unraisable
    warnings.showwarning = _on_warning  # type: ignore[assignment]

    def undo() -> None:
        root.handlers[:], level, logging.raiseExceptions, logging.lastResort = before
        root.setLevel(level)
        sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks

    return undo


log = logging.getLogger(__name__)


def _on_exception(_type: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    log.error("uncaught", exc_info=error)


def _on_thread(arguments: threading.ExceptHookArgs) -> None:
    log.error("uncaught_in_thread", exc_info=arguments.exc_value)


def _on_unraisable(unraisable: Any) -> None:
    log.error("unraisable", exc_info=unraisable.exc_value)


def _on_warning(_message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if not issubclass(category, (DeprecationWarning, PendingDeprecationWarning)):
        log.warning("warning", extra={"detail": category.__name__})
