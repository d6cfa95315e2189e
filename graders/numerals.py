r"""Numbers as people and models write them, read exactly.

A numeral is found with all that is tied to it, so that "4,8", "15-18", "2 * 9" and "\sqrt{5}" are each one thing that
is not a plain number, rather than an 8, an 18, a 9 and a 5.
"""

import re
from collections import deque
from decimal import Context, Decimal, Inexact
from fractions import Fraction

_LONGEST = 300  # characters of what is still read as one number
_SCALES = {"k": 10**3, "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALE = "(?:hundred|thousand|million|billion|trillion)"

_CURRENCY = r"(?:(?:US)?[$€£¥₹]|(?<![A-Z])(?:USD|EUR|GBP|Rs\.?))[ ]?"
_ITEM = rf"""
    (?: (?<![A-Z]) [A-Z] [ ]{{0,2}} [-+*/×÷·^±] [ ]{{0,2}} \{{? )?      # a variable: "n + 5" is not 5
    (?: (?<![\w)\]%]) [-+] )?                            # a sign, not a dash between two things
    (?: {_CURRENCY} [-+]? )?
    (?: \\?sqrt[ ]?[{{(] | √ )?
    (?: (?<![^\W_]) | (?<=\dx) | (?<=USD|EUR|GBP) | (?<=Rs) )    # not the 2 of "m2"
    (?: (?<!\.)\.(?=\d) )?                               # nor the dots of "...5"
    \d++ (?: [.,]\d++ )*+ (?: e[-+]?\d++ (?!\w) )?
    (?: (?: [ ]? {_SCALE}\b )++ | k\b )?
    [\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u00bc-\u00be\u2150-\u215e]*+ (?: [ ]?(?: \\pi | π | √ | \\sqrt ) )?
    (?: [ ]?% )?
"""
_JOIN = r"(?: [ \t]{0,2} (?: [-+*/×÷·^±x] | \*\* ) [ \t]{0,2} \{? | : | [ ](?=\d{1,9}/\d) )"
_NUMERAL = re.compile(rf"{_ITEM} (?: {_JOIN} {_ITEM} )*+", re.VERBOSE | re.IGNORECASE)

_TRIMMINGS = re.compile(rf"{_CURRENCY}|[ ]?%$", re.IGNORECASE)
_DECIMAL = re.compile(
    rf"([-+]?(?=\.?\d)(?:[1-9]\d{{0,2}}(?:,\d{{3}})+|\d*)(?:\.\d+)?(?:e[-+]?\d{{1,3}})?)((?: ?{_SCALE})*|k)"
)
_QUOTIENT = re.compile(r"([-+]?)(?:(\d+) )?(\d+)/(\d+)")
_POWER = re.compile(r"(?:([-+]?\d+(?:\.\d+)?) ?[x×*·] ?)?10(?:\^|\*\*)\{?([-+]?\d{1,3})")

_SIGNS = str.maketrans("\u2212\u2013\uff0d\ufe63", "----")
_PLAINLY = (
    (re.compile(r"\\([$%])"), r"\1"),
    (re.compile(r"(?<=\d)(?:\{,\}|\\[,!]|,\\!|[\u00a0\u202f\u2009])(?=\d{3}(?!\d))"), ","),
    (re.compile(r"\\times\b"), "×"),
    (re.compile(r"\\cdot\b"), "·"),
    (re.compile(r"(?<=\d)(?=\\[dt]?frac\b)"), " "),
    (re.compile(r"\\[dt]?frac\{(-?\d{1,99})\}\{(\d{1,99})\}"), r"\1/\2"),
    (re.compile(r"\n[ \t]{0,8}\d{1,2}[.)][ \t]{1,4}(?=[^\s\d])"), "\n"),  # the "2." of a list
    (re.compile(r"(?<=[A-Za-z}])[ ]?\^\{?[-+]?\d{1,3}\}?"), ""),  # cm^2, x^2: no number of its own
)
_WIDE = Context(prec=5 * _LONGEST, traps=[Inexact])


def tidy(text: str) -> str:
    """The text with LaTeX and typographic spellings of numbers made plain, and without the numbers of list items."""
    text = text.translate(_SIGNS)
    for pattern, plainly in _PLAINLY:
        text = pattern.sub(plainly, text)
    return text


def last_two(text: str) -> list[re.Match[str]]:
    """The last numerals of a tidy text, two at most: whether there is more than one is all that callers ask."""
    return list(deque(_NUMERAL.finditer(text), maxlen=2))


def value(numeral: str) -> Fraction | None:
    """What a numeral is worth, or None if it is not one plain number (a quotient of integers is one)."""
    if len(numeral) > _LONGEST:
        return None
    text = _TRIMMINGS.sub("", numeral.lower())
    if match := _DECIMAL.fullmatch(text):
        worth = Fraction(match[1].replace(",", ""))
        for scale in re.findall(rf"{_SCALE}|k", match[2]):
            worth *= _SCALES[scale]
        return worth
    if (match := _QUOTIENT.fullmatch(text)) and int(match[4]):
        return (int(match[2] or 0) + Fraction(int(match[3]), int(match[4]))) * (-1 if match[1] == "-" else 1)
    if match := _POWER.fullmatch(text):
        return Fraction(match[1] or 1) * Fraction(10) ** int(match[2])
    return None


def plain(worth: Fraction) -> str:
    """The number without exponent or separators: `2.5`, or `1/3` where no decimal is exact."""
    try:
        return format(_WIDE.divide(Decimal(worth.numerator), Decimal(worth.denominator)).normalize(_WIDE), "f")
    except Inexact:
        return str(worth)
