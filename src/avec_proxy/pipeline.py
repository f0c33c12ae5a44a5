"""The way of a prompt, and the only place that knows the order.

bytes → wire.outbound → segments → detect → findings → decide → decisions → hide + coach → edits → transform → bytes

Everything here runs in a worker process (or in `check`), on frozen values, and raises `Refusal` where nothing
may leave. What a reply needs to be restored (`Cleared.values`) goes back with the result and is kept nowhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from urllib.parse import unquote

from avec_proxy import decide, indirect, model_names, own_set, scan, secrecy, transform
from avec_proxy.coach import Coach
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.detect.listed import KEEP
from avec_proxy.detect.merge import union
from avec_proxy.detect.model_name import names_somebody
from avec_proxy.mapping import PLACEHOLDER, fold
from avec_proxy.memory import Memory
from avec_proxy.model import (
    JSON,
    Action,
    Cleared,
    Cut,
    Decision,
    Document,
    Edit,
    Finding,
    Health,
    Level,
    Options,
    Past,
    Pdf,
    Politeness,
    Proposal,
    Refusal,
    Request,
    Reserve,
    Risk,
    Role,
    Segment,
    Strictness,
    Switch,
    Warning_,
)
from avec_proxy.own_set import OwnSet
from avec_proxy.policy import Policy
from avec_proxy.rulebook import Rulebook
from avec_proxy.wire import FORMATS
from avec_proxy.wire.endpoints import EndpointRule
from avec_proxy.wire.segments import Outbound
from avec_proxy.wire.shape import AMAZON_NAME
from avec_proxy.wire.target import CHOSEN, kept_name, outbound_target
from avec_proxy.wire.unlisted import Unlisted, address_of


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
def _detector(strictness: Strictness) -> Detector:
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


def warm(strictness: Strictness = Strictness.STANDARD, own: OwnSet | None = None) -> None:
    """Load everything, and what makes many texts faster: a worker begins with this, with the set `own` if any."""
    if own is not None:
        own_set.use(own)
    _warm(strictness)


def relist(strictness: Strictness, own: OwnSet) -> None:
    """Read with the lists of `own`, whose rules are those of this process, from the next request on.

    Raises RuntimeError if its rules are others.
    """
    own_set.relist(own)
    _detector(strictness).relist(own.lists)


@cache
def _warm(strictness: Strictness) -> None:
    load(strictness)
    scan.prepare()


def about(strictness: Strictness = Strictness.STANDARD) -> dict[str, object]:
    """Return what the detector that works here is made of (`inventory.of`), and which rules are one's own or off."""
    own = own_set.current()
    return {
        "made_of": dict(_detector(strictness).inventory),
        "own": sorted(name.partition(".")[0] for name, _ in own.rules.get("identifiers", ())),
        "off": sorted(rule for folder, rule in own.off if folder == "identifiers"),
    }


def check_segments(
    segments: Sequence[Segment],
    labels: Sequence[str],
    options: Options,
    today: date | None = None,
    past: Past | None = None,
) -> Analysis:
    """Analyse the segments of one request, which goes on from `past`. Sends and changes nothing."""
    past = past or Past()
    detector = _detector(options.strictness)
    found = detector.find(_labelled(segments, labels), past.found)
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
    return [(start, end, f"{KEEP}.{name}") for start, end, name in _detector(options.strictness).kept(text)]


def recognisable(analysis: Analysis, options: Options) -> bool:
    """Tell whether the person of a told case is too easy to recognise for this request to leave: strict mode only.

    What was told counts, whatever was made more general unasked; where the user chose more general words, what leaves.
    """
    risk = analysis.left if options.generalise is Switch.ON else analysis.told
    return options.strictness is Strictness.STRICT and risk.level is Level.RED


def clear(request: Request, options: Options) -> Cleared:
    """Return the request as it may leave. Raises Refusal where nothing may."""
    endpoint = address_of(request.endpoint)
    if isinstance(endpoint, EndpointRule) and endpoint.refused is not None:
        raise Refusal(endpoint.refused)
    if request.past is None and kept_name(request.target, endpoint)[0]:
        raise Refusal("history_elsewhere")
    target = outbound_target(request.target, endpoint)
    wire_format = FORMATS[request.format or endpoint.format]
    known = request.past is not None
    body = wire_format.outbound(request.body, request.content_type, past=known) if request.body else None
    if body is not None and body.converted and options.pdf is Pdf.REFUSE:
        raise Refusal("file_pdf")
    parts: list[Outbound] = [target, *([body] if body is not None else [])]
    segments = [s for part in parts for s in part.document.segments]
    labels = [label for part in parts for label in part.labels]
    analysis = check_segments(segments, labels, options, past=request.past)
    _refuse(segments, analysis)
    if recognisable(analysis, options):
        raise Refusal("person_recognisable")
    split = len(target.document.segments)
    sent_target = transform.apply(target.document, analysis.edits[:split])
    sent_body = transform.apply(body.document, analysis.edits[split:]) if body is not None else b""
    sent = (sent_target, sent_body)
    inside = ""
    if body is not None and body.files:  # what was written is opened again, as whoever gets it will
        written = wire_format.outbound(sent_body, body.content_type, past=known)
        inside = "\n".join(segment.text for segment in written.document.segments)
    _nothing_left([(part.document, left) for part, left in zip(parts, sent, strict=False)], analysis, inside)
    hidden: dict[str, int] = {}
    for decision in (d for found in analysis.decisions for d in found if d.action is Action.HIDE):
        hidden[decision.finding.entity_type] = hidden.get(decision.finding.entity_type, 0) + 1
    return Cleared(
        sent_target,
        sent_body,
        analysis.values,
        hidden,
        sum(map(len, analysis.cuts)),
        (*(w.code for w in analysis.warnings), *([code] if (code := analysis.told.code) else [])),
        _model(request, endpoint),
        sum(len(s.text) for s in segments),
        JSON if body is None else body.content_type,
        analysis.past,
    )


def _model(request: Request, endpoint: EndpointRule | Unlisted) -> str:
    """Return the model that a request asks for, as it may be written down: a published name, "other" or "none".

    Raises Refusal if a name of our own making says a person or a number: it is no prose, but a client fills it.
    """
    path = endpoint.own_path(request.target.partition(b"?")[0].decode("ascii", "replace"))
    parts = endpoint.free_parts(path) or {}
    if any(names_somebody(re.sub("[0-9]+", "", path[slice(*parts[part])])) for part in CHOSEN if part in parts):
        raise Refusal("identifier_misplaced")
    named = parts.get("model") if request.body else None
    asked = _MODEL_NAME.search(request.body)
    if named is None and asked is None:
        return "none"
    name = unquote(path[slice(*named)]) if named else asked[1].decode("utf-8", "replace") if asked else ""
    if own := AMAZON_NAME.fullmatch(name):
        name = own["chosen"].partition("/")[2]
    if names_somebody(name):
        raise Refusal("identifier_misplaced")
    return model_names.plain(name)


def _labelled(segments: Sequence[Segment], labels: Sequence[str]) -> list[Labelled]:
    """Return the texts as detection reads them: a user's words in a row may go on from part to part."""
    prose = [
        s.role is Role.USER and not s.strict and not label and len(s.codecs) < 2
        for s, label in zip(segments, labels, strict=True)
    ]
    follows = [False, *(one and other for one, other in pairwise(prose))]
    return [Labelled(s.text, label, goes_on) for s, label, goes_on in zip(segments, labels, follows, strict=False)]


def _refuse(segments: Sequence[Segment], analysis: Analysis) -> None:
    for segment, decisions in zip(segments, analysis.decisions, strict=True):
        if any(d.action is Action.REFUSE for d in decisions):
            raise Refusal("identifier_misplaced" if segment.strict else "identifier_forbidden")


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


_MODEL_NAME = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')
_MODEL_VALUE = re.compile(r'"model"\s*:\s*"[^"]*"')
_TIMES = ("DATE_", "NAISSANCE_", "AGE_")


def _nothing_left(parts: Sequence[tuple[Document, bytes]], analysis: Analysis, inside: str) -> None:
    """Last look at what leaves, `parts`: each container as it came, with the bytes that leave in its place.

    `inside` holds the texts of the files among them, which those bytes do not show.

    A hidden value that stands in a part that was not scanned refuses; so does a number or an address that still
    stands in a text (a date or an age may: «HAS, mars 2021» is kept beside a stay of March 2021). Looks for whole
    values (a number or an address of six characters, a name of two words), as they are written.
    """
    unscanned = _MODEL_VALUE.sub("", "\n".join(_unscanned(document) for document, _ in parts)).casefold()
    sent = "\n".join([*(left.decode("utf-8", "replace") for _, left in parts), inside])
    texts = PLACEHOLDER.sub("[]", _MODEL_VALUE.sub("", sent)).casefold()
    for key, value in analysis.values.items():
        folded = value.casefold()
        numberlike = sum(c.isdigit() for c in value) >= 6 or "@" in value
        if value.startswith("[") or len(folded) < 6 or not (numberlike or " " in value.strip()):
            continue
        exact = numberlike and not key.startswith(_TIMES)
        if any(folded in place and _whole(folded, place) for place in ((unscanned, texts) if exact else (unscanned,))):
            raise Refusal("identifier_misplaced")


def _unscanned(document: Document) -> str:
    """Return what no segment of a container covers."""
    pieces: list[bytes] = []
    at = 0
    for segment in document.segments:
        if segment.start >= at:
            pieces.append(document.container[at : segment.start])
            at = segment.end
    return b"\n".join([*pieces, document.container[at:]]).decode("utf-8", "replace")


def _whole(value: str, text: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", text) is not None
