"""Differences drawn as rows of a forest plot: inline SVG, no script, no style attribute, and words for the ear.

The zero line means "as good as the teacher". Left of the dashed line the loss exceeds the margin. The thin bar is the
95% interval, the thick one the 90% interval that the gate looks at.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.evaluation import Comparison
from harness.records import Interval
from reports import wording

NARROW, BROAD = 260, 380  # widths: beside many columns, beside few
HEIGHT, INSET = 28, 16
AXIS_HEIGHT = 20
MIDDLE = HEIGHT / 2
_STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_TICKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The range of differences that one table's drawings share, and the distance of its ticks."""

    low: float
    high: float
    step: float
    width: int

    def x(self, value: float) -> float:
        clipped = min(max(value, self.low), self.high)
        return round(INSET + (clipped - self.low) / (self.high - self.low) * (self.width - 2 * INSET), 1)

    def ticks(self) -> list[float]:
        first = round(self.low / self.step)
        return [i * self.step for i in range(first, round(self.high / self.step) + 1)]


def scale(comparisons: Sequence[Comparison], margins: Sequence[float], width: int) -> Scale:
    """A scale that holds zero, every margin and every point, and limits as far as they leave the rest readable."""
    found = [interval for c in comparisons if (interval := _intervals(c)[0]) is not None]
    reach = max([0.01, *(4 * m for m in margins), *(2 * abs(i.point) for i in found)])
    values = [0.01, -0.01, *(-1.25 * m for m in margins)]
    for interval in found:
        values += [
            interval.point,
            *(max(-reach, min(reach, v)) for v in (interval.low, interval.high) if v is not None),
        ]
    low, high = min(values), max(values)
    step = next((s for s in _STEPS if (high - low) / s <= _TICKS), _STEPS[-1])
    down, up = math.ceil(-low / step - 1e-9), math.ceil(high / step - 1e-9)
    return Scale(low=-down * step, high=up * step, step=step, width=width)


def axis(along: Scale) -> Markup:
    """The ticks of a table's drawings, for its header: points of accuracy."""
    digits = 1 if along.step < 0.01 else 0
    marks = Markup("").join(
        Markup('<text x="{}" y="13" text-anchor="middle">{}</text>').format(
            along.x(tick), wording.signed(tick * 100, digits)
        )
        for tick in along.ticks()
    )
    return Markup('<svg class="forest axis" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(
        along.width, AXIS_HEIGHT, marks
    )


def forest_row(comparison: Comparison, margin: float | None, decision: str, along: Scale) -> Markup:
    """One difference with its intervals; `decision` names the colour and the shape of the point."""
    parts = [_ground(margin, along)]
    broad, narrow = _intervals(comparison)
    if broad is not None:
        parts.append(_bar(broad, along, "wide", 2))
    if narrow is not None:
        parts.append(_bar(narrow, along, "narrow", 7))
    best = broad or narrow
    if best is not None:
        parts.append(_point(along.x(best.point), decision))
    return Markup(
        '<svg class="forest {}" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>'
    ).format(decision, along.width, HEIGHT, in_words(comparison, margin), Markup("").join(parts))  # fmt: skip


def in_words(comparison: Comparison, margin: float | None) -> str:
    """What the drawing shows, as a sentence."""
    if comparison.undecidable:
        return "No difference: the teacher's own figure is not known."
    intervals = _intervals(comparison)
    best = intervals[0] or intervals[1]
    if best is None:
        return "No interval: too few independent items."
    parts = [f"Difference {wording.points(best.point)}"]
    for interval in intervals:
        if interval is not None:
            parts.append(f"{wording.level(interval)} interval {wording.limits(interval, wording.bare_points)}")
    if margin is not None:
        parts.append(f"margin {wording.points(-margin)}")
    return "; ".join(parts) + "."


def _intervals(comparison: Comparison) -> tuple[Interval | None, Interval | None]:
    """The 95% and the 90% interval; neither where the difference is from something unknown."""
    return (None, None) if comparison.undecidable else (comparison.delta95, comparison.delta90)


def _ground(margin: float | None, along: Scale) -> Markup:
    zero = along.x(0)
    lines = Markup('<line class="zero" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(zero, HEIGHT)
    if margin is None:
        return lines
    edge = along.x(-margin)
    harm = Markup('<rect class="harm" x="0" y="0" width="{}" height="{}"/>').format(edge, HEIGHT)
    dashes = Markup('<line class="margin" x1="{0}" x2="{0}" y1="0" y2="{1}" stroke-dasharray="3 2.5"/>')
    return harm + lines + dashes.format(edge, HEIGHT)


def _bar(interval: Interval, along: Scale, kind: str, thickness: int) -> Markup:
    """A bar from limit to limit; an arrow head where it goes on beyond the drawing."""
    beyond_low = interval.low is None or interval.low < along.low
    beyond_high = interval.high is None or interval.high > along.high
    left = INSET / 2 if interval.low is None or beyond_low else along.x(interval.low)
    right = along.width - INSET / 2 if interval.high is None or beyond_high else along.x(interval.high)
    bar = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1"/>').format(
        kind, left, MIDDLE - thickness / 2, round(right - left, 1), thickness
    )
    return bar + _arrow(left, -1, beyond_low) + _arrow(right, 1, beyond_high)


def _arrow(x: float, way: int, wanted: bool) -> Markup:
    if not wanted:
        return Markup("")
    tip = x + way * 6
    return Markup('<path class="beyond" d="M{} {}L{} {}L{} {}z"/>').format(
        x, MIDDLE - 4.5, tip, MIDDLE, x, MIDDLE + 4.5
    )


def _point(x: float, decision: str) -> Markup:
    """A circle where the slice passes, a square where it fails, a hollow diamond where it is open, a ring unjudged."""
    if decision == "pass":
        return Markup('<circle class="point" cx="{}" cy="{}" r="4.5"/>').format(x, MIDDLE)
    if decision == "fail":
        return Markup('<rect class="point" x="{}" y="{}" width="8.5" height="8.5"/>').format(x - 4.25, MIDDLE - 4.25)
    if decision == "unjudged":
        return Markup('<circle class="point" cx="{}" cy="{}" r="4"/>').format(x, MIDDLE)
    path = f"M{x - 5.5} {MIDDLE}L{x} {MIDDLE - 5.5}L{x + 5.5} {MIDDLE}L{x} {MIDDLE + 5.5}z"
    return Markup('<path class="point" d="{}"/>').format(path)
