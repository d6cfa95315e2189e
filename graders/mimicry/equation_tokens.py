r"""Arithmetic as models write it, cut into tokens: plain text, Markdown and LaTeX in one stream.

What may stand between the parts of a sum without changing it (currency, delimiters, a calculator's annotation) is
dropped. Whatever makes a sum unreadable (a variable, a function, a time, a number in a doubtful spelling) is a token
of its own, so that a reader can give up rather than guess.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from graders.mimicry.sources import worth_of

Kind = Literal["number", "op", "open", "close", "percent", "relation", "word", "unknown", "line", "end"]

LONGEST = 40  # digits of what is still read as a number
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SIGNS = {
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "✕": "*",
    "∗": "*",
    "x": "*",
    "X": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "＋": "+",
}
_COMMANDS = {"times": "*", "cdot": "*", "ast": "*", "div": "/"}
_SPOKEN = {"plus": "+", "minus": "-", "times": "*", "multiplied": "*", "divided": "/"}
_SILENT = re.compile("left|right|(?:display|text)style|boxed|math(?:bf|rm|it)|text(?:bf|it)?|bf|rm|[dt]?frac")
_APART = re.compile(r"q?quad|implies|[Rr]ightarrow|to|therefore|because|begin|end|item|[()\[\]\\]")

_TOKEN = re.compile(
    r"""
    (?P<skip> <<[^<>\n]{0,200}+>> | \\[!,;:\ $] | [&$€£¥₹`\x00\u200b-\u200f\u2060\ufeff]
            | \b(?:Rs|USD|EUR|GBP|US)\b\.? )
  | (?P<named> \\(?:text|mathrm|textbf|mathbf|textit|mathit|mbox) [ ]? \{ [^{}\d\\\n]{0,100}+ \} (?: \^ \{?\d\}? )?+ )
  | (?P<degree> \^ [ ]? (?: \{ [ ]? \\circ [ ]? \} | \\circ(?![a-zA-Z]) ) | ° )
  | (?P<short> \\[dt]?frac [ ]? \d [ ]? [1-9] )
  | (?P<odd> \d++ (?: \.\d++ ){2,}+ | \d++:\d[\d:]*+ | \#[ ]?\d++ | \.{3,}+ | (?<=[\d)])! )
  | (?P<number> (?: \d{1,3}+ (?: (?: , | \{,\} | \\[,!] | ,\\! | [\u00a0\u202f\u2009'’] ) \d{3} (?!\d) )++ | \d++ )
                (?: \.\d++ )?+ (?: [eE][-+]?\d{1,3}+ (?![\w.]) )?+
              | \.\d++ )
  | (?P<percent> \\?% )
  | (?P<relation> ={1,3}+ (?!>) | [≈≃] | \\(?:approx|simeq) (?![a-zA-Z]) )
  | (?P<comparison> [<>!:≠≤≥⇒→]++ =?+ >?+ | =++> )
  | (?P<power> \*\* )
  | (?P<op> [-+*/^×·⋅∙✕∗÷−–＋]
          | (?<=[\d)\]}%]) [xX] (?=[ ]?[\d$€£]) | (?<=[ ]) [xX] (?= [ ][\d($€£\\] | \d ) )
  | (?P<open> [(\[{] )
  | (?P<close> [)\]}] )
  | (?P<command> \\ (?: [a-zA-Z]++ | . ) )
  | (?P<word> [^\W\d_]\w*+ (?: ['’-][^\W\d_]\w*+ )*+ (?: \^ \{?\d\}? )?+ )
  | (?P<line> \n\s*+ )
  | (?P<space> [^\S\n]++ )
  | (?P<other> . )
    """,
    re.VERBOSE,
)
_ALIKE: dict[str, Kind] = {
    "open": "open",
    "close": "close",
    "percent": "percent",
    "odd": "unknown",
    "comparison": "end",
}
_OPERAND = re.compile(  # "4 times 3", not "4 times a day"; "10 divided by 2/3" is not ten halves over three
    r"[ ]{1,2}[-($€£\\]?[\d.(\\$] | [ ]by[ ]{1,2}[($€£\\]? \d{1,20}+ (?:[.,]\d{1,20}+)?+ (?![ ]?/)", re.VERBOSE
)
_MARKER = re.compile(r"(?:[^\S\n]*+(?:>|[-*•+]|\(?\d{1,3}[.)]|\#{1,6})[ \t]++)++")  # what a line of a list begins with


@dataclass(frozen=True, slots=True)
class Token:
    """A part of an expression, and whether space stands before it. A number has its worth and the decimals it shows."""

    kind: Kind
    text: str
    start: int
    end: int
    spaced: bool
    worth: Fraction = Fraction(0)
    decimals: int = 0


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text in order, in linear time; an `end` token closes them."""
    spaced = True
    for match in _matches(text):
        made = _token(match, spaced)
        spaced = made is None and (spaced or match.lastgroup == "space" or "frac" in match[0])
        if made:
            yield made
    yield Token("end", "", len(text), len(text), True)


def _matches(text: str) -> Iterator[re.Match[str]]:
    place, fresh = 0, True
    while place < len(text):
        if fresh and (marker := _MARKER.match(text, place)):
            place = marker.end()
        match = _TOKEN.match(text, place)
        if match is None:
            return
        yield match
        place, fresh = match.end(), match.lastgroup == "line"


def _token(match: re.Match[str], spaced: bool) -> Token | None:
    """None for what says nothing in a sum."""
    group, text = match.lastgroup, match[0]
    kind = _ALIKE.get(group or "")
    if group in ("number", "short"):
        return _number(match, spaced)
    if group == "op":
        kind, text = "op", _SIGNS.get(text, text)
    elif group == "power":
        kind, text = "op" if _is_power(match) else None, "^"
    elif group == "relation":
        kind, text = "relation", "=" if text[0] == "=" else "≈"
    elif group == "word":
        return _word(match, spaced)
    elif group == "command":
        kind, text = _command(text[1:])
    elif group == "named":
        kind, text = "word", _named(text)
    elif group == "line":
        kind = "line" if text.count("\n") == 1 else "end"
    elif group == "other":
        kind = "unknown" if text in "_|√∑∫…" else "end"
    return kind and Token(kind, text, match.start(), match.end(), spaced)


def _number(match: re.Match[str], spaced: bool) -> Token:
    text, start, end = match[0], match.start(), match.end()
    if match.lastgroup == "short":
        digits = [int(c) for c in text if c.isdecimal()]
        return Token("number", text, start, end, spaced, Fraction(digits[0], digits[1]))
    plain = text if text.isdecimal() else re.sub(r"[^\d.eE+-]", "", text)
    after = match.string[end : end + 2]
    doubtful = (after[:1] in (",", "'", "’", "!") and after[1:].isdecimal()) or (
        len(plain) > 1 and plain[0] == "0" and plain[1] != "."
    )
    if doubtful or len(plain) > LONGEST or not plain.isascii():
        return Token("unknown", text, start, end, spaced)
    mantissa, _, exponent = plain.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return Token("number", text, start, end, spaced, worth_of(plain), decimals)


def _is_power(match: re.Match[str]) -> bool:
    """Whether `**` is a power rather than the mark of bold type: it has an operand on both sides, spaced alike."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    after = match.string[match.end() : match.end() + 2]
    if before[-1:].isspace() != after[:1].isspace():
        return False
    return before.strip()[-1:] in tuple("0123456789)]}") and after.strip()[:1] in tuple("0123456789([{-")


def _word(match: re.Match[str], spaced: bool) -> Token:
    text, start, end = match[0].lower(), match.start(), match.end()
    if text in _SPOKEN and _OPERAND.match(match.string, end):
        return Token("op", _SPOKEN[text], start, end, spaced)
    if text == "equals":
        return Token("relation", "=", start, end, spaced)
    if text == "percent":
        return Token("percent", "%", start, end, spaced)
    if text in _SCALES:
        return Token("word", text, start, end, spaced, Fraction(_SCALES[text]))
    return Token("word", text, start, end, spaced)


def _named(text: str) -> str:
    """The unit in a LaTeX `text{ km}`; of several words none."""
    inside = text[text.index("{") + 1 : text.index("}")].strip()
    return inside.lower() if inside.isalpha() and len(inside) > 1 else "text"


def _command(name: str) -> tuple[Kind | None, str]:
    if _SILENT.fullmatch(name):
        return None, name
    if name in _COMMANDS:
        return "op", _COMMANDS[name]
    if _APART.fullmatch(name):
        return ("line" if name == "\\" else "end"), name
    return "unknown", name
