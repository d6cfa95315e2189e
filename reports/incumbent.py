"""Students beside another model than the teacher: the student that serves today, or the base that they started from."""

from collections.abc import Sequence

from harness.compare import standing
from harness.evaluation import ALL, Comparison
from reports import charts, wording
from reports.figures import delta
from reports.lookup import Lookup
from reports.measures import words_of
from reports.pieces import Badge
from reports.view import Incumbent, IncumbentRow, IncumbentTable

KINDS = {"better": "pass", "worse": "fail"}


def beside_incumbent(records: Lookup) -> Incumbent:
    """Nothing to print where the evaluation names no incumbent."""
    return _beside(records.evaluation.incumbent or "", records.evaluation.beside_incumbent)


def beside_base(records: Lookup) -> Incumbent:
    """Nothing to print where nothing was to be retained, or no base was asked."""
    compared = records.evaluation.beside_base
    base = next((m.name for m in records.evaluation.models if m.role == "base"), "")
    return _beside(base if compared else "", compared)


def _beside(name: str, compared: Sequence[Comparison]) -> Incumbent:
    places = dict.fromkeys((c.suite, c.student) for c in compared)
    tables = (_table([c for c in compared if (c.suite, c.student) == place]) for place in places)
    return Incumbent(name=name, tables=tuple(tables))


def _table(comparisons: Sequence[Comparison]) -> IncumbentTable:
    along = charts.scale(comparisons, (), charts.BROAD)
    first = comparisons[0]
    return IncumbentTable(
        suite=first.suite,
        student=first.student,
        axis=charts.axis(along),
        about=words_of(first).about,
        left_out="; ".join(f"{wording.count(n)}: {why}" for why, n in first.dropped.items()),
        rows=tuple(_row(c, along) for c in comparisons),
    )


def _row(c: Comparison, along: charts.Scale) -> IncumbentRow:
    shown = standing(c)
    kind = KINDS.get(shown, "inconclusive")
    return IncumbentRow(
        name="whole suite" if c.slice.name == ALL else str(c.slice),
        n=wording.count(c.n),
        incumbent=wording.percent(c.teacher.accuracy),
        candidate=wording.percent(c.pupil.accuracy),
        drawing=charts.forest_row(c, None, kind, along),
        delta=delta(c),
        badge=Badge(kind=kind, word=wording.capital(shown)),
    )
