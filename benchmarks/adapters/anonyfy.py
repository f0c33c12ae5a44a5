"""anonyfy: rules and lists for French administrative texts, which puts other values of the same kind in place.

A substitute may share words with what it stands for (a year, a town's «Saint»), and its place in the masked text is
not told reliably: what was found is written as placeholders into the original, after the clock has stopped.
"""

import tempfile
from pathlib import Path

from anonyfy import Vault

from benchmarks.adapters.loop import serve

if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        Vault(key=bytes(16), scope="bench", registry_path=str(Path(folder) / "registry.db")) as vault,
    ):

        def shown(text: str) -> str:
            """Return the original with a placeholder for whatever is found in it."""
            out, at = "", 0
            for span in sorted(vault.mask(text, observe=True).entities, key=lambda s: s.start):
                out += f"{text[at : span.start]}<{span.type.value}>"
                at = max(at, span.end)
            return out + text[at:]

        serve(lambda text: vault.mask(text).text, shown)
