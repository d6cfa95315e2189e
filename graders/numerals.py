r"""Numbers as people and models write them, read exactly.

A numeral is found with all that is tied to it, so that "4,8", "15-18", "2 * 9" and "\sqrt{5}" are each one thing that
is not a plain number, rather than an 8, an 18, a 9 and a 5.
"""

import re
from collections import deque
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from unicodedata import normalize

_LONGEST = 300  # characters of what is still read as one number
_SCALES = (
    {"k": 10**3, "hundred": 10**2, "thousand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7, "billion": 10**9}
    | {"trillion": 10**12, "mio": 10**6, "mln": 10**6, "mrd": 10**9, "bn": 10**9}
    | dict.fromkeys(("tausend", "mille", "千"), 10**3)
    | dict.fromkeys(("万", "萬"), 10**4)
    | dict.fromkeys(("millions", "millionen", "millón", "millones"), 10**6)
    | dict.fromkeys(("亿", "億"), 10**8)
    | dict.fromkeys(("milliard", "milliards", "milliarde", "milliarden"), 10**9)
    | dict.fromkeys(("billionen", "billones"), 10**12)
)
_DOUBTFUL = ("mil",)  # a thousand in Spanish, a million in English
_WORDS = sorted({*_SCALES, *_DOUBTFUL} - {"k"}, key=lambda word: (-len(word), word))
_SCALE = rf"(?:(?:{'|'.join(word for word in _WORDS if len(word) > 1)})\b|[万萬亿億]|千(?![克米瓦]))"

_CURRENCY = r"(?:(?:US|R)?[$€£¥₹₩₽]|(?<![A-Z])(?:USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|Rs\.?))[ ]?"
_ITEM = rf"""
    (?: (?<![A-Z]) [A-Z] [ ]{{0,2}} [-+*/×÷·^±] [ ]{{0,2}} \{{? )?      # a variable: "n + 5" is not 5
    (?: (?<![\w)\]%]) [-+] )?                            # a sign, not a dash between two things
    (?: {_CURRENCY} [-+]? )?
    (?: \\?sqrt[ ]?[{{(] | √ )?
    (?: (?<![^\W_]) | (?<=\dx) | (?<=USD|EUR|GBP|CHF|JPY|CNY|RMB|INR) | (?<=Rs) )    # not the 2 of "m2"
    (?: (?<!\.)\.(?=\d) )?                               # nor the dots of "...5"
    \d++ (?: [.,]\d++ )*+ (?: e[-+]?\d++ (?!\w) )?
    (?: (?: [ -]{{0,2}} {_SCALE} )++ | k\b )?
    [\u2070\u00b9\u00b2\u00b3\u2074-\u2079]*+ (?: [ ]?(?: \\pi | π | √ | \\sqrt ) )?
    (?: [ ]?% )?
"""
_JOIN = r"(?: [ \t]{0,2} (?: [-+*/×÷·^±x] | \*\* ) [ \t]{0,2} \{? | : | [ ](?=\d{1,9}/\d) )"
_NUMERAL = re.compile(rf"{_ITEM} (?: {_JOIN} {_ITEM} )*+", re.VERBOSE | re.IGNORECASE)

_TRIMMINGS = re.compile(rf"{_CURRENCY}|[ ]?%$", re.IGNORECASE)
_DECIMAL = re.compile(
    rf"([-+]?(?=\.?\d)(?:[1-9]\d{{0,2}}(?:,\d{{3}})+|\d*)(?:\.\d+)?(?:e[-+]?\d{{1,3}})?)((?:[ -]{{0,2}}{_SCALE})*|k)"
)
_CONTINENTAL = re.compile(r"([-+]?[1-9]\d{0,2}(?:(?:\.\d{3})+(?=,)|(?:\.\d{3}){2,}))(?:,(\d+))?")  # not 1.234
_QUOTIENT = re.compile(r"([-+]?)(?:(\d+) )?(\d+)/(\d+)")
_POWER = re.compile(r"(?:([-+]?\d+(?:\.\d+)?) ?[x×*·] ?)?10(?:\^|\*\*)\{?([-+]?\d{1,3})")

_SIGNS = str.maketrans("\u2212\u2013\ufe63\u066b\u066c", "---.,")
_GAP = r"\{,\}|\\[,!]|,\\!|[\u00a0\u202f\u2009'\u2019_~ ]"
_GROUPS = re.compile(  # from the first group only, or else a long run would be tried from each of its groups
    rf"(?<![\d.,])(?<!\d[\s'\u2019_~])(?<!\{{,\}})(?<!\\!)([1-9]\d{{0,2}}({_GAP})\d{{3}}(?:\2\d{{3}})*+)(,\d++)?(?![\d'/])"
)
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_PLAINLY = (
    (re.compile(r"\\([$%])"), r"\1"),
    (re.compile(r"\\(?:text|math|operatorname|mbox)(?:bf|it|rm|sf)?[ ]?\{([^{}\n]{0,200})\}"), r"\1"),
    (re.compile(r"\\[,;: ]|[\u00a0\u202f\u2009~]"), " "),
    (re.compile(r"\\times\b"), "×"),
    (re.compile(r"\\cdot\b"), "·"),
    (re.compile(r"(?<=\d)(?=\\[dt]?frac\b)"), " "),
    (re.compile(r"\\[dt]?frac\{(-?\d{1,99})\}\{(\d{1,99})\}"), r"\1/\2"),
    (re.compile(r"\\[dt]?frac[ ]?(\d)[ ]?(\d)"), r"\1/\2"),
    (re.compile(r"\n[ \t]{0,8}\d{1,2}[.)][ \t]{1,4}(?=[^\s\d])"), "\n"),  # the "2." of a list
    (re.compile(r"(?<=[A-Za-z}])[ ]?\^\{?[-+]?\d{1,3}\}?"), ""),  # cm^2, x^2: no number of its own
    (re.compile(rf"(?<=\d)(?:\*\*|\$|\\\))[ ](?={_SCALE})", re.IGNORECASE), " "),  # **5** million is not 5
)
_WIDE = Context(prec=5 * _LONGEST, traps=[Inexact])


def tidy(text: str) -> str:
    """The text with LaTeX and typographic spellings of numbers made plain, and without the numbers of list items."""
    text = _GROUPS.sub(_ungrouped, text.translate(_SIGNS))
    for pattern, plainly in _PLAINLY:
        text = pattern.sub(plainly, text)
    if text.isascii():
        return text
    text = re.sub(r"(?<![\d.,])10([⁺⁻]?[⁰¹²³⁴-⁹]{1,3})(?![⁰¹²³⁴-⁹])", lambda m: f"10^{m[1].translate(_POWERS)}", text)
    return re.sub(r"(\d?)[ ]?([¼-¾⅐-⅞])", lambda m: f"{m[1]} {normalize('NFKC', m[2])}".replace("\u2044", "/"), text)


def _ungrouped(match: re.Match[str]) -> str:
    """1'234 without its gaps. A comma after gaps that are no commas is a decimal comma."""
    digits, gap, rest = match[1], match[2], match[3] or ""
    if "," in gap or gap == r"\!":
        return digits.replace(gap, ",") + rest
    return digits.replace(gap, "") + rest.replace(",", ".")


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
            if scale not in _SCALES:
                return None
            worth *= _SCALES[scale]
        return worth
    if match := _CONTINENTAL.fullmatch(text):
        return Fraction(f"{match[1].replace('.', '')}.{match[2] or 0}")
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
