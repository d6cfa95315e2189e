"""The figures of comparisons as tables in a terminal: differences, what they come from, what graders checked."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from harness.checks import telling
from harness.cli.console import WIDE
from harness.compare import standing
from harness.compared import CheckTally, Tally
from harness.evaluation import Comparison
from harness.gate_words import points
from harness.measures import ABOUT, OUTCOMES_OF
from harness.records import CheckKind, Interval, Outcome

NONE = "-"
CAUSES: tuple[Outcome, ...] = ("incorrect", "truncated", "unparsed", "refused", "correct")
CHECKED: Mapping[CheckKind, tuple[str, str, tuple[str, ...]]] = {
    "field": (
        "field",
        "fields: how many of the values given are right, and of those asked for",
        ("precision", "recall", "F1"),
    ),
    "rule": (
        "rule",
        "rules: the share of replies that break each, and what so few replies still allow (95%)",
        ("broken", "at most"),
    ),
    "share": ("criterion", "criteria: the share of each that was met", ("met", "95% interval")),
}


def print_comparisons(comparisons: Sequence[Comparison], console: Console, incumbent: str | None = None) -> None:
    """One line each. Beside an incumbent, its name heads its column, and a last one says what the line shows."""
    measures = dict.fromkeys(c.measure for c in comparisons)
    columns = ["n", incumbent or "teacher", "student", "delta", "95% interval", "retention", "lost", "gained", "p"]
    table = table_of(("suite", "student", "slice"), columns)
    if tells := [measure for measure in measures if measure != "accuracy"]:
        table.add_column("measure", no_wrap=True)
    if incumbent:
        table.add_column(f"than {incumbent}", no_wrap=True)
    for c in comparisons:
        table.add_row(
            *_place(c),
            f"{c.n:,}",
            *_figures(c),
            *([c.measure] if tells else []),
            *([standing(c)] if incumbent else []),
        )
    show(table, console)
    for measure in tells:
        console.print(f"{measure}: {ABOUT[measure]}", style="dim")
    for reason in dict.fromkeys(f"{c.suite}: no verdict: {c.undecidable}" for c in comparisons if c.undecidable):
        console.print(reason, style="yellow")


def _figures(c: Comparison) -> Iterator[str]:
    """Nothing is said of a difference from something unknown."""
    if c.undecidable:
        yield from ("unknown", f"{c.pupil.accuracy:.1%}", *[NONE] * 6)
        return
    yield f"{c.teacher.accuracy:.1%}"
    yield f"{c.pupil.accuracy:.1%}"
    yield points(c.pupil.accuracy - c.teacher.accuracy)
    yield limits(c.delta95)
    yield NONE if c.retention95 is None else f"{c.retention95.point:.3f}"
    yield NONE if c.cells is None else f"{c.cells.teacher_only:,}"
    yield NONE if c.cells is None else f"{c.cells.student_only:,}"
    yield NONE if c.p_value is None else f"{c.p_value:.2g}"


def limits(interval: Interval | None) -> str:
    return NONE if interval is None else f"{points(interval.low)} to {points(interval.high)}"


def print_causes(comparisons: Sequence[Comparison], console: Console) -> None:
    """What each delta comes from: points lost (minus) or gained by what the student did, which add up to it."""
    told = [c for c in comparisons if c.undecidable is None]
    for measure in dict.fromkeys(c.measure for c in told):
        table = table_of(("suite", "student", "slice"), ["delta", *(OUTCOMES_OF[measure][o] for o in CAUSES)])
        for c in told:
            if c.measure == measure:
                table.add_row(
                    *_place(c), points(c.pupil.accuracy - c.teacher.accuracy), *(_cause(c, o) for o in CAUSES)
                )
        of = "" if measure == "accuracy" else f" ({measure})"
        console.print(f"\nloss by cause{of}: each delta in points by what the student did; the parts add up to it")
        show(table, console)


def _cause(c: Comparison, outcome: Outcome) -> str:
    return points(-c.losses[outcome]) if c.losses.get(outcome) else NONE


def print_checks(comparisons: Sequence[Comparison], console: Console, reference: str) -> None:
    """The fields, rules and criteria that graders checked, a table for each kind; nothing where there are none."""
    for kind, (noun, title, columns) in CHECKED.items():
        found = [(c, check) for c in comparisons for check in telling(c) if check.kind == kind]
        if not found:
            continue
        sides = [f"{name}\n{column}" for name in ("student", reference) for column in columns]
        table = table_of(("suite", "student", "slice", noun), ["n", *sides])
        for c, check in found:
            table.add_row(*_place(c), check.name, f"{check.n:,}", *_checked(check))
        console.print(f"\n{title}")
        show(table, console)


def _checked(check: CheckTally) -> Iterator[str]:
    for side in (check.pupil, check.teacher):
        if check.kind == "field":
            yield from _values(side)
        else:
            yield from _rate(side)


def _values(side: Tally | None) -> Iterator[str]:
    for value in (None, None, None) if side is None else (side.precision, side.recall, side.f1):
        yield NONE if value is None else f"{value:.1%}"


def _rate(side: Tally | None) -> Iterator[str]:
    rate = None if side is None else side.rate95
    if rate is None or rate.high is None:
        yield from (NONE, NONE)
        return
    yield f"{rate.point:.1%}"
    yield f"{rate.high:.1%}" if rate.low is None else f"{rate.low:.1%} to {rate.high:.1%}"


def table_of(names: Sequence[str], figures: Sequence[str]) -> Table:
    """An empty table: names fold where the terminal is narrow, figures stand to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold", min_width=8)
    for figure in figures:
        table.add_column(figure, justify="right", no_wrap=True)
    return table


def show(table: Table, console: Console) -> None:
    """As wide as it must be: a narrow terminal breaks the lines, which is better than leaving the last figures out."""
    measured = console.width
    wanted = Measurement.get(console, console.options.update(max_width=WIDE), table).maximum
    console.width = max(measured, wanted)
    console.print(table, soft_wrap=False)
    console.width = measured


def _place(c: Comparison) -> tuple[str, str, str]:
    return c.suite, c.student, str(c.slice)
