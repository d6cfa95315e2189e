"""The page of one slice: is the student good enough there, on what figures, why, and then every pair of answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from harness.evaluation import ALL, Comparison, Explored, Finding, NoiseFloor, Profile, Side, Slice
from harness.measures import OUTCOMES_OF
from harness.records import Interval, Json
from reports import charts, figures, findings, wording
from reports.causes import causes
from reports.checks import checks
from reports.difficulty import DifficultyView, difficulty
from reports.endings import endings
from reports.figures import badge
from reports.lookup import Lookup, conditions
from reports.measures import words_of
from reports.mimicry_words import surface
from reports.overlaps import Overlap
from reports.pages import FRONT, Pages
from reports.pieces import Badge, Estimate, Table
from reports.view import Findings
from reports.visible import shorten

OVERLAPS_SHOWN = 12
NAME_SHOWN, REASON_SHOWN = 120, 1_000
NO_REASON = "The policy does not judge this slice."

Key = tuple[str, str, Slice]  # suite, student, slice


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRow:
    """A slice in a table of slices, with its page, and with the pairs that it shares with this page's."""

    name: str
    href: str
    badge: Badge
    n: str
    teacher: str
    student: str
    delta: Estimate
    shared: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTable:
    title: str
    caption: str
    rows: tuple[LinkedRow, ...]
    more: str


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
    """What `templates/slice.html.j2` prints. `where` is the slice in words; `whole` the page of its suite, or blank."""

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
        reason=_reason(judged.reason if judged else NO_REASON, f"{c.suite}, {c.slice}: "),
        waived=wording.sentence(judged.waived) if judged and judged.waived else "",
        about=words_of(c).about,
        axis=charts.axis(along),
        drawing=charts.forest_row(c, margin, decision.kind, along),
        figures=tuple(_figures(records, c)),
        causes=causes(c, ()),
        endings=endings(records.teacher(), c),
        checks=checks(c),
        dropped=tuple((wording.count(n), shorten(reason, REASON_SHOWN)) for reason, n in c.dropped.items()),
        levels=tuple(_along(book, c)),
        labelled=tuple(_labelled(book, c)),
        slices=_all_slices(book, c) if is_whole else _overlapping(book, c, shared),
        pairs=_pairs(c),
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


def _reason(reason: str, prefix: str) -> str:
    said = shorten(reason.removeprefix(prefix), REASON_SHOWN)
    return wording.sentence(said[:1].upper() + said[1:])


def _pairs(c: Comparison) -> str:
    if c.cells is None:
        return f"{wording.number_of(c.n, 'pair')} of answers, those first in which the student loses most."
    lost, gained = wording.count(c.cells.teacher_only), wording.count(c.cells.student_only)
    return f"{wording.number_of(c.n, 'pair')} of answers: {lost} lost, {gained} gained. Lost ones stand first."


def _figures(records: Lookup, c: Comparison) -> Iterator[tuple[str, Estimate]]:
    words, judged = words_of(c), records.judgement(c)
    margin = judged.margin if judged else None
    yield "Items", Estimate(value=wording.count(c.n), detail=_independent(c))
    yield words.teacher, Estimate(value=figures.teacher(c))
    yield words.student, Estimate(value=wording.percent(c.pupil.accuracy))
    yield "Difference", figures.delta(c)
    yield "90% interval against the margin", figures.against_margin(c, margin)
    yield "Retention, with 95% interval", figures.retention(c)
    yield "Conditional retention, with 95% interval", figures.conditional(c)
    yield words.flips, _flips(c)
    yield from _noise(c.noise)
    yield words.test, figures.p_figure(c)
    if c.p_adjusted is not None:
        yield "p, adjusted over the slices", Estimate(value=wording.p_value(c.p_adjusted))
    yield "Items to decide", figures.needed(c, judged)
    for at_k in c.at_k:
        name = "Right in at least one" if at_k.kind == "pass" else "Most frequent answer"
        detail = f"teacher {wording.percent(at_k.teacher.point)}; difference {_points(at_k.delta95)}"
        yield f"{name} of {at_k.k} attempts", Estimate(value=wording.percent(at_k.pupil.point), detail=detail)
    yield from _spent(c.pupil, c.teacher)


def _independent(c: Comparison) -> str:
    if c.clusters is not None:
        return f"in {wording.number_of(c.clusters, 'cluster')}"
    return "" if abs(c.effective_n - c.n) < 0.5 else f"as telling as {wording.count(c.effective_n)} of equal weight"


def _flips(c: Comparison) -> Estimate:
    return Estimate(value=wording.DASH if c.undecidable else wording.percent(c.flips))


def _noise(noise: NoiseFloor | None) -> Iterator[tuple[str, Estimate]]:
    """The student's flips beside those that the teacher has with itself."""
    if noise is None:
        return
    beside = f"of one attempt each, over {wording.number_of(noise.n, 'item')}; {_limits(noise.student)}"
    yield "Flips beside the teacher", Estimate(value=wording.percent(noise.student.point), detail=beside)
    yield "The teacher's own flips", Estimate(value=wording.percent(noise.teacher.point), detail=_limits(noise.teacher))
    yield "Flips beyond the teacher's own", Estimate(value=_points(noise.excess))


def _points(interval: Interval) -> str:
    return f"{wording.points(interval.point)} ({wording.limits(interval, wording.bare_points)})"


def _limits(interval: Interval) -> str:
    return f"{wording.level(interval)}: {wording.limits(interval, wording.percent)}"


def _spent(student: Side, teacher: Side) -> Iterator[tuple[str, Estimate]]:
    """Tokens, seconds and money for an answer, where both or either are known."""
    kinds = (
        ("Tokens per answer", student.completion_tokens, teacher.completion_tokens, "{:,.0f}"),
        ("Seconds per answer", student.latency_s, teacher.latency_s, "{:.2f}"),
        ("Cost per 1,000 answers", _thousand(student.cost), _thousand(teacher.cost), "{:,.4g}"),
    )
    for name, own, other, form in kinds:
        if own is not None or other is not None:
            value, beside = (wording.DASH if figure is None else form.format(figure) for figure in (own, other))
            yield name, Estimate(value=value, detail=f"teacher {beside}")


def _thousand(cost: float | None) -> float | None:
    return None if cost is None else 1000 * cost


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
            reason=_reason(profile.reason, ""),
            surface=surface(profile),
            missing=tuple(f"{f.detector}: {wording.sentence(shorten(f.reason, REASON_SHOWN))}" for f in silent),
            findings=findings.of_part([f for f in found if f.state != "abstained"], c.slice),
        )


def _all_slices(book: Book, c: Comparison) -> LinkedTable:
    records, pages = book.records, book.pages
    rows = tuple(
        LinkedRow(
            name=shorten(str(one.slice), NAME_SHOWN),
            href=pages.page_of(one.suite, one.student, one.slice) if pages.has_own(one) else "",
            badge=_verdict(records, one),
            n=wording.count(one.n),
            teacher=figures.teacher(one),
            student=wording.percent(one.pupil.accuracy),
            delta=figures.delta(one),
            shared=shared_link(one.slice),
        )
        for one in records.slices(c.suite, c.student)
    )
    left = sum(not row.href for row in rows)
    return LinkedTable(
        title="Slices of this suite",
        caption="The slice that loses most stands first. An item may belong to several slices.",
        rows=rows,
        more=f"{wording.number_of(left, 'slice')} without a page of its own: filter the pairs below." if left else "",
    )


def _overlapping(book: Book, c: Comparison, shared: Sequence[Overlap]) -> LinkedTable:
    records, pages = book.records, book.pages
    others: Mapping[Slice, Comparison] = {
        o.part: found for o in shared if (found := records.compared.get((c.suite, c.student, o.part))) is not None
    }
    rows = tuple(
        LinkedRow(
            name=shorten(str(o.part), NAME_SHOWN),
            href=pages.page_of(c.suite, c.student, o.part),
            badge=_verdict(records, others[o.part]),
            n=wording.count(o.n),
            teacher=wording.DASH if c.undecidable else wording.percent(o.teacher),
            student=wording.percent(o.student),
            delta=Estimate(value=wording.DASH if c.undecidable else wording.points(o.student - o.teacher)),
            shared=shared_link(o.part),
        )
        for o in shared[:OVERLAPS_SHOWN]
        if o.part in others
    )
    left = len(others) - len(rows)
    return LinkedTable(
        title="Where in this slice the loss sits",
        caption="The items of this slice that lie in another one, too: plain shares that no test stands behind. What "
        "loses most stands first. Names lead to the page of the other slice, and the mark beside each is its verdict.",
        rows=rows,
        more=f"{wording.number_of(left, 'more slice')} that lose less." if left > 0 else "",
    )


def _verdict(records: Lookup, c: Comparison) -> Badge:
    judged = records.judgement(c)
    return badge(judged.decision if judged else None)


def shared_link(part: Slice) -> str:
    """A link that shows, among the page's pairs, those of another slice, too."""
    return "#" + "&".join(f"s={quoted(name)}:{quoted(value)}" for name, value in conditions(part))


def quoted(text: str) -> str:
    return quote("".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text), safe="")
