"""`viva compare RUN`: the figures."""

from pathlib import Path

import click

from harness.cli.console import human
from harness.cli.figures import print_causes, print_checks, print_comparisons
from harness.cli.options import INCUMBENT_OPTION, JSON_OPTION, RUN_ARGUMENT
from harness.cli.summary import policy_of, print_json
from harness.errors import UsageError, nearest
from harness.records import ALL, Comparison
from harness.runfolder import RunFolder
from harness.workflow import with_incumbent


@click.command()
@RUN_ARGUMENT
@click.option("--student", help="Only this student.")
@click.option("--slices/--no-slices", default=True, help="Every slice, or whole suites only.")
@click.option("--causes/--no-causes", default=True, help="What each delta comes from, or the deltas only.")
@click.option(
    "--checks/--no-checks",
    default=None,
    help="Fields, rules and criteria on every slice too, or not at all; default: on whole suites.",
)
@INCUMBENT_OPTION
@JSON_OPTION
def command(
    run: Path,
    student: str | None,
    slices: bool,
    causes: bool,
    checks: bool | None,
    incumbent: str | None,
    as_json: bool,
) -> int:
    """Print what RUN found: each student beside the teacher, on the whole suite and on each slice.

    With --incumbent: the other students beside that one instead.
    """
    folder = RunFolder(run)
    evaluation = folder.evaluation()
    names = [m.name for m in evaluation.models if m.role not in ("teacher", "judge")]
    if student is not None and student not in names:
        raise UsageError(f'--student "{student}": not in this run{nearest(student, names)}')

    def wanted(c: Comparison) -> bool:
        return (student is None or c.student == student) and (slices or c.slice.name == ALL)

    if incumbent is not None:
        evaluation = with_incumbent(evaluation, incumbent, folder, policy_of(folder, None))
    compared = evaluation.comparisons if incumbent is None else evaluation.beside_incumbent
    chosen = [c for c in compared if wanted(c)]
    if incumbent is not None and not chosen:
        raise UsageError(f'nothing of this run could be compared with "{incumbent}"')
    if as_json:
        print_json(chosen)
        return 0
    console = human()
    print_comparisons(chosen, console, incumbent)
    if causes:
        print_causes(chosen, console)
    if checks is not False:
        print_checks([c for c in chosen if checks or c.slice.name == ALL], console, incumbent or "teacher")
    return 0
