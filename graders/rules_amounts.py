"""The amounts of a text: money, or any number.

Money is a number, in digits or words, with its currency beside it: "$1.2k", "1.200,50 €", "sixty dollars". Without a
currency only numbers in digits count, and none that are part of a date, a time, an address, a code or the numbering of
a list.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isfinite

from graders import support_dates as dates
from graders import support_numbers as numbers
from graders.options import exact
from graders.reading import one_spelling, short
from graders.support_claims import without_addresses, without_codes
from graders.support_numbers import Numeral
from harness.records import Json

_DOLLARS = frozenset(("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"))  # whichever the text means
_CODES = (*sorted(_DOLLARS), "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "SEK", "NOK", "DKK", "PLN", "BRL", "RUB", "KRW")
_MARKS: dict[str, frozenset[str]] = (
    {code.lower(): frozenset((code,)) for code in _CODES}
    | dict.fromkeys(("$", "dollar", "dollars", "buck", "bucks"), _DOLLARS)
    | dict.fromkeys(("us$",), frozenset(("USD",)))
    | dict.fromkeys(("r$",), frozenset(("BRL",)))
    | dict.fromkeys(("€", "euro", "euros"), frozenset(("EUR",)))
    | dict.fromkeys(("£", "pound", "pounds"), frozenset(("GBP",)))
    | dict.fromkeys(("¥", "元", "円"), frozenset(("JPY", "CNY")))
    | dict.fromkeys(("rmb", "yuan"), frozenset(("CNY",)))
    | dict.fromkeys(("yen",), frozenset(("JPY",)))
    | dict.fromkeys(("fr.", "sfr.", "franken", "francs"), frozenset(("CHF",)))
    | dict.fromkeys(("₹", "rs", "rs.", "rupee", "rupees"), frozenset(("INR",)))
    | dict.fromkeys(("kr", "kr."), frozenset(("SEK", "NOK", "DKK")))
    | dict.fromkeys(("₩",), frozenset(("KRW",)))
    | dict.fromkeys(("₽",), frozenset(("RUB",)))
    | dict.fromkeys(("zł",), frozenset(("PLN",)))
)
_HUNDREDTHS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("cent", "cents"), _DOLLARS | {"EUR"}),
    "pence": frozenset(("GBP",)),
    "rappen": frozenset(("CHF",)),
}
_EITHER = "|".join(sorted(map(re.escape, [*_MARKS, *_HUNDREDTHS]), key=len, reverse=True))
_NEAR = 12  # characters beside a number in which its currency stands
_BEFORE = re.compile(rf"(?<![^\W\d_])({_EITHER})[\s*_]{{0,4}}[-+]?\Z", re.IGNORECASE)
_AFTER = re.compile(  # but not "2024 $500"
    rf"(?:[.,]?[-–])?[\s*_-]{{0,4}}({_EITHER})(?![^\W\d_])(?![\s*_]{{0,4}}[-+]?\d)", re.IGNORECASE
)
_GLUED = re.compile(rf"(?<![^\W\d_])({'|'.join(_CODES)}|rs)(?=\d)", re.IGNORECASE)  # USD60
_DIGIT = re.compile(r"\d")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}(?!\d)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number without its sign, and the currencies that it may be in; none where no currency stands beside it."""

    worth: Fraction
    currencies: frozenset[str]
    end: int


@lru_cache(maxsize=4)
def amounts(text: str) -> tuple[Amount, ...]:
    """Every number of a text. Time is linear in its length."""
    text = _plain(text)
    found = {(n.start, n.end): amount for n in numbers.find(text) if (amount := _money(n, text))}
    for n in numbers.find(_without_other_numbers(text)):
        if not n.words and not n.ordinal and (n.start, n.end) not in found:
            found[n.start, n.end] = Amount(n.amounts[0][0], frozenset(), n.end)
    return tuple(found[place] for place in sorted(found))


def finished(text: str) -> tuple[Amount, ...]:
    """The amounts of a text that was cut off, but for one at its end, which may have become another."""
    end = len(_plain(text).rstrip())
    return tuple(amount for amount in amounts(text) if amount.end < end)


def limit(given: Json) -> Amount:
    """An amount as a plan writes it: 50 or "50 €". Raises ValueError."""
    if isinstance(given, int | float) and not isinstance(given, bool) and isfinite(given):
        return Amount(exact(given), frozenset(), 0)
    found = amounts(given) if isinstance(given, str) else ()
    if len(found) != 1 or not found[0].currencies:
        raise ValueError(f'{short(repr(given))} is not an amount, such as 50 or "50 €"')
    return found[0]


def differing(found: Iterable[Amount], allowed: Sequence[Amount]) -> Iterator[Amount]:
    """Those that are none of the allowed. Where these are money, only money is looked at."""
    money = any(one.currencies for one in allowed)
    for amount in found:
        if money and not amount.currencies:
            continue
        if not any(_equal(amount, one) for one in allowed):
            yield amount


def above(found: Iterable[Amount], most: Amount) -> Iterator[Amount]:
    """Those above a limit; where it is money, those that may be in its currency."""
    for amount in found:
        if amount.worth > most.worth and (not most.currencies or amount.currencies & most.currencies):
            yield amount


def _plain(text: str) -> str:
    return _GLUED.sub(r"\1 ", one_spelling(text))


def _money(n: Numeral, text: str) -> Amount | None:
    """The number with its currency, if it has one."""
    if n.ordinal:
        return None
    digits = [] if n.words else [m.start() for m in _DIGIT.finditer(text, n.start, n.end)]
    first, last = (digits[0], digits[-1] + 1) if digits else (n.start, n.end)
    before = _BEFORE.search(text, max(0, first - _NEAR), first) if digits else None
    within = _AFTER.search(text, last, n.end + _NEAR)
    after = within if within and within.start(1) < n.end else _AFTER.match(text, n.end)
    for mark in (before, after):
        if mark is not None:
            name = mark[1].lower()
            worth = _worth(n, text[first:last]) / (100 if name in _HUNDREDTHS else 1)
            return Amount(worth, _MARKS.get(name) or _HUNDREDTHS[name], max(n.end, mark.end()))
    return None


def _worth(n: Numeral, digits: str) -> Fraction:
    """Of money: "1.200 €" is no amount with three decimals, and "$5m" is no length."""
    readings = [worth for worth, _ in n.amounts]
    if len(readings) > 1 and _THOUSANDS.fullmatch(digits):
        return max(readings[:2])
    if len(readings) > 1 and readings[1] == readings[0] * 10**6:
        return readings[1]
    return readings[0]


def _without_other_numbers(text: str) -> str:
    """The text, as long as before, without the numbers that are part of something else."""
    return numbers.without_items(without_codes(dates.find(without_addresses(text)[1])[1])[2])


def _equal(one: Amount, other: Amount) -> bool:
    return one.worth == other.worth and (not other.currencies or bool(one.currencies & other.currencies))
