"""`viva report RUN`: the HTML report again."""

from pathlib import Path

import click

from harness.cli import wiring
from harness.cli.options import INCUMBENT_OPTION, RUN_ARGUMENT
from harness.cli.summary import policy_of
from harness.runfolder import RunFolder, open_run
from harness.workflow import with_incumbent


@click.command()
@RUN_ARGUMENT
@INCUMBENT_OPTION
def command(run: Path, incumbent: str | None) -> int:
    """Write the report of RUN again and print its path."""
    found = RunFolder(run)
    evaluation, verdict = found.evaluation(), found.verdict()
    if incumbent is not None:
        evaluation = with_incumbent(evaluation, incumbent, found, policy_of(found, None))
    with open_run(run) as folder:
        page = wiring.parts().report(evaluation, verdict, folder.pairs(), folder.texts(), folder.path / "report")
    click.echo(page)
    return 0
