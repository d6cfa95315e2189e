"""The one JSON object of a reply.

It may stand alone, in a fence or in prose, but there must be exactly one: of several it cannot be known which is the
answer. To the letter is the rule, since a program downstream may not repair; `with_repairs` is for those that do.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from typing import NoReturn

from graders.json_repair import COMMENT, TEXT, repaired
from graders.reading import short
from harness.records import Json

VALUE_SHOWN = 60  # characters of a value in a reason

_DEEPEST = 100  # levels of nesting that are still read
# Braces in prose begin no object. What only a repair can read begins one nevertheless: its parts must not pass for it.
_START = re.compile(
    r"""\{ (?= \s*+ (?: (?: (?://|\#)[^\n]{0,200}\n | /\*[^*]{0,200}\*/ ) \s*+ )?
        (?: ["}] | '[^'\n]{0,200}'[ ]{0,9}: ) )""",
    re.VERBOSE,
)
_TOKEN = re.compile(rf"{TEXT} | {COMMENT} | [][{{}}]", re.VERBOSE | re.DOTALL)


class Unreadable(ValueError):
    """Why a text does not hold exactly one JSON object."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An object, and what had to be repaired to read it: nothing where it is JSON to the letter."""

    value: dict[str, Json]
    repairs: tuple[str, ...] = ()


def read_object(text: str) -> dict[str, Json]:
    """The one JSON object of a text. Raises Unreadable."""
    return to_the_letter(text).value


def to_the_letter(text: str) -> Reading:
    """The object, if it is JSON as it stands. Raises Unreadable."""
    reading = with_repairs(text)
    if reading.repairs:
        raise Unreadable(f"not JSON to the letter: {', '.join(reading.repairs)}")
    return reading


def with_repairs(text: str) -> Reading:
    """The object, repaired where that has one reading. Raises Unreadable."""
    written = _only_object(text)
    try:
        return Reading(_parsed(written))
    except Unreadable:
        raise
    except ValueError as error:
        better, repairs = repaired(written)
        try:
            return Reading(_parsed(better), repairs)
        except Unreadable:
            raise
        except ValueError:
            raise Unreadable(f"not valid JSON: {error}") from None


def canonical(value: Json) -> str:
    """The value as JSON with sorted keys, so that equal values read the same."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def shown(value: Json) -> str:
    """The value as a reason quotes it."""
    return short(canonical(value), VALUE_SHOWN)


def _only_object(text: str) -> str:
    spans = list(islice(_spans(text), 2))
    if len(spans) != 1:
        raise Unreadable("more than one JSON object" if spans else "no JSON object")
    start, end = spans[0]
    before, after = text[:start].rstrip(), text[end:].lstrip()
    if before.endswith("[") or after.startswith("]"):
        raise Unreadable("a list, not one JSON object")
    if before.endswith("{") or after.startswith("}"):
        raise Unreadable("a JSON object in braces that are no part of it")
    return text[start:end]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the outermost objects of a text start and end, found in one pass."""
    at = 0
    while start := _START.search(text, at):
        depth = 0
        for token in _TOKEN.finditer(text, start.start()):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
            if depth > _DEEPEST:
                raise Unreadable(f"JSON nested deeper than {_DEEPEST} levels")
            if depth == 0:
                break
        else:
            raise Unreadable("a JSON object that does not end")
        at = token.end()
        yield start.start(), at


def _parsed(text: str) -> dict[str, Json]:
    """Raises Unreadable where no repair would help, another ValueError where the text is not JSON."""
    found: dict[str, Json] = json.loads(
        text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole
    )
    return found


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise Unreadable(f"the field {short(twice, VALUE_SHOWN)!r} stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a JSON value")


def _finite(text: str) -> float:
    if not isfinite(number := float(text)):
        raise _too_large(text)
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # Python reads 4,300 digits
        raise _too_large(text) from None


def _too_large(text: str) -> Unreadable:
    return Unreadable(f"{short(text, VALUE_SHOWN)} is too large a number")
