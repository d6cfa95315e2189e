"""`viva suite ...`: where an evaluation's questions come from."""

import click

from harness.cli.lazy import Lazy

COMMANDS = {
    "list": "Print the suite sources, or the suites of a plan.",
    "show": "Print samples of a suite, and their stress variants beside them.",
    "build": "Build a suite from production logs: scrubbed, deduplicated, drawn, frozen.",
    "coverage": "Tell whether a suite still looks like the traffic, or training data covers it.",
    "overlap": "Tell which samples the student may have seen in training.",
}


@click.command(cls=Lazy, known=COMMANDS, module="harness.cli.suite_{}_command")
def command() -> None:
    """Build suites from production logs, look at them, and hold them against traffic and training data."""
