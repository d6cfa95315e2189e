"""`viva review show RUN`: what reviewers said of the grades."""

from pathlib import Path

import click

from harness.cli.console import human
from harness.cli.options import JSON_OPTION, RUN_ARGUMENT
from harness.cli.review_table import print_reviews
from harness.cli.summary import print_json
from harness.review_figures import reviews
from harness.runfolder import RunFolder


@click.command()
@RUN_ARGUMENT
@JSON_OPTION
def command(run: Path, as_json: bool) -> int:
    """Print how far reviewers agree with the grades of RUN and with each other, by their marks on drawn pairs.

    Below stand the grades marked wrong, and the comments on pairs that reviewers picked. The verdict does not change.
    """
    folder = RunFolder(run)
    found = reviews(folder.evaluation(), folder.evaluation_digest(), folder.draws(), folder.marks())
    if as_json:
        print_json(found)
    else:
        print_reviews(found, human())
    return 0
