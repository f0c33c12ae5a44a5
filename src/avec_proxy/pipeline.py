"""The way of a request, and the only place that knows the order.

bytes → wire.outbound → segments → analysis → edits → transform → bytes

Everything here runs in a worker process, on frozen values, and raises `Refusal` where nothing may leave. What a reply
needs to be restored (`Cleared.values`) goes back with the result and is kept nowhere.
"""

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import unquote

from avec_proxy import model_names, own_set, remains, scan, transform
from avec_proxy.analysis import Analysis, check_segments, detector, load, recognisable
from avec_proxy.detect.model_name import names_somebody
from avec_proxy.model import (
    JSON,
    Action,
    Cleared,
    Options,
    Pdf,
    Refusal,
    Request,
    Segment,
    Strictness,
)
from avec_proxy.own_set import OwnSet
from avec_proxy.wire import FORMATS
from avec_proxy.wire.codecs import JsonString
from avec_proxy.wire.endpoints import EndpointRule
from avec_proxy.wire.segments import Outbound
from avec_proxy.wire.shape import AMAZON_NAME
from avec_proxy.wire.target import CHOSEN, kept_name, outbound_target
from avec_proxy.wire.unlisted import Unlisted, address_of

_MODEL_NAME = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')
# the same in what was not scanned, its escapes read; a body of several lines names several
_MODEL_SAID = re.compile(r'"model"\s*:\s*"([^"\s]{1,200})"')


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
    detector(strictness).relist(own.lists)


@cache
def _warm(strictness: Strictness) -> None:
    load(strictness)
    scan.prepare()


def about(strictness: Strictness = Strictness.STANDARD) -> dict[str, object]:
    """Return what the detector that works here is made of (`inventory.of`), and which rules are one's own or off."""
    own = own_set.current()
    return {
        "made_of": dict(detector(strictness).inventory),
        "own": sorted(name.partition(".")[0] for name, _ in own.rules.get("identifiers", ())),
        "off": sorted(rule for folder, rule in own.off if folder == "identifiers"),
    }


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
    went = [(part.document, left) for part, left in zip(parts, sent, strict=False)]
    if remains.left(went, analysis.values, inside):
        raise Refusal("identifier_misplaced")
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
        _model(request, endpoint, body),
        sum(len(s.text) for s in segments),
        JSON if body is None else body.content_type,
        analysis.past,
    )


def _model(request: Request, endpoint: EndpointRule | Unlisted, body: Outbound | None) -> str:
    """Return the model that a request asks for, as it may be written down: a published name, "other" or "none".

    Raises Refusal if a name of our own making says a person or a number: it is no prose, but a client fills it.
    """
    path = endpoint.own_path(request.target.partition(b"?")[0].decode("ascii", "replace"))
    parts = endpoint.free_parts(path) or {}
    if any(names_somebody(re.sub("[0-9]+", "", path[slice(*parts[part])])) for part in CHOSEN if part in parts):
        raise Refusal("identifier_misplaced")
    unscanned = "" if body is None else JsonString().decode(remains.unscanned(body.document))
    if any(names_somebody(_chosen(name)) for name in set(_MODEL_SAID.findall(unscanned))):
        raise Refusal("identifier_misplaced")
    named = parts.get("model") if request.body else None
    asked = _MODEL_NAME.search(request.body)
    if named is None and asked is None:
        return "none"
    name = unquote(path[slice(*named)]) if named else asked[1].decode("utf-8", "replace") if asked else ""
    name = _chosen(name)
    if names_somebody(name):
        raise Refusal("identifier_misplaced")
    return model_names.plain(name)


def _chosen(model: str) -> str:
    """Return what somebody chose of a model's name."""
    own = AMAZON_NAME.fullmatch(model)
    return own["chosen"].partition("/")[2] if own else model


def _refuse(segments: Sequence[Segment], analysis: Analysis) -> None:
    for segment, decisions in zip(segments, analysis.decisions, strict=True):
        if any(d.action is Action.REFUSE for d in decisions):
            raise Refusal("identifier_misplaced" if segment.strict else "identifier_forbidden")
