"""`viva ladder RUN`: the students by size, what each step down costs, and the columns side by side."""

from dataclasses import replace
from pathlib import Path

import click

from harness.cli.console import human
from harness.cli.ladder_tables import print_columns, print_ladder
from harness.cli.options import JSON_OPTION
from harness.cli.summary import print_json
from harness.columns import columns
from harness.ladder import ladder
from harness.ladder_published import published_ladder
from harness.published_file import read_published
from harness.runfolder import RunFolder
from harness.serial import to_json


@click.command()
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--published", "files", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
    help="Figures that others published, in place of the plan's; can be given several times.",
)  # fmt: skip
@click.option("--slices/--no-slices", default=False, help="Every slice too, or whole suites only.")
@JSON_OPTION
def command(run: Path | None, files: tuple[Path, ...], slices: bool, as_json: bool) -> int:
    """Print the students of RUN from the largest to the smallest, and what each step down costs.

    Below stand the columns: public benchmarks, own traffic, stress, what should be retained. Without RUN: the ladder
    of the published figures alone. The exit code is 0, whatever the verdicts.
    """
    scores = read_published(files)
    if run is None:
        if not files:
            raise click.UsageError("give a RUN, or --published FILE, or both")
        found = published_ladder(scores)
        if as_json:
            print_json({"ladder": to_json(found), "columns": []})
        else:
            print_ladder(found, human(), slices)
        return 0
    folder = RunFolder(run)
    evaluation, verdict = folder.evaluation(), folder.verdict()
    if files:
        evaluation = replace(evaluation, published=scores)
    found, beside = ladder(evaluation, verdict), columns(evaluation, verdict)
    if as_json:
        print_json({"ladder": to_json(found), "columns": [to_json(one) for one in beside]})
        return 0
    console = human()
    print_ladder(found, console, slices)
    print_columns(beside, console)
    return 0
