"""What a person reads in a terminal: the prompt with its hidden parts, why, what would leave. In French."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from avec_proxy import checking
from avec_proxy.contract import CheckResult
from avec_proxy.detect.engine import TITLES
from avec_proxy.model import Action
from avec_proxy.rulebook import Rulebook

HIDDEN_STYLE = "black on yellow"
CUT_STYLE = "dim strike"
PLACEHOLDER_STYLE = "bold green"


def console() -> Console:
    """Return a console on standard output, 80 columns at least, colours if it is a terminal."""
    return Console(highlight=False, emoji=False, markup=False, soft_wrap=False)


def typed(text: str, result: CheckResult) -> Text:
    """Return the prompt with what disappears highlighted."""
    out = Text(text)
    for finding in result.findings:
        if finding.action is not Action.KEEP:
            out.stylize(HIDDEN_STYLE, finding.start, finding.end)
    for cut in result.politeness:
        out.stylize(CUT_STYLE, cut.start, cut.end)
    return out


def placeholders(text: str) -> Text:
    """Return a text with its placeholders highlighted."""
    from avec_proxy.mapping import PLACEHOLDER

    out = Text(text)
    for match in PLACEHOLDER.finditer(text):
        out.stylize(PLACEHOLDER_STYLE, *match.span())
    return out


def reason_of(rule: str) -> str:
    """Return the French title of a rule or detector."""
    if rule in TITLES:
        return TITLES[rule]
    for identifier in Rulebook.load().identifiers:
        if identifier.id == rule:
            return identifier.title
    return "marque déjà présente dans le texte"


def result(text: str, checked: CheckResult) -> None:
    """Print a checked prompt."""
    out = console()
    out.print(Panel(typed(text, checked), title="Ce que vous avez écrit", title_align="left", border_style="yellow"))
    if checked.blocked:
        out.print(Panel(Text(checked.reason), title="Refusé", title_align="left", border_style="red"))
        return
    out.print(
        Panel(placeholders(checked.sanitized), title="Ce qui partirait", title_align="left", border_style="green")
    )
    _why(out, text, checked)
    out.print(Text(checking.summary(checked), style="bold"))
    if checked.politeness:
        count = len(checked.politeness)
        out.print(Text(f"{count} formule{'s' * (count > 1)} de politesse retirée{'s' * (count > 1)} (usage sobre)."))
    for warning in checked.warnings:
        out.print(Text(f"Conseil : {warning.message}", style="cyan"))


def _why(out: Console, text: str, checked: CheckResult) -> None:
    hidden = [f for f in checked.findings if f.action is not Action.KEEP]
    if not hidden:
        return
    table = Table(box=None, pad_edge=False, expand=False, show_header=True, header_style="dim")
    for column, width in (("Masqué", 26), ("Remplacé par", 26), ("Parce que", 26)):
        table.add_column(column, max_width=width, overflow="fold")
    for finding in hidden:
        surface = " ".join(text[finding.start : finding.end].split())
        table.add_row(
            Text(surface, style=HIDDEN_STYLE),
            Text(finding.placeholder or "(refusé)", style=PLACEHOLDER_STYLE),
            Text(reason_of(finding.rule)),
        )
    out.print(table)
