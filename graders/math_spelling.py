r"""How an answer is spelled: what people type beside LaTeX (½, x², √5, 1 234, twenty-one), as LaTeX for a parser."""

import re
from collections.abc import Callable

from graders.characters import one_spelling

_WRAPPINGS = (
    ("**", "**"),
    ("__", "__"),
    ("$$", "$$"),
    ("$", "$"),
    (r"\(", r"\)"),
    (r"\[", r"\]"),
    ('"', '"'),
    ("`", "`"),
)
_ENDING = re.compile(r"(?:[.,;:]|\\\\|\\[,;!]|\\(?=\s)|\s|~)+\Z")
_SIGNS = {
    "\u2212": "-",
    "\u2013": "-",
    "\u00d7": r"\times ",
    "\u22c5": r"\cdot ",
    "\u00b7": r"\cdot ",
    "\u00f7": "/",
    "\u221e": r"\infty ",
    "\u03c0": r"\pi ",
    "\u20ac": "",
    "\u00a3": "",
    "\u00a5": "",
    "\u20b9": "",
    "\u03b8": r"\theta ",
    "\u2264": r"\le ",
    "\u2265": r"\ge ",
    "\u2260": r"\ne ",
    "\u222a": r"\cup ",
    "\u2229": r"\cap ",
    "\u2208": r"\in ",
    "\u2205": r"\emptyset ",
    "\u00b1": r"\pm ",
    "\u00b0": r"^\circ ",
}
Rewrite = Callable[[re.Match[str]], str]
_TYPED: tuple[tuple[re.Pattern[str], Rewrite], ...] = (
    (re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u207b]+"), lambda m: f"^{{{one_spelling(m[0])}}}"),
    (
        re.compile("[\u00bc-\u00be\u2150-\u215e]"),
        lambda m: r"\frac{{{}}}{{{}}}".format(*one_spelling(m[0]).split("\u2044")),
    ),
    (re.compile(r"\u221a\s?\(([^()]{1,200})\)|\u221a\s?(\w{1,40})"), lambda m: rf"\sqrt{{{m[1] or m[2]}}}"),
    (re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|(?<=\d)\^\{?\\(?:text|mathrm|textrm)\{(?:st|nd|rd|th)\}\}?"), lambda m: " "),
    (re.compile(r"\\math(?:rm|it|bf|sf)\{([A-Za-z])\}"), lambda m: f" {m[1]}"),
    (re.compile(r"(?<![\\A-Za-z])pi(?![A-Za-z])"), lambda m: r"\pi "),
    (re.compile(r"(?<![\\A-Za-z])infinity(?![A-Za-z])", re.IGNORECASE), lambda m: r"\infty "),
    (re.compile(r"(?<=\d)(?:\\[,!;: ]|~|[\u00a0\u202f\u2009])(?=\d{3}(?!\d))"), lambda m: ","),
)
_GROUPS = re.compile(r"-?[1-9]\d{0,2}(?: \d{3})+(?:\.\d+)?")
_MIXED = re.compile(r"(-?)(\d{1,9}) (\d{1,9})/(\d{1,9})")
_DECIMAL_COMMA = re.compile(r"-?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+)")
_TEXT = re.compile(r"\\(?:text|textbf|textrm|textit|mathrm|mathbf|mbox|operatorname)\s{0,3}\{([^{}]*)\}")
_SPACES = re.compile(r"\\(?:left|right)(?![a-z])|\\[ ,;!]|[\s$~]+")
_NAME = re.compile(r"[^\W\d_]{3,40}(?:[ '-][^\W\d_]{1,40}){0,5}")
_FUNCTION = re.compile(r"\b(?:(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?|log|ln|exp|sqrt|pi|infinity|min|max)\b", re.I)
_BASE = re.compile(r"\d_\{?(\d{1,2})\}?")

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORTH = {word: n for n, word in enumerate(_ONES.split())} | {w: 10 * n for n, w in enumerate(_TENS.split(), 2)}
NUMBER_WORDS = "|".join(_WORTH)  # with which a number in words begins
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


def spelled(text: str) -> str:
    """An answer or a target in LaTeX, without what wraps it or belongs to the sentence."""
    text = unwrapped(text)
    if (number := in_words(text)) is not None:
        return str(number)
    for pattern, rewrite in _TYPED:
        text = pattern.sub(rewrite, text)
    text = unwrapped(one_spelling("".join(_SIGNS.get(sign, sign) for sign in text)))
    if _GROUPS.fullmatch(text):
        return text.replace(" ", "")
    if mixed := _MIXED.fullmatch(text):
        return rf"{mixed[1]}({mixed[2]}+\frac{{{mixed[3]}}}{{{mixed[4]}}})"
    return rf"\text{{{text}}}" if is_name(text) else text


def readings(text: str) -> list[str]:
    """How an answer may be read: `2,74` is two values, or one with a decimal comma."""
    text = spelled(text)
    return [text, text.replace(",", ".")] if _DECIMAL_COMMA.fullmatch(text) else [text]


def boxed(text: str) -> str:
    return rf"\boxed{{{text}}}"


def alike(one: str, other: str) -> bool:
    r"""Whether two answers are the same text, but for spacing, `\text` and `\left`."""
    return _folded(one) == _folded(other) != ""


def other_base(one: str, other: str) -> bool:
    """Whether two numbers name the bases that they are written in, and these differ; the library reads none."""
    bases = [_BASE.search(_folded(text)) for text in (one, other)]
    return len({base[1] for base in bases if base}) == 2


def is_name(text: str) -> bool:
    """Whether a text is a word or a few, none of them the name of a function."""
    return _NAME.fullmatch(text) is not None and not _FUNCTION.search(text) and in_words(text) is None


def is_word(text: str) -> bool:
    r"""Whether a target is a name or a few words, as in `\text{east}`."""
    return is_name(_TEXT.sub(r"\1", unwrapped(text)))


def in_words(text: str) -> int | None:
    """The whole number that English words spell: `twenty-one`, `One hundred and five`; None for anything else."""
    words = [word for word in re.split(r"[\s-]+", _TEXT.sub(r"\1", text).strip().lower()) if word != "and"]
    total = part = 0
    if not words or len(words) > 20 or not any(word in _WORTH for word in words[:1]):
        return None
    for word in words:
        if word in _WORTH and _fits(_WORTH[word], part):
            part += _WORTH[word]
        elif word == "hundred" and 0 < part < 10:
            part *= 100
        elif word in _SCALES and part:
            total, part = total + part * _SCALES[word], 0
        else:
            return None
    return total + part


def _fits(worth: int, part: int) -> bool:
    """Whether a word may follow: "twenty one" is a number, "one twenty" and "two three" are not."""
    return part == 0 or (part % 100 == 0) or (worth < 10 and worth > 0 and part % 100 >= 20 and part % 10 == 0)


def unwrapped(text: str) -> str:
    """Without bold, quotes, math delimiters and closing punctuation around the whole."""
    while True:
        before = text
        text = _ENDING.sub("", text).lstrip()
        for left, right in _WRAPPINGS:
            inner = text[len(left) : -len(right)]
            if text.startswith(left) and text.endswith(right) and inner.strip() and right not in inner:
                text = inner
        if text == before:
            return text


def _folded(text: str) -> str:
    return _SPACES.sub("", _TEXT.sub(r"\1", spelled(text)))
