"""What a difference is made of: points by what the student did instead, for the whole suite and every slice."""

from collections.abc import Sequence

from harness.evaluation import ALL, Comparison
from harness.measures import OUTCOMES_OF
from harness.records import Outcome
from reports import wording
from reports.front import NAME_SHOWN
from reports.pieces import Estimate, Row, Table
from reports.visible import shorten

SHOWN = 4
CAUSES: tuple[Outcome, ...] = ("incorrect", "truncated", "unparsed", "refused", "correct")


def causes(whole: Comparison, slices: Sequence[Comparison]) -> Table:
    """Of the slices, which come in the order of what they lose, the first few."""
    words = OUTCOMES_OF[whole.measure]
    shown = slices[:SHOWN]
    is_short = len(shown) < len(slices)
    others = " The slices are those that lose most; the page of every other one has its own." if is_short else ""
    return Table(
        title="Where the difference comes from",
        caption="Each difference in points, split by what the student did; the parts of a row add up to it, but for "
        f"rounding. Minus: the teacher scored more there. Under “{words['correct']}”, plus is what the student gains "
        f"where the teacher scored less, and a partial score takes away.{others}",
        head="Slice",
        columns=("Difference", *(words[outcome] for outcome in CAUSES)),
        rows=tuple(_row(c) for c in (whole, *shown)),
    )


def _row(c: Comparison) -> Row:
    total = wording.DASH if c.undecidable else wording.bare_points(c.pupil.accuracy - c.teacher.accuracy)
    figures = (total, *(_part(c, outcome) for outcome in CAUSES))
    name = "whole suite" if c.slice.name == ALL else shorten(str(c.slice), NAME_SHOWN)
    return Row(name=name, figures=tuple(Estimate(value=figure) for figure in figures))


def _part(c: Comparison, outcome: Outcome) -> str:
    """A dash where nothing comes from it, which is not the same as a part that rounds to 0."""
    share = 0.0 if c.undecidable else c.losses.get(outcome, 0.0)
    return wording.bare_points(-share) if share else wording.DASH
