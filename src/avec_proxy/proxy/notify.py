"""A desktop notification, by option: what was hidden and what the prompt lacks, in counts and our own sentences.

It uses what the desktop has (notify-send, osascript, PowerShell); where nothing is there, nothing happens. No word
of a prompt is in it, and no request waits for it.
"""

import asyncio
import logging
import shutil
import sys
from collections.abc import Callable

from avec_proxy.coach import Coach
from avec_proxy.detect import quasi
from avec_proxy.detect.health import advice
from avec_proxy.model import Cleared

log = logging.getLogger(__name__)

TITLE = "avec-proxy"
_TIMEOUT_S = 10
Which = Callable[[str], str | None]


def sentence(cleared: Cleared) -> str:
    """Return the French sentences of an exchange, "" if there is nothing to say."""
    count = sum(cleared.hidden.values())
    plural = "s" * (count > 1)
    parts = []
    if count:
        parts.append(
            f"{count} information{plural} masquée{plural} avant envoi. Un oubli reste possible\u00a0: vérifiez."
        )
    said = (Coach.load().message(code) or advice.message(code) or quasi.message(code) for code in cleared.warnings)
    parts += filter(None, said)
    return " ".join(parts)


def command(text: str, platform: str = sys.platform, which: Which = shutil.which) -> list[str] | None:
    """Return what shows `text` on this desktop, None if nothing does. `text` is ours: no quotes, no line breaks."""
    if platform == "darwin" and (tool := which("osascript")):
        return [tool, "-e", f'display notification "{text}" with title "{TITLE}"']
    if platform == "win32" and (tool := which("powershell")):
        script = (
            "Add-Type -AssemblyName System.Windows.Forms; $n = New-Object System.Windows.Forms.NotifyIcon; "
            "$n.Icon = [System.Drawing.SystemIcons]::Information; $n.Visible = $true; "
            f"$n.ShowBalloonTip(8000, '{TITLE}', '{text.replace("'", "''")}', 'Info'); Start-Sleep 9; $n.Dispose()"
        )
        return [tool, "-NoProfile", "-Command", script]
    if tool := which("notify-send"):
        return [tool, "--app-name", TITLE, TITLE, text]
    return None


class Notifier:
    """Shows one notification at a time; those that come meanwhile are dropped."""

    def __init__(self, which: Which = shutil.which) -> None:
        self._which = which
        self._task: asyncio.Task[None] | None = None

    def __call__(self, cleared: Cleared) -> None:
        """Show what there is to say of an exchange. Needs a running loop; never waits, never raises."""
        self.say(sentence(cleared))

    def say(self, text: str) -> None:
        """Show a sentence of ours, if any. Needs a running loop; never waits, never raises."""
        shown = command(text, which=self._which) if text else None
        if shown is not None and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(_show(shown))


async def _show(shown: list[str]) -> None:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            process = await asyncio.create_subprocess_exec(
                *shown, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            await process.wait()
    except (OSError, TimeoutError) as error:
        log.warning("notification_failed", exc_info=error)
