"""Wrong command lines, told in one line that never quotes what could be a prompt."""

import re
import sys
from typing import Any

from typer import Typer

from avec_proxy.workers.hardening import place

USAGE = 2
_CHOICES = re.compile(r"is not one of ((?:'[a-z]+'(?:, )?)+)")
_OPTION = re.compile(r"--[a-z-]{2,30}")


def run(app: Typer) -> int:
    """Run the command line and return its exit code; 2 for a wrong one."""
    try:
        # Windows' shell expands no wildcards and typer would: «Que faire ?» is a prompt, not a pattern
        code = app(standalone_mode=False, windows_expand_args=False)
    except Exception as error:
        if not hasattr(error, "format_message"):  # not typer's
            sys.stderr.write(f"avec-proxy: internal error ({type(error).__name__} at {place(error)})\n")
            return USAGE
        where = getattr(getattr(error, "ctx", None), "command_path", None) or "avec-proxy"
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stderr.write(f"{error.format_message()}\n")
        else:
            sys.stderr.write(f"{where}: {_line(error)} (see {where} --help)\n")
        return USAGE
    return code if isinstance(code, int) else 0


def _line(error: Any) -> str:
    kind = type(error).__name__
    option = getattr(error, "option_name", None)
    if kind == "NoSuchOption":
        return f"no such option: {option}" if option and _OPTION.fullmatch(option) else "no such option"
    if kind == "BadOptionUsage":
        return f"wrong use of {option}" if option and _OPTION.fullmatch(option) else "wrong use of an option"
    name = next((o for o in getattr(getattr(error, "param", None), "opts", ()) if _OPTION.fullmatch(o)), "")
    message = error.format_message()
    choices = _CHOICES.search(message)
    if name and choices:
        return f"{name} takes {choices[1]}"
    if name:
        return f"invalid value for {name}"
    if message.startswith("Got unexpected extra argument"):
        return "too many arguments: put the prompt between quotation marks, or pipe it to standard input"
    if message.startswith("No such command"):
        return "no such command"
    return "wrong usage"
