"""From texts to findings: one Presidio `AnalyzerEngine`, then protection, union and propagation.

Texts of one request are analysed together, because a name found in one of them is hidden in all.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from avec_proxy import inventory, scan
from avec_proxy.detect import (
    disguise,
    encoded,
    listed,
    merge,
    models,
    positions,
    propagate,
    protect,
    seams,
    tables,
    yielding,
)
from avec_proxy.detect.doubt import Doubt
from avec_proxy.detect.look import Look
from avec_proxy.detect.nlp import LANGUAGE, Artefacts, NullNlpEngine
from avec_proxy.detect.normalise import View
from avec_proxy.detect.patterns import PatternMatcher
from avec_proxy.detect.quasi import coarser
from avec_proxy.detect.recognizers import FunctionRecognizer, NameModelRecognizer, finding_of
from avec_proxy.detect.widen import widen
from avec_proxy.memory import Memory
from avec_proxy.model import Finding
from avec_proxy.own_set import ListData
from avec_proxy.rulebook import Rulebook

TITLES = {
    **positions.TITLES,
    **models.TITLES,
    "table.column": tables.TITLE,
    propagate.RULE: propagate.TITLE,
    encoded.RULE: encoded.TITLE,
    **coarser.TITLES,
}

_POSITIONS = ("PERSON", "INITIALS", "POSTCODE", "CITY", "HEALTH_FACILITY", "ORGANIZATION")

# characters that the analyzer gets at once
_WINDOW = 4_000


class _NoContext(ContextAwareEnhancer):  # type: ignore[misc] # the package carries no types
    """Presidio's context words are our labels; its enhancer would only cost time."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(self, text: str, raw_results: list[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return the results as they are."""
        return raw_results


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and the key it stands under («nom», «ipp»), which detection reads as a label; "" for none.

    `follows`: the same speaker's text before it may go on in it.
    """

    text: str
    label: str = ""
    follows: bool = False


def entities(rulebook: Rulebook) -> frozenset[str]:
    """Return every entity type that a detector with these rules may find."""
    ruled = (rule.entity_type for rule in rulebook.identifiers)
    return frozenset((*ruled, *_POSITIONS, *tables.COLUMNS.values(), *models.ENTITIES, encoded.ENTITY))


class Detector:
    """Finds identifiers in the texts of a request. Not thread-safe; one per worker process."""

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        strict: bool = False,
        names: models.Finder | None = None,
        lists: Sequence[ListData] = (),
    ) -> None:
        logging.getLogger("presidio-analyzer").disabled = True  # its decision traces hold text
        self._names = names or models.load()
        self.inventory = inventory.of(rulebook, getattr(self._names, "digest", ""))
        self._lists = listed.Lists(lists)
        self._memory: Memory[Look] = Memory()
        matcher = PatternMatcher(rulebook.identifiers, strict=strict)
        registry = RecognizerRegistry(supported_languages=[LANGUAGE])
        for recognizer in (
            FunctionRecognizer("rules", {r.entity_type for r in rulebook.identifiers}, matcher.find),
            FunctionRecognizer("positions", _POSITIONS, positions.find),
            FunctionRecognizer("tables", set(tables.COLUMNS.values()), tables.find),
            NameModelRecognizer(models.ENTITIES),
        ):
            registry.add_recognizer(recognizer)
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=NullNlpEngine(),
            supported_languages=[LANGUAGE],
            context_aware_enhancer=_NoContext(),
        )

    def relist(self, lists: Sequence[ListData]) -> None:
        """Read with other lists from now on; what was remembered of texts is forgotten."""
        self._lists = listed.Lists(lists)
        self._memory = Memory()

    def find(self, texts: Sequence[Labelled], known: Sequence[tuple[str, str]] = ()) -> list[list[Finding]]:
        """Return, per text, its findings: sorted, not overlapping, offsets in the text as given.

        `known` are entity types and surfaces found earlier, which may recur.
        """
        views = [disguise.read(t.text) for t in texts]
        prefixes = [f"{t.label} : " if t.label else "" for t in texts]
        scanned = [prefix + v.text for prefix, v in zip(prefixes, views, strict=True)]
        looks = [self._look(t.label, text) for t, text in zip(texts, scanned, strict=True)]
        shadows = [(i, shadow) for i, look in enumerate(looks) if look.shadows for shadow in encoded.find(scanned[i])]
        looks.extend(inner for look in looks for inner in look.shadows)
        looks.extend(Look((Finding(0, len(surface), entity, "", 1.0),)) for entity, surface in known)
        read = _recurring(
            [*scanned, *(shadow.text for _, shadow in shadows), *(surface for _, surface in known)], looks
        )
        for (i, shadow), found in zip(shadows, read[len(texts) :], strict=False):
            if found:
                read[i].append(Finding(shadow.start, shadow.end, encoded.ENTITY, encoded.RULE, 0.95))
        for i, seam in seams.between((s, t.follows) for s, t in zip(scanned, texts, strict=True)):
            for before, after, cut in seam.across(self._look("", seam.text).findings):
                read[i].append(replace(cut, start=len(scanned[i]) - before, end=len(scanned[i])))
                read[i + 1].append(replace(cut, start=0, end=after))
        return [
            _back(merge.union(found), v, len(prefix))
            for found, v, prefix in zip(read[: len(texts)], views, prefixes, strict=True)
        ]

    def kept(self, text: str) -> list[tuple[int, int, str]]:
        """Return what the never-hide lists name in a text, as (start, end, list), whatever else is found there."""
        view_ = disguise.read(text)
        return [(*view_.original(start, end), name) for start, end, name in self._lists.read(view_.text).kept]

    def _look(self, label: str, text: str) -> Look:
        """Return what a text that begins with its label says by itself, what it says in disguise included."""
        key = self._memory.key(label, text)
        look = self._memory.recall(key)
        if look is None:
            runs = encoded.find(text)
            shadows = tuple(yielding.people_alone(self._read("", run.text)) for run in runs)
            look = replace(self._read(label, text, runs), shadows=shadows)
            self._memory.keep(key, look)
        return look

    def _read(self, label: str, text: str, runs: Sequence[encoded.Shadow] = ()) -> Look:
        """Return what a text says; of its encoded `runs` the name model is told nothing: it reads what they say."""
        with scan.reading(text):
            shield = protect.find(text)
            named = self._names.find(encoded.blanked(text, runs), shield)
            doubt = Doubt(named)
            marks = self._lists.read(text)

            def stands(finding: Finding) -> bool:
                return not shield.drops(finding) and not doubt.denies(finding) and not marks.frees(finding)

            whole = tables.announced(label, text, len(label) + 3 if label else 0)
            if len(text) > _WINDOW:
                whole = [*whole, *tables.find(text)]
            guessed = [f for f in named.findings if not marks.frees(f)]
            found = [*self._analyse(text, guessed, stands), *filter(stands, whole), *marks.findings]
        return Look(tuple(widen(text, yielding.settle(text, found))), shield.certain, tuple(named.plausible))

    def _analyse(self, text: str, named: list[Finding], stands: Callable[[Finding], bool]) -> list[Finding]:
        """Return the findings of the analyzer that stand, `named` (the name model's) among them. A long text goes
        through it in windows: Presidio compares every finding with every other."""
        found: list[Finding] = []
        for start, end in _windows(text):
            # a name that crosses the edge goes with the window in which it begins
            within = [_moved(f, -start) for f in named if start <= f.start < end]
            piece = text[start:end]
            artefacts = Artefacts(within, _shifted(stands, start))
            with scan.reading(piece):
                results = self._engine.analyze(piece, LANGUAGE, nlp_artifacts=artefacts)
            # Presidio's order of equals changes from process to process
            found.extend(_moved(f, start) for f in sorted(map(finding_of, results), key=_place))
        return found


def _shifted(stands: Callable[[Finding], bool], by: int) -> Callable[[Finding], bool]:
    return lambda finding: stands(_moved(finding, by))


def _moved(finding: Finding, by: int) -> Finding:
    return replace(finding, start=finding.start + by, end=finding.end + by)


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.start, finding.end, finding.entity_type, finding.rule


def _recurring(texts: Sequence[str], looks: Sequence[Look]) -> list[list[Finding]]:
    """Return what was found in each text, those of the others that recur in it included; overlaps remain."""
    again = propagate.find(texts, [look.findings for look in looks], [look.doubts for look in looks])
    return [[*look.findings, *(f for f in more if not look.quotes(f))] for look, more in zip(looks, again, strict=True)]


def _windows(text: str) -> list[tuple[int, int]]:
    """Return the windows of a text, cut at a blank line, a line end or a space near their end; none is empty."""
    cuts = [0]
    while len(text) - cuts[-1] > _WINDOW:
        low, high = cuts[-1] + _WINDOW // 2, cuts[-1] + _WINDOW
        at = next((p + len(s) for s in ("\n\n", "\n", ". ", " ") if (p := text.rfind(s, low, high)) >= 0), high)
        cuts.append(at)
    return [(a, b) for a, b in pairwise([*cuts, len(text)]) if a < b] or [(0, len(text))]


def _back(findings: list[Finding], view_: View, shift: int) -> list[Finding]:
    """Return the findings in the original text's offsets; what lay in the label alone is dropped."""
    out = []
    for f in findings:
        start, end = max(f.start - shift, 0), f.end - shift
        if end <= start:
            continue
        out.append(Finding(*view_.original(start, end), f.entity_type, f.rule, f.score))
    return out
