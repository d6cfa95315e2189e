"""Which pages a report has: one for each student, suite and slice, named by their places since names are hostile.

The whole suite is part 0 and its slices are numbered from 1, in the suite's own order, alike for all students.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.evaluation import ALL, Comparison, Evaluation, Slice
from harness.verdict import Decision, SliceVerdict

FRONT = "index.html"
MOST = 2_000  # pages of slices that are written
_URGENCY: Mapping[Decision, int] = {"fail": 0, "inconclusive": 1, "pass": 2}

Judged = Mapping[tuple[str, str, Slice], SliceVerdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The file name of each page by (suite, student, slice), and how many slices had to go without one.

    `lists` names the list of pairs of a (suite, student): `<suite>-<student>` by their places from 1.
    """

    named: Mapping[tuple[str, str, Slice], str] = field(default_factory=dict)
    lists: Mapping[tuple[str, str], str] = field(default_factory=dict)
    left_out: int = 0

    def page_of(self, suite: str, student: str, part: Slice) -> str:
        """The page of a slice; where it has none of its own that of the whole suite, and blank where nothing is."""
        return self.named.get((suite, student, part)) or self.named.get((suite, student, Slice()), "")

    def has_own(self, c: Comparison) -> bool:
        return (c.suite, c.student, c.slice) in self.named


def pages_of(evaluation: Evaluation, students: Sequence[str], judged: Judged, most: int = MOST) -> Pages:
    """The pages of an evaluation. Beyond `most`, whole suites stay, then what fails, then what loses most."""
    ordered = sorted(evaluation.comparisons, key=lambda c: _order(c, judged))
    kept = {(c.suite, c.student, c.slice) for c in ordered[:most]}
    places = {student: place for place, student in enumerate(students, start=1)}
    named = {}
    for suite_place, suite in enumerate(suites_of(evaluation), start=1):
        parts = {part: place for place, part in enumerate(_parts(evaluation, suite))}
        for c in evaluation.comparisons:
            key = (suite, c.student, c.slice)
            if c.suite == suite and key in kept:
                named[key] = f"slice-{places[c.student]}-{suite_place}-{parts[c.slice]}.html"
    lists = {
        (suite, student): f"{suite_place}-{place}"
        for suite_place, suite in enumerate(suites_of(evaluation), start=1)
        for student, place in places.items()
    }
    return Pages(named=named, lists=lists, left_out=len(evaluation.comparisons) - len(named))


def draw_page(draw: str) -> str:
    """The page of the draw with this id."""
    return f"draw-{draw}.html"


def suites_of(evaluation: Evaluation) -> tuple[str, ...]:
    """The names of the suites, those of cards first."""
    return tuple(dict.fromkeys([*(s.name for s in evaluation.suites), *(c.suite for c in evaluation.comparisons)]))


def _parts(evaluation: Evaluation, suite: str) -> Iterable[Slice]:
    def found() -> Iterator[Slice]:
        yield Slice()
        yield from (part for card in evaluation.suites if card.name == suite for part in card.parts)
        yield from (c.slice for c in evaluation.comparisons if c.suite == suite)

    return dict.fromkeys(found())


def _order(c: Comparison, judged: Judged) -> tuple[object, ...]:
    verdict = judged.get((c.suite, c.student, c.slice))
    urgency = len(_URGENCY) if verdict is None else _URGENCY[verdict.decision]
    return c.slice.name != ALL, urgency, -(c.teacher.accuracy - c.pupil.accuracy) * c.n
