"""What the data cannot decide, and how many more items would: one list over all students, what must pass first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from harness.evaluation import ALL
from harness.verdict import RequirementVerdict, SliceVerdict, StudentVerdict
from reports import wording
from reports.figures import badge, reason
from reports.front import Front
from reports.pieces import Badge, Link
from reports.visible import shorten

SHOWN, FOLDED = 8, 60
REASON_SHOWN = 300
TIERS = {"critical": 0, "supporting": 1, "advisory": 2}
LEAD = (
    "Neither shown nor ruled out, so nobody may rely on it. Ask that many further items like these, and it is decided."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """A suite, slice or requirement that is undecided. `more` is how many further items would decide."""

    student: str
    link: Link
    tier: str
    badge: Badge
    n: str
    more: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    lead: str = ""
    rows: tuple[OpenRow, ...] = ()
    folded: tuple[OpenRow, ...] = ()
    fold: str = ""
    left_out: str = ""
    unsearched: tuple[str, ...] = ()


def undecided(front: Front) -> Undecided:
    found = [one for judged in front.records.verdict.students for one in _open(front, judged)]
    found.sort(key=lambda one: one[0])
    rows = tuple(row for _, row in found)
    folded, left = rows[SHOWN : SHOWN + FOLDED], len(rows) - SHOWN - FOLDED
    return Undecided(
        lead=LEAD if rows else "",
        rows=rows[:SHOWN],
        folded=folded,
        fold=f"{wording.count(len(folded))} more",
        left_out=f"{wording.count(left)} more stand in verdict.json." if left > 0 else "",
        unsearched=tuple(_unsearched(front)),
    )


def _open(front: Front, judged: StudentVerdict) -> Iterator[tuple[tuple[int, int, float], OpenRow]]:
    """Rows with their order: by tier, whole suites first, then what is likeliest a loss."""
    for s in judged.slices:
        if s.decision == "inconclusive" and s.waived is None:
            order = (TIERS[s.tier], int(s.slice.name != ALL), 2.0 if s.p_harm is None else s.p_harm)
            yield order, _slice(front, judged.student, s)
    for r in judged.requirements:
        if r.decision == "inconclusive" and r.waived is None:
            yield (TIERS[r.tier], 0, 0.0), _requirement(front, judged.student, r)


def _slice(front: Front, student: str, s: SliceVerdict) -> OpenRow:
    compared = front.records.compared.get((s.suite, student, s.slice))
    name = s.suite if s.slice.name == ALL else front.records.label(s.suite, s.slice)
    return OpenRow(
        student=student,
        link=Link(name=name, href=front.page_of(s.suite, student, s.slice)),
        tier=s.tier,
        badge=Badge(kind="inconclusive", word="Loss likely") if s.is_suspected else badge("inconclusive"),
        n=wording.count(compared.n) if compared else wording.DASH,
        more=_more(s.more_items),
        reason=_reason(reason(s), ()),
    )


def _requirement(front: Front, student: str, r: RequirementVerdict) -> OpenRow:
    name = f"{r.kind}: {shorten(r.name)}" + (f", {shorten(r.suite)}" if r.suite and r.suite not in r.name else "")
    return OpenRow(
        student=student,
        link=Link(name=name, href=front.page_of(r.suite, student, r.slice) if r.suite else ""),
        tier=r.tier,
        badge=badge("inconclusive"),
        n=wording.DASH,
        more=_more(r.more_items),
        reason=_reason(r.reason, front.records.names()),
    )


def _more(items: int | None) -> str:
    return "no number would" if items is None else f"+{wording.count(items)}"


def _reason(told: str, names: Collection[str]) -> str:
    return wording.sentence(wording.capital(shorten(told, REASON_SHOWN), names))


def _unsearched(front: Front) -> Iterator[str]:
    """Where no further slices could be searched, told once for students alike."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in front.records.evaluation.explored:
        if one.search is None and one.unsearched:
            reasons.setdefault((one.suite, one.unsearched), []).append(one.student)
    for (suite, why), students in reasons.items():
        who = wording.joined([shorten(student) for student in students])
        yield f"{shorten(suite)}, {who}: no further slices were searched; {wording.sentence(shorten(why, 200))}"
