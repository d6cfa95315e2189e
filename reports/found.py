"""What was looked for beyond the declared slices: where else a student loses more, and from which difficulty on."""

from dataclasses import dataclass

from harness.explored import Explored, FoundSlice, SliceSearch
from reports import wording
from reports.difficulty import DifficultyView, difficulty
from reports.front import Front
from reports.pieces import Badge, Estimate
from reports.visible import shorten

SHOWN = 10  # slices that a search found
CONFIRMED = Badge(kind="fail", word="Confirmed")
UNCONFIRMED = Badge(kind="inconclusive", word="Unconfirmed")
LEAD = (
    "Slices, declared or not, on which the student loses more than elsewhere. They were looked for in one half of "
    "the items and tested on the other: only what is confirmed there counts. Nothing of this enters the verdict."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    name: str
    badge: Badge
    n: str
    suspected: str
    excess: Estimate
    loss: str
    p: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundView:
    """`sentence` tells what the search came to; `levels` are empty where no slice tells how hard a sample is."""

    sentence: str = ""
    lead: str = ""
    rows: tuple[FoundRow, ...] = ()
    more: str = ""
    levels: tuple[DifficultyView, ...] = ()


def explored(front: Front, suite: str, student: str) -> FoundView:
    records = front.records
    found = next((e for e in records.evaluation.explored if (e.suite, e.student) == (suite, student)), None)
    if found is None:
        return FoundView()
    whole = records.whole(suite, student)
    judged = records.judgement(whole) if whole else None
    levels = difficulty(records, found, judged.margin if judged else None)
    rows = tuple(map(_row, found.search.found)) if found.search else ()
    left = len(rows) - SHOWN
    return FoundView(
        sentence=_sentence(found),
        lead=LEAD if rows else "",
        rows=rows[:SHOWN],
        more=f"{wording.number_of(left, 'more slice')}, all unconfirmed or smaller." if left > 0 else "",
        levels=(levels,) if levels else (),
    )


def _sentence(found: Explored) -> str:
    search = found.search
    if search is None:
        return f"No further slices were searched: {wording.sentence(found.unsearched)}"
    halves = (
        f"{wording.number_of(search.tried, 'slice')} tried on {wording.number_of(search.searched_items, 'item')}, "
        f"tested on {wording.count(search.tested_items)} others"
    )
    return f"{_came_to(search)} ({halves})."


def _came_to(search: SliceSearch) -> str:
    confirmed = sum(one.confirmed for one in search.found)
    if not search.found:
        return "The search for further slices found none"
    if not confirmed:
        return f"The search suspects {wording.number_of(len(search.found), 'further slice')}, and confirms none"
    return (
        f"The search confirms {wording.count(confirmed)} of {wording.number_of(len(search.found), 'suspected slice')}"
    )


def _row(one: FoundSlice) -> FoundRow:
    excess = Estimate(value=wording.DASH, detail="too few items in the other half")
    if one.excess is not None:
        span = f"{wording.level(one.excess)}: {wording.limits(one.excess, wording.bare_points)}"
        excess = Estimate(value=wording.bare_points(one.excess.point), detail=span)
    return FoundRow(
        name=shorten(str(one), 160),
        badge=CONFIRMED if one.confirmed else UNCONFIRMED,
        n=f"{wording.count(one.n)} + {wording.count(one.tested)}",
        suspected=wording.bare_points(one.suspected),
        excess=excess,
        loss=wording.DASH if one.loss is None else wording.bare_points(-one.loss),
        p=wording.DASH if one.p_adjusted is None else wording.p_value(one.p_adjusted),
    )
