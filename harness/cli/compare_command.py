"""`viva compare RUN`: the figures."""

from pathlib import Path

import click

from harness.cli.console import human
from harness.cli.options import JSON_OPTION, RUN_ARGUMENT
from harness.cli.summary import print_comparisons, print_json
from harness.runfolder import RunFolder


@click.command()
@RUN_ARGUMENT
@click.option("--student", help="Only this student.")
@click.option("--slices/--no-slices", default=True, help="Every slice, or whole suites only.")
@JSON_OPTION
def command(run: Path, student: str | None, slices: bool, as_json: bool) -> int:
    """Print what RUN found: each student beside the teacher, on the whole suite and on each slice."""
    from harness.errors import UsageError, nearest

    evaluation = RunFolder(run).evaluation()
    names = [m.name for m in evaluation.models if m.role != "teacher"]
    if student is not None and student not in names:
        raise UsageError(f'--student "{student}": not in this run{nearest(student, names)}')
    chosen = [
        c
        for c in evaluation.comparisons
        if (student is None or c.student == student) and (slices or c.slice.name == "all")
    ]
    if as_json:
        print_json(chosen)
    else:
        print_comparisons(chosen, human())
    return 0
