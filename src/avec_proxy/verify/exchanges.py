"""What is tried with invented values at the wire: prompts in each format, and everything beside a prompt's text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import quote

from avec_proxy import lexicons
from avec_proxy.proxy.probing import SINK, TOKEN
from avec_proxy.verify import formats, judge
from avec_proxy.verify.client import Answer, Target, ask
from avec_proxy.verify.formats import Format
from avec_proxy.verify.invented import Inventor, Plant
from avec_proxy.verify.outcome import Result, Verdict
from avec_proxy.verify.recorder import Received, Recorder, answer

_JSON = {"content-type": "application/json", "authorization": "Bearer avec-verify"}
_OPENING = "Bonjour, peux-tu résumer ces lignes, s'il te plaît ?"
_POLITE = ("Bonjour", "s'il te plaît")
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # 1 × 1
# the name model is statistical: of the names that nothing announces, one at most may be missed
_MISSED = 1


@dataclass
class Exchanges:
    """Everything that is tried on `target`, and recorded by `recorder`. `token`: the requests call themselves tests.

    `politeness` and `coach`: whether these are promised.
    """

    target: Target
    recorder: Recorder
    token: str | None
    politeness: bool
    coach: bool
    inventor: Inventor = field(default_factory=Inventor)
    _held: bool = False  # whether the last stream was held back
    _strange: list[frozenset[str]] = field(default_factory=list)  # for each prompt, the kinds of another placeholder

    # -- one exchange

    def post(
        self,
        known: Format,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        *,
        stream: bool = False,
    ) -> tuple[Answer, list[Received]]:
        """Send one request of a format; return its answer and what was recorded meanwhile. Raises Unreachable."""
        return self.send("POST", known, self.target.path(known) + query, body, headers, stream=stream)

    def send(
        self,
        method: str,
        known: Format,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str] | None = None,
        *,
        stream: bool = False,
    ) -> tuple[Answer, list[Received]]:
        """Send any request to a format's vendor, as `post` does."""
        self.recorder.take()
        given = {**(_JSON if body is not None else {}), **self._marks(), **(headers or {})}

        def came(read: bytes) -> None:
            if known.said(read, stream=stream):
                self.recorder.shown.set()

        got = ask(self.target.connect(known), method, path, body, given, came)
        self._held = self.recorder.held_back
        return got, self.recorder.take()

    def _marks(self) -> dict[str, str]:
        return {} if self.token is None else {TOKEN: self.token, SINK: str(self.recorder.port)}

    def served(self, known: Format) -> bool:
        """Return whether the target has an upstream for a format. Raises Unreachable."""
        body = known.request([{"role": "user", "content": "Définition de la bradycardie."}], stream=False)
        got, _ = self.post(known, body)
        return got.refusal != "upstream_missing"

    # -- prompts

    def prompt(self, known: Format, *, stream: bool) -> Iterator[Result]:
        """Try one prompt with a value of every kind: what leaves, what comes back."""
        where = f"{known.name}{' (stream)' if stream else ''}"
        plants = [*self.inventor.plants(), *self.inventor.two_persons()]
        clinical = self.inventor.clinical()
        lines = [_OPENING, *(plant.line for plant in plants), clinical]
        question: list[dict[str, str]] = [{"role": "user", "content": "\n".join(lines)}]
        got, received = self.post(known, known.request(question, stream=stream), stream=stream)
        kinds = _leaked(plants, received)
        if got.refusal or got.status != 200:
            yield Result("answered", Verdict.FAULT, where, said=got.refusal or f"status {got.status}")
            if kinds:
                yield Result("hidden", Verdict.LEAK, where, kinds)
            return
        left = formats.prompts(received[-1].body)[-1:] if len(received) == 1 else []
        if not left:
            yield Result("recorded", Verdict.FAULT, where, kinds, "not exactly one request reached the recorder")
        yield Result("hidden", Verdict.LEAK if kinds else Verdict.CLEAN, where, kinds)
        came = left[0].split("\n") if left else []
        self._strange.append(_strange(plants, came[1:]))
        yield _result("clinical", not left or clinical in came, where, "a line that identifies nobody was changed")
        yield self._restored(known, lines, got, where, stream=stream)
        if stream:
            yield _result("incremental", not self._held, where, "nothing was shown before the stream ended")
        counted = got.headers.get("x-avec-hidden", "")
        yield _result("counted", counted.isdigit() and int(counted) >= len(plants) // 2, where, "x-avec-hidden")
        if self.politeness:
            said = got.headers.get("x-avec-politeness", "0")
            cut = bool(left) and not any(word in left[0] for word in _POLITE) and said != "0"
            yield _result("politeness", cut, where, "politeness to the machine is promised to be removed")
        if self.coach:
            yield _result("coach", "x-avec-warnings" in got.headers, where, "hints are promised, none came")

    def _restored(self, known: Format, lines: Sequence[str], got: Answer, where: str, *, stream: bool) -> Result:
        """Judge what the program reads: the lines that were sent, last one first, to the letter."""
        seen = known.said(got.body, stream=stream)
        if seen == answer("\n".join(lines)):
            return Result("restored", Verdict.CLEAN, where)
        if not seen:
            return Result("restored", Verdict.FAULT, where, said="the answer cannot be read")
        if judge.holds_placeholder(seen):
            return Result("restored", Verdict.FAULT, where, said="placeholders came back unrestored")
        return Result("restored", Verdict.FAULT, where, said="values came back in the wrong place, or changed")

    def placeholders(self) -> Result:
        """Judge, over all prompts, whether each kind gets its own placeholder; without its rule it does not."""
        counts = {kind: sum(kind in found for found in self._strange) for found in self._strange for kind in found}
        wrong = sorted(kind for kind, count in counts.items() if count * 2 > len(self._strange))
        said = "a rule is missing or does not work" if wrong else ""
        return Result("rules", Verdict.FAULT if wrong else Verdict.CLEAN, "", tuple(wrong), said)

    def at_once(self, known: Format, workers: int) -> Result:
        """Try a prompt for each worker and more, all at the same time: each worker hides, and none mixes two up."""
        plants = [self.inventor.plants() for _ in range(workers + 1)]
        headers, path = {**_JSON, **self._marks()}, self.target.path(known)
        bodies = [
            known.request([{"role": "user", "content": "\n".join(["Résumer :", *(p.line for p in own)])}], stream=False)
            for own in plants
        ]
        self.recorder.take()
        with ThreadPoolExecutor(len(bodies)) as pool:
            got = list(pool.map(lambda body: ask(self.target.connect(known), "POST", path, body, headers), bodies))
        received = self.recorder.take()
        if kinds := _leaked([plant for own in plants for plant in own], received):
            return Result("at_once", Verdict.LEAK, known.name, kinds)
        wanted = [answer("\n".join(["", *(plant.line for plant in own)])) for own in plants]
        said = [known.said(one.body, stream=False) for one in got]
        return _result("at_once", said == wanted, known.name, "answers were mixed up, refused or not restored")

    def names(self, known: Format) -> Result:
        """Try names that nothing announces: the model alone hides them."""
        plants = self.inventor.untitled()
        body = known.request([{"role": "user", "content": "\n".join(plant.line for plant in plants)}], stream=False)
        _, received = self.post(known, body)
        missed = sum(judge.leaked(plant.value, received) for plant in plants)
        said = f"{missed} of {len(plants)} left"
        if missed > _MISSED or len(received) != 1:
            return Result("name_model", Verdict.LEAK if missed else Verdict.FAULT, known.name, ("untitled_name",), said)
        return Result("name_model", Verdict.CLEAN, known.name, said=said if missed else "")

    def history(self, known: Format) -> Result:
        """Try a second turn: what came back restored must leave hidden, as it did in the first."""
        plants = self.inventor.plants()[:8]
        first = [{"role": "user", "content": "\n".join(["Résumer :", *(plant.line for plant in plants)])}]
        got, before = self.post(known, known.request(first, stream=False))
        turns = [
            *first,
            {"role": "assistant", "content": known.said(got.body, stream=False) or "Bien reçu."},
            {"role": "user", "content": "Ajouter une ligne de conclusion."},
        ]
        _, after = self.post(known, known.request(turns, stream=False))
        if kinds := _leaked(plants, [*before, *after]):
            return Result("history", Verdict.LEAK, known.name, kinds)
        left = [formats.prompts(request.body)[:1] for request in (*before[-1:], *after[-1:])]
        same = len(left) == 2 and left[0] == left[1] != []
        return _result("history", same, known.name, "the same history left differently")

    # -- everything beside a prompt's text

    def query(self, known: Format) -> Result:
        """Try an e-mail address in the query: refused, or hidden."""
        name = self.inventor.surname()
        address = f"{name.lower()}@{self.inventor.surname().lower()}.fr"
        body = known.request([{"role": "user", "content": "Définition de la bradycardie."}], stream=False)
        got, received = self.post(known, body, query=f"?note={quote(address)}")
        if judge.leaked(address, received):
            return Result("query", Verdict.LEAK, known.name, ("email",))
        return _result("query", bool(got.refusal) or got.status == 200, known.name, "no answer of ours")

    def misplaced(self, known: Format) -> Result:
        """Try a name in the model's place: refused, or hidden."""
        name = f"{self.inventor.first_name()} {self.inventor.surname()}"
        body = known.request([{"role": "user", "content": "Définition de la bradycardie."}], stream=False)
        got, received = self.post(known, body.replace(formats.MODEL.encode(), name.encode()))
        if judge.leaked(name, received):
            return Result("model_field", Verdict.LEAK, known.name, ("name",))
        return _result("model_field", bool(got.refusal) or got.status == 200, known.name, "no answer of ours")

    def elsewhere(self, known: Format) -> Result:
        """Try an address of the vendor that no rule lists: refused, or scanned like the others."""
        plants = self.inventor.plants()
        body = known.request([{"role": "user", "content": "\n".join(plant.line for plant in plants)}], stream=False)
        path = self.target.path(known).removesuffix(known.path) + "/v1/exports"
        got, received = self.send("POST", known, path, body)
        if kinds := _leaked(plants, received):
            return Result("unlisted", Verdict.LEAK, known.name, kinds)
        return _result("unlisted", bool(got.refusal) or got.status == 200, known.name, "no answer of ours")

    def headers(self, known: Format) -> Result:
        """Try names in headers: none is passed on; nor is what opens the verification door."""
        names = {name: self.inventor.surname() for name in ("x-patient", "referer", "cookie", "user-agent", "from")}
        given = {name: f"https://{value}.fr/{value}" for name, value in names.items()}
        body = known.request([{"role": "user", "content": "Définition de la bradycardie."}], stream=False)
        _, received = self.post(known, body, given)
        kinds = {f"header {name}" for name, value in names.items() if judge.leaked(value, received)}
        if self.token is not None and judge.leaked(self.token, received):
            kinds.add("verification token")
        if not received:
            return Result("headers", Verdict.FAULT, known.name, said="nothing reached the recorder")
        return Result("headers", Verdict.LEAK if kinds else Verdict.CLEAN, known.name, tuple(sorted(kinds)))

    def refusals(self, known: Format) -> Iterator[Result]:
        """Try what must be refused; nothing of it may reach anybody."""
        name = f"{self.inventor.first_name()} {self.inventor.surname()}"
        text = f"Mme {name} est sortie."
        body = known.request([{"role": "user", "content": text}], stream=False)
        path = self.target.path(known)
        named = path.removesuffix(known.path) + f"/v1/patients/{lexicons.fold(name.split()[1])}"
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_PIXEL}"}}
        picture = {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": text}, image]}]}
        tries: tuple[tuple[str, str, str, bytes | None, dict[str, str]], ...] = (
            ("a name in the address", "POST", named, body, {}),
            ("unknown method", "PUT", path, body, {}),
            ("broken JSON", "POST", path, body[:-2], {}),
            ("an unknown type", "POST", path, text.encode(), {"content-type": "application/x-avec"}),
            ("unread compression", "POST", path, body, {"content-encoding": "avec"}),
            ("a picture", "POST", path, json.dumps(picture).encode(), {}),
        )
        well = 0
        for said, method, where, sent, headers in tries:
            got, received = self.send(method, known, where, sent, headers)
            if judge.leaked(name, received):
                yield Result("refusals", Verdict.LEAK, known.name, ("name",), said)
            elif received:
                yield Result("refusals", Verdict.FAULT, known.name, said=f"{said}: sent")
            elif not got.refusal:
                yield Result("refusals", Verdict.FAULT, known.name, said=f"{said}: not refused in our words")
            else:
                well += 1
        if well == len(tries):
            yield Result("refusals", Verdict.CLEAN, known.name, said=f"{well} refused")


def _leaked(plants: Sequence[Plant], received: Sequence[Received]) -> tuple[str, ...]:
    return tuple(sorted({plant.kind for plant in plants if judge.leaked(plant.value, received)}))


def _strange(plants: Sequence[Plant], came: Sequence[str]) -> frozenset[str]:
    """Return the kinds whose line came without a placeholder of their own."""
    if len(came) < len(plants):
        return frozenset()
    pairs = zip(plants, came, strict=False)
    return frozenset(plant.kind for plant, line in pairs if not judge.kinds(line) & plant.placeholders)


def _result(check: str, well: bool, where: str, said: str) -> Result:
    return Result(check, Verdict.CLEAN if well else Verdict.FAULT, where, said="" if well else said)
