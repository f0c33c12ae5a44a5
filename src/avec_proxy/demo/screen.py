"""How a played scene looks in a terminal: side by side, in colour, readable in 80 columns."""

import difflib
import re

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from avec_proxy.coach import Coach
from avec_proxy.demo.play import Played, Turn
from avec_proxy.mapping import PLACEHOLDER

# reverse and strike stay visible where colours are switched off
HIDDEN = "bold reverse yellow"
CUT = "dim strike"
ISSUED = "bold green"
# without any style (a pipe, a dumb terminal), signs stand around the words
_SIGNS = {HIDDEN: ("⟦", "⟧"), CUT: ("~", "~")}
_SIDE_BY_SIDE = 72  # columns; in less, the four panels stand one under the other
_TOKEN = re.compile(rf"{PLACEHOLDER.pattern}|\w+|\s|[^\w\s]")


def show(out: Console, played: Played) -> None:
    """Print a scene: four panels a turn, the warnings, the verdict."""
    out.print(Rule(Text(played.scene.title, style="bold"), characters="─"))
    for number, turn in enumerate(played.turns, 1):
        if len(played.scene.turns) > 1:
            out.print(Text(f"Tour\u00a0{number}", style="bold"))
        _turn(out, turn)
        for code in turn.warnings:
            out.print(Text(f"Conseil\u00a0: {Coach.load().message(code)}", style="cyan"))
    if played.faults:
        for fault in dict.fromkeys(played.faults):
            out.print(Text(f"ÉCHEC\u00a0: {fault}.", style="bold red"))
    else:
        count = len({match[0] for turn in played.turns for match in PLACEHOLDER.finditer(turn.left)})
        plural = "s" * (count > 1)
        hidden = f"{count}\u00a0information{plural} masquée{plural}" if count else "rien à masquer"
        kept = "aucun identifiant n'est sorti, réponse rétablie à l'identique"
        out.print(Text(f"Vérifié\u00a0: {hidden}, {kept}.", "bold green"))
    out.print()


def _turn(out: Console, turn: Turn) -> None:
    signs = out.color_system is None
    typed = ("Vous tapez", compared(turn.typed, turn.left, signs=signs), "yellow")
    left = ("Ce qui part", _marked(turn.left), "green")
    came = ("Ce qui revient", _marked(turn.came), "green")
    seen = ("Ce que vous lisez", compared(turn.seen, turn.came, signs=signs), "yellow")
    for row in ((typed, left), (came, seen)):
        if out.width < _SIDE_BY_SIDE:
            for title, text, colour in row:
                out.print(_panel(title, text, colour))
            continue
        half = (out.width - 1) // 2
        height = 2 + max(len(text.wrap(out, half - 4)) for _, text, _ in row)
        grid = Table.grid(padding=(0, 1, 0, 0), pad_edge=False)
        for _ in row:
            grid.add_column(width=half)
        grid.add_row(*(_panel(title, text, colour, half, height) for title, text, colour in row))
        out.print(grid)


def _panel(title: str, text: Text, colour: str, width: int | None = None, height: int | None = None) -> Panel:
    return Panel(text, title=title, title_align="left", border_style=colour, width=width, height=height)


def _marked(text: str) -> Text:
    """Highlight the placeholders."""
    out = Text(text)
    for match in PLACEHOLDER.finditer(text):
        out.stylize(ISSUED, *match.span())
    return out


def compared(text: str, masked: str, *, signs: bool = False) -> Text:
    """Highlight, in the clear text, what the masked text has placeholders for, and strike what it lacks.

    Between signs too if `signs`.
    """
    clear, other = ([m[0] for m in _TOKEN.finditer(t)] for t in (text, masked))
    out = Text()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, clear, other, autojunk=False).get_opcodes():
        piece = "".join(clear[a:b])
        if kind == "equal" or not piece:
            out.append(piece)
            continue
        # «Bonjour, peux-tu» → «Peux-tu»: the word that only becomes a capital stays
        stays = clear[b - 1] if c < d and clear[b - 1].casefold() == other[d - 1].casefold() else ""
        piece = piece.removesuffix(stays)
        style = HIDDEN if any(PLACEHOLDER.fullmatch(token) for token in other[c:d]) else CUT
        before, after = _SIGNS[style] if signs else ("", "")
        out.append(before + piece + after, style)
        out.append(stays)
    return out
