"""`viva review ...`: what people make of the grades."""

import click

from harness.cli.lazy import Lazy

COMMANDS = {
    "draw": "Draw pairs for reviewers, with known probabilities.",
    "import": "Store marks that reviewers exported from the report.",
    "show": "Tell how far reviewers agree with the grades and with each other.",
}


@click.command(cls=Lazy, known=COMMANDS, module="harness.cli.review_{}_command")
def command() -> None:
    """Draw pairs for reviewers, store their marks, and tell how far marks and grades agree. Grades never change."""
