"""`viva show RUN ID`: one sample, every model, every grade."""

from pathlib import Path

import click

from harness.cli.console import human
from harness.cli.options import JSON_OPTION, RUN_ARGUMENT
from harness.cli.summary import print_json
from harness.errors import UsageError, nearest
from harness.records import Grade, Response, Sample
from harness.runfolder import RunFolder


@click.command()
@RUN_ARGUMENT
@click.argument("sample_id", metavar="ID")
@JSON_OPTION
def command(run: Path, sample_id: str, as_json: bool) -> int:
    """Print the sample ID of RUN with every response and grade; the beginning of an id is enough if it is unique."""
    folder = RunFolder(run)
    suite, sample = _find(folder, sample_id)
    responses = {r.key: r for a in folder.answers() if (a.suite, a.sample) == (suite, sample.id) for r in [a.response]}
    grades = [g for g in folder.grades() if (g.suite, g.sample) == (suite, sample.id)]
    if as_json:
        print_json([sample, *responses.values(), *grades])
    else:
        _print(suite, sample, responses, grades)
    return 0


def _find(folder: RunFolder, wanted: str) -> tuple[str, Sample]:
    everywhere = [(suite, sample) for suite, samples in folder.samples().items() for sample in samples]
    found = [f for f in everywhere if f[1].id == wanted] or [f for f in everywhere if f[1].id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"{suite}: {sample.id}" for suite, sample in found[:5])
        raise UsageError(f'"{wanted}" names {len(found)} samples of this run ({some}, ...)')
    close = nearest(wanted, (sample.id for _, sample in everywhere)) if len(everywhere) < 10_000 else ""
    raise UsageError(f'no sample "{wanted}" in {folder.path}{close if "did you mean" in close else ""}')


def _print(suite: str, sample: Sample, responses: dict[str, Response], grades: list[Grade]) -> None:
    console = human()
    console.print(f"{suite}: {sample.id}", style="bold")
    console.print("  ".join(f"{name}={value}" for name, value in sample.slices.items()), style="dim")
    for message in sample.read():
        console.print(f"[{message.role}] {message.content}")
    console.print(f"reference: {sample.target}")
    for grade in grades:
        console.print(f"\n{grade.model} (attempt {grade.attempt + 1}): {grade.outcome}", style="bold")
        console.print(f"{grade.reason} ({grade.grader})", style="dim")
        for key in grade.response_keys:
            if key in responses:
                console.print(responses[key].text)
