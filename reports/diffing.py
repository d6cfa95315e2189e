"""Two answers side by side: the words that only one of them has are marked, everything is escaped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup

from reports.visible import marked

SHARED_FLOOR = 0.25  # below this share of common tokens a diff is noise
_TOKEN = re.compile(r"[\w\u200c\u200d]+|\s+|[^\w\s]+")
_Change = tuple[bool, int, int, int, int]  # changed?, teacher from and to, student from and to


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    teacher: Markup
    student: Markup
    note: str = ""


def side_by_side(teacher: str, student: str) -> SideBySide:
    """Teacher's own words in `<del>`, student's own in `<ins>`; `note` says why nothing is marked."""
    if teacher == student:
        return SideBySide(teacher=marked(teacher), student=marked(student), note="Both texts are the same.")
    ours, theirs = _TOKEN.findall(teacher), _TOKEN.findall(student)
    matcher = SequenceMatcher(None, ours, theirs)
    if matcher.ratio() < SHARED_FLOOR:
        note = "The texts are too different to mark word by word."
        return SideBySide(teacher=marked(teacher), student=marked(student), note=note)
    changes = list(_changes(matcher, ours))
    return SideBySide(
        teacher=Markup("").join(_piece("del", changed, ours[a:b]) for changed, a, b, _, _ in changes),
        student=Markup("").join(_piece("ins", changed, theirs[a:b]) for changed, _, _, a, b in changes),
    )


def _changes(matcher: "SequenceMatcher[str]", tokens: list[str]) -> Iterator[_Change]:
    """Opcodes in which a lone space between two changes counts as changed, so that phrases are marked whole."""
    codes = [(tag != "equal", a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes()]
    pending: _Change | None = None
    for index, (changed, a, b, c, d) in enumerate(codes):
        if not changed and 0 < index < len(codes) - 1 and "".join(tokens[a:b]).strip(" ") == "":
            changed = True
        if pending and pending[0] == changed:
            pending = (changed, pending[1], b, pending[3], d)
            continue
        if pending:
            yield pending
        pending = (changed, a, b, c, d)
    if pending:
        yield pending


def _piece(tag: str, changed: bool, tokens: list[str]) -> Markup:
    text = marked("".join(tokens))
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), text) if changed and text else text
