"""When two values of a field are the same.

A comparator reads a value as what it stands for: its `key`. Values with one key are the same; some comparators allow a
tolerance on top. A value that stands for nothing of its kind ("soon" for a date) has no key, and is no target.
"""

import json
import re
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Protocol

from graders.comparators_date import moment
from graders.json_reading import canonical, shown
from graders.numerals import tidy, value
from graders.options import amount, exact, flag, refuse_unknown
from harness.errors import nearest
from harness.records import Json

_SCALAR = re.compile(r"true|false|-?(?:0|[1-9]\d{0,99})(?:\.\d{1,99})?(?:e[-+]?\d{1,2})?")
_LONGEST = 300  # characters of a text that is read as a number


class Comparator(Protocol):
    def key(self, value: Json) -> Hashable:
        """What the value stands for. Raises ValueError."""
        ...

    def same(self, got: Json, gold: Json) -> bool:
        """Raises ValueError for a gold that stands for nothing of this kind."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When two values are the same. All but `ignore_extra` are as strict as they can be unless set."""

    ignore_extra: bool = True
    ignore_case: bool = False
    ignore_space: bool = False
    tolerance: Fraction = Fraction(0)
    coerce: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """Of one type and equal: true is not 1, "37" is not 37 unless coerced; 37.0 is 37."""

    rules: Rules = Rules()

    def key(self, value: Json) -> Hashable:
        if isinstance(value, dict):
            return frozenset((name, self.key(inner)) for name, inner in value.items() if inner is not None)
        if isinstance(value, list):
            return "list", tuple(self.key(inner) for inner in value)
        if isinstance(value, str):
            return _normal(value, case=self.rules.ignore_case, space=self.rules.ignore_space)
        return value if isinstance(value, bool) or value is None else _number_key(exact(value))

    def same(self, got: Json, gold: Json) -> bool:
        """Whether two scalars are the same. Two texts are never coerced: "37.0" is not "37"."""
        if self.rules.coerce and isinstance(got, str) != isinstance(gold, str):
            got, gold = _unquoted(got), _unquoted(gold)
        if isinstance(got, bool) or isinstance(gold, bool):
            return got is gold
        if isinstance(got, int | float) and isinstance(gold, int | float):
            return abs(exact(got) - exact(gold)) <= self.rules.tolerance
        return isinstance(got, str) and isinstance(gold, str) and self.key(got) == self.key(gold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """As a reader sees it: neither case nor white space makes a difference, unless it is asked for."""

    ignore_case: bool = True
    ignore_space: bool = True

    def key(self, value: Json) -> Hashable:
        if not isinstance(value, str):
            raise ValueError(f"{shown(value)} is not a text")
        return _normal(value, case=self.ignore_case, space=self.ignore_space)

    def same(self, got: Json, gold: Json) -> bool:
        return _same_key(self, got, gold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number, or a text that spells one: "$1,200.50" is 1200.5. A percentage is its number: "5%" is 5, not 0.05."""

    tolerance: Fraction = Fraction(0)
    relative_tolerance: Fraction = Fraction(0)

    def key(self, value: Json) -> Hashable:
        return _number_key(_worth(value))

    def same(self, got: Json, gold: Json) -> bool:
        wanted = _worth(gold)
        try:
            found = _worth(got)
        except ValueError:
            return False
        return abs(found - wanted) <= max(self.tolerance, self.relative_tolerance * abs(wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A day, or an instant where the target gives a time. `dayfirst`: whether 03/04/2025 is in April; None: unknown."""

    dayfirst: bool | None = None

    def key(self, value: Json) -> Hashable:
        return self._read(value)

    def same(self, got: Json, gold: Json) -> bool:
        wanted = self._read(gold)
        try:
            found = self._read(got)
        except ValueError:
            return False
        if isinstance(found, datetime) and not isinstance(wanted, datetime):
            found = found.date()
        return found == wanted

    def _read(self, value: Json) -> date:
        found = moment(value, self.dayfirst) if isinstance(value, str) else None
        if found is None:
            raise ValueError(f"{shown(value)} is not one date")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A list in which neither order nor repeats matter. Its elements are the same if their keys are."""

    of: Comparator = Alike()

    def key(self, value: Json) -> frozenset[Hashable]:
        if not isinstance(value, list):
            raise ValueError(f"{shown(value)} is not a list")
        return frozenset(self.of.key(element) for element in value)

    def same(self, got: Json, gold: Json) -> bool:
        return self.key(gold) == self.given(got)

    def given(self, got: Json) -> frozenset[Hashable]:
        """What a reply gave. What stands for nothing, or is not a list at all, is a value unlike any other."""
        if isinstance(got, list):
            return frozenset(self._given(element) for element in got)
        return frozenset() if got is None else frozenset([("unread", canonical(got))])

    def _given(self, element: Json) -> Hashable:
        try:
            return self.of.key(element)
        except ValueError:
            return "unread", canonical(element)


def comparators(given: Json) -> dict[str, Comparator]:
    """The comparators of fields by name, as a plan writes them. Raises ValueError."""
    if not isinstance(given, dict):
        raise ValueError(f'option "compare": {given!r} is not a mapping of fields to comparators')
    found = {}
    for name, written in given.items():
        try:
            found[name] = comparator(written)
        except ValueError as error:
            raise ValueError(f'option "compare", field "{name}": {error}') from None
    return found


def comparator(written: Json) -> Comparator:
    """`date`, or `{date: {dayfirst: true}}`. Raises ValueError."""
    given = {written: {}} if isinstance(written, str) else written
    if not isinstance(given, dict) or len(given) != 1:
        raise ValueError(f"{written!r} is not a comparator; write its name, or {{name: {{option: value}}}}")
    [(name, options)] = given.items()
    if name not in _KINDS:
        raise ValueError(f'unknown comparator "{name}"{nearest(name, _KINDS)}')
    return _KINDS[name](options)


def _exact(options: Json) -> Comparator:
    _mapping(options, ())
    return Alike()


def _text(options: Json) -> Comparator:
    given = _mapping(options, ("ignore_case", "ignore_space"))
    return Text(ignore_case=flag(given, "ignore_case", True), ignore_space=flag(given, "ignore_space", True))


def _number(options: Json) -> Comparator:
    given = _mapping(options, ("tolerance", "relative_tolerance"))
    return Number(tolerance=amount(given, "tolerance"), relative_tolerance=amount(given, "relative_tolerance"))


def _date(options: Json) -> Comparator:
    given = _mapping(options, ("dayfirst",))
    return Date(dayfirst=flag(given, "dayfirst", False) if "dayfirst" in given else None)


def _set(options: Json) -> Comparator:
    """What stands in a set's braces is how its elements compare."""
    of = comparator(options) if options else Alike()
    if isinstance(of, Set) or (isinstance(of, Number) and (of.tolerance or of.relative_tolerance)):
        raise ValueError("the elements of a set are neither sets nor numbers with a tolerance")
    return Set(of=of)


_KINDS = {"exact": _exact, "text": _text, "number": _number, "date": _date, "set": _set}


def _mapping(options: Json, known: Collection[str]) -> dict[str, Json]:
    if not isinstance(options, dict):
        raise ValueError(f"{options!r} is not a mapping of options")
    refuse_unknown(options, known)
    return options


def _same_key(comparator: Comparator, got: Json, gold: Json) -> bool:
    wanted = comparator.key(gold)
    try:
        return comparator.key(got) == wanted
    except ValueError:
        return False


def _worth(found: Json) -> Fraction:
    if isinstance(found, int | float) and not isinstance(found, bool):
        return exact(found)
    worth = value(tidy(found).strip()) if isinstance(found, str) and len(found) <= _LONGEST else None
    if worth is None:
        raise ValueError(f"{shown(found)} is not one number")
    return worth


def _number_key(worth: Fraction) -> Hashable:
    """As a text: numbers can be chosen so that all have one hash, texts cannot."""
    return "number", str(worth)


def _unquoted(value: Json) -> Json:
    """A text that spells a number or a truth value, as that value."""
    if isinstance(value, str) and _SCALAR.fullmatch(plain := value.strip().lower()):
        unquoted: Json = json.loads(plain)
        return unquoted
    return value


def _normal(text: str, *, case: bool, space: bool) -> str:
    text = " ".join(text.split()) if space else text
    return text.casefold() if case else text
