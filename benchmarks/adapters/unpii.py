"""unpii: rules and lists for French medical texts, in Rust; `paranoid` as an argument for its eager mode."""

import sys

import unpii

from benchmarks.adapters.loop import serve

if __name__ == "__main__":
    mode = "paranoid" if "paranoid" in sys.argv[1:] else "standard"
    serve(lambda text: unpii.anonymize(text, mode=mode))
