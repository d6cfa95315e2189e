"""The page of one slice: is the student good enough there, on what figures, why, and then every pair of answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.evaluation import ALL, Comparison, Finding, Profile, Slice
from harness.explored import Explored
from harness.measures import OUTCOMES_OF
from harness.records import Json
from reports import charts, findings, wording
from reports.causes import causes
from reports.checks import checks
from reports.difficulty import DifficultyView, difficulty
from reports.endings import endings
from reports.figures import badge, unplaced
from reports.lookup import Lookup, conditions
from reports.measures import words_of
from reports.mimicry_words import surface
from reports.overlaps import Overlap
from reports.pages import FRONT, Pages
from reports.pieces import Badge, Estimate, Table
from reports.slice_figures import measured
from reports.slice_links import NAME_SHOWN, LinkedTable, all_slices, overlapping
from reports.view import Findings
from reports.visible import shorten

REASON_SHOWN = 1_000
NO_REASON = "The policy does not judge this slice."

Key = tuple[str, str, Slice]  # suite, student, slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The mimicry label of the slice, with its reasons, and what the detectors found there."""

    badge: Badge
    reason: str
    surface: str
    missing: tuple[str, ...]
    findings: Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicePage:
    """What `templates/slice.html.j2` prints. `where` is the slice in words; `whole` the page of its suite, or blank.

    `pairs_order` tells which pairs come first, which is hidden in blind mode: there the order is drawn.
    """

    title: str
    run: str
    front: str
    student: str
    teacher: str
    suite: str
    where: str
    whole: str
    badge: Badge
    tier: str
    reason: str
    waived: str
    about: str
    axis: Markup
    drawing: Markup
    figures: tuple[tuple[str, Estimate], ...]
    causes: Table
    endings: Table
    checks: tuple[Table, ...]
    dropped: tuple[tuple[str, str], ...]
    levels: tuple[DifficultyView, ...]
    labelled: tuple[Labelled, ...]
    slices: LinkedTable
    pairs: str
    pairs_order: str
    data: dict[str, Json]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the pages of all slices are made from, looked up once.

    `levels`: by suite and student the slice name that tells how hard an item is, and the chart over it.
    """

    records: Lookup
    pages: Pages
    models: tuple[str, ...]
    profiles: Mapping[Key, Profile]
    findings: Mapping[Key, Sequence[Finding]]
    levels: Mapping[tuple[str, str], tuple[str, DifficultyView]]


def book_of(records: Lookup, pages: Pages) -> Book:
    evaluation = records.evaluation
    found: dict[Key, list[Finding]] = {}
    for finding in evaluation.findings:
        found.setdefault((finding.suite, finding.student, finding.slice), []).append(finding)
    models = dict.fromkeys([records.teacher(), *records.students(), *(m.name for m in evaluation.models)])
    return Book(
        records=records,
        pages=pages,
        models=tuple(models),
        profiles={(p.suite, p.student, p.slice): p for p in evaluation.profiles},
        findings=found,
        levels={(e.suite, e.student): made for e in evaluation.explored if (made := _levels(records, e)) is not None},
    )


def _levels(records: Lookup, explored: Explored) -> tuple[str, DifficultyView] | None:
    whole = records.whole(explored.suite, explored.student)
    judged = records.judgement(whole) if whole else None
    view = difficulty(records, explored, judged.margin if judged else None)
    return (explored.difficulty, view) if view is not None and explored.difficulty is not None else None


def slice_page(book: Book, c: Comparison, shared: Sequence[Overlap]) -> SlicePage:
    """`shared`: the slices that cut this one in two."""
    records, pages = book.records, book.pages
    judged = records.judgement(c)
    decision, margin = badge(judged.decision if judged else None), judged.margin if judged else None
    along = charts.scale([c], [] if margin is None else [margin], charts.BROAD)
    is_whole, student, suite = c.slice.name == ALL, shorten(c.student, NAME_SHOWN), shorten(c.suite, NAME_SHOWN)
    return SlicePage(
        title=f"{student} on {suite}, {where(c.slice)}",
        run=shorten(records.evaluation.name, NAME_SHOWN),
        front=FRONT,
        student=student,
        teacher=shorten(records.teacher(), NAME_SHOWN),
        suite=suite,
        where=where(c.slice),
        whole="" if is_whole else pages.page_of(c.suite, c.student, Slice()),
        badge=decision,
        tier=judged.tier if judged else "",
        reason=_reason(unplaced(judged.reason, c.suite, c.slice) if judged else NO_REASON),
        waived=wording.sentence(judged.waived) if judged and judged.waived else "",
        about=words_of(c).about,
        axis=charts.axis(along),
        drawing=charts.forest_row(c, margin, decision.kind, along),
        figures=tuple(measured(records, c)),
        causes=causes(c, ()),
        endings=endings(records.teacher(), c),
        checks=checks(c),
        dropped=tuple((wording.count(n), shorten(reason, REASON_SHOWN)) for reason, n in c.dropped.items()),
        levels=tuple(_along(book, c)),
        labelled=tuple(_labelled(book, c)),
        slices=all_slices(records, pages, c) if is_whole else overlapping(records, pages, c, shared),
        pairs=f"{wording.number_of(c.n, 'pair')} of answers.",
        pairs_order=_pairs_order(c),
        data=page_data(book, (c,), c.slice),
        version=records.evaluation.viva_version,
    )


def where(part: Slice) -> str:
    """`all items`, or `where difficulty is hard`."""
    if part.name == ALL:
        return "all items"
    told = (
        f"{shorten(name, NAME_SHOWN)} is {shorten(value, NAME_SHOWN) or 'empty'}" for name, value in conditions(part)
    )
    return f"where {' and '.join(told)}"


def page_data(book: Book, wholes: Sequence[Comparison], part: Slice | None) -> dict[str, Json]:
    """What the script is told: the lists of pairs, and the conditions that shown pairs hold."""
    records = book.records
    lists: list[Json] = [
        {
            "index": book.pages.lists[c.suite, c.student],
            "suite": c.suite,
            "student": c.student,
            "measure": c.measure,
            "words": {outcome: word for outcome, word in OUTCOMES_OF[c.measure].items()},
        }
        for c in wholes
    ]
    return {
        "format": 1,
        "evaluation": records.verdict.evaluation_digest,
        "run": records.evaluation.name,
        "teacher": records.teacher(),
        "models": list(book.models),
        "lists": lists,
        "slice": dict(conditions(part)) or None if part else None,
        "draw": None,
    }


def _reason(reason: str) -> str:
    return wording.sentence(wording.capital(shorten(reason, REASON_SHOWN)))


def _pairs_order(c: Comparison) -> str:
    if c.cells is None:
        return "Those in which the student loses most stand first."
    lost, gained = wording.count(c.cells.teacher_only), wording.count(c.cells.student_only)
    return f"{lost} lost, {gained} gained. Lost ones stand first."


def _along(book: Book, c: Comparison) -> Iterator[DifficultyView]:
    """The chart over difficulty, on the page of the whole suite and on those of its levels."""
    found = book.levels.get((c.suite, c.student))
    if found is not None and c.slice.name in (ALL, found[0]):
        yield found[1]


def _labelled(book: Book, c: Comparison) -> Iterator[Labelled]:
    key = (c.suite, c.student, c.slice)
    profile, found = book.profiles.get(key), book.findings.get(key, ())
    if profile is not None:
        silent = [f for f in found if f.state == "abstained" and f.group is not None]
        yield Labelled(
            badge=badge(profile.label),
            reason=_reason(profile.reason),
            surface=surface(profile),
            missing=tuple(f"{f.detector}: {wording.sentence(shorten(f.reason, REASON_SHOWN))}" for f in silent),
            findings=findings.of_part([f for f in found if f.state != "abstained"], c.slice),
        )
