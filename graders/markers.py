r"""Answer markers: the words after which a reply says what its answer is.

A marker that ends in `{`, such as `\boxed{`, holds its answer up to the closing bracket; any other opens a stretch
that the grader reads in its own way. The last marker counts.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from graders.options import texts
from harness.records import Json

# "Answer" with a colon, or with "is", in the languages that refusals are known in and some of their neighbours.
ANSWER = r"(?:\b(?:answer|antwort|réponse|respuesta|risposta|resposta)\b|答案)"
IS = r"(?:\b(?:is|ist|est|es)\b|[是为為])"

_FLAGS = re.IGNORECASE | re.MULTILINE
_BRACES = re.compile(r"[{}]")
_CLOSED = "</answer>"
_TAG = re.compile(r"(<answer>)|(</answer>)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marked:
    """What stands after the last marker; `closed` if a bracket ends it."""

    text: str
    closed: bool


def marker(options: Mapping[str, Json], default: str) -> re.Pattern[str]:
    """The marker pattern of a grader: its `marker` option (regex text, or a list of literal markers) or its default."""
    given = options.get("marker", default)
    if not isinstance(given, str):
        return re.compile("|".join(re.escape(text) for text in texts(options, "marker")), _FLAGS)
    try:
        pattern = re.compile(given, _FLAGS)
    except re.error as error:
        raise ValueError(f'option "marker": {given!r} is not a regular expression: {error}') from None
    if pattern.search(""):
        raise ValueError(f'option "marker": {given!r} matches anywhere, even in an empty text')
    return pattern


def untagged(text: str) -> str:
    """`<answer>42</answer>` with a marker and an end of line in it, so that it is read as any marked answer is."""
    return _TAG.sub(lambda tag: "<answer> Answer: " if tag[1] else f"\n{_CLOSED}", text) if "<" in text else text


def after_last(pattern: re.Pattern[str], text: str) -> Marked | None:
    matches = deque(pattern.finditer(text), maxlen=1)
    if not matches:
        return None
    rest = text[matches[0].end() :]
    if matches[0][0].startswith("<") and (tag := rest.find("</")) >= 0:
        return Marked(rest[:tag], closed=True)
    rest = rest.partition(_CLOSED)[0]
    if not matches[0][0].endswith("{"):
        return Marked(rest, closed=False)
    end = _closing(rest)
    return Marked(rest, closed=False) if end is None else Marked(rest[:end], closed=True)


def _closing(text: str) -> int | None:
    """Where the bracket that was open before `text` closes."""
    depth = 1
    for brace in _BRACES.finditer(text):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.start()
    return None
