"""Hide every vignette, judge every fact, print a table; exit code 1 where a fact is lost or does not come back."""

import argparse
import sys
from collections import Counter

from benchmarks.vignettes.judging import lost
from benchmarks.vignettes.leaving import leave, load

KINDS = {
    "days": "delays in days",
    "months": "delays in months",
    "years": "delays in years",
    "lasts": "lengths of stay",
    "age": "ages",
    "band": "bands of age",
    "same": "the same person",
    "apart": "different people",
    "who": "who is who",
    "kept": "doses, sides, values, negations",
}


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="id of one vignette; prints what leaves too")
    parser.add_argument("--show", action="store_true", help="print what leaves of each vignette")
    given = parser.parse_args()
    asked: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    wrong = 0
    vignettes = [v for v in load() if given.only in ("", v.id)]
    for vignette in vignettes:
        leaving = leave(vignette)
        gone = lost(vignette, leaving)
        asked.update(fact.kind for fact in vignette.facts)
        missed.update(fact.kind for fact in gone)
        wrong += not leaving.exact
        state = "all settled" if not gone and leaving.exact else f"{len(gone)} LOST" if gone else "NOT RESTORED"
        print(f"{vignette.theme:14} {vignette.id:26} {len(vignette.facts):2} questions  {leaving.level:6} {state}")
        for fact in gone:
            print(f"  lost: {fact.ask}  ({fact.kind} {fact.parts})")
        if given.show or given.only or gone or not leaving.exact:
            print("  | " + leaving.text.replace("\n", "\n  | "))
    print()
    for kind, title in KINDS.items():
        print(f"{title:32} {asked[kind] - missed[kind]:3} of {asked[kind]:3}")
    print(f"{'restored exactly':32} {len(vignettes) - wrong:3} of {len(vignettes):3}")
    return 1 if wrong or any(missed.values()) or not vignettes else 0


if __name__ == "__main__":
    sys.exit(main())
