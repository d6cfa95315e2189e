"""`viva compare RUN`: the figures."""

from collections.abc import Callable
from pathlib import Path

import click
from click.core import ParameterSource

from harness.cli.attempts_table import print_attempts
from harness.cli.console import human
from harness.cli.explored_table import print_explored
from harness.cli.figures import print_causes, print_checks, print_comparisons
from harness.cli.mimicry_table import print_findings, print_profiles
from harness.cli.movement_table import print_movement
from harness.cli.options import INCUMBENT_OPTION, JSON_OPTION, RUN_ARGUMENT
from harness.cli.summary import policy_of, print_json
from harness.errors import UsageError, nearest
from harness.evaluation import ALL, Comparison, Evaluation, Finding, Profile
from harness.explored import Explored
from harness.movement import movement
from harness.runfolder import RunFolder
from harness.serial import to_json
from harness.two_runs import finished
from harness.workflow import with_incumbent

Placed = Comparison | Profile | Finding
Wanted = Callable[[Placed], bool]

NEEDED = {  # for what an option asks for and a run may not have
    "checks": "graders that check fields, rules or criteria report them",
    "repeats": "it takes several answers to an item (`repeats: 3` in the plan) and scores that are an accuracy",
    "mimicry": "profiles are made of students on suites of the workload",
    "findings": "detectors look at students on suites of the workload",
    "explored": "students are explored on suites of the workload, in old runs by `viva grade RUN`",
}


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
@click.option(
    "--mimicry/--no-mimicry",
    default=None,
    help="Mimicry profiles on every slice too, or not at all; default: on whole suites.",
)
@click.option(
    "--repeats/--no-repeats",
    default=None,
    help="Noise floor, pass@k and majority@k on every slice too, or not at all; default: on whole suites.",
)
@click.option(
    "--explored/--no-explored",
    default=None,
    help="Every slice that the search came upon, and cliffs, or nothing of it; default: what was confirmed.",
)
@click.option("--findings", is_flag=True, help="What every detector of mimicry found, where profiles are shown.")
@INCUMBENT_OPTION
@click.option(
    "--against",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Print what changed since this earlier run instead, and which model moved.",
)
@JSON_OPTION
@click.pass_context
def command(
    context: click.Context,
    run: Path,
    student: str | None,
    slices: bool,
    causes: bool,
    checks: bool | None,
    mimicry: bool | None,
    repeats: bool | None,
    explored: bool | None,
    findings: bool,
    incumbent: str | None,
    against: Path | None,
    as_json: bool,
) -> int:
    """Print what RUN found: each student beside the teacher, on the whole suite and on each slice.

    With --incumbent: the other students beside that one instead. With --against: what changed since another run.
    """
    if against is not None:
        _refuse_beside_against(context)
        return _moved(RunFolder(against), RunFolder(run), as_json)
    _refuse_contradictions(mimicry, findings, explored, incumbent)
    folder = RunFolder(run)
    evaluation = folder.evaluation()
    names = [m.name for m in evaluation.models if m.role not in ("teacher", "judge")]
    if student is not None and student not in names:
        raise UsageError(f'--student "{student}": not in this run{nearest(student, names)}')

    def wanted(one: Placed) -> bool:
        return (student is None or one.student == student) and (slices or one.slice.name == ALL)

    if incumbent is not None:
        evaluation = with_incumbent(evaluation, incumbent, folder, policy_of(folder, None))
    compared = evaluation.comparisons if incumbent is None else evaluation.beside_incumbent
    chosen = [c for c in compared if wanted(c)]
    if incumbent is not None and not chosen:
        raise UsageError(_why_nothing(evaluation, incumbent, student))
    if as_json:
        more = _with_more(evaluation, student, wanted, (mimicry or findings, findings, explored))
        print_json(more if len(more) > 1 else chosen)
        return 0
    console = human()
    print_comparisons(chosen, console, incumbent)
    if causes:
        print_causes(chosen, console)
    if checks is not False:
        print_checks([c for c in chosen if checks or c.slice.name == ALL], console, incumbent or "teacher")
    if repeats is not False:
        print_attempts([c for c in chosen if repeats or c.slice.name == ALL], console, incumbent or "teacher")
    if explored is not False and incumbent is None:
        print_explored(_of(evaluation, student), console, is_whole=explored is True)
    if mimicry is not False and incumbent is None:
        print_profiles([p for p in evaluation.profiles if wanted(p) and (mimicry or p.slice.name == ALL)], console)
    if findings:
        print_findings([f for f in evaluation.findings if wanted(f) and (mimicry or f.slice.name == ALL)], console)
    there = {
        "checks": any(c.checks for c in chosen),
        "repeats": any(c.noise or c.at_k for c in chosen),
        "mimicry": any(map(wanted, evaluation.profiles)),
        "findings": any(map(wanted, evaluation.findings)),
        "explored": bool(_of(evaluation, student)),
    }
    for name, is_there in there.items():
        if context.params[name] and not is_there:
            console.print(f"nothing to show for --{name}; {NEEDED[name]}", style="dim")
    return 0


def _refuse_beside_against(context: click.Context) -> None:
    """Every other option chooses among the figures of one run. Raises UsageError where one was given."""
    given = [
        param.opts[0] if context.params[param.name or ""] is not False else param.secondary_opts[0]
        for param in context.command.params
        if param.name not in ("run", "against", "as_json")
        and context.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
    ]
    if given:
        raise UsageError(f"{', '.join(given)}: only --json goes with --against, which prints what changed instead")


def _why_nothing(evaluation: Evaluation, incumbent: str, student: str | None) -> str:
    others = [m.name for m in evaluation.models if m.role == "student" and m.name != incumbent]
    if not others:
        return f'--incumbent "{incumbent}": the only student of this run; there is none to put beside it'
    if student is not None and student not in others:
        return (
            f'--student "{student}": beside the incumbent "{incumbent}" stand the other students: {", ".join(others)}'
        )
    failures = [f"{m.name}: {m.failure}" for m in evaluation.models if m.failure]
    return "; ".join([f'no sample has a grade of "{incumbent}" and one of another student', *failures])


def _refuse_contradictions(mimicry: bool | None, findings: bool, explored: bool | None, incumbent: str | None) -> None:
    if incumbent is not None and (mimicry or findings or explored):
        raise UsageError(
            "--mimicry, --findings and --explored tell of students beside the teacher; leave out --incumbent"
        )
    if findings and mimicry is False:
        raise UsageError("--findings are printed where profiles are; leave out --no-mimicry")


def _of(evaluation: Evaluation, student: str | None) -> list[Explored]:
    return [one for one in evaluation.explored if student is None or one.student == student]


def _with_more(
    evaluation: Evaluation, student: str | None, wanted: Wanted, asked: tuple[bool | None, bool, bool | None]
) -> dict[str, object]:
    """An object in place of the plain list of comparisons; slices go by --slices alone, as comparisons do.

    `asked` are profiles, findings, and what was explored. Of nothing asked only the comparisons are left.
    """
    profiles, findings, explored = asked
    found: dict[str, object] = {"comparisons": [to_json(c) for c in evaluation.comparisons if wanted(c)]}
    if profiles:
        found["profiles"] = [to_json(p) for p in evaluation.profiles if wanted(p)]
    if findings:
        found["findings"] = [to_json(f) for f in evaluation.findings if wanted(f)]
    if explored:
        found["explored"] = [to_json(one) for one in _of(evaluation, student)]
    return found


def _moved(before: RunFolder, after: RunFolder, as_json: bool) -> int:
    found = movement(finished(before), finished(after))
    if as_json:
        print_json(found)
    else:
        print_movement(found, human())
    return 0
