"""One prompt or one file checked offline: the analysis of its texts turned into the contract's result."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Literal

from avec_proxy.analysis import Analysis, check_segments, load, recognisable
from avec_proxy.analysis import kept as kept_of
from avec_proxy.contract import (
    AttributeOut,
    CheckResult,
    CoarsenOut,
    FileResult,
    FindingOut,
    HealthFactOut,
    HealthOut,
    Id,
    KeptOut,
    LeavingOut,
    PolitenessOut,
    ProposalOut,
    RiskOut,
    TextOut,
    Tokens,
    WarningOut,
)
from avec_proxy.detect import quasi
from avec_proxy.detect.health.vocabulary import Vocabulary
from avec_proxy.mapping import PLACEHOLDER
from avec_proxy.model import (
    Action,
    Cut,
    Decision,
    Document,
    Health,
    Level,
    Options,
    Refusal,
    Reserve,
    Role,
    Segment,
    Switch,
)
from avec_proxy.policy import Policy
from avec_proxy.refusals import WORDS
from avec_proxy.transform import apply, spliced

_CHARS_PER_TOKEN = 4  # a rough average for French; the counts are estimates


def check(text: str, options: Options, id_: Id = None) -> CheckResult:
    """Return what would leave for `text`, and why. A refusal is a blocked result; anything else that fails raises."""
    warm(options)  # loading is not checking: `ms` tells what the prompt costs
    return _check(text, options, id_)


@cache
def warm(options: Options) -> None:
    """Load everything and compile what is compiled on first use, the coach's rules too."""
    load(options.strictness)
    _check("Bonjour, peux-tu résumer la note de Mme Exemple, née le 01/02/1950, s'il te plaît ? Merci.", options, None)


def _check(text: str, options: Options, id_: Id) -> CheckResult:
    begun = time.perf_counter()
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates: nothing that could be sent
        return _blocked(text, "body_unreadable", begun, id_)
    segment = Segment(text, 0, len(raw), role=Role.USER, turn=0)
    try:
        analysis = check_segments([segment], [""], options)
        blocked = "identifier_forbidden" if analysis.refused else ""
        if not blocked and recognisable(analysis, options):
            blocked = "person_recognisable"
        sanitized = "" if blocked else apply(Document(raw, (segment,)), analysis.edits).decode("utf-8")
    except Refusal as refusal:
        return _blocked(text, refusal.code, begun, id_)
    return CheckResult(
        id=id_,
        sanitized=sanitized,
        findings=_findings(text, analysis.decisions[0]),
        politeness=tuple(_formula(text, c) for c in analysis.cuts[0]),
        warnings=tuple(WarningOut(code=w.code, message=w.message) for w in analysis.warnings),
        risk=_risk(analysis, options),
        health=_health(analysis.health),
        blocked=bool(blocked),
        reason=WORDS[blocked].message if blocked else "",
        tokens=Tokens(before=tokens(text), after=tokens(sanitized)),
        ms=_since(begun),
        kept=tuple(_kept(text, analysis.decisions[0], options)),
    )


@dataclass(frozen=True, slots=True)
class FileChecked:
    """A file, checked: `text` is what `result` counts characters of, `copy` what would leave (None if blocked)."""

    text: str
    result: FileResult
    copy: bytes | None = None


def check_file(data: bytes, name: str, options: Options) -> FileChecked:
    """Return what would leave of a file: as one request, so that a person has one placeholder in all its texts."""
    # a prompt's check needs no reader of documents
    from avec_proxy.files import names, open_file

    warm(options)
    begun = time.perf_counter()
    try:
        opened = open_file(data, name)
        # the name last: the first date of a text is what others are counted from
        parts = [*((t.text, t.label) for t in opened.texts), (names.spoken(name), _NAME)]
        segments = [Segment(text, 0, 0, role=Role.TOOL, turn=0) for text, _ in parts]
        analysis = check_segments(segments, [label for _, label in parts], options)
        blocked = "identifier_forbidden" if analysis.refused else ""
        if not blocked and recognisable(analysis, options):
            blocked = "person_recognisable"
        copy = None if blocked else opened.rewrite(analysis.edits[:-1])
    except Refusal as refusal:
        result = _blocked("", refusal.code, begun, None)
        return FileChecked("", FileResult(**result.model_dump(), kind="", name="", texts=()))
    joined = _JOIN.join(text for text, _ in parts)
    starts = list(accumulate((len(text) + len(_JOIN) for text, _ in parts), initial=0))
    leaving = [spliced(text, edits) for (text, _), edits in zip(parts, analysis.edits, strict=True)]
    sanitized = "" if blocked else _JOIN.join(leaving)
    result = FileResult(
        id=None,
        sanitized=sanitized,
        findings=tuple(
            finding
            for start, (text, _), decisions in zip(starts, parts, analysis.decisions, strict=False)
            for finding in _findings(text, decisions, start)
        ),
        politeness=(),
        warnings=(),
        risk=_risk(analysis, options),
        health=_health(analysis.health),
        blocked=bool(blocked),
        reason=WORDS[blocked].message if blocked else "",
        tokens=Tokens(before=tokens(joined), after=tokens(sanitized)),
        ms=_since(begun),
        kept=tuple(
            kept
            for start, (text, _), decisions in zip(starts, parts, analysis.decisions, strict=False)
            for kept in _kept(text, decisions, options, start)
        ),
        kind=opened.kind,
        name="" if blocked else opened.renamed(names.written(name, analysis.edits[-1])),
        texts=tuple(
            TextOut(label=label, start=start, end=start + len(text))
            for start, (text, label) in zip(starts, parts, strict=False)
        ),
    )
    return FileChecked(joined, result, copy)


_NAME = "nom du fichier"
_JOIN = "\n\n"


def _kept(text: str, decisions: Sequence[Decision], options: Options, shift: int = 0) -> Iterator[KeptOut]:
    """Yield what a never-hide list names in a text and nothing hides."""
    for start, end, rule in kept_of(text, options):
        if not any(d.finding.start < end and start < d.finding.end for d in decisions):
            yield KeptOut(start=start + shift, end=end + shift, rule=rule)


def tokens(text: str) -> int:
    """Return the estimated number of tokens of `text`."""
    return -(-len(text) // _CHARS_PER_TOKEN)


def summary(result: CheckResult) -> str:
    """Return the French sentence that sums a result up: «3 informations masquées avant envoi : 1 nom, 2 dates.»

    A thing that is written several times counts once; so does a person under several names.
    """
    policy = Policy.load()
    hidden = dict.fromkeys(  # keeps the order of the text
        (policy.line(f.entity_type).nouns, _number(f.placeholder)) for f in result.findings if f.action is Action.HIDE
    )
    if not hidden:
        return "Rien à masquer n'a été repéré. Un oubli reste possible\u00a0: vérifiez."
    parts = ", ".join(f"{n}\u00a0{nouns[n > 1]}" for nouns, n in Counter(nouns for nouns, _ in hidden).most_common())
    plural = "s" * (len(hidden) > 1)
    return (
        f"{len(hidden)}\u00a0information{plural} masquée{plural} avant envoi\u00a0: {parts}. "
        "Un oubli reste possible\u00a0: vérifiez."
    )


def indirect(result: CheckResult) -> str:
    """Return the French sentence on indirect identification, "" where few people are not in question."""
    risk = result.risk
    if risk is None or risk.level is Level.GREEN:
        return ""
    people = (
        f"environ {_people(risk.k_estimate)} personnes en France correspondraient"
        if risk.k_estimate > 1
        else "une seule personne en France pourrait correspondre"
    )
    telling = sorted(risk.attributes, key=lambda a: -a.bits)[:2]
    advice = ", puis ".join("{} ({})".format(*quasi.words(a.kind)) for a in telling)
    return (
        f"Identification indirecte (estimé, non mesuré)\u00a0: {people} à ce qui est décrit\u00a0; "
        f"à rendre plus général d'abord\u00a0: {advice}."
    )


def withheld(result: CheckResult) -> str:
    """Return the French sentence on what was made more general unasked, "" where nothing was."""
    risk = result.risk
    if risk is None or result.blocked or not risk.withheld:
        return ""
    done = " et ".join(_WITHHELD[what] for what in risk.withheld)
    people = risk.leaving.k_estimate
    left = (
        f"environ {_people(people)} personnes correspondraient"
        if people > 1
        else "une seule personne pourrait encore correspondre"
    )
    return f"Pour en dire moins, {done}. Avec ce qui partirait, {left} (estimé, non mesuré)."


_WITHHELD = {
    "places": "les indices de lieu et d'établissement sont retirés",
    "ages": "l'âge devient une tranche (ne pas en calculer de score)",
}


_NAMES: dict[Reserve, Literal["places", "ages"]] = {Reserve.PLACES: "places", Reserve.AGES: "ages"}


def _people(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def _risk(analysis: Analysis, options: Options) -> RiskOut:
    told, left = analysis.told, analysis.left
    most = max(told.attributes, key=lambda a: a.bits, default=None) if told.level is not Level.GREEN else None
    noun, advice = quasi.words(most.kind) if most else ("", "")
    return RiskOut(
        k_estimate=told.k,
        level=told.level,
        attributes=tuple(AttributeOut(kind=a.kind, bits=a.bits, start=a.start, end=a.end) for a in told.attributes),
        coarsen_first=CoarsenOut(kind=most.kind, noun=noun, advice=advice) if most else None,
        leaving=LeavingOut(k_estimate=left.k, level=left.level),
        withheld=tuple(_NAMES[step] for step in analysis.withheld),
        proposals=tuple(
            ProposalOut(kind=p.kind, start=p.start, end=p.end, wording=p.wording)
            for own in analysis.proposals
            for p in own
        ),
        proposals_used=options.generalise is Switch.ON and any(analysis.proposals),
    )


def secret(result: CheckResult) -> str:
    """Return the French sentence on medical secrecy, "" where nobody's health is told."""
    health = result.health
    if health is None or health.severity is Level.GREEN:
        return ""
    if not health.categories:
        whose = "d'une personne identifiable" if health.tied_to_person else "de quelqu'un (cas raconté)"
        return f"Secret médical\u00a0: ce texte parle de la santé {whose}."
    whose = "d'une personne identifiable" if health.tied_to_person else "d'un cas raconté"
    nouns = {rule.id: rule.noun for rule in Vocabulary.load().rules}
    what = ", ".join(nouns[category] for category in health.categories)
    return f"Secret médical, information particulièrement protégée\u00a0: {what} (à propos {whose})."


def _health(health: Health) -> HealthOut:
    return HealthOut(
        categories=health.categories,
        tied_to_person=health.tied_to_person,
        narrative=health.narrative,
        severity=health.severity,
        facts=tuple(
            HealthFactOut(category=f.category, start=f.start, end=f.end, relative=f.relative) for f in health.facts
        ),
    )


def _number(placeholder: str) -> tuple[str, str]:
    """Return kind and number of a placeholder: two names of one person share them."""
    match = PLACEHOLDER.fullmatch(placeholder)
    return (match["kind"], match["number"]) if match else (placeholder, "")


def _findings(text: str, decisions: Sequence[Decision], shift: int = 0) -> tuple[FindingOut, ...]:
    """Return what was found in a text that begins at `shift` of the input."""
    return tuple(
        FindingOut(
            start=d.finding.start + shift,
            end=d.finding.end + shift,
            entity_type=d.finding.entity_type,
            rule=d.finding.rule,
            score=round(d.finding.score, 2),
            placeholder=d.placeholder,
            action=_action(text, d.finding.start, d.finding.end, d.action, d.placeholder),
        )
        for d in decisions
    )


def _formula(text: str, cut: Cut) -> PolitenessOut:
    """What disappears: a letter that only becomes a capital after it stays."""
    kept = len(cut.replacement)
    same = kept and text[cut.end - kept : cut.end].casefold() == cut.replacement.casefold()
    return PolitenessOut(start=cut.start, end=cut.end - kept if same else cut.end, rule=cut.rule)


def _action(text: str, start: int, end: int, action: Action, placeholder: str) -> Action:
    """A placeholder that the user typed and that stays as it is, is kept."""
    return Action.KEEP if action is Action.HIDE and text[start:end] == placeholder else action


def _blocked(text: str, code: str, begun: float, id_: Id) -> CheckResult:
    return CheckResult(
        id=id_,
        sanitized="",
        findings=(),
        politeness=(),
        warnings=(),
        risk=None,
        health=None,
        blocked=True,
        reason=WORDS[code].message,
        tokens=Tokens(before=tokens(text), after=0),
        ms=_since(begun),
        kept=(),
    )


def _since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 3)
