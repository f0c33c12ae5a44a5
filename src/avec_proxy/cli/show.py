"""What a person reads in a terminal: the prompt with its hidden parts, why, what would leave. In French."""

from collections import Counter
from collections.abc import Iterable
from typing import NoReturn, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from avec_proxy import checking
from avec_proxy.contract import CheckResult, FileResult
from avec_proxy.detect.engine import TITLES
from avec_proxy.detect.listed import title_of
from avec_proxy.mapping import PLACEHOLDER
from avec_proxy.model import Action, Level
from avec_proxy.rulebook import Rulebook

# reverse and strike stay visible where colours are switched off
HIDDEN = "bold reverse yellow"
REFUSED = "bold reverse red"
CUT = "dim strike"
ISSUED = "bold green"
# without any style (a pipe, a dumb terminal), signs stand around the words
SIGNS = {HIDDEN: ("⟦", "⟧"), REFUSED: ("⟦", "⟧"), CUT: ("~", "~")}
WIDE = 72  # columns; a table with three columns wraps badly in less

_PICTURES: dict[int, int] = {n: 0x2400 + n for n in range(32) if n not in (9, 10)} | {0x7F: 0x2421}
_INVISIBLE = dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "·")
_VISIBLE: dict[int, int | str] = {
    **_PICTURES,
    **_INVISIBLE,
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    0xFEFF: "·",
}


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command: rich would end the process with the code for «something hidden»."""
        raise BrokenPipeError


def console(out: TextIO) -> Console:
    """Return a console on `out`, with styles if it is a terminal that has them."""
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="replace")  # an old terminal without «é» still gets the rest
    return _Console(file=out, highlight=False, emoji=False, markup=False)


def visible(text: str) -> str:
    """Return `text`, as long as before, fit for a terminal: what would command or reverse it is shown as a sign."""
    return text.replace("\r\n", " \n").translate(_VISIBLE)


def typed(text: str, result: CheckResult, *, signs: bool = False) -> Text:
    """Return the prompt with what disappears highlighted, between signs if `signs`."""
    spans = [
        (f.start, f.end, REFUSED if f.action is Action.REFUSE else HIDDEN)
        for f in result.findings
        if f.action is not Action.KEEP
    ]
    spans += [(c.start, c.end, CUT) for c in result.politeness]
    shown = visible(text)
    out = Text()
    at = 0
    for start, end, style in sorted(spans):
        before, after = SIGNS[style] if signs else ("", "")
        out.append(shown[at:start])
        out.append(before + shown[max(start, at) : end] + after, style)
        at = end
    out.append(shown[at:].rstrip())
    return out


def placeholders(text: str) -> Text:
    """Return a text with its placeholders highlighted."""
    out = Text(visible(text).rstrip())
    for match in PLACEHOLDER.finditer(out.plain):
        out.stylize(ISSUED, *match.span())
    return out


def reason_of(rule: str) -> str:
    """Return the French title of a rule or detector."""
    if title := TITLES.get(rule) or title_of(rule):
        return title
    titles = {identifier.id: identifier.title for identifier in Rulebook.load().identifiers}
    return titles.get(rule, "marque déjà présente dans le texte")


def result(text: str, checked: CheckResult, out: TextIO) -> None:
    """Print a checked prompt on `out`."""
    screen = console(out)
    for part in _parts(text, checked, screen):
        screen.print(part)


def file(text: str, checked: FileResult, name: str, out: TextIO) -> None:
    """Print a checked file, which was called `name`, on `out`."""
    screen = console(out)
    for part in _file_parts(text, checked, name, screen):
        screen.print(part)


def _file_parts(text: str, checked: FileResult, name: str, screen: Console) -> Iterable[RenderableType]:
    if not checked.kind:
        yield _panel(Text(checked.reason), "Refusé", "red")
        return
    kind = "texte" if checked.kind == "text" else checked.kind.upper()
    yield Text(f"Fichier lu comme {kind}\u00a0: tous ses textes, puis son nom.")
    yield from _parts(text, checked, screen)
    if not checked.blocked and checked.name != name:
        yield Text.assemble("Nom du fichier\u00a0: ", (visible(name), HIDDEN), " → ", (visible(checked.name), ISSUED))


def _parts(text: str, checked: CheckResult, screen: Console) -> Iterable[RenderableType]:
    signs = screen.color_system is None
    changed = [f for f in checked.findings if f.action is not Action.KEEP]
    if not text.strip():
        yield Text("Le message est vide\u00a0: rien à vérifier.")
        return
    title = "Ce que le fichier dit" if isinstance(checked, FileResult) else "Ce que vous avez écrit"
    yield _panel(typed(text, checked, signs=signs), title, "yellow")
    if signs and (changed or checked.politeness):
        yield Text("  ".join(_legend(bool(changed), bool(checked.politeness))))
    if checked.blocked:
        yield _panel(Text(checked.reason), "Refusé", "red")
        if changed:
            yield _why(text, checked, screen.width)
        yield from _told(text, checked)
        return
    if checked.sanitized == text:
        yield Text("Ce texte partirait tel quel.", style="green")
    else:
        yield _panel(placeholders(checked.sanitized), "Ce qui partirait", "green")
    if changed:
        yield _why(text, checked, screen.width)
    yield Text(checking.summary(checked), style="bold")
    if count := len(checked.politeness):
        plural = "s" * (count > 1)
        yield Text(f"{count}\u00a0formule{plural} de politesse retirée{plural}\u00a0: la machine n'en a pas besoin.")
    yield from _told(text, checked)
    for warning in checked.warnings:
        yield Text(f"Conseil\u00a0: {warning.message}", style="cyan")


def _told(text: str, checked: CheckResult) -> Iterable[Text]:
    """What is told of somebody beside names: who it may be, and their health."""
    if sentence := checking.indirect(checked):
        yield Text(sentence, style="bold red" if checked.risk and checked.risk.level is Level.RED else "yellow")
    if sentence := checking.withheld(checked):
        yield Text(sentence, style="yellow")
    yield from _proposed(text, checked)
    if sentence := checking.secret(checked):
        yield Text(sentence, style="bold red" if checked.health and checked.health.severity is Level.RED else "yellow")


def _proposed(text: str, checked: CheckResult) -> Iterable[Text]:
    risk = checked.risk
    if risk is None or not risk.proposals or risk.proposals_used:
        return
    yield Text("Formulations plus générales proposées (à vous de choisir, avec --generalise)\u00a0:", style="yellow")
    shown = ((" ".join(visible(text[p.start : p.end]).split()), p.wording) for p in risk.proposals)
    for said, wording in dict.fromkeys(shown):
        yield Text.assemble("  • ", (said, HIDDEN), " → ", (wording, ISSUED))


def _panel(text: Text, title: str, colour: str) -> Panel:
    return Panel(text, title=title, title_align="left", border_style=colour, padding=(0, 1))


def _legend(hidden: bool, cut: bool) -> Iterable[str]:
    if hidden:
        yield "⟦…⟧ masqué"
    if cut:
        yield "~…~ retiré"


def _why(text: str, checked: CheckResult, width: int) -> RenderableType:
    counts = Counter(
        (" ".join(visible(text[f.start : f.end]).split()), f.placeholder, f.rule, f.action)
        for f in checked.findings
        if f.action is not Action.KEEP
    )
    rows = [
        (
            Text.assemble((surface, HIDDEN if action is Action.HIDE else REFUSED), f" ×\u00a0{n}" if n > 1 else ""),
            Text(placeholder or "(interdit)", ISSUED if placeholder else "bold red"),
            Text(reason_of(rule)),
        )
        for (surface, placeholder, rule, action), n in counts.items()
    ]
    if width < WIDE:
        return Group(
            *(
                Group(Text.assemble(surface, " → ", placeholder), Padding(reason, (0, 0, 0, 2), expand=False))
                for surface, placeholder, reason in rows
            )
        )
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Masqué", ratio=3, overflow="fold")
    table.add_column("Remplacé par", ratio=3, overflow="fold")
    table.add_column("Parce que", ratio=4, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
