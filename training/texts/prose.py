"""Real clinical prose with invented people in it, and medical questions that name nobody.

A report's own (fictitious) people are found after a civility, spread through the text, and each is replaced by one
invented identity in all its forms. A line that still holds a capitalised word which no list explains is dropped:
it might name someone, and would teach the model that it doesn't. What can't be told apart (5/5, 2016) is marked
`⟪…⟫`, which is left out of the loss.
"""

import json
import re
from functools import cache
from pathlib import Path
from random import Random

from . import forms, noise
from .grammar import Sequence, expand, parse
from .lexicon import explained, is_first_name, is_man, is_word
from .marks import pieces
from .people import Person, person
from .rules import mark
from .scene import ARTICLES, Scene

DATA = Path(__file__).parent / "data"
# what training never sees; trials are made on it
HELD_REPORTS, HELD_QUESTIONS = 80, 500
_REPORTS, _FRAMED, _SENTENCED = 0.45, 0.35, 0.3

_CIVILITY = (
    r"(?:Monsieur|Madame|Mademoiselle|Mlle|Melle|Mme|Mr|M\.|Docteurs?|Dr\.?|Professeur|Pr\.?|MONSIEUR|MADAME|DR|MME)"
)
_FIELD = (
    r"(?:Signataire|Patiente?|Prescripteur|Nom|Prénom|NOM|Nom et prénom|Médecin|Opérateur|Chirurgien|Anesthésiste)\s?:"
)
_WORD = r"[A-ZÀ-ÝŒ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_RUN = rf"{_WORD}(?: (?:(?:de|du|la|le|des|van|ben|el) ){{0,2}}{_WORD}){{0,3}}"
_NAMED = re.compile(rf"(?P<lead>\b{_CIVILITY}|^{_FIELD}|\b{_FIELD}) +(?P<run>{_RUN})", re.MULTILINE)
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ELSEWHERE = re.compile(r"@|https?:|www\.|\d{2}([ .]\d{2}){4}|\b\d{5}\b|\b(?:rue|avenue|boulevard)\b", re.IGNORECASE)
_AFTER = re.compile(r"⟦PERSON\|[^⟧]*⟧[ -]([a-zà-ÿ]{3,})")
_WOMAN = re.compile(r"Mad|Mll|Mel|Mm|MAD|MME|Patiente")


class _Cast:
    """The people of a report: which of its words name whom, and who they become."""

    def __init__(self, text: str, rng: Random) -> None:
        self.rng = rng
        self.words: dict[str, tuple[Person, str]] = {}
        self.patient: Person | None = None
        runs = [(match["lead"], match["run"]) for match in _NAMED.finditer(text)]
        # the fullest first, so that a surname alone finds who bears it
        for lead, run in sorted(runs, key=lambda found: -len(found[1].split())):
            self._add(lead, run)

    def _add(self, lead: str, run: str) -> None:
        tokens = [token for token in _TOKEN.findall(run) if token[0].isupper()]
        while tokens and is_word(tokens[-1]) and not is_first_name(tokens[-1]):
            tokens.pop()
        if not tokens:
            return
        firsts, lasts = _parts(tokens)
        known = next((self.words[word] for word in map(str.lower, lasts or firsts) if word in self.words), None)
        if known is None:
            man = is_man(firsts[0]) if firsts else None
            if man is None:
                man = not _WOMAN.match(lead) if not lead.startswith(("D", "P", "S")) else None
            someone = person(self.rng, man)
        else:
            someone = known[0]
        if self.patient is None and lead.startswith(("M", "Pat", "Nom")):
            self.patient = someone
        for part, words in (("first", firsts), ("last", lasts)):
            for word in words:
                self.words.setdefault(word.lower(), (someone, part))

    def recast(self, line: str) -> str:
        """Return the line with each name replaced and marked, half of the civilities gone."""
        out: list[str] = []
        at = 0
        for start, end, tokens in self._runs(line):
            before = line[at:start]
            if self.rng.random() < 0.5:
                before = re.sub(rf"(?:\b[Ll]e )?\b{_CIVILITY} +$", "", before)
            out += [before, self._form(tokens)]
            at = end
        return "".join([*out, line[at:]])

    def _runs(self, line: str) -> list[tuple[int, int, list[str]]]:
        runs: list[tuple[int, int, list[str]]] = []
        for match in _TOKEN.finditer(line):
            if match[0].lower() not in self.words or not match[0][0].isupper():
                continue
            if runs and re.fullmatch(r" (?:(?:de|du|la|le|des|van|ben|el) )*|-", line[runs[-1][1] : match.start()]):
                start, _, tokens = runs[-1]
                if self.words[tokens[0].lower()][0] is self.words[match[0].lower()][0]:
                    runs[-1] = (start, match.end(), [*tokens, match[0]])
                    continue
            runs.append((match.start(), match.end(), [match[0]]))
        return runs

    def _form(self, tokens: list[str]) -> str:
        someone = self.words[tokens[0].lower()][0]
        if self.rng.random() < 0.25:
            return forms.FORMS["any"](someone, self.rng)
        names: list[str] = []
        seen: list[str] = []
        for token in tokens:
            part = self.words[token.lower()][1]
            if part in seen:
                continue
            seen.append(part)
            name = getattr(someone, part)
            names.append(forms.capitals(someone, name) if token.isupper() and len(token) > 1 else name)
        return f"⟦PERSON|{' '.join(names)}⟧"


def _parts(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Return first names and family names of a run."""
    if len(tokens) == 1:
        return [], tokens
    capitals = [token for token in tokens if token.isupper()]
    if capitals and len(capitals) < len(tokens):
        return [token for token in tokens if not token.isupper()], capitals
    if is_first_name(tokens[-1]) and not is_first_name(tokens[0]):
        return tokens[-1:], tokens[:-1]
    return tokens[:1], tokens[1:]


@cache
def _sentences(name: str) -> tuple[Sequence, ...]:
    text = (DATA / name).read_text(encoding="utf-8")
    return tuple(parse(block.strip("\n")) for block in re.split(r"^=====$", text, flags=re.MULTILINE))


def _sentence(scene: Scene, rng: Random) -> str:
    return ARTICLES.sub(r"\1 ", expand(rng.choice(_sentences("prose_sentences.txt")), rng, scene.fill))


def recast(text: str, rng: Random) -> str | None:
    """Return a report with invented people, marked; None if too little of it is left."""
    cast = _Cast(text, rng)
    lines = [line.rstrip() for line in text.splitlines()]
    kept: list[str] = []
    for line in lines:
        if _ELSEWHERE.search(line):
            continue
        changed = cast.recast(line)
        parts = pieces(changed)
        # a name's last word in lower case is in no list of the cast
        if any(not is_word(word) for word in _AFTER.findall(changed)):
            continue
        if all(part.kind or explained(part.text) for part in parts):
            kept.append("".join(str(part) if part.kind else mark(part.text, rng) for part in parts))
    if sum(map(len, kept)) < 0.4 * len(text):
        return None
    scene = Scene(rng)
    if cast.patient is not None:
        scene.cast("p", cast.patient)
    return insert(kept, scene, rng, rng.choice((0, 1, 2, 2, 3, 4)))


def insert(lines: list[str], scene: Scene, rng: Random, count: int) -> str:
    """Return the lines with invented sentences between them, or at the end of some."""
    lines = list(lines)
    for _ in range(count):
        at = rng.randrange(len(lines) + 1)
        sentence = _sentence(scene, rng)
        if at and rng.random() < 0.35 and lines[at - 1].endswith("."):
            lines[at - 1] += f" {sentence}"
        else:
            lines.insert(at, sentence)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class Prose:
    """Texts made of the prose under a folder."""

    def __init__(self, folder: Path, part: str = "train") -> None:
        reports = _read(folder / "parhaf_380.jsonl")
        questions = _read(folder / "frenchmedmcqa_2000.jsonl")
        if part == "train":
            self.reports, self.questions = reports[:-HELD_REPORTS], questions[:-HELD_QUESTIONS]
        else:
            self.reports, self.questions = reports[-HELD_REPORTS:], questions[-HELD_QUESTIONS:]

    def text(self, rng: Random) -> tuple[str, str]:
        """Return (style, marked text) of a report or a question."""
        if rng.random() < _REPORTS:
            style = rng.choice(("letter", "note"))
            while (text := recast(rng.choice(self.reports), rng)) is None:
                pass
            if rng.random() < 0.55:
                text = noise.window(text, rng)
        else:
            style, text = self._question(rng)
        return style, noise.disturb(text, style, rng)

    def _question(self, rng: Random) -> tuple[str, str]:
        question = mark(rng.choice(self.questions), rng)
        draw = rng.random()
        if draw < _FRAMED:
            frame = expand(rng.choice(_sentences("question_frames.txt")), rng, Scene(rng).fill)
            return "prompt", ARTICLES.sub(r"\1 ", frame).replace("§", question)
        if draw < _FRAMED + _SENTENCED:
            return "prompt", insert(question.split("\n"), Scene(rng), rng, rng.choice((1, 1, 2)))
        return "negative", question


def _read(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
