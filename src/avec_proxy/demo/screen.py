"""How a played scene looks in a terminal: side by side, in colour, readable in 80 columns."""

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
    """Highlight, in the clear text, what stands where the masked text has placeholders."""
    out = Text(text)
    at = 0
    parts = PLACEHOLDER.split(masked)
    fixed = parts[:: PLACEHOLDER.groups + 1]
    begin = text.find(fixed[0])
    if begin < 0:
        return out
    if begin:
        out.stylize("dim strike", 0, begin)
    at = begin + len(fixed[0])
    for piece in fixed[1:]:
        end = text.find(piece, at) if piece else at
        if end < 0:
            return out
        out.stylize("black on yellow", at, end if piece else len(text))
        at = end + len(piece)
    return out
