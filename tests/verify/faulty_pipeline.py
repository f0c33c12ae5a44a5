"""The real pipeline in a worker, with the fault of the moment planted in it."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from avec_proxy import analysis, pipeline
from avec_proxy.detect import models
from avec_proxy.detect.engine import Detector
from avec_proxy.model import Cleared, Options, Politeness, Request, Strictness, Switch
from avec_proxy.rulebook import Rulebook

_real = analysis.detector
_find = models.Names.find


def warm(strictness: Strictness) -> None:
    """Load the real thing."""
    analysis.detector = pipeline.detector = _detector
    pipeline.warm(strictness)


def about(strictness: Strictness) -> dict[str, object]:
    """Say what the detector of the moment is made of."""
    return pipeline.about(strictness)


def _fault() -> str:
    return Path(os.environ["FAULT_SWITCH"]).read_text(encoding="utf-8")


def _detector(strictness: Strictness) -> Detector:
    named = _fault()
    return _odd_detector(named) if named in _DETECTORS else _real(strictness)


@cache
def _odd_detector(named: str) -> Detector:
    return _DETECTORS[named]()


def _without(*ids: str) -> Callable[[], Detector]:
    return lambda: Detector(Rulebook(identifiers=tuple(r for r in Rulebook.load().identifiers if r.id not in ids)))


def _emptied() -> Detector:
    """Return a detector one of whose rules matches nothing any more."""
    nothing = {"pattern": (r"(?P<id>(?!))",), "label": ()}
    rules = (r.model_copy(update=nothing) if r.id == "email" else r for r in Rulebook.load().identifiers)
    return Detector(Rulebook(identifiers=tuple(rules)))


class _Blind:
    """A model that knows nobody."""

    digest = "0" * 64

    def find(self, _text: str, _shield: object) -> models.Named:
        return models.Named([], [], [])


class _Other:
    """Another model than the one that ships, however good."""

    digest = "1" * 64

    def __init__(self) -> None:
        self._names = models.load()

    def find(self, text: str, shield: object) -> models.Named:
        return self._names.find(text, shield)  # type: ignore[arg-type]


_DETECTORS: dict[str, Callable[[], Detector]] = {
    "rule_removed": _without("nir"),
    "room_rule_removed": _without("room"),
    "rule_emptied": _emptied,
    "model_missing": lambda: Detector(Rulebook.load(), names=_Blind()),
    "model_replaced": lambda: Detector(Rulebook.load(), names=_Other()),
}


def clear(request: Request, options: Options) -> Cleared:
    """Clear a request as the fault of the moment has it."""
    named = _fault()
    if named == "worker_stub":
        return Cleared(request.target, request.body, {}, {"PERSON": 40}, 1, ("context.rules",))
    if named == "unlisted_passes" and request.endpoint.startswith("unlisted"):
        return Cleared(request.target, request.body, {}, {}, 0, ())
    if named == "politeness_off":
        options = replace(options, politeness=Politeness.OFF)
    if named == "coach_off":
        options = replace(options, coach=Switch.OFF)
    if named == "phones_kept":
        return _keeping("TELEPHONE", pipeline.clear(request, options))
    cleared = pipeline.clear(request, options)
    return _after(named, request, cleared)


def _after(named: str, request: Request, cleared: Cleared) -> Cleared:
    body, values = cleared.body, cleared.values
    people = [key for key in values if key.startswith("PERSONNE")]
    if named == "mapping_swapped" and len(people) > 1:
        turned = dict(zip(people, (values[key] for key in [*people[1:], people[0]]), strict=True))
        return replace(cleared, values={**values, **turned})
    if named == "mapping_lost":
        return replace(cleared, values={})
    if named == "query_passes":
        own = request.target.removeprefix(b"/openai")
        return replace(cleared, target=own)
    if named == "dose_changed":
        return replace(cleared, body=body.replace(b" mg", b" g"))
    if named == "history_passes" and b'"assistant"' in request.body:
        sent, left = json.loads(request.body), json.loads(body)
        pairs = zip(sent["messages"], left["messages"], strict=True)
        left["messages"] = [said if said["role"] == "assistant" else hidden for said, hidden in pairs]
        return replace(cleared, body=json.dumps(left).encode())
    if named == "written_down" and values:
        place = Path(os.environ["FAULT_SWITCH"]).with_name("state")
        place.mkdir(exist_ok=True)
        (place / "usage.db").write_bytes(b"\0".join(value.encode() for value in values.values()))
    return cleared


def _keeping(kind: str, cleared: Cleared) -> Cleared:
    """Put the values of one kind back before the request leaves."""
    body = cleared.body.decode()
    for key, value in cleared.values.items():
        if key.startswith(kind):
            body = body.replace(f"[{key}]", value)
    return replace(cleared, body=body.encode())
