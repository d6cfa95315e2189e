"""What changed since an earlier run, a page beside the report: verdicts, who moved where, samples that turned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.evaluation import ALL, Slice
from harness.extras import Against
from harness.movement import Change, Flip, Move, Mover, Ruling
from harness.movement_words import HOW_TOLD, SAID, asides, nothing_compared, of_model
from harness.records import Interval
from reports import wording
from reports.figures import badge
from reports.lookup import Lookup
from reports.pages import FRONT, Pages
from reports.pieces import Badge, Estimate, Link
from reports.slice_links import quoted
from reports.templating import environment
from reports.visible import shorten

NAME = "changes.html"
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
FLIPS_SHOWN = 200  # samples that turned, by model and direction
SLICES_SHOWN = 200  # by suite and student
MOVED_WORD = {"both": "both moved", "teacher": "teacher moved", "student": "student moved", "neither": "not shown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingRow:
    place: str
    where: str
    before: Badge
    after: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """Figures in points with their 95% intervals; `href` leads to the page of the slice, where it has one."""

    slice: Link
    n: str
    teacher: Estimate
    student: Estimate
    lead: Estimate
    moved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A student on a suite: who moved, and the whole suite and its slices. `anchor` names its heading."""

    anchor: str
    student: str
    suite: str
    said: str
    rows: tuple[MoveRow, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """The samples on which one model is better, or worse, than before."""

    title: str
    samples: tuple[Link, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage:
    """What `templates/changes.html.j2` prints. `nothing` says why no model could be compared with its earlier self."""

    title: str
    run: str
    front: str
    earlier: str
    nothing: str
    models: tuple[str, ...]
    rulings: tuple[RulingRow, ...]
    moved: tuple[Moved, ...]
    told: str
    turned: tuple[Turned, ...]
    asides: tuple[str, ...]
    version: str


def changes_html(against: Against, records: Lookup, pages: Pages) -> str:
    return environment().get_template("changes.html.j2").render(page=changes(against, records, pages), policy=POLICY)


def changes(against: Against, records: Lookup, pages: Pages) -> ChangesPage:
    """`pages` are those of the later run, which flips and slices link to."""
    movement = against.movement
    nothing = nothing_compared(movement)
    return ChangesPage(
        title="What changed",
        run=records.evaluation.name,
        front=FRONT,
        earlier=f"{against.name}, evaluated {wording.when(against.created_at)}",
        nothing=_said(nothing) if nothing else "",
        models=tuple(_said(of_model(model)) for model in movement.models),
        rulings=tuple(map(_ruling, movement.rulings)),
        moved=tuple(_moved(movement.moves, pages)),
        told=_said(HOW_TOLD),
        turned=tuple(_turned(movement.flips, records, pages)),
        asides=tuple(wording.sentence(line) for line in (*movement.unmatched, *asides(movement))),
        version=records.evaluation.viva_version,
    )


def _said(words: str) -> str:
    return wording.sentence(wording.capital(words))


def _ruling(ruling: Ruling) -> RulingRow:
    is_whole = ruling.slice is None
    part = "" if ruling.slice in (None, Slice()) else str(ruling.slice)
    return RulingRow(
        place=ruling.student,
        where="as a whole" if is_whole else f"{ruling.suite}, {part or 'whole suite'}",
        before=badge(ruling.before),
        after=badge(ruling.after),
    )


def _moved(moves: Sequence[Move], pages: Pages) -> Iterator[Moved]:
    """By suite and student, the whole suite first and then what the teacher's lead changed most on."""
    for number, (suite, student) in enumerate(dict.fromkeys((move.suite, move.student) for move in moves), start=1):
        own = [move for move in moves if (move.suite, move.student) == (suite, student)]
        whole = [move for move in own if move.slice.name == ALL]
        parts = sorted((move for move in own if move.slice.name != ALL), key=_by_change)
        left = len(parts) - SLICES_SHOWN
        yield Moved(
            anchor=f"moved-{number}",
            student=student,
            suite=suite,
            said=_said(SAID[whole[0].moved]) if whole else "",
            rows=tuple(_row(move, pages) for move in (*whole, *parts[:SLICES_SHOWN])),
            more=f"{wording.number_of(left, 'more slice')} that changed less." if left > 0 else "",
        )


def _by_change(move: Move) -> tuple[bool, float, str]:
    """What is shown to have moved first, then by the size of the change."""
    is_quiet = move.moved in ("neither", "too few to tell")
    size = max(abs(change.after - change.before) for change in (move.teacher, move.pupil))
    return is_quiet, -size, str(move.slice)


def _row(move: Move, pages: Pages) -> MoveRow:
    part = "whole suite" if move.slice.name == ALL else str(move.slice)
    return MoveRow(
        slice=Link(name=part, href=pages.page_of(move.suite, move.student, move.slice)),
        n=wording.count(move.n),
        teacher=_change(move.teacher),
        student=_change(move.pupil),
        lead=_points(None if move.lead95 is None else move.lead95.point, move.lead95),
        moved=_word(move.moved),
    )


def _word(moved: Mover) -> str:
    return MOVED_WORD.get(moved, moved)


def _change(change: Change) -> Estimate:
    """`99.1% → 97.0%`, with the change in points."""
    moved = _points(change.after - change.before, change.change95)
    detail = f"{wording.percent(change.before)} → {wording.percent(change.after)}"
    return Estimate(value=moved.value, detail=f"{moved.detail}; {detail}" if moved.detail else detail)


def _points(point: float | None, interval: Interval | None) -> Estimate:
    if point is None:
        return Estimate(value=wording.DASH)
    limits = "" if interval is None else wording.limits(interval, wording.bare_points)
    return Estimate(value=wording.bare_points(point), detail=limits)


def _turned(flips: Sequence[Flip], records: Lookup, pages: Pages) -> Iterator[Turned]:
    for suite, model in dict.fromkeys((flip.suite, flip.model) for flip in flips):
        own = [flip for flip in flips if (flip.suite, flip.model) == (suite, model)]
        for word, found in (
            ("worse", [flip for flip in own if flip.after < flip.before]),
            ("better", [flip for flip in own if flip.after > flip.before]),
        ):
            if found:
                left = len(found) - FLIPS_SHOWN
                yield Turned(
                    title=f"{suite}, {model}: {word} on {wording.number_of(len(found), 'sample')}",
                    samples=tuple(_sample(flip, records, pages) for flip in found[:FLIPS_SHOWN]),
                    more=f"{wording.count(left)} more; viva compare --against --json names all." if left > 0 else "",
                )


def _sample(flip: Flip, records: Lookup, pages: Pages) -> Link:
    """The pair on the page of its suite; a teacher's answer stands beside the first student that was compared."""
    students = [flip.model] if flip.role == "student" else list(records.students())
    for student in students:
        page, index = pages.page_of(flip.suite, student, Slice()), pages.lists.get((flip.suite, student))
        if page and index:
            return Link(name=shorten(flip.sample), href=f"{page}#p={index}/{quoted(flip.sample)}")
    return Link(name=shorten(flip.sample))
