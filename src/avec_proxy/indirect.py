"""Indirect identification of a whole request: how far it singles somebody out, and saying less at the red level.

In this order: hints of places and establishments go; where that leaves the level red, exact ages under 90 (told, or of
a birth date) become bands; more general words are proposed, which the user chooses or not. A mask is never loosened:
every step says less. It holds for the whole conversation, whatever turn makes it red.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from avec_proxy import decide, hide
from avec_proxy.detect.quasi import Told, add_up, coarser, tell
from avec_proxy.model import (
    Attribute,
    Cut,
    Decision,
    Edit,
    Finding,
    Level,
    Options,
    Past,
    Proposal,
    Reserve,
    Risk,
    Role,
    Segment,
    Switch,
)
from avec_proxy.policy import Policy

# what the model said itself counts for nothing
_TELLING = (Role.SYSTEM, Role.USER, Role.TOOL)
_NOTHING = Past()
_JOIN = 2  # characters between two texts, in the places that a risk tells


@dataclass(frozen=True, slots=True)
class Said:
    """What becomes of a request's texts, per text, and what that tells.

    `told` is the risk of the texts with every hint, `left` of what leaves. Places of attributes are those of the
    telling texts joined, two characters between them. `withheld`: the steps that changed something. `proposals` per
    text; used already if the user chose so.
    """

    decisions: list[list[Decision]]
    edits: list[list[Edit]]
    values: dict[str, str]
    told: Risk
    left: Risk
    withheld: tuple[Reserve, ...]
    proposals: list[list[Proposal]]
    past: Past


def say(
    segments: Sequence[Segment],
    findings: Sequence[Sequence[Finding]],
    cuts: Sequence[Sequence[Cut]],
    options: Options,
    today: date,
    past: Past = _NOTHING,
) -> Said:
    """Return what leaves of `segments`: every finding decided, and no more said than the risk allows.

    `past` is what the conversation told before them.
    """
    texts = [s.text for s in segments]
    # a placeholder cannot stand in a strict place: what is there stays, and what hides there refuses
    movable = [not s.strict for s in segments]
    found = [list(own) for own in findings]

    def said(reserve: Reserve) -> Said:
        decided = decide.decide(segments, found, Policy.load(), options.strictness, today, reserve, past)
        edits = [
            sorted([*hide.edits(text, d), *(Edit(c.start, c.end, c.replacement) for c in cut)], key=lambda e: e.start)
            for text, d, cut in zip(texts, decided.decisions, cuts, strict=True)
        ]
        told = _told(segments, edits)
        left = add_up([Told(past.somebody, past.attributes), *told], options.site)
        gone_on = replace(
            decided.past,
            somebody=past.somebody or any(one.somebody for one in told),
            attributes=_kept(past.attributes, told),
        )
        return Said(decided.decisions, edits, decided.values, left, left, (), [[] for _ in segments], gone_on)

    first = now = said(Reserve.NOTHING)
    if first.told.level is not Level.RED:
        return first
    now = said(Reserve.PLACES)
    withheld = [Reserve.PLACES] if now.edits != first.edits else []
    if now.left.level is Level.RED:
        before = now
        _add(found, coarser.ages(texts, before.edits), movable)
        now = said(Reserve.AGES)
        withheld += [Reserve.AGES] if now.edits != before.edits else []
    every = coarser.wider(texts, now.edits)
    proposals = [own if may else [] for own, may in zip(every, movable, strict=True)]
    if options.generalise is Switch.ON:
        _add(found, [[_finding(p) for p in own] for own in proposals], movable)
        now = said(Reserve.AGES if Reserve.AGES in withheld else Reserve.PLACES)
    return replace(now, told=first.told, withheld=tuple(withheld), proposals=proposals)


def risk(segments: Sequence[Segment], edits: Sequence[Sequence[Edit]], options: Options) -> Risk:
    """Return how far what leaves singles somebody out, over all turns together; see `Said` for its places."""
    return add_up(_told(segments, edits), options.site)


def _told(segments: Sequence[Segment], edits: Sequence[Sequence[Edit]]) -> list[Told]:
    told = []
    at = 0
    for segment, own in zip(segments, edits, strict=True):
        if segment.role in _TELLING:
            one = tell(segment.text, own)
            moved = (replace(a, start=a.start + at, end=a.end + at) for a in one.attributes)
            told.append(replace(one, attributes=tuple(moved)))
            at += len(segment.text) + _JOIN
    return told


def _kept(before: Sequence[Attribute], told: Sequence[Told]) -> tuple[Attribute, ...]:
    """Return the attributes of a conversation without their places, each once."""
    return tuple(dict.fromkeys((*before, *(replace(a, start=0, end=0) for one in told for a in one.attributes))))


def _finding(proposal: Proposal) -> Finding:
    return Finding(
        proposal.start, proposal.end, proposal.kind.upper(), coarser.RULE_WIDER, 1.0, wording=proposal.wording
    )


def _add(found: list[list[Finding]], more: Sequence[Sequence[Finding]], movable: Sequence[bool]) -> None:
    for own, new, may in zip(found, more, movable, strict=True):
        if may:
            own += new
            own.sort(key=lambda finding: finding.start)
