"""`viva report RUN`: the HTML report again."""

from pathlib import Path

import click

from harness.cli import wiring
from harness.cli.options import RUN_ARGUMENT
from harness.runfolder import RunFolder, open_run


@click.command()
@RUN_ARGUMENT
def command(run: Path) -> int:
    """Write the report of RUN again and print its path."""
    found = RunFolder(run)
    evaluation, verdict = found.evaluation(), found.verdict()
    with open_run(run) as folder:
        page = wiring.parts().report(evaluation, verdict, folder.pairs(), folder.texts(), folder.path / "report")
    click.echo(page)
    return 0
