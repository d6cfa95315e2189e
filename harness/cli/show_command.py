"""`viva show RUN ID`: one sample, every model, every grade, and what a judge said of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console

from harness import checks
from harness.cli.console import human
from harness.cli.options import JSON_OPTION, RUN_ARGUMENT
from harness.cli.summary import print_json
from harness.desk import Reply
from harness.errors import UsageError, nearest
from harness.measures import OUTCOMES_OF
from harness.records import Grade, Response, Sample
from harness.runfolder import RunFolder


@click.command()
@RUN_ARGUMENT
@click.argument("sample_id", metavar="ID")
@click.option("--suite", "of_suite", help="The suite that the sample is of, where several have one with this id.")
@JSON_OPTION
def command(run: Path, sample_id: str, of_suite: str | None, as_json: bool) -> int:
    """Print the sample ID of RUN with every response and grade; the beginning of an id is enough if it is unique."""
    folder = RunFolder(run)
    suite, sample = _find(folder, sample_id, of_suite)
    responses = {r.key: r for a in folder.answers() if (a.suite, a.sample) == (suite, sample.id) for r in [a.response]}
    replies = [r for r in folder.replies() if (r.suite, r.sample) == (suite, sample.id)]
    grades = [g for g in folder.grades() if (g.suite, g.sample) == (suite, sample.id)]
    if as_json:
        print_json([sample, *responses.values(), *replies, *grades])
        return 0
    console = human()
    _print_sample(suite, sample, console)
    for grade in grades:
        _print_grade(grade, responses, console)
        _print_replies([r for r in replies if (r.model, r.attempt) == (grade.model, grade.attempt)], console)
    return 0


def _find(folder: RunFolder, wanted: str, of_suite: str | None) -> tuple[str, Sample]:
    """The sample whose id is, or begins with, what is wanted. Raises UsageError where there is not just one."""
    suites = folder.samples()
    if of_suite is not None and of_suite not in suites:
        raise UsageError(f'--suite "{of_suite}": no such suite in {folder.path}{nearest(of_suite, suites)}')
    everywhere = [(suite, s) for suite in suites if of_suite in (None, suite) for s in suites[suite]]
    found = [f for f in everywhere if f[1].id == wanted] or [f for f in everywhere if f[1].id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"{suite}: {sample.id}" for suite, sample in found[:5])
        more = ", ..." if len(found) > 5 else ""
        mend = "name its --suite" if len({sample.id for _, sample in found}) == 1 else "write more of the id"
        raise UsageError(f'"{wanted}" names {len(found):,} samples of this run ({some}{more}); {mend}')
    close = nearest(wanted, (sample.id for _, sample in everywhere)) if len(everywhere) < 10_000 else ""
    raise UsageError(f'no sample "{wanted}" in {folder.path}{close if "did you mean" in close else ""}')


def _print_sample(suite: str, sample: Sample, console: Console) -> None:
    console.print(f"{suite}: {sample.id}", style="bold")
    console.print("  ".join(f"{name}={value}" for name, value in sample.slices.items()), style="dim")
    for message in sample.read():
        console.print(f"[{message.role}] {message.content}")
    if sample.target is not None:
        target = sample.target if isinstance(sample.target, str) else json.dumps(sample.target, ensure_ascii=False)
        console.print(f"reference: {target}")


def _print_grade(grade: Grade, responses: Mapping[str, Response], console: Console) -> None:
    """The grade, its reason, what was checked (what went wrong first), and the reply that it is of."""
    outcome = OUTCOMES_OF[grade.measure][grade.outcome]
    partial = "" if grade.score in (None, 0, 1) else f", score {grade.score:.3g}"
    console.print(f"\n{grade.model} (attempt {grade.attempt + 1}): {outcome}{partial}", style="bold")
    console.print(f"{grade.reason} ({grade.grader})", style="dim")
    for check in sorted(grade.checks, key=lambda check: not checks.fell_short(check)):
        console.print(f"  {check.kind} {checks.in_words(check)}", style=None if checks.fell_short(check) else "dim")
    for key in grade.response_keys:
        if key in responses:
            console.print("\n".join(_said(responses[key])))


def _print_replies(replies: Sequence[Reply], console: Console) -> None:
    for reply in replies:
        about = "judge" if reply.about == "judging" else "asked further:"
        console.print(f"{about} {reply.response.model}", style="dim")
        console.print("\n".join(_said(reply.response)))


def _said(response: Response) -> Iterator[str]:
    yield f"no reply: {response.failure}" if response.failure else response.text
    yield from (f"tool call: {json.dumps(call, ensure_ascii=False)}" for call in response.tool_calls)
