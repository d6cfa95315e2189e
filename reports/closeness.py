"""The two axes of the mimicry profile in one drawing: how close the style is, and what is missing behind it.

To the right the style comes near the teacher's. Down go the faults beyond the teacher's: the strongest finding that is
flagged, in points on a square-root scale; without one a mark stands at the top, at "none", whatever was estimated. So
the corner below to the right holds what sounds like the teacher without its substance. Shapes are the labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from textwrap import wrap

from markupsafe import Markup

from reports import wording
from reports.visible import plain, shorten

WIDTH, HEIGHT = 440, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 16, 24, 44
EXCESSES = (0.0, 0.02, 0.1, 0.25, 0.5, 1.0)
LEAST = 0.02  # excess over the teacher below which nothing is flagged
LEAST_REACH = 0.7
CORNER = "sounds like the teacher, without its substance"
ALL = "all"
_CHARACTER, _LINE = 6.0, 13.0  # a letter's width and a line's height at the size of the style sheet
_TOGETHER = 13.0  # marks nearer than this share a label
_NAMED = 8  # places that one label names


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A suite or slice in the drawing. `place` is its number in the table, `kind` its label's badge."""

    place: str
    name: str
    kind: str
    label: str
    distance: float
    excess: float

    @property
    def is_whole(self) -> bool:
        return self.place == ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether they overlap, or stand side by side without a gap."""
        beside = self.right + 4 <= other.left or other.right + 4 <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


PLOT = Box(left=LEFT, top=TOP, right=WIDTH - RIGHT, bottom=HEIGHT - BOTTOM)
_INSET = 9.0  # so that marks at the ends do not stand on the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The scales: style distance from 0 on the right to `reach` on the left, excess from 0 at the top to 1."""

    reach: float

    def x(self, distance: float) -> float:
        wide = PLOT.right - PLOT.left - 2 * _INSET
        return round(PLOT.right - _INSET - min(max(distance / self.reach, 0.0), 1.0) * wide, 1)

    def y(self, excess: float) -> float:
        return round(PLOT.top + sqrt(min(max(excess, 0.0), 1.0)) * (PLOT.bottom - PLOT.top - _INSET), 1)

    def at(self, spot: Spot) -> tuple[float, float]:
        return self.x(spot.distance), self.y(spot.excess)


def picture(spots: Sequence[Spot], close: float) -> Markup:
    """The drawing; `close` is the distance up to which a style counts as the teacher's."""
    field = Field(reach=max(LEAST_REACH, ceil(max((s.distance for s in spots), default=0.0) * 10) / 10))
    taken = [_around(*field.at(spot), 7) for spot in spots]
    corner, told = _corner(field, close, taken)
    parts = [corner, _axes(field, close), told.drawn, *_labels(field, spots, [*taken, told.box])]
    parts += [_mark(*field.at(spot), spot) for spot in sorted(spots, key=lambda spot: spot.is_whole)]
    return Markup('<svg class="closeness" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>').format(
        WIDTH, HEIGHT, in_words(spots, close), Markup("").join(parts)
    )


def in_words(spots: Sequence[Spot], close: float) -> str:
    """What the drawing shows, as a sentence or two."""
    inside = [plain(shorten(s.name)) for s in spots if s.distance <= close and s.excess > 0]
    said = f"{wording.number_of(len(spots), 'mark')}, by style distance and by flagged faults beyond the teacher's."
    if not inside:
        return f"{said} None sounds like the teacher without its substance."
    more = f" and {wording.count(len(inside) - _NAMED)} more" if len(inside) > _NAMED else ""
    return f"{said} Close in style, with flagged faults beyond the teacher's: {', '.join(inside[:_NAMED])}{more}."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    drawn: Markup
    box: Box


def _corner(field: Field, close: float, taken: Sequence[Box]) -> tuple[Markup, _Told]:
    """The corner of danger, and its name at that height at which the fewest marks stand."""
    left, top = field.x(close), field.y(LEAST)
    area = Markup('<rect class="harm" x="{}" y="{}" width="{}" height="{}"/>').format(
        left, top, round(PLOT.right - left, 1), round(PLOT.bottom - top, 1)
    )
    lines = wrap(CORNER, max(9, min(24, int((PLOT.right - left - 16) / _CHARACTER))))
    wide, high = max(map(len, lines)) * _CHARACTER, len(lines) * _LINE
    begins, room = min(left + 8, PLOT.right - 4 - wide), PLOT.bottom - top - high
    boxes = [
        Box(left=begins, top=top + room * n / 6, right=begins + wide, bottom=top + room * n / 6 + high)
        for n in (3, 2, 4, 1, 5, 0, 6)
    ]
    best = min(boxes, key=lambda box: sum(box.meets(mark) for mark in taken))
    drawn = (
        Markup('<text class="danger" x="{}" y="{}">{}</text>').format(
            best.left, round(best.top + _LINE * (n + 0.8), 1), line
        )
        for n, line in enumerate(lines)
    )
    return area, _Told(drawn=Markup("").join(drawn), box=best)


def _axes(field: Field, close: float) -> Markup:
    return Markup("").join(
        [
            Markup('<path class="frame" d="M{0} {1}V{2}H{3}"/>').format(PLOT.left, PLOT.top, PLOT.bottom, PLOT.right),
            Markup('<line class="margin" x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke-dasharray="3 2.5"/>').format(
                field.x(close), PLOT.top, PLOT.bottom
            ),
            *(_text(PLOT.left - 6, field.y(e) + 4, wording.count(e * 100) if e else "none", "end") for e in EXCESSES),
            *(_text(field.x(d), PLOT.bottom + 14, _short(d), "middle") for d in _distances(field, close)),
            _text(4, 12, "flagged faults beyond the teacher’s, in points", "start"),
            _text(PLOT.left, HEIGHT - 6, "another style", "start"),
            _text((PLOT.left + PLOT.right) / 2, HEIGHT - 6, "style distance", "middle"),
            _text(PLOT.right, HEIGHT - 6, "the teacher’s style", "end"),
        ]
    )


def _distances(field: Field, close: float) -> list[float]:
    """The limit of what is close, both ends, and what stands far enough from these."""
    found = [0.0, close, field.reach]
    for tenth in range(1, 20):
        step = field.reach * tenth / 20
        if all(abs(field.x(step) - field.x(one)) > 60 for one in found):
            found.append(round(step, 1))
    return found


def _short(distance: float) -> str:
    return wording.plain_number(distance).rstrip("0").rstrip(".") if distance else "0"


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(round(x, 1), round(y, 1), anchor, words)


def _around(x: float, y: float, half: float) -> Box:
    return Box(left=x - half, top=y - half, right=x + half, bottom=y + half)


def _mark(x: float, y: float, spot: Spot) -> Markup:
    """A disc, a square, a triangle or a hollow diamond; the whole suite's is the largest."""
    r = 6.5 if spot.is_whole else 4.5
    told = Markup("<title>{}</title>").format(
        f"{plain(shorten(spot.name))}: {spot.label}; style distance {spot.distance:.2f}; "
        + (f"{wording.points(spot.excess)} beyond the teacher" if spot.excess else "nothing flagged")
    )
    if spot.kind == "pass":
        return Markup('<circle class="spot {}" cx="{}" cy="{}" r="{}">{}</circle>').format(spot.kind, x, y, r, told)
    shapes = {
        "fail": (-r, -r, 2 * r, 0, 0, 2 * r, -2 * r, 0),
        "weaker": (-r, -r * 0.8, 2 * r, 0, -r, 2 * r, 0, 0),
    }
    steps = shapes.get(spot.kind, (0, -1.2 * r, 1.2 * r, 1.2 * r, -1.2 * r, 1.2 * r, -1.2 * r, -1.2 * r))
    moves = " ".join(f"l{steps[n]:g} {steps[n + 1]:g}" for n in range(2, len(steps), 2))
    path = f"M{x + steps[0]:g} {y + steps[1]:g}{moves}z"
    return Markup('<path class="spot {}" d="{}">{}</path>').format(spot.kind, path, told)


def _labels(field: Field, spots: Sequence[Spot], taken: list[Box]) -> Iterator[Markup]:
    """The places of marks, where there is room for them: marks that lie together share a label."""
    for group in _groups(field, spots):
        words = _named([spot.place for spot in group])
        middle = sum(field.at(spot)[0] for spot in group) / len(group)
        edges = [field.at(spot) for spot in group]
        for box in _candidates(middle, edges, len(words) * _CHARACTER):
            inside = PLOT.left < box.left and box.right < WIDTH - 2 and box.top > 14 and box.bottom < PLOT.bottom
            if inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                yield _text(box.left, box.bottom - 3, words, "start")
                break


def _groups(field: Field, spots: Sequence[Spot]) -> list[list[Spot]]:
    """Chains of neighbours, from the right to the left."""
    groups: list[list[Spot]] = []
    for spot in sorted(spots, key=lambda spot: (field.at(spot)[1], -field.at(spot)[0], not spot.is_whole)):
        x, y = field.at(spot)
        near = (g for g in groups if any(_near(field.at(one), (x, y)) for one in g))
        found = next(near, None)
        if found is None:
            groups.append([spot])
        else:
            found.append(spot)
    return groups


def _near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < _TOGETHER and abs(one[1] - other[1]) < _TOGETHER


def _candidates(middle: float, edges: Sequence[tuple[float, float]], wide: float) -> Iterator[Box]:
    left, right = min(x for x, _ in edges) - 9, max(x for x, _ in edges) + 9
    top, bottom = min(y for _, y in edges), max(y for _, y in edges)
    level = (top + bottom) / 2
    yield Box(left=right, top=level - _LINE / 2, right=right + wide, bottom=level + _LINE / 2)
    yield Box(left=left - wide, top=level - _LINE / 2, right=left, bottom=level + _LINE / 2)
    for row in range(3):
        below, above = bottom + 8 + row * _LINE, top - 8 - row * _LINE
        for start in (middle - wide / 2, right - wide, left):
            yield Box(left=start, top=below, right=start + wide, bottom=below + _LINE)
            yield Box(left=start, top=above - _LINE, right=start + wide, bottom=above)


def _named(places: Sequence[str]) -> str:
    """`all, 1–3, 7`; a long list ends in how many more there are."""
    numbers = sorted(int(place) for place in places if place != ALL)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [ALL] if ALL in places else []
    words += [str(run[0]) if len(run) == 1 else f"{run[0]}{wording.DASH}{run[-1]}" for run in runs]
    if len(words) <= _NAMED:
        return ", ".join(words)
    return f"{', '.join(words[:_NAMED])}, …"
