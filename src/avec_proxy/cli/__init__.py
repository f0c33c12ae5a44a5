"""The command line. Each command lives in its own module and imports what is heavy only when it runs."""

import sys

import typer

from avec_proxy.cli import ca, capture, check, demo, evaluate, gateway, lists, pac, rules, run, usage, usage_log, verify

app = typer.Typer(
    name="avec-proxy",
    help="Hide what identifies a person before a prompt reaches a chat LLM, and put it back in the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback shows local variables, hence prompts
)
app.command("check")(check.check)
app.command("eval")(evaluate.evaluate)
app.command("gateway")(gateway.gateway)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("capture")(capture.capture)
app.command("verify")(verify.verify)
app.command("pac")(pac.pac)
app.add_typer(ca.app, name="ca")
app.add_typer(rules.app, name="rules")
app.add_typer(lists.app, name="lists")
app.add_typer(usage_log.app, name="usage")


def main() -> None:
    """Entry point of the `avec-proxy` script."""
    sys.exit(usage.run(app))
