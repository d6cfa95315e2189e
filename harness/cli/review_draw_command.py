"""`viva review draw RUN`: pairs for reviewers."""

from collections.abc import Sequence
from pathlib import Path

import click

from harness.cli.console import human
from harness.cli.options import RUN_ARGUMENT, WholeNumber
from harness.errors import UsageError, nearest
from harness.evaluation import Evaluation, Pair
from harness.review import Draw, Strata
from harness.review_draw import Wanted, draw
from harness.runfolder import RunFolder, open_run
from reports.draw_page import write_draw


@click.command()
@RUN_ARGUMENT
@click.option("--n", "count", type=WholeNumber(min=1), default=60, show_default=True, help="So many pairs.")
@click.option("--seed", type=WholeNumber(min=0), default=0, show_default=True, help="Another seed, another draw.")
@click.option(
    "--strata", type=click.Choice(["outcome", "none"]), default="outcome", show_default=True,
    help="By who was right, with more of the lost pairs; or all pairs alike.",
)  # fmt: skip
@click.option("--suite", "suites", multiple=True, help="Only pairs of this suite; may be given several times.")
@click.option("--student", "students", multiple=True, help="Only pairs of this student; may be given several times.")
def command(run: Path, count: int, seed: int, strata: Strata, suites: Sequence[str], students: Sequence[str]) -> int:
    """Draw pairs of RUN for reviewers, in random order, and print the file of the draw.

    Beside a report, a page is written that shows these pairs: its path is printed instead.
    """
    found = RunFolder(run)
    evaluation, pairs = found.evaluation(), found.pairs()
    wanted = Wanted(n=count, seed=seed, strata=strata)
    drawn = draw(found.evaluation_digest(), _chosen(evaluation, pairs, suites, students), wanted)
    with open_run(run) as folder:
        folder.write_draw(drawn)
        place = folder.path / "reviews" / f"draw-{drawn.id}.json"
        report = folder.path / "report"
        if (report / "index.html").is_file():
            place = write_draw(drawn, evaluation, folder.verdict(), report)
    human().print(_told(drawn), style="dim")
    click.echo(place)
    return 0


def _chosen(
    evaluation: Evaluation, pairs: Sequence[Pair], suites: Sequence[str], students: Sequence[str]
) -> list[Pair]:
    """Pairs of students; those of the base are of no verdict."""
    known_suites = [card.name for card in evaluation.suites]
    known_students = [model.name for model in evaluation.models if model.role == "student"]
    for name in suites:
        if name not in known_suites:
            raise UsageError(f'--suite "{name}": not in this run{nearest(name, known_suites)}')
    for name in students:
        if name not in known_students:
            raise UsageError(f'--student "{name}": {_no_student(name, evaluation, known_students)}')
    return [p for p in pairs if p.suite in (suites or known_suites) and p.student in (students or known_students)]


def _no_student(name: str, evaluation: Evaluation, known: Sequence[str]) -> str:
    students = f"name a student: {', '.join(known)}"
    match next((model.role for model in evaluation.models if model.name == name), None):
        case "teacher":
            return f"it is the teacher, whose answer stands in every pair; {students}"
        case "base":
            return f"it is the base of this run, of which no pairs are drawn; {students}"
        case "judge":
            return f"it is the judge of this run; {students}"
        case _:
            return f"not in this run{nearest(name, known)}"


def _told(drawn: Draw) -> str:
    strata = ", ".join(f"{one.drawn} of {one.pairs:,} {_word(one.name)}" for one in drawn.counts)
    return f"draw {drawn.id}: {len(drawn.items):,} pairs ({strata})"


def _word(name: str) -> str:
    return "pairs" if name == "all" else name
