"""The numbers of a text with every value that they may have: `1.200` is 1200 or 1.2, `12%` is 12 or 0.12.

Signs, units and currencies are not read: what a number counts is not compared.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from graders.support_words import (
    BEFORE_COUNTED,
    COUNTED,
    DOUBTFUL_NUMBERS,
    ENGLISH_NUMBERS,
    FRENCH_NUMBERS,
    GERMAN_NUMBERS,
    HINTS,
    fold,
    one_of,
    spelled_number,
)

Amount = tuple[Fraction, Fraction]  # a value, and how far off it may be because it was rounded

_LONGEST = 40  # digits of what is still read as a number
_LETTER = r"A-Za-z\u00c0-\u024f"
_SCALES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("k", "thousand", "tausend", "mille", "tsd"), (10**3,)),
    **dict.fromkeys(("hundred", "hundert"), (10**2,)),
    **dict.fromkeys(("mn", "mio", "million", "millions", "millionen"), (10**6,)),
    **dict.fromkeys(("bn", "mrd", "milliard", "milliarde", "milliarden", "milliards"), (10**9,)),
    **dict.fromkeys(("billion", "billions", "billionen"), (10**9, 10**12)),
    **dict.fromkeys(("trillion", "trillions"), (10**12, 10**18)),
    **dict.fromkeys(("dozen", "dutzend", "douzaines"), (12,)),
    "m": (10**6, 1),
    "b": (10**9, 1),
}
_HUNDREDTHS = ("cent", "cents", "pence")
_LETTERS_OF_SCALES = "[kKmMbB]"
_SCALE_WORDS = one_of(word for word in _SCALES if len(word) > 1)
_NUMERAL = re.compile(
    rf"""
    (?<![{_LETTER}_\d]) (?<![\d\x00][.,]) (?<!\d['’]) (?:Q(?=[1-4]\b))?
    (?P<money> [$€£¥] [ ]? )?
    (?P<digits> \d{{1,3}} (?P<group>[.,'’ \u00a0\u202f\u2009]) \d{{3}} (?: (?P=group)\d{{3}} )*+ (?!\d)
                (?: [.,]\d{{1,40}}+ )?
              | \d++ (?: [.,]\d++ )? )
    (?P<exponent> [eE][-+]?\d{{1,2}}(?!\w) )?
    (?P<vulgar> [½¼¾] )?
    (?: (?P<ordinal> (?:st|nd|rd|th|er|e|ème|eme)\b | (?<=\d)\.(?=[ ][^\W\d_]) )
      | (?P<letter> {_LETTERS_OF_SCALES}(?![{_LETTER}\d]) | [ \u00a0][kM](?=[€$£]) )
      | [ \u00a0-]?(?P<scale> {_SCALE_WORDS})\b(?:(?<=io|rd|sd)\.)? )?
    (?P<percent> [ \u00a0]? (?: % | ‰ | per[ ]?cent\b | prozent\b | pour[ ]cent\b | pct\b | percentage[ ]point ) )?
    (?P<currency> [ \u00a0]? (?: [$€£¥] | (?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|franken|cents?|pence)\b ) )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_VERSION = re.compile(r"(?<![\w.])(?:(?!\d{1,3}(?:\.\d{3})+(?![.\d]))\d{1,9}(?:\.\d{1,9}){2,9}+(?!\.?\d)|\d{41,200}+)")
_VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])\d{1,12},(?:\d{1,2}|\d{4,6})(?![\d,.]\d|\d)")

_FRENCH = one_of({word.partition("-")[0] for word in FRENCH_NUMBERS} | {"vingts"})
_ENGLISH = one_of(ENGLISH_NUMBERS.split())
_WORDED = re.compile(
    rf"""(?<![\w-]) (?: {_ENGLISH} (?: (?:[ -]|[ ]and[ ]) {_ENGLISH}\b ){{0,12}}+
       | {_FRENCH} (?: [ -](?:et[ -])? (?:{_FRENCH}|cents)\b ){{0,5}}+ ) (?![\w-])""",
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(rf"[{_LETTER}]{{2,40}}+")
_FRACTION = re.compile(r"[.,]\d+\Z")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_HEDGE = re.compile(
    r"""(?:\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|over|than|under|some|circa|ca\.?|rund|etwa
        |ungefähr|knapp|fast|über|als|environ|près[ ]de|plus[ ]de|presque|close[ ]to)|[~≈<>]) [ ]? [$€£¥]? \s? \Z""",
    re.VERBOSE | re.IGNORECASE,
)
_ITEM = re.compile(  # the number of an item: of a list, a heading, a citation, or a step
    r"""^[ \t>*_#|-]{0,12}\(?\d{1,3}(?:\.\d{1,2}){0,3}(?:[.)]{1,2}(?=\s|[*_])|(?<=\d)[ \t]*:)
      | ^[ \t]{0,4}\#{1,6}[ ]\d{1,2}(?:\.\d{1,2}){0,3}\b
      | \[\^?\d{1,3}(?:,[ ]?\d{1,3}){0,5}\] | (?<!\w)\(\d{1,2}\)(?=\s[^\W\d_])
      | \b(?:step|point|option|note|reason|item|answer|question|schritt|punkt|étape)[ ]\#?\d{1,2}\b""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number of a text. `year`: it has the shape of one. `telling`: it has a unit or more digits than a count."""

    start: int
    end: int
    amounts: tuple[Amount, ...]
    year: bool = False
    ordinal: bool = False
    telling: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True)
class _Written:
    """A number as it is written; `readings`: decimal numbers that its digits may mean."""

    readings: tuple[str, ...]
    scale: str
    exponent: int
    vulgar: str | None
    hundredths: bool
    hedged: bool


def find(text: str) -> Iterator[Numeral]:
    """Every number in digits or in words, each with all its readings; in order of kind, not of place."""
    comma = _DECIMAL_COMMA.search(text) is not None
    for match in _NUMERAL.finditer(text):
        if len(match["digits"]) <= _LONGEST:
            yield _numeral(match, text, comma)
    for match in _WORDED.finditer(text):
        yield from _worded(match)
    for match in _WORD.finditer(text):
        number = GERMAN_NUMBERS.get(fold(match[0]))
        if number is not None:
            yield _whole(match.start(), match.end(), number)


def hints(text: str) -> Iterator[Fraction]:
    """Values that the words of a source stand for: "half" is 50 of a hundred."""
    for match in _WORD.finditer(text):
        yield from map(Fraction, HINTS.get(fold(match[0]), ()))


def without_items(text: str) -> str:
    """The text, as long as before, with the numbers of list items and the like blanked out."""
    return _ITEM.sub(lambda m: " " * len(m[0]), text)


def versions(text: str) -> Iterator[re.Match[str]]:
    """Numbers with several dots: versions, sections, addresses; compared as they are written."""
    return _VERSION.finditer(text)


def counts_only(numeral: Numeral, text: str) -> bool:
    """Whether a number of a reply says nothing that a source could support: 0, 1, or how many points follow."""
    value = numeral.amounts[0][0]
    if numeral.words and fold(text[numeral.start : numeral.end]) in DOUBTFUL_NUMBERS:
        return True
    if numeral.telling or numeral.year:
        return False
    if value in (0, 1):
        return True
    if value > 10 or value.denominator > 1:
        return False
    before = fold(text[max(0, numeral.start - 20) : numeral.start]).split()[-1:]
    after = fold(text[numeral.end : numeral.end + 40]).split()[:2]
    counted = any(word.strip(".,:;*-") in COUNTED for word in after)
    return counted or (numeral.words and (after[:1] == ["of"] or bool(set(before) & BEFORE_COUNTED)))


def _numeral(match: re.Match[str], text: str, comma: bool) -> Numeral:
    digits, scale = match["digits"], (match["letter"] or match["scale"] or "").strip()
    written = _Written(
        readings=_readings(digits, match["group"], comma),
        scale=scale if scale in ("m", "b") else scale.lower(),
        exponent=int(match["exponent"][1:]) if match["exponent"] else 0,
        vulgar=match["vulgar"],
        hundredths=match["percent"] is not None or (match["currency"] or "").strip().lower() in _HUNDREDTHS,
        hedged=_HEDGE.search(text, max(0, match.start() - 24), match.start()) is not None,
    )
    return Numeral(
        start=match.start(),
        end=match.start() + len(match[0].rstrip()),
        amounts=_amounts(written),
        year=digits == match[0].strip() and _YEAR.fullmatch(digits) is not None,
        ordinal=match["ordinal"] is not None,
        telling=any(match.group("money", "percent", "currency", "scale", "letter", "vulgar")),
    )


@lru_cache(maxsize=1 << 14)
def _amounts(written: _Written) -> tuple[Amount, ...]:
    scales = _SCALES[written.scale.lower()] if written.scale else (1,)
    if written.scale in ("m", "b"):  # five metres rather than five million, but who knows
        scales = (1, *scales)
    amounts: list[Amount] = []
    for digits in written.readings:
        value = Fraction(digits) + _VULGAR.get(written.vulgar or "", 0)
        slack = _slack(digits, written.hedged)
        for scale in dict.fromkeys(scales):
            times = scale * Fraction(10) ** written.exponent
            amounts.append((value * times, slack * times))
    if written.hundredths:
        amounts += [(value / 100, slack / 100) for value, slack in amounts]
    return tuple(dict.fromkeys(amounts))


def _readings(digits: str, group: str | None, comma: bool) -> tuple[str, ...]:
    """The decimal numbers that digits with separators may mean, the likeliest first."""
    if not group:
        return (digits.replace(",", "."),)
    end = _FRACTION.search(digits)
    if end and end[0][0] != group:  # 1,234.56
        return (re.sub(r"\D", "", digits[: end.start()]) + "." + end[0][1:],)
    whole, decimal = re.sub(r"\D", "", digits), digits.replace(group, ".")
    if group not in ".," or digits.count(group) > 1:
        return (whole,)
    if digits.startswith("0"):
        return (decimal,)
    if comma:
        return whole, decimal
    return (decimal, whole) if group == "." else (whole,)


def _slack(digits: str, hedged: bool) -> Fraction:
    """Half of the last digit shown. One digit is no rounded number unless the reply says "about"."""
    whole, _, decimals = digits.partition(".")
    shown = len((whole + decimals).lstrip("0"))
    if shown < 2 and not hedged:
        return Fraction(0)
    unit = Fraction(1, 10 ** len(decimals))
    if hedged and not decimals:
        unit *= 10 ** (len(whole) - len(whole.rstrip("0"))) if whole.strip("0") else 1
    return unit / 2


def _worded(match: re.Match[str]) -> Iterator[Numeral]:
    number = spelled_number(match[0])
    if number is not None:
        yield _whole(match.start(), match.end(), number)
        return
    for word in _WORD.finditer(match.string, match.start(), match.end()):
        number = spelled_number(word[0])
        if number is not None:
            yield _whole(word.start(), word.end(), number)


def _whole(start: int, end: int, number: int) -> Numeral:
    return Numeral(start=start, end=end, amounts=((Fraction(number), Fraction(0)),), words=True)
