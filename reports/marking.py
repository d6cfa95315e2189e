"""Stretches of a text marked and numbered, a footnote each: marks may overlap, touch, or lie outside of the text."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from harness.evaluation import Mark
from reports.visible import marked, shorten

NOTE_SHOWN = 200


class Marked(NamedTuple):
    """The escaped text, the notes by their numbers, and how many marks lie beyond the text that is shown."""

    body: Markup
    notes: tuple[str, ...]
    beyond: int


def with_marks(text: str, marks: Sequence[Mark]) -> Marked:
    """The text with every marked stretch in `<mark>`, and behind each the number of its note.

    Marks that say the same of the same characters count once; one that reaches beyond the end stops there.
    """
    kept = _within(text, marks)
    numbers = {note: str(n) for n, note in enumerate(dict.fromkeys(note for _, _, note in kept), start=1)}
    pieces = Markup("").join(_pieces(text, kept, numbers))
    return Marked(pieces, tuple(numbers), sum(mark.start >= len(text) for mark in marks))


def _within(text: str, marks: Sequence[Mark]) -> list[tuple[int, int, str]]:
    found = {
        (max(mark.start, 0), min(mark.end, len(text)), shorten(mark.note, NOTE_SHOWN) or "no note") for mark in marks
    }
    return sorted((start, end, note) for start, end, note in found if start < end)


def _pieces(text: str, kept: Sequence[tuple[int, int, str]], numbers: dict[str, str]) -> Iterator[Markup]:
    """The text from edge to edge: an edge is where a mark begins or ends."""
    opening, closing = [start for start, _, _ in kept], sorted((end, int(numbers[note])) for _, end, note in kept)
    depth, at, opened, closed = 0, 0, 0, 0
    for edge in sorted({0, len(text), *opening, *(end for end, _ in closing)}):
        if edge > at:
            piece = marked(text[at:edge])
            yield Markup("<mark>{}</mark>").format(piece) if depth else piece
        while closed < len(closing) and closing[closed][0] == edge:
            yield Markup('<sup class="footnote">{}</sup>').format(str(closing[closed][1]))
            depth, closed = depth - 1, closed + 1
        while opened < len(opening) and opening[opened] == edge:
            depth, opened = depth + 1, opened + 1
        at = edge
