"""A verification from its beginning to its end: first whether it can be told at all, then everything that is tried."""

import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avec_proxy import inventory
from avec_proxy.proxy.probing import FACTS, TOKEN
from avec_proxy.rulebook import RuleFileError
from avec_proxy.verify import files, station
from avec_proxy.verify.client import Station, Target, Unreachable, ask
from avec_proxy.verify.exchanges import Exchanges
from avec_proxy.verify.formats import FORMATS, Format
from avec_proxy.verify.invented import Inventor
from avec_proxy.verify.outcome import Outcome, Result, Verdict
from avec_proxy.verify.recorder import Recorder

_HEALTH = "/avec/health"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What to verify, and how it can be seen.

    `token` opens the target's verification door; without it `port` is where the target's upstream points. Promises:
    None is «as the target says that it is set», and on where it says nothing. `searched`: files and folders in which
    no invented value may stand afterwards.
    """

    target: Target
    token: str | None = None
    port: int = 0
    politeness: bool | None = None
    coach: bool | None = None
    searched: Sequence[Path] = ()
    formats: Sequence[Format] = FORMATS

    @property
    def seen(self) -> str:
        """How what leaves is seen."""
        return "upstream" if self.token is None else "door"


def verify(plan: Plan, chance: random.Random | None = None) -> Outcome:
    """Return what was found. Takes a few seconds; raises nothing: what cannot be told is a result of its own."""
    began = time.monotonic()
    inventor = Inventor(chance)
    results: list[Result] = []
    try:
        with Recorder(plan.port) as recorder:
            results.extend(_tried(plan, recorder, inventor))
    except OSError as error:
        results.append(Result("recorder", Verdict.UNVERIFIED, said=f"cannot listen ({type(error).__name__})"))
    results.extend(files.search(plan.searched, inventor.made))
    return Outcome(plan.target.name, plan.seen, results, time.monotonic() - began)


def _tried(plan: Plan, recorder: Recorder, inventor: Inventor) -> Iterator[Result]:
    """Yield one result after the other, and stop where nothing more could be told."""
    health = _own(plan, _HEALTH)
    yield health
    if health.verdict is Verdict.UNVERIFIED:
        return
    facts: Mapping[str, Any] = {}
    if plan.token is not None:
        told = _facts(plan)
        if told is None:
            yield Result("door", Verdict.UNVERIFIED, said="the target does not open its verification door")
            return
        facts = told
        yield from _set(facts)
    politeness = plan.politeness if plan.politeness is not None else facts.get("politeness", "on") != "off"
    coach = plan.coach if plan.coach is not None else facts.get("coach", "on") == "on"
    inventor.without = _off(facts.get("inventory"))
    tried = Exchanges(plan.target, recorder, plan.token, politeness, coach, inventor)
    try:
        if isinstance(plan.target, Station):
            # before any prompt: what is tunnelled would reach its service
            opened = station.certificates(plan.target)
            yield opened
            yield station.others(plan.target, inventor.chance)
            yield from station.pac(plan.target)
            if opened.verdict is Verdict.LEAK:
                return
        yield from _exchanged(plan, tried, int(facts.get("workers", 1)))
    except Unreachable as error:
        yield Result("answered", Verdict.FAULT, said=str(error))


def _exchanged(plan: Plan, tried: Exchanges, workers: int) -> Iterator[Result]:
    served = [known for known in plan.formats if tried.served(known)]
    if not served:
        yield Result("formats", Verdict.UNVERIFIED, said="none of the known formats is served")
        return
    if not _seen(tried, served[0]):
        yield Result("recorder", Verdict.UNVERIFIED, said="what the target sends does not reach the recorder")
        return
    for known in served:
        for stream in (False, True):
            yield from tried.prompt(known, stream=stream)
    yield tried.placeholders()
    yield tried.at_once(served[0], workers)
    yield tried.names(served[0])
    for known in served[:2]:
        yield tried.history(known)
    for known in served:
        yield tried.query(known)
        yield tried.elsewhere(known)
        yield tried.misplaced(known)
        yield tried.headers(known)
        yield from tried.refusals(known)


def _seen(tried: Exchanges, known: Format) -> bool:
    """Return whether a harmless question reaches the recorder: else nothing can be told, and nothing more is sent."""
    body = known.request([{"role": "user", "content": "Définition de la bradycardie."}], stream=False)
    got, received = tried.post(known, body)
    return bool(received) or got.refusal not in ("", "upstream_unreachable")


def _own(plan: Plan, path: str) -> Result:
    try:
        got = ask(plan.target.connect(None), "GET", plan.target.own(path))
    except Unreachable as error:
        return Result("health", Verdict.UNVERIFIED, said=str(error))
    if got.status not in (200, 503) or b"status" not in got.body:
        return Result("health", Verdict.UNVERIFIED, said="what answers there is no avec-proxy")
    well = got.status == 200
    return Result("health", Verdict.CLEAN if well else Verdict.FAULT, said="" if well else "its workers are not ready")


def _facts(plan: Plan) -> Mapping[str, Any] | None:
    """Return what the target says that it is set to and made of, None if it does not say."""
    try:
        got = ask(plan.target.connect(None), "GET", plan.target.own(FACTS), headers={TOKEN: plan.token or ""})
        told = json.loads(got.body)
    except (Unreachable, ValueError):
        return None
    return told if got.status == 200 and isinstance(told, dict) and "version" in told else None


def _set(facts: Mapping[str, Any]) -> Iterator[Result]:
    """Judge what the target says of itself: how its services are reached, and what its detector is made of."""
    upstreams = facts.get("upstreams")
    if isinstance(upstreams, dict):
        clear = sorted(vendor for vendor, how in upstreams.items() if how not in ("https", "loopback"))
        said = f"in clear over the network: {', '.join(clear)}" if clear else f"{len(upstreams)} services"
        yield Result("upstreams", Verdict.LEAK if clear else Verdict.CLEAN, said=said)
    yield _made_of(facts.get("inventory"))


def _made_of(told: object) -> Result:
    """Judge what each worker says that it is made of. One's own rules, and shipped ones that are off, are named."""
    workers = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    if not workers:
        return Result("inventory", Verdict.FAULT, said="the workers do not say what they are made of")
    if any(one != workers[0] for one in workers):
        return Result("inventory", Verdict.FAULT, said="the workers are not made of the same")
    try:
        here, altered = inventory.installed(), inventory.altered()
    except (RuleFileError, OSError, ValueError, LookupError) as error:
        said = f"the installed rules or model cannot be read ({type(error).__name__})"
        return Result("inventory", Verdict.FAULT, said=said)
    loaded = dict(workers[0].get("made_of", {}))
    own, off = set(workers[0].get("own", ())), _off(told)
    differs = sorted(name for name in {*here, *loaded} - own - off if here.get(name) != loaded.get(name))
    if differs:
        return Result("inventory", Verdict.FAULT, said=f"not as installed here: {_listed(differs)}")
    if altered:
        return Result("inventory", Verdict.FAULT, said=f"not as shipped: {_listed(altered)}")
    parts = [f"{len(loaded)} parts in {len(workers)} workers"]
    parts += [f"of one's own: {_listed(sorted(own))}"] if own else []
    parts += [f"off, and not planted: {_listed(sorted(off))}"] if off else []
    parts += ["no record of what was shipped"] if altered is None else []
    return Result("inventory", Verdict.CLEAN, said="; ".join(parts))


def _off(told: object) -> frozenset[str]:
    """Return the shipped rules that the hospital has switched off."""
    workers = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return frozenset(str(name) for one in workers for name in one.get("off", ()))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
