"""The ladder and the columns in a terminal: tables for `viva ladder`, two lines for the end of a run."""

from collections.abc import Iterator, Sequence

from rich.console import Console

from harness.cli.figures import NONE, limits, show, table_of
from harness.columns import TITLES, Column, ColumnName, Columns
from harness.compared import Spent
from harness.evaluation import ALL, Comparison
from harness.gate_words import points
from harness.parameters import in_words
from harness.published import Unpaired
from harness.records import Interval
from harness.rungs import Ladder, Rung, StepDown

LATENCY: Spent = "latency_s"
TOKENS: Spent = "completion_tokens"


def print_ladder(found: Ladder, console: Console, slices: bool) -> None:
    """The sentence, the rungs, the published figures, the steps, and what to think of."""
    console.print(found.sentence, style="bold")
    measured = [rung for rung in found.rungs if rung.paired]
    if measured:
        console.print(f"\nstudents beside the teacher, {found.ordered}", style="dim")
        _print_rungs(measured, console, slices)
    if unpaired := [(rung, one) for rung in found.rungs for one in rung.unpaired]:
        by = "" if measured else f", {found.ordered}"
        console.print(f"\nbeside published figures (unpaired){by}", style="dim")
        _print_unpaired(unpaired, console)
    if steps := [step for step in found.steps if slices or step.slice.name == ALL]:
        console.print("\nwhat each step costs: the smaller less the larger, in points of accuracy", style="dim")
        _print_steps(steps, console)
    for note in found.notes:
        console.print(f"note: {note}", style="dim")


def _print_rungs(rungs: Sequence[Rung], console: Console, slices: bool) -> None:
    table = table_of(("student", "size", "verdict", "suite", "slice"), ["n", "retention", "95% interval", "flips"])
    for name in ("tokens", "seconds", "cost"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("mimicry", no_wrap=True)
    for rung in rungs:
        name, size, decision = rung.model, _size(rung), rung.decision or NONE
        parts = [c for c in rung.parts if slices or c.slice.name == ALL]
        for cells in [tuple(_part(rung, c)) for c in parts] or [(NONE,) * 10]:
            table.add_row(name, size, decision, *cells)
    show(table, console)


def _part(rung: Rung, c: Comparison) -> Iterator[str]:
    kept = None if c.undecidable else c.retention95
    yield from (c.suite, str(c.slice), f"{c.n:,}")
    yield from (NONE if kept is None else f"{kept.point:.3f}", _ratio(kept), f"{c.flips:.1%}")
    yield NONE if c.pupil.completion_tokens is None else f"{c.pupil.completion_tokens:.1f}"
    yield NONE if c.pupil.latency_s is None else f"{c.pupil.latency_s:.2f}"
    yield NONE if c.pupil.cost is None else f"{c.pupil.cost:.2g}"
    yield rung.labels.get(c.suite, NONE) if c.slice.name == ALL else ""


def _print_unpaired(found: Sequence[tuple[Rung, Unpaired]], console: Console) -> None:
    table = table_of(("model", "size", "benchmark"), ["rate", "n"])
    table.add_column("beside", overflow="fold", min_width=8)
    for name in ("rate", "retention", "95% interval", "delta", "95% interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for rung, one in found:
        table.add_row(
            *(one.model, _size(rung), one.suite, f"{one.rate:.1%}", NONE if one.n is None else f"{one.n:,}"),
            *(one.beside, f"{one.beside_rate:.1%}", NONE if one.retention is None else f"{one.retention:.3f}"),
            *(_ratio(one.retention95), points(one.delta), limits(one.delta95)),
        )
    show(table, console)


def _print_steps(steps: Sequence[StepDown], console: Console) -> None:
    table = table_of(("from", "to", "suite", "slice"), ["n", "delta", "95% interval", "wrong per 1,000"])
    for name in ("tokens saved", "seconds saved"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("difference", no_wrap=True)
    for step in steps:
        table.add_row(
            *(step.larger, step.smaller, step.suite, str(step.slice), NONE if step.n is None else f"{step.n:,}"),
            *(points(step.delta), limits(step.delta95), _more(step.wrong_per_1000)),
            *(_saved(step, TOKENS, ".1f"), _saved(step, LATENCY, ".2f")),
            _difference(step) + ("" if step.paired else ", unpaired"),
        )
    show(table, console)


def _difference(step: StepDown) -> str:
    if step.delta95 is None:
        return "unknown"
    return "shown" if step.shown else "not shown"


def print_in_short(found: Ladder, beside: Sequence[Columns], console: Console) -> None:
    """For the end of a run: what a ladder of several rungs comes to, and what more than one column does."""
    if len(found.rungs) > 1:
        console.print(f"ladder: {found.sentence}")
    for one in beside:
        if len(one.columns) > 1:
            console.print(f"{one.student}: {one.reading}")


def print_columns(found: Sequence[Columns], console: Console) -> None:
    """Retention by student and column, a line for each suite that is not pooled, and what it comes to."""
    names: tuple[ColumnName, ...] = tuple(name for name in TITLES if any(name in _by_name(one) for one in found))
    if not names:
        return
    table = table_of(("student",), [TITLES[name] for name in names])
    for one in found:
        own = _by_name(one)
        table.add_row(one.student, *(_column(own[name]) if name in own else NONE for name in names))
    console.print("\nretention side by side, with its 95% interval", style="dim")
    show(table, console)
    for one in found:
        console.print(f"{one.student}: {one.reading}")


def _by_name(one: Columns) -> dict[ColumnName, Column]:
    return {column.name: column for column in one.columns}


def _column(column: Column) -> str:
    if column.retention is not None or len(column.suites) == 1:
        return _with_limits(column.retention)
    return "\n".join(f"{c.suite} {_with_limits(None if c.undecidable else c.retention95)}" for c in column.suites)


def _with_limits(kept: Interval | None) -> str:
    return "unknown" if kept is None else f"{kept.point:.3f} ({_ratio(kept)})"


def _ratio(kept: Interval | None) -> str:
    if kept is None:
        return NONE
    return " to ".join("unbounded" if end is None else f"{end:.3f}" for end in (kept.low, kept.high))


def _size(rung: Rung) -> str:
    return NONE if rung.parameters is None else in_words(rung.parameters)


def _more(count: float) -> str:
    shown = f"{count:+.0f}"
    return "0" if shown in ("+0", "-0") else shown.replace("-", "−")


def _saved(step: StepDown, what: Spent, form: str) -> str:
    saved = step.saved.get(what)
    return NONE if saved is None else f"{saved:{form}}".replace("-", "−")
