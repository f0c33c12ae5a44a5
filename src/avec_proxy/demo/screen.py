"""How a played scene looks in a terminal: side by side, in colour, readable in 80 columns."""

import re
from difflib import SequenceMatcher

from rich.columns import Columns
from rich.console import Console, Group
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from avec_proxy.coach import Coach
from avec_proxy.demo.play import Played, Turn
from avec_proxy.mapping import PLACEHOLDER


def show(out: Console, played: Played) -> None:
    """Print a scene: four panels a turn, the warnings, the verdict."""
    out.print(Rule(Text(played.scene.title, style="bold")))
    for number, turn in enumerate(played.turns, 1):
        if len(played.turns) > 1:
            out.print(Text(f"Tour {number}", style="bold"))
        out.print(_turn(turn, out.width))
        for code in turn.warnings:
            out.print(Text(f"Conseil : {Coach.load().message(code)}", style="cyan"))
    if played.faults:
        for fault in dict.fromkeys(played.faults):
            out.print(Text(f"ÉCHEC : {fault}", style="bold red"))
    else:
        count = sum(turn.hidden for turn in played.turns)
        hidden = f"{count} masquage{'s' * (count > 1)}" if count else "rien à masquer"
        out.print(Text(f"Vérifié : {hidden}, aucun identifiant n'est sorti, réponse rétablie à l'identique.", style="bold green"))
    out.print()


def _turn(turn: Turn, width: int) -> Group:
    half = max((width - 1) // 2, 30)
    return Group(
        Columns([_panel("Vous tapez", _restored(turn.typed, turn.left), "yellow", half), _panel("Ce qui part", _marked(turn.left), "green", half)]),
        Columns([_panel("Ce qui revient", _marked(turn.came), "green", half), _panel("Ce que vous lisez", _restored(turn.seen, turn.came), "yellow", half)]),
    )


def _panel(title: str, text: Text, colour: str, width: int) -> Panel:
    return Panel(text, title=title, title_align="left", border_style=colour, width=width)


def _marked(text: str) -> Text:
    """Highlight the placeholders."""
    out = Text(text)
    for match in PLACEHOLDER.finditer(text):
        out.stylize("bold green", *match.span())
    return out


def _restored(text: str, masked: str) -> Text:
    """Highlight, in the clear text, what the masked text replaces, and strike what it leaves out."""
    out = Text(text)
    clear, other = _words(text), _words(masked)
    matcher = SequenceMatcher(None, [w.lower() for w, _ in clear], [w.lower() for w, _ in other], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal" or a == b:
            continue
        replaced = any(PLACEHOLDER.fullmatch(w) for w, _ in other[c:d])
        out.stylize("black on yellow" if replaced else "dim strike", clear[a][1], clear[b - 1][1] + len(clear[b - 1][0]))
    return out


_WORD = re.compile(rf"{PLACEHOLDER.pattern}|\w+|[^\w\s]")


def _words(text: str) -> list[tuple[str, int]]:
    return [(m[0], m.start()) for m in _WORD.finditer(text)]
