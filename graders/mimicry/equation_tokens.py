r"""Arithmetic as models write it, cut into tokens: plain text, Markdown and LaTeX in one stream.

What may stand between the parts of a sum without changing it (currency, delimiters, thin spaces, a calculator's
annotation) is dropped, words after a number are its unit, and whatever makes a sum unreadable for us (a variable, a
function, a time, a number in another spelling) is a token of its own, so that a reader can give up rather than guess.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["number", "op", "open", "close", "percent", "relation", "word", "unknown", "line", "end"]

_DIGITS = 40  # of what is still read as a number
_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SPOKEN = {"plus": "+", "minus": "-", "times": "*", "equals": "=", "equal": "="}
_OPS = str.maketrans("×·⋅∙✕÷−–xX\u2217\uff0b\uff0d", "*****/--**" + "*+-")
_COMMANDS = {"times": "*", "cdot": "*", "ast": "*", "div": "/", "approx": "≈", "simeq": "≈", "lbrack": "(", "rbrack": ")"}
_SILENT = frozenset(
    "left right displaystyle textstyle boxed fbox mathbf textbf text mathrm mathit textit bf rm bigl bigr Bigl Bigr big Big".split()
)
_BREAKS = frozenset("quad qquad implies Rightarrow rightarrow to therefore because le ge leq geq ne neq iff begin end".split())

_TOKEN = re.compile(
    r"""
    (?P<skip> <<[^<>\n]{0,200}+>> | \\[()!,;:\ $] | [&$€£¥₹`] | (?<![\d)}\]])(?:\*\*?|_) (?=[\d($€£\\]) (?<!\d\ ) )
  | (?P<named> \\(?:text|mathrm|textbf|mathbf|textit|mathit|operatorname|mbox) [ ]?\{ [^{}\d\\\n]{0,100}+ \} )
  | (?P<short> \\[dt]?frac [ ]? (?P<top>\d) [ ]? (?P<bottom>\d) )
  | (?P<fraction> \\[dt]?frac [ ]? (?=\{) )
  | (?P<degree> \^ [ ]? (?: \{ [ ]? \\circ [ ]? \} | \\circ(?![a-zA-Z]) ) | ° )
  | (?P<odd> \d++ (?: \.\d++ ){2,}+ | \d++:\d[\d:]*+ | \#[ ]?\d++ | \.{3,}+ | … )
  | (?P<number> (?: \d{1,3}+ (?: (?: , | \{,\} | \\[,!] | ,\\! | [\u00a0\u202f\u2009] ) \d{3} (?!\d) )++ | \d++ )
                (?: \.\d++ )?+ (?: [eE][-+]?\d{1,3}+ (?![\w.]) )?+ | \.\d++ )
  | (?P<percent> \\?% )
  | (?P<power> \*\* )
  | (?P<nothing> [<>!:≠≤≥⇒→]=? >? | == > | =>  )
  | (?P<relation> === | == | = | ≈ | ≃ )
  | (?P<op> [-+*/^×·⋅∙✕÷−–\u2217\uff0b\uff0d]
          | (?<=[\d)\]}%])[xX](?=[ ]?[\d$€£]) | (?<=[ ])[xX](?=[ ][\d($€£\\]) | (?<=[ ])[xX](?=\d) )
  | (?P<open> [(\[{] ) | (?P<close> [)\]}] )
  | (?P<command> \\ (?: [a-zA-Z]++ | . ) )
  | (?P<word> [^\W\d_]\w*+ (?: ['’-][^\W\d_]\w*+ )*+ )
  | (?P<line> \n\s*+ )
  | (?P<space> [^\S\n]++ )
  | (?P<other> . )
    """,
    re.VERBOSE,
)
_MARKER = re.compile(r"(?:[^\S\n]*+(?:>|[-*•]|\(?\d{1,3}[.)]|\#{1,6})[ \t]++)++")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of an expression. A number has its worth and the decimals that it shows (negative: whole tens)."""

    kind: Kind
    text: str
    start: int
    end: int
    worth: Fraction = Fraction(0)
    decimals: int = 0
    spaced: bool = False

    @property
    def plainly(self) -> bool:
        """Whether it is a whole number below 1,000 in plain digits."""
        return self.text.isdecimal() and len(self.text) < 4


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, in order and in linear time; `spaced` if space stands before one."""
    fractions: list[str] = []
    spaced, last = True, ""
    for match in _of_lines(text):
        kind, start, end = match.lastgroup or "other", match.start(), match.end()
        if kind == "bottom":
            kind = "short"
        if kind in ("space", "skip"):
            spaced = spaced or kind == "space"
            continue
        for made in _made(kind, match, fractions, last):
            yield Token(made[0], made[1], start, end, made[2], made[3], spaced)
            spaced = False
        last, spaced = kind, kind == "line"
    yield Token("end", "", len(text), len(text))


def _of_lines(text: str) -> Iterator[re.Match[str]]:
    """Matches one after another, without the bullets and numbers that lines begin with."""
    place = _after_marker(text, 0)
    while match := _TOKEN.match(text, place):
        yield match
        place = match.end()
        if match.lastgroup == "line":
            place = _after_marker(text, place)


def _after_marker(text: str, place: int) -> int:
    match = _MARKER.match(text, place)
    return match.end() if match else place


Made = tuple[Kind, str, Fraction, int]
_NONE = Fraction(0)


def _made(kind: str, match: re.Match[str], fractions: list[str], last: str) -> Iterator[Made]:
    text = match[0]
    if kind == "number":
        yield _number(text)
    elif kind == "op":
        yield "op", text.translate(_OPS), _NONE, 0
    elif kind == "power":
        tight = match.string[match.end() : match.end() + 1]
        before = match.string[match.start() - 1 : match.start()]
        if before.isspace() == tight.isspace() and (before.isspace() or (before + tight)[-1:] in "0123456789(-"):
            yield "op", "^", _NONE, 0
    elif kind == "relation":
        yield "relation", "≈" if text in "≈≃" else "=", _NONE, 0
    elif kind == "short":
        if last in ("number", "close"):
            yield "unknown", text, _NONE, 0
        yield "open", "(", _NONE, 0
        yield "number", match["top"], Fraction(match["top"]), 0
        yield "op", "/", _NONE, 0
        yield "number", match["bottom"], Fraction(match["bottom"]), 0
        yield "close", ")", _NONE, 0
    elif kind == "fraction":
        if last in ("number", "close"):
            yield "unknown", text, _NONE, 0
        yield "open", "(", _NONE, 0
        fractions.append("awaited")
    elif kind in ("open", "close"):
        yield from _bracket(text, fractions, match)
    elif kind == "command":
        yield _command(text[1:])
    elif kind == "word":
        yield _word(text)
    elif kind == "named":
        yield "word", "text", _NONE, 0
    elif kind == "line":
        yield "line" if text.count("\n") == 1 else "end", text, _NONE, 0
    elif kind == "percent":
        yield "percent", "%", _NONE, 0
    elif kind in ("odd", "other") and text not in ".,;\"“”?'’":
        yield "unknown" if text in "_|√π∑∫!" or kind == "odd" else "end", text, _NONE, 0
    elif kind != "degree":
        yield "end", text, _NONE, 0
