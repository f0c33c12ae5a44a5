"""What is found in the texts of one request, and what becomes of it: detection, policy, politeness, warnings.

segments → detect → findings → decide → decisions → hide + coach → edits

Knows no wire format: `check` reads a prompt through here alone, `pipeline` a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise

from avec_proxy import decide, indirect, own_set, secrecy
from avec_proxy.coach import Coach
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.detect.listed import KEEP
from avec_proxy.detect.merge import union
from avec_proxy.mapping import PLACEHOLDER, fold
from avec_proxy.memory import Memory
from avec_proxy.model import (
    Action,
    Cut,
    Decision,
    Edit,
    Finding,
    Health,
    Level,
    Options,
    Past,
    Politeness,
    Proposal,
    Reserve,
    Risk,
    Role,
    Segment,
    Strictness,
    Switch,
    Warning_,
)
from avec_proxy.policy import Policy
from avec_proxy.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a request's segments and what becomes of it, segment by segment.

    `told`, `left`, `withheld`, `proposals`: see `indirect.Said`.
    """

    decisions: list[list[Decision]]
    cuts: list[list[Cut]]
    edits: list[list[Edit]]
    warnings: list[Warning_]
    values: dict[str, str]
    told: Risk
    left: Risk
    withheld: tuple[Reserve, ...]
    proposals: list[list[Proposal]]
    health: Health
    past: Past

    @property
    def refused(self) -> bool:
        """Whether policy forbids sending."""
        return any(d.action is Action.REFUSE for found in self.decisions for d in found)


@cache
def detector(strictness: Strictness) -> Detector:
    """Return the detector of this process, with the lists of one's own."""
    lists = own_set.current().lists
    return Detector(Rulebook.load(), strict=strictness is Strictness.STRICT, lists=lists)


@cache
def _coach() -> Coach:
    return Coach.load()


@cache
def load(strictness: Strictness = Strictness.STANDARD) -> None:
    """Load model, rules and lexicons, and run one text through, so that the first request waits for nothing."""
    text = "Bonjour, résume : Mme Exemple, née le 01/02/1950, dossier 123456, vue à Nantes."
    segments = [Segment(text, 0, 0, role=Role.USER, turn=0)]
    check_segments(segments, [""], Options(strictness=strictness))


@dataclass(frozen=True, slots=True)
class _Courtesies:
    """The politeness of one text: offsets, rules, at most a capital letter."""

    cuts: tuple[Cut, ...]

    @property
    def size(self) -> int:
        return 1 + len(self.cuts)


@cache
def _courtesies() -> Memory[_Courtesies]:
    return Memory()


def check_segments(
    segments: Sequence[Segment],
    labels: Sequence[str],
    options: Options,
    today: date | None = None,
    past: Past | None = None,
) -> Analysis:
    """Analyse the segments of one request, which goes on from `past`. Sends and changes nothing."""
    past = past or Past()
    found = detector(options.strictness).find(_labelled(segments, labels), past.found)
    found = [_with_typed(s.text, f, bare=not s.strict) for s, f in zip(segments, found, strict=True)]
    found = [_whole_text(s, f) for s, f in zip(segments, found, strict=True)]
    cuts = [_cuts(s, options) for s in segments]
    found = [_outside(f, c) for f, c in zip(found, cuts, strict=True)]
    cuts = [[c for c in cut if not _touches(c, f)] for cut, f in zip(cuts, found, strict=True)]
    said = indirect.say(segments, found, cuts, options, today or date.today(), past)
    health, warnings = secrecy.say(segments, found, options)
    return Analysis(
        said.decisions,
        cuts,
        said.edits,
        [*_warnings(segments, options), *warnings],
        said.values,
        said.told,
        said.left,
        said.withheld,
        said.proposals,
        health,
        replace(said.past, found=_recurring(past, segments, said.decisions)),
    )


def _recurring(
    past: Past, segments: Sequence[Segment], decisions: Sequence[Sequence[Decision]]
) -> tuple[tuple[str, str], ...]:
    """Return what was hidden so far, as entity types and surfaces, each once."""
    hidden = (
        (d.finding.entity_type, s.text[d.finding.start : d.finding.end])
        for s, own in zip(segments, decisions, strict=True)
        for d in own
        if d.action is Action.HIDE and d.finding.rule != decide.TYPED_RULE
    )
    return tuple(dict.fromkeys((*past.found, *hidden)))


def kept(text: str, options: Options) -> list[tuple[int, int, str]]:
    """Return what never-hide lists name in a text, as (start, end, rule), whatever else is found there."""
    return [(start, end, f"{KEEP}.{name}") for start, end, name in detector(options.strictness).kept(text)]


def recognisable(analysis: Analysis, options: Options) -> bool:
    """Tell whether the person of a told case is too easy to recognise for this request to leave: strict mode only.

    What was told counts, whatever was made more general unasked; where the user chose more general words, what leaves.
    """
    risk = analysis.left if options.generalise is Switch.ON else analysis.told
    return options.strictness is Strictness.STRICT and risk.level is Level.RED


def _labelled(segments: Sequence[Segment], labels: Sequence[str]) -> list[Labelled]:
    """Return the texts as detection reads them: a user's words in a row may go on from part to part."""
    prose = [
        s.role is Role.USER and not s.strict and not label and len(s.codecs) < 2
        for s, label in zip(segments, labels, strict=True)
    ]
    follows = [False, *(one and other for one, other in pairwise(prose))]
    return [Labelled(s.text, label, goes_on) for s, label, goes_on in zip(segments, labels, follows, strict=False)]


def _with_typed(text: str, findings: list[Finding], *, bare: bool = True) -> list[Finding]:
    """Typed placeholders are findings of their own, and what a detector saw gives way where it overlaps one.

    Unless the brackets hold an identifier themselves («[patient 1 : Rozenn Calvarin]»): then they are hidden with it.
    """
    typed = decide.typed_placeholders(text, bare=bare)
    if not typed:
        return findings
    rest, marks = list(findings), []
    for mark in typed:
        within = [f for f in findings if f.start < mark.end and mark.start < f.end]
        if any(_tells(f, mark, text) for f in within):
            rest += [replace(f, start=min(f.start, mark.start), end=max(f.end, mark.end)) for f in within]
        else:
            marks.append(mark)
    return union([*marks, *_around(union(rest), marks)])


def _tells(finding: Finding, mark: Finding, text: str) -> bool:
    """Tell whether a finding that overlaps a typed placeholder shows that it is none: it names somebody.

    Brackets of a kind that we issue are taken for ours unless a rule sees their number or their hint as something
    else («[IPP 84512]»); our own hints about age are no such thing.
    """
    match = PLACEHOLDER.match(text, mark.start)
    if match is None or fold(match["kind"]) not in Policy.load().kinds:
        # «[fig 2]» reads like a room to the name model
        return finding.rule not in ("model.room", "model.identifier")
    inside = mark.start <= finding.start and finding.end <= mark.end
    own = finding.entity_type == "AGE_90" or finding.rule.startswith("model.")
    return inside and finding.end > match.start("number") and not own


def _around(findings: list[Finding], marks: list[Finding]) -> list[Finding]:
    """Return what is left of the findings outside the marks (both sorted, each without overlaps)."""
    left: list[Finding] = []
    for finding in findings:
        at = finding.start
        for mark in (m for m in marks if finding.start < m.end and m.start < finding.end):
            if at < mark.start:
                left.append(replace(finding, start=at, end=mark.start))
            at = max(at, mark.end)
        if at < finding.end:
            left.append(replace(finding, start=at))
    return left


def _whole_text(segment: Segment, findings: list[Finding]) -> list[Finding]:
    """Return one finding for a text that is an identifier as a whole, whatever was seen in it."""
    size = len(segment.text)
    if not segment.entity or not size or any((f.start, f.end) == (0, size) for f in findings):
        return findings
    return [Finding(0, size, segment.entity, "format", 1.0)]


def _cuts(segment: Segment, options: Options) -> list[Cut]:
    """Politeness is addressed to the machine by the user, in plain text, never inside data."""
    if options.politeness is Politeness.OFF or segment.role is not Role.USER or segment.strict:
        return []
    memory = _courtesies()
    key = memory.key(options.politeness, segment.text)
    known = memory.recall(key)
    if known is not None:
        return list(known.cuts)
    cuts = _coach().politeness(segment.text, options.politeness)
    # a rewritten order repeats words of the text: nothing of one is kept longer than its request
    if all(len(cut.replacement) <= 1 for cut in cuts):
        memory.keep(key, _Courtesies(tuple(cuts)))
    return cuts


def _outside(findings: list[Finding], cuts: list[Cut]) -> list[Finding]:
    """A finding that disappears whole with a formula («Bonjour Claude») needs no placeholder."""
    return [f for f in findings if not any(c.start <= f.start and f.end <= c.end - len(c.replacement) for c in cuts)]


def _touches(cut: Cut, findings: list[Finding]) -> bool:
    return any(cut.start < f.end and f.start < cut.end for f in findings)


def _warnings(segments: Sequence[Segment], options: Options) -> list[Warning_]:
    if options.coach is Switch.OFF:
        return []
    if any(s.role is Role.SYSTEM and len(s.text.split()) >= 12 for s in segments):
        return []  # an application's own instructions set the frame
    turns = sorted({s.turn for s in segments if s.role is Role.USER})
    if not turns:
        return []
    text = "\n\n".join(s.text for s in segments if s.turn == turns[-1] and s.role is Role.USER)
    return _coach().warnings(text, first_turn=len(turns) == 1)
