"""What several attempts at each item tell, as tables in a terminal: the noise floor, and k attempts at a time."""

from collections.abc import Sequence

from rich.console import Console

from harness.cli.figures import NONE, limits, show, table_of
from harness.compared import AtK
from harness.evaluation import Comparison
from harness.gate_words import points
from harness.records import Interval


def print_attempts(comparisons: Sequence[Comparison], console: Console, reference: str) -> None:
    """Nothing where every model answered once. `reference`: what students stand beside, the teacher or an incumbent."""
    _print_noise([c for c in comparisons if c.noise is not None], console, reference)
    _print_at_k([c for c in comparisons if c.at_k], console, reference)


def _print_noise(comparisons: Sequence[Comparison], console: Console, reference: str) -> None:
    if not comparisons:
        return
    heads = ["n", f"{reference}\nbeside itself", f"student beside\n{reference}", "excess", "95% interval"]
    table = table_of(("suite", "student", "slice"), heads)
    for c in comparisons:
        if c.noise is not None:
            floor = c.noise
            shares = (f"{floor.teacher.point:.1%}", f"{floor.student.point:.1%}", points(floor.excess.point))
            table.add_row(c.suite, c.student, str(c.slice), str(floor.n), *shares, limits(floor.excess))
    console.print("\nnoise floor: how often the scores of two answers to one item differ")
    show(table, console)


def _print_at_k(comparisons: Sequence[Comparison], console: Console, reference: str) -> None:
    if not comparisons:
        return
    columns = ["k", "n", reference, "student", "delta", "95% interval"]
    table = table_of(("suite", "student", "slice", "of k"), columns)
    for c in comparisons:
        for one in c.at_k:
            table.add_row(c.suite, c.student, str(c.slice), one.kind, str(one.k), str(one.n), *_figures(one))
    console.print("\nk attempts: pass, at least one of k is right; majority, the most frequent answer of k is right")
    show(table, console)


def _figures(one: AtK) -> tuple[str, str, str, str]:
    return _rate(one.teacher), _rate(one.pupil), points(one.delta95.point), limits(one.delta95)


def _rate(rate: Interval) -> str:
    if rate.low is None or rate.high is None:
        return NONE
    return f"{rate.point:.1%} ({rate.low:.1%} to {rate.high:.1%})"
