"""The protocol: {"id", "text"} a line on standard input, {"id", "sanitized", "blocked", "ms"} a line on standard output.

Only the standard library: it runs in the virtual environment of each tool.
"""

import json
import sys
import time
from collections.abc import Callable

# Warms whatever is loaded, fetched or compiled on first use.
WARM = "Bonjour, résume : Mme Exemple, née le 01/02/1950, dossier 123456, vue à Nantes, exemple@exemple.fr, 06 39 98 12 34."


def serve(sanitize: Callable[[str], str | None], shown: Callable[[str], str] | None = None) -> None:
    """Answer texts until standard input ends; `sanitize` returns what would leave, None if nothing may.

    `shown`, if given, makes of the text what is compared with the marks instead; it is not timed.
    """
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
    sanitize(WARM)
    for line in sys.stdin:
        record = json.loads(line)
        begun = time.perf_counter()
        sanitized = sanitize(record["text"])
        ms = (time.perf_counter() - begun) * 1000
        if shown is not None and sanitized is not None:
            sanitized = shown(record["text"])
        answer = {"id": record["id"], "sanitized": sanitized or "", "blocked": sanitized is None, "ms": ms}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
