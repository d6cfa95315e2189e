"""What reviewers said, as people read it in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console

from harness.cli.figures import NONE, show, table_of
from harness.records import Interval
from harness.review import Agreement, BetweenReviewers, ReviewMark, Reviews
from harness.review_words import lost_in_words


def print_reviews(found: Reviews, console: Console) -> None:
    """The figures of drawn marks first, then what they mean, then marks one by one."""
    if not (found.agreement or found.wrong or found.comments):
        console.print("no marks of this evaluation are stored: `viva review import` stores those that reviewers export")
    for one in found.draws:
        console.print(f"draw {one.draw}: {one.pairs} pairs, {one.marked} of {one.grades} grades marked", style="dim")
    if found.agreement:
        _print_agreement(found.agreement, console)
    if found.between:
        _print_between(found.between, console)
    for lost in found.lost:
        console.print(lost_in_words(lost))
    for title, marks in (("grades marked wrong", found.wrong), ("comments on picked pairs", found.comments)):
        if marks:
            console.print(f"\n{title}", style="bold")
        for line in _lines(marks):
            console.print(line)
    if found.stale:
        console.print(
            f"{found.stale} marks were made of an earlier evaluation of this run and are left out", style="yellow"
        )


def _print_agreement(figures: Sequence[Agreement], console: Console) -> None:
    table = table_of(("draw", "reviewer", "pairs"), ["right", "wrong", "unsure", "agrees", "95% interval"])
    for one in figures:
        limits = NONE if one.share is None else _limits(one.share)
        share = NONE if one.share is None else f"{one.share.point:.1%}"
        table.add_row(
            one.draw, one.reviewer, _which(one), str(one.right), str(one.wrong), str(one.unsure), share, limits
        )
    show(table, console)
    console.print(
        "agrees: the share of all grades that the reviewer would mark right, from the drawn ones by their chances",
        style="dim",
    )


def _which(one: Agreement) -> str:
    if one.blind is not None:
        return "all, marked blind" if one.blind else "all, not blind"
    return one.kind or "all"


def _limits(interval: Interval) -> str:
    return NONE if interval.low is None or interval.high is None else f"{interval.low:.1%} to {interval.high:.1%}"


def _print_between(figures: Sequence[BetweenReviewers], console: Console) -> None:
    table = table_of(("draw", "reviewers"), ["grades", "same mark", "Cohen's kappa", "unsure"])
    for one in figures:
        same = NONE if one.same is None else f"{one.same:.1%}"
        kappa = NONE if one.kappa is None else f"{one.kappa:.2f}"
        table.add_row(one.draw, f"{one.first}, {one.second}", str(one.n), same, kappa, str(one.unsure))
    show(table, console)


def _lines(marks: Sequence[ReviewMark]) -> Iterator[str]:
    for mark in marks:
        attempt = f", attempt {mark.attempt + 1}" if mark.attempt else ""
        note = f": {mark.note}" if mark.note else ""
        yield f"{mark.suite}: {mark.sample}, {mark.model}{attempt}: {mark.mark} ({mark.reviewer}){note}"
