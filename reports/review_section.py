"""What reviewers said of the grades, on the first page: how far they agree, and what they wrote."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.extras import Reviewed
from harness.records import Interval
from harness.review import Agreement, BetweenReviewers, Draw, ReviewMark, Reviews
from harness.review_words import lost_in_words
from reports import wording
from reports.pages import draw_page
from reports.pieces import Estimate, Link, Row, Table
from reports.visible import shorten

REMARKS_SHOWN = 50
NOTE_SHOWN = 600  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A mark with what the reviewer wrote: of which grade, by whom."""

    grade: str
    said: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSection:
    """Figures of drawn marks; `lost` tells what they mean for the verdict. `wrong` and `comments` are single marks."""

    draws: tuple[tuple[Link, str], ...]
    agreement: Table
    between: Table
    lost: tuple[str, ...]
    wrong: tuple[Remark, ...]
    comments: tuple[Remark, ...]
    notes: tuple[str, ...]


def review_section(found: Reviewed) -> ReviewSection:
    reviews = found.reviews
    return ReviewSection(
        draws=tuple(_draws(found.draws, reviews)),
        agreement=Table(
            title="Reviewers and the grader",
            caption="Grades that reviewers marked in drawn pairs, and the share of all grades that each would mark "
            "right (every mark counts by one over its pair's chance of being drawn; 95% interval).",
            head="Reviewer",
            columns=("Right", "Wrong", "Unsure", "Agrees with the grader"),
            rows=tuple(map(_agreement, reviews.agreement)),
        ),
        between=Table(
            title="Reviewers among themselves",
            caption="Grades that two reviewers both marked and decided.",
            head="Reviewers",
            columns=("Grades", "Same mark", "Cohen's kappa", "Unsure"),
            rows=tuple(map(_between, reviews.between)),
        ),
        lost=tuple(map(lost_in_words, reviews.lost)),
        wrong=tuple(map(_remark, reviews.wrong[:REMARKS_SHOWN])),
        comments=tuple(map(_remark, reviews.comments[:REMARKS_SHOWN])),
        notes=tuple(_notes(reviews)),
    )


def _draws(draws: Sequence[Draw], reviews: Reviews) -> Iterator[tuple[Link, str]]:
    marked = {one.draw: one for one in reviews.draws}
    for draw in draws:
        one = marked[draw.id]
        told = f"{wording.number_of(one.pairs, 'pair')}, {wording.count(one.marked)} of {one.grades} grades marked"
        yield Link(name=f"Draw {draw.id}", href=draw_page(draw.id)), told


def _agreement(one: Agreement) -> Row:
    blind = {None: "", True: ", marked blind", False: ", not blind"}[one.blind]
    return Row(
        name=one.reviewer,
        where=f"{one.kind or 'all pairs'}{blind}, draw {one.draw}",
        figures=(*(_count(n) for n in (one.right, one.wrong, one.unsure)), _share(one.share)),
    )


def _between(one: BetweenReviewers) -> Row:
    return Row(
        name=f"{one.first} and {one.second}",
        where=f"draw {one.draw}",
        figures=(
            _count(one.n),
            Estimate(value=wording.DASH if one.same is None else wording.percent(one.same)),
            Estimate(value=wording.DASH if one.kappa is None else wording.hundredths(one.kappa)),
            _count(one.unsure),
        ),
    )


def _count(n: int) -> Estimate:
    return Estimate(value=wording.count(n))


def _share(share: Interval | None) -> Estimate:
    if share is None:
        return Estimate(value=wording.DASH)
    return Estimate(value=wording.percent(share.point), detail=wording.limits(share, wording.percent))


def _remark(mark: ReviewMark) -> Remark:
    attempt = f", attempt {mark.attempt + 1}" if mark.attempt else ""
    return Remark(
        grade=f"{mark.suite}: {mark.sample}, {mark.model}{attempt}",
        said=f"{mark.mark}, says {mark.reviewer}",
        note=shorten(mark.note, NOTE_SHOWN),
    )


def _notes(reviews: Reviews) -> Iterator[str]:
    if reviews.agreement:
        yield "Marks change no grade and no verdict. Marks on pairs that a reviewer picked enter no figure."
    for count, what in (
        (len(reviews.wrong) - REMARKS_SHOWN, "more grades marked wrong"),
        (len(reviews.comments) - REMARKS_SHOWN, "more comments"),
    ):
        if count > 0:
            yield f"{wording.count(count)} {what}: viva review show prints all."
    if reviews.stale:
        yield f"{wording.count(reviews.stale)} marks were made of an earlier evaluation of this run and are left out."
