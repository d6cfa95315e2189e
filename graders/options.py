"""Options of a grader, read from a plan: typed, and none that the grader does not know."""

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import isfinite

from harness.errors import nearest
from harness.records import Json


def refuse_unknown(options: Mapping[str, Json], known: Collection[str]) -> None:
    for name in options:
        if name not in known:
            raise ValueError(f'unknown option "{name}"{nearest(name, known)}')
        if options[name] is None:
            raise ValueError(f'option "{name}" stands there without a value; give it one, or take it out')


def flag(options: Mapping[str, Json], name: str, default: bool) -> bool:
    value = options.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f'option "{name}": {value!r} is neither true nor false')
    return value


def amount(options: Mapping[str, Json], name: str) -> Fraction:
    """A number of zero or more, exactly as written; 0 when it is not given."""
    value = options.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ValueError(f'option "{name}": {value!r} is not a number of 0 or more')
    return exact(value)


def texts(options: Mapping[str, Json], name: str) -> tuple[str, ...]:
    """A list of texts, none of them blank; empty when it is not given."""
    value = options.get(name, [])
    if not isinstance(value, list) or (name in options and not value):
        raise ValueError(f'option "{name}": {value!r} is not a list of texts')
    found = tuple(text for text in value if isinstance(text, str) and text.strip())
    if len(found) < len(value):
        raise ValueError(f'option "{name}": {value!r} holds something other than texts')
    return found


def exact(value: int | float) -> Fraction:
    """A finite number as it is written: 0.1 is one tenth, not the nearest binary fraction."""
    return Fraction(str(value))
