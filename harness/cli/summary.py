"""How figures and verdicts look in a terminal."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from harness.cli.figures import limits, print_comparisons
from harness.cli.ladder_tables import print_in_short
from harness.cli.mimicry_table import print_label
from harness.columns import columns
from harness.compare import standing
from harness.errors import UsageError
from harness.evaluation import ALL, Comparison
from harness.forecast import Forecast
from harness.gate_words import named_with_more, points
from harness.ladder import ladder
from harness.policy import Policy
from harness.policy_file import load_policy
from harness.runfolder import RunFolder
from harness.serial import to_json
from harness.verdict import Decision, Verdict
from harness.workflow import Outcome

EXIT_CODES: dict[Decision, int] = {"pass": 0, "fail": 1, "inconclusive": 2}
GROUPS: tuple[tuple[str, Decision], ...] = (("released", "pass"), ("withheld", "fail"), ("undecided", "inconclusive"))
STYLES: dict[Decision, str] = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}


def finish(outcome: Outcome, console: Console, as_json: bool) -> int:
    """Say what a run ended with; returns the exit code."""
    evaluation = outcome.evaluation
    print_comparisons([c for c in evaluation.comparisons if c.slice.name == ALL], console)
    for suite in evaluation.suites:
        if not any(c.suite == suite.name for c in evaluation.comparisons):
            console.print(f"{suite.name}: nothing could be compared", style=STYLES["inconclusive"])
    if evaluation.incumbent and not evaluation.beside_incumbent:
        console.print(
            f"incumbent {evaluation.incumbent}: nothing could be compared with it", style=STYLES["inconclusive"]
        )
    for c in evaluation.beside_incumbent:
        if c.slice.name == ALL:
            console.print(f"{c.student} beside the incumbent {evaluation.incumbent}, {c.suite}: {_standing(c)}")
    for c in evaluation.beside_base:
        if c.slice.name == ALL:
            console.print(f"{c.student} beside the base, {c.suite} (to be retained): {_standing(c)}")
    for profile in evaluation.profiles:
        if profile.slice.name == ALL:
            print_label(profile, console)
    print_verdict(outcome.verdict, console)
    print_in_short(ladder(evaluation, outcome.verdict), columns(evaluation, outcome.verdict), console)
    for note in evaluation.notes:
        console.print(f"note: {note}", style="dim")
    if outcome.asked:
        asked = (f"{name} {n}{_cost(outcome.cost.get(name))}" for name, n in outcome.asked.items())
        console.print("asked: " + ", ".join(asked), style="dim")
    console.print(f"report: {outcome.report}")
    if as_json:
        print_json(outcome.verdict)
    return EXIT_CODES[outcome.verdict.decision]


def _standing(c: Comparison) -> str:
    moved = points(c.pupil.accuracy - c.teacher.accuracy)
    return f"{standing(c)} ({moved} points, 95% interval {limits(c.delta95)})"


def _cost(spent: float | None) -> str:
    return "" if spent is None else f" (cost {money(spent)})"


def money(amount: float) -> str:
    """An amount in the plan's currency; below 1, two digits that say something."""
    return f"{amount:,.2f}" if amount >= 1 or amount == 0 else f"{amount:.2g}"


def print_forecast(parts: Sequence[Forecast], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("model", overflow="fold", min_width=8)
    for name in ("requests", "in the store", "to ask", "prompt tokens", "answer tokens", "time", "cost"):
        table.add_column(name, justify="right", no_wrap=True)
    for part in parts:
        most = "" if part.basis == "measured" or not part.to_ask else "up to ~"
        table.add_row(
            part.model,
            f"{part.requests:,}",
            f"{part.stored:,}",
            f"{part.to_ask:,}",
            f"{'~' if part.to_ask else ''}{part.prompt_tokens:,.0f}",
            f"{most or '~' if part.to_ask else ''}{part.completion_tokens:,.0f}",
            "unknown" if part.seconds is None else duration(part.seconds),
            "-" if part.cost is None else f"{most or '~'}{money(part.cost)}",
        )
    console.print(table, soft_wrap=False)
    if any(part.basis == "bound" and part.to_ask and not part.stored for part in parts):
        console.print(
            "up to: nothing is stored yet to measure by, so every answer is taken to be as long as it may be; "
            "run with --limit 20 first for an estimate from real answers",
            style="dim",
        )
    console.print("nothing was asked and nothing was written", style="dim")


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def print_json(value: object) -> None:
    plain = [to_json(item) for item in value] if isinstance(value, list) else to_json(value)
    click.echo(json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False))


def print_verdict(verdict: Verdict, console: Console) -> None:
    for student in verdict.students:
        console.print(f"\n{student.student}: {student.decision.upper()}", style=STYLES[student.decision])
        for reason in student.reasons[:6]:
            console.print(f"  {reason}")
        if len(student.reasons) > 6:
            console.print(f"  ... and {len(student.reasons) - 6} more, all in the report")
        for warning in student.warnings:
            console.print(f"  warning: {warning}", style="yellow")
        for word, decision in GROUPS:
            named = [named_with_more(part) for part in student.parts(decision)]
            if named:
                console.print(f"  {word}: {', '.join(named)}", style="dim")
        said = " ".join((*student.reasons, *student.warnings))
        for requirement in student.requirements:
            if requirement.waived or requirement.reason in said or requirement.kind == "mimicry":
                continue
            console.print(f"  {requirement.decision}: {requirement.reason}", style="dim")
        if waived := student.waived():
            console.print(f"  waived: {', '.join(waived)}", style="dim")
    console.print()


def policy_of(folder: RunFolder, file: Path | None) -> Policy:
    """The policy of a file, or the one that the run's plan came with. Raises UsageError where there is no run."""
    plan = folder.manifest().plan
    if file is not None:
        return load_policy(file)
    gate = plan.get("gate", {}) if isinstance(plan, dict) else {}
    try:
        return Policy.model_validate(gate)
    except ValidationError:
        raise UsageError(
            f"{folder.path}: the gate in its manifest is not one that this viva knows; give --policy"
        ) from None
