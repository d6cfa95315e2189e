"""What repeated answers tell: how far the teacher disagrees with itself, and what several attempts come to."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.compared import AtK, AtKKind, NoiseFloor
from harness.evaluation import Comparison
from harness.records import Interval
from reports import wording
from reports.pieces import Estimate, Row, Table

ATTEMPTS: Mapping[AtKKind, str] = {"pass": "at least one of {} is right", "majority": "the most frequent of {} answers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """`sentence` reads the noise floor; both are blank where nothing was repeated."""

    sentence: str = ""
    facts: tuple[tuple[str, Estimate], ...] = ()
    at_k: tuple[Table, ...] = ()


def repeats(c: Comparison) -> Repeats:
    return Repeats(
        sentence=_sentence(c.noise) if c.noise else "",
        facts=_facts(c.noise) if c.noise else (),
        at_k=(_at_k(c),) if c.at_k else (),
    )


def floor(c: Comparison) -> str:
    """The teacher's own flips, to be said beside the student's; blank where they are not known."""
    return f"noise floor {wording.percent(c.noise.teacher.point)}" if c.noise else ""


def _sentence(noise: NoiseFloor) -> str:
    excess = noise.excess
    beyond = excess.low is not None and excess.low > 0
    items = wording.number_of(noise.n, "item")
    left = f" ({wording.count(noise.dropped)} answered only once are left out)" if noise.dropped else ""
    said = (
        f"Asked again, the teacher's own result changes on {wording.percent(noise.teacher.point)} of {items}{left}; "
        f"the student's differs from the teacher's on {wording.percent(noise.student.point)}. "
    )
    if beyond:
        return f"{said}The student flips more answers than the teacher's own noise explains."
    return f"{said}That the student flips more answers than the teacher's own noise does is not shown."


def _facts(noise: NoiseFloor) -> tuple[tuple[str, Estimate], ...]:
    return (
        ("Teacher with itself", _share(noise.teacher, wording.percent)),
        ("Student with the teacher", _share(noise.student, wording.percent)),
        ("Beyond the noise, in points", _share(noise.excess, wording.bare_points)),
    )


def _share(interval: Interval, write: wording.Write) -> Estimate:
    span = f"{wording.level(interval)}: {wording.limits(interval, write)}"
    return Estimate(value=write(interval.point), detail=span)


def _at_k(c: Comparison) -> Table:
    return Table(
        title="Several attempts at an item",
        caption="Over the items with that many attempts of both models, each with its 95% interval; the difference is "
        "student minus teacher, in points.",
        head="What counts",
        columns=("Items", "Teacher", "Student", "Difference"),
        rows=tuple(map(_row, c.at_k)),
    )


def _row(one: AtK) -> Row:
    return Row(
        name=ATTEMPTS[one.kind].format(wording.count(one.k)),
        where=f"{one.kind}@{wording.count(one.k)}",
        figures=(
            Estimate(value=wording.count(one.n)),
            _share(one.teacher, wording.percent),
            _share(one.pupil, wording.percent),
            _share(one.delta95, wording.bare_points),
        ),
    )
