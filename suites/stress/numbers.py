"""The numbers of a prompt: which of them stand there once and plainly, and which must stay as they are.

Only a number that is written in digits, stands alone and is not part of a date, a time, a fraction or a name may be
changed. Everything else that has a value (number words, `1/2`, `5:30`, `7-Eleven`, `10-year-old`) is fixed: it is
not changed in the prompt, and neither is any number of the same value in the solution.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_CHUNK = re.compile(r"\S++")
_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})++|\d{1,12})(?:\.\d{1,6})?")
_PARTS = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_WORD = re.compile(r"[^\W\d_]+")
_BEFORE, _AFTER = "$€£([\"'\u201c\u2018", ".,;:!?)]\"'\u201d\u2019"

_F = Fraction
_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_ORDINALS = "third fourth fifth sixth seventh eighth ninth tenth"
_TENS = "thirty forty fifty sixty seventy eighty ninety hundred"
# What a word may bring into a calculation though it is no digit. All of it is kept as it is.
WORDS: dict[str, tuple[Fraction, ...]] = {
    **{word: (_F(n),) for n, word in enumerate(_CARDINALS.split())},
    **{word: (_F(10 * n),) for n, word in enumerate(_TENS.split(), 3)},
    **{form: (_F(n), _F(1, n)) for n, word in enumerate(_ORDINALS.split(), 3) for form in (word, f"{word}s")},
    **dict.fromkeys(("half", "halves", "halved"), (_F(2), _F(1, 2), _F(50))),
    **dict.fromkeys(("quarter", "quarters"), (_F(4), _F(1, 4), _F(25))),
    **dict.fromkeys(("twice", "double", "doubles", "doubled", "pair", "pairs", "couple", "both", "average"), (_F(2),)),
    **dict.fromkeys(("thrice", "triple", "triples", "tripled", "yard", "yards"), (_F(3),)),
    **dict.fromkeys(("dozen", "dozens", "foot", "feet", "inch", "inches", "month", "months", "monthly"), (_F(12),)),
    **dict.fromkeys(("hour", "hours", "hourly", "minute", "minutes", "second", "seconds"), (_F(60),)),
    **dict.fromkeys(("day", "days", "daily"), (_F(24), _F(7))),
    **dict.fromkeys(("week", "weeks", "weekly"), (_F(7), _F(52))),
    **dict.fromkeys(("year", "years", "yearly", "annual", "annually"), (_F(12), _F(52), _F(365))),
    **dict.fromkeys(("cent", "cents", "percent", "percentage"), (_F(100), _F(1, 100), _F(1))),
    **dict.fromkeys(("square", "squares", "rectangle", "rectangular", "perimeter"), (_F(2), _F(4))),
    **dict.fromkeys(("triangle", "triangular", "triangles"), (_F(3), _F(2))),
    **dict.fromkeys(("weekend", "weekends"), (_F(2),)),
    **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), (_F(5),)),
    **dict.fromkeys(("decade", "decades", "dime", "dimes"), (_F(10),)),
    **dict.fromkeys(("nickel", "nickels"), (_F(5),)),
    **dict.fromkeys(("thousand", "thousands", "kilometer", "kilometers", "kilogram", "kilograms"), (_F(1000),)),
}
_ALWAYS = (_F(0), _F(1), _F(2))  # too ordinary to be told from a count that nobody wrote down
_MOST = {"%": 100, "percent": 100, "hour": 24, "hours": 24, "minute": 60, "minutes": 60, "month": 12, "months": 12}
_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec"
)
_CLOCK = frozenset(("am", "pm", "a", "p", "o", "noon", "bc", "ad", "million", "billion", "hundred", "thousand"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """A number in digits, from `start` to `end` in the prompt. `most` bounds what it may become (percent, hours)."""

    start: int
    end: int
    text: str
    percent: bool
    most: int | None

    @property
    def value(self) -> Fraction:
        return Fraction(self.text.replace(",", ""))

    @property
    def decimals(self) -> int:
        return len(self.text.partition(".")[2])

    def like(self, units: int) -> str:
        """So many of its last decimal place, written as it is written."""
        digits = f"{units:0{self.decimals + 1}d}"
        whole, rest = (digits[: -self.decimals], digits[-self.decimals :]) if self.decimals else (digits, "")
        whole = f"{int(whole):,}" if "," in self.text else whole
        return f"{whole}.{rest}" if rest else whole


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numerals of a prompt in order, and every other value that it holds or suggests."""

    numerals: tuple[Numeral, ...]
    fixed: frozenset[Fraction]

    def unsure(self) -> frozenset[int]:
        """The indices of numerals whose value is not theirs alone."""
        count = Counter(numeral.value for numeral in self.numerals)
        return frozenset(i for i, n in enumerate(self.numerals) if n.value in self.fixed or count[n.value] > 1)


def read_numbers(text: str) -> Numbers:
    numerals: list[Numeral] = []
    fixed = [*_ALWAYS]
    for match in (m for m in _CHUNK.finditer(text) if any(c.isdigit() for c in m[0])):
        found = _numeral(text, match.start(), match.end())
        if found is None:
            fixed += _values(match[0])
        else:
            numerals.append(found)
            fixed += [found.value] if _is_a_date(text, found) else []
    for word in _WORD.findall(text):
        fixed += WORDS.get(word.lower(), ())
    if "%" in text:
        fixed += WORDS["percent"]
    return Numbers(tuple(numerals), frozenset(fixed))


def _numeral(text: str, start: int, end: int) -> Numeral | None:
    while start < end and text[start] in _BEFORE:
        start += 1
    while end > start and text[end - 1] in _AFTER:
        end -= 1
    percent = text[end - 1 : end] == "%"
    end -= percent
    if not _PLAIN.fullmatch(text, start, end):
        return None
    unit = "%" if percent else _word_after(text, end)
    most = _MOST.get(unit)
    value = Fraction(text[start:end].replace(",", ""))
    bound = most if most is not None and value <= most else None
    return Numeral(start=start, end=end, text=text[start:end], percent=unit in ("%", "percent"), most=bound)


def _values(chunk: str) -> Iterator[Fraction]:
    parts = [Fraction(part) for part in _PARTS.findall(chunk)]
    yield from parts
    yield from (a / b for a, b in zip(parts, parts[1:], strict=False) if b)


def _is_a_date(text: str, numeral: Numeral) -> bool:
    """Whether it may be a year, a day of a month, a time of day, or counts in millions."""
    year = numeral.text.isdecimal() and 1500 <= numeral.value <= 2200
    before = _WORD.findall(text[max(0, numeral.start - 20) : numeral.start])
    return year or _word_after(text, numeral.end) in _CLOCK or bool(before and before[-1].lower() in _MONTHS.split())


def _word_after(text: str, at: int) -> str:
    found = _WORD.match(text, at + 1) if text[at : at + 1].isspace() else None
    return found[0].lower() if found else ""
