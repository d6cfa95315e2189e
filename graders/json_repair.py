"""Repair of almost-JSON, where exactly one reading is possible, and nowhere else.

Models write JSON as they write JavaScript and Python: with a comma too many, comments, single quotes, `True`. Each of
these has one meaning. What has none or several is left as it is and so fails to parse: a missing bracket (what else is
missing?), a missing comma or quote, `NaN`, numbers such as 037 or +1, names without quotes (prose in braces looks like
them). Libraries that repair JSON guess at these, too, so none is used.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

TEXT = r""" "[^"\\]*+(?:\\.[^"\\]*+)*+"?+ | '[^'\\]*+(?:\\.[^'\\]*+)*+'?+ """
COMMENT = r" //[^\n]*+ | \#[^\n]*+ | /\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+ "

_PIECE = re.compile(
    rf"""(?P<text> {TEXT} ) | (?P<comment> {COMMENT} ) | (?P<space> \s++ ) | (?P<mark> [][{{}}:,] )
    | (?P<word> [^\W\d]\w*+ ) | (?P<number> [-+.\d][-+.\w]*+ ) | (?P<other> . )""",
    re.VERBOSE | re.DOTALL,
)
_INSIDE = re.compile(r'\\.|["\n\r\t]', re.DOTALL)  # what may need another spelling inside a text
_DIVISOR = re.compile(r"//\s*+[-+(\d]")
_LITERALS = {"True": "true", "False": "false", "None": "null"}


@dataclass(slots=True)
class _Draft:
    """The repaired text so far. `comma`: where a comma stands in it that nothing has followed yet."""

    pieces: list[str] = field(default_factory=list)
    repairs: dict[str, None] = field(default_factory=dict)
    before: str = ""
    comma: int | None = None

    def note(self, repair: str, piece: str) -> str:
        self.repairs[repair] = None
        return piece


def repaired(text: str) -> tuple[str, tuple[str, ...]]:
    """An object's text after every repair that has one reading, and what was repaired. It may still not be JSON."""
    draft = _Draft()
    for match in _PIECE.finditer(text):
        kind, piece = match.lastgroup, match[0]
        if kind == "comment" and not (draft.before[-1:].isdigit() and _DIVISOR.match(piece)):  # 7 // 2 is 3 in Python
            draft.pieces.append(draft.note("comment", " "))
        elif kind in ("space", "comment"):
            draft.pieces.append(piece)
        else:
            _add(draft, kind or "", piece)
    return "".join(draft.pieces), tuple(draft.repairs)


def _add(draft: _Draft, kind: str, piece: str) -> None:
    """A piece that means something."""
    if piece in ("}", "]") and draft.comma is not None:
        draft.pieces[draft.comma] = draft.note("trailing comma", "")
    draft.comma = len(draft.pieces) if piece == "," and draft.before not in ("", "{", "[", ":", ",") else None
    draft.before = piece
    if kind == "text":
        piece = _text(piece, draft.note)
    elif piece in _LITERALS:
        piece = draft.note("Python literal", _LITERALS[piece])
    draft.pieces.append(piece)


def _text(piece: str, note: Callable[[str, str], str]) -> str:
    """A text in either kind of quotes as JSON."""
    single = piece[0] == "'"
    if single:
        note("single quotes", "")

    def spelled(match: re.Match[str]) -> str:
        found = match[0]
        if found == r"\'":
            return "'" if single else note("escaped apostrophe", "'")
        if found == '"':
            return r"\""
        return found if found[0] == "\\" else note("line break or tab in a text", json.dumps(found)[1:-1])

    return f'"{_INSIDE.sub(spelled, piece[1:-1])}"'
