"""Numbers, limits and dates as a reader wants them; every figure on the page is written here.

Shares are in [0, 1]; differences are student minus teacher and shown in points of accuracy with their sign.
"""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from harness.records import Interval
from harness.verdict import Decision

MINUS = "\u2212"
DASH = "\u2013"

Write = Callable[[float], str]

DECISION_WORD: Mapping[Decision, str] = {"pass": "Pass", "fail": "Fail", "inconclusive": "Inconclusive"}


def count(n: float) -> str:
    """`1,234`; a fraction of an item keeps one decimal."""
    return f"{round(n):,}" if abs(n - round(n)) < 0.05 else f"{n:,.1f}"


def number_of(n: int, noun: str) -> str:
    return f"{count(n)} {noun}" if n == 1 else f"{count(n)} {noun}s"


def percent(share: float) -> str:
    return f"{signed(share * 100).lstrip('+')}%" if math.isfinite(share) else DASH


def signed(value: float, digits: int = 1) -> str:
    """With its sign, a true minus, and no sign on what rounds to nothing."""
    rounded = round(value, digits) or 0.0
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):,.{digits}f}"


def bare_points(delta: float) -> str:
    return signed(delta * 100)


def points(delta: float) -> str:
    return f"{bare_points(delta)} points"


def per_thousand(delta: float) -> str:
    """Losses per 1,000 requests: the difference turned round."""
    return signed(-delta * 1000, 0)


def plain_number(value: float) -> str:
    return f"{signed(value, 3).lstrip('+')}"


def hundredths(value: float) -> str:
    """Two digits, a minus where it is due, and no plus."""
    return signed(value, 2).lstrip("+")


def p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def limits(interval: Interval, write: Callable[[float], str]) -> str:
    """Both limits; one that is not there is said in words."""
    low, high = (None if limit is None else write(limit) for limit in (interval.low, interval.high))
    return span(low, high)


def span(low: str | None, high: str | None) -> str:
    if low is None and high is None:
        return "unbounded on both sides"
    if low is None:
        return f"up to {high}, unbounded below"
    if high is None:
        return f"{low} or more, unbounded above"
    return f"{low} to {high}"


def turned(interval: Interval) -> Interval:
    """Seen from the other side: losses instead of gains."""
    low, high = interval.high, interval.low
    return Interval(
        point=-interval.point,
        low=None if low is None else -low,
        high=None if high is None else -high,
        level=interval.level,
        method=interval.method,
    )


def level(interval: Interval) -> str:
    return f"{interval.level * 100:g}%"


def joined(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def sentence(words: str) -> str:
    """With the full stop that a reason may lack."""
    return words if words.endswith((".", "!", "?")) else f"{words}."


def capital(words: str, names: Collection[str] = ()) -> str:
    """With the first letter of a sentence; one of `names` that begins it keeps its own."""
    is_name = any(words.startswith(name) and not words[len(name) : len(name) + 1].isalnum() for name in names if name)
    return words if is_name else words[:1].upper() + words[1:]


def when(timestamp: str) -> str:
    """`22 November 2026, 03:38 UTC`; a timestamp that cannot be read is shown as it stands."""
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return timestamp
    zone = " UTC" if moment.utcoffset() == timedelta(0) else f" {moment:%Z}".rstrip()
    return f"{moment.day} {moment:%B %Y, %H:%M}{zone}"


def as_text(value: object) -> str:
    """A string as it stands, anything else as indented JSON."""
    return value if isinstance(value, str) else json.dumps(_plain(value), indent=2, ensure_ascii=False, default=str)


def as_line(value: object) -> str:
    """The same on one line."""
    return value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False, default=str)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
