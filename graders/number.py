r"""The number that a reply commits to, compared exactly.

A reply may reason first, and restates its result at the end far more often than at the start. What counts is the last
number after the last answer marker, or else the last number of the text. Where that is not one plain number (a list
such as "4,8", a range, a sum left open) the reply is wrong rather than read in its favour. Words are a number only
where they are all that a marked line says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from graders.characters import visible
from graders.markers import ANSWER, IS, after_last, marker, untagged
from graders.math_spelling import NUMBER_WORDS, in_words
from graders.numerals import last_two, plain, tidy, value
from graders.options import amount, exact, refuse_unknown
from graders.reading import answers, no_answer, no_reply, right, short, spoken, wrong
from graders.reading import gold as gold
from harness.records import Json, Judgement, Response, Sample

version = "2"
needs_target = True

OPTIONS = ("marker", "tolerance", "relative_tolerance")
# "answer is" counts where a number follows on its line: "I hope this answer is helpful" says nothing.
MARKER = (
    r"\\boxed\s{0,3}\{|####|^[ \t>*_#]{0,12}A:|"
    rf"(?:{ANSWER}|\btotal\b)[\s*_\"']{{0,5}}(?:[:=]|{IS}(?=[^\n\d]{{0,60}}\d|[\s*_:]{{1,5}}(?:{NUMBER_WORDS})\b))"
)

LONGEST_WORDS = 200  # characters of a number in words

_LIST = re.compile(r"[\s*_$)\\]{0,6}(?:,|;|&|,?\s?\b(?:and|or|to|und|oder|bis|et|ou|y|o)\b)[\s*_$(\\]{0,6}")
_HEDGE = re.compile(r"[\s*_$)\\]{0,6},?\s?\b(?:or|oder|ou)\b[\s*_$(\\]{0,6}")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Found:
    """What a text ends on: a number, or something in its place (`worth` None). `alone`: no other number is near."""

    text: str
    worth: Fraction | None
    marked: bool
    closed: bool
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    marker: re.Pattern[str]
    tolerance: Fraction
    relative_tolerance: Fraction

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        gold = self._gold(sample.target)
        found = self.read(response)
        if isinstance(found, Judgement):
            return found
        if found.worth is None:
            return wrong(found.text, f"{short(found.text)!r} is not one number; expected {plain(gold)}")
        answer = plain(found.worth)
        if abs(found.worth - gold) <= max(self.tolerance, self.relative_tolerance * abs(gold)):
            return right(answer, f"{answer} for {plain(gold)}")
        return wrong(answer, f"{answer} is not {plain(gold)}")

    def read(self, response: Response) -> Found | Judgement:
        """What a reply answers, or the judgement of one that does not answer."""
        response = spoken(response)
        if silent := no_reply(response):
            return silent
        found = self._found(response.text)
        if found is None:
            return no_answer(response, "no number where the answer should be")
        if not answers(response, marked=found.marked, closed=found.closed):
            return no_answer(response, f"{short(found.text)!r} may not be the whole answer")
        return found

    def _gold(self, target: Json) -> Fraction:
        if isinstance(target, int | float) and not isinstance(target, bool) and isfinite(target):
            return exact(target)
        if not isinstance(target, str):
            raise ValueError(f"target {short(repr(target))} is neither a number nor a text that holds one")
        if (worth := value(tidy(visible(target)).strip())) is not None:
            return worth
        found = self._found(target)
        if found and not (found.marked or found.alone):
            raise ValueError(f"target {short(repr(target))} holds several numbers and no marker of its answer")
        if found is None or found.worth is None:
            raise ValueError(f"target {short(repr(target))} holds no number that can be read")
        return found.worth

    def _found(self, text: str) -> Found | None:
        text = untagged(visible(text))
        region = after_last(self.marker, text)
        boxed = region is not None and region.closed
        read = tidy(text if region is None else region.text)
        if boxed:
            read = read.rpartition("=")[2]
        numerals = last_two(read)
        if not numerals:
            return _in_words(region.text, closed=boxed) if region else None
        last, alone = numerals[-1], len(numerals) == 1
        if boxed and not alone:  # "2u - 14" in a box is neither 2 nor 14
            return Found(text=read.strip(), worth=None, marked=True, closed=True, alone=False)
        closed = boxed or "\n" in read[last.end() :]
        if not alone and _are_a_list(read, *numerals):
            several = read[numerals[0].start() : last.end()]
            return Found(text=several, worth=None, marked=region is not None, closed=closed, alone=False)
        return Found(text=last[0], worth=value(last[0]), marked=region is not None, closed=closed, alone=alone)


def make(options: Mapping[str, Json]) -> Number:
    refuse_unknown(options, OPTIONS)
    return Number(
        marker=marker(options, MARKER),
        tolerance=amount(options, "tolerance"),
        relative_tolerance=amount(options, "relative_tolerance"),
    )


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> str | None:
    """The number that a reply gives, without exponent or separators; None too where it gives several, or a sum."""
    found = make(options).read(response)
    if isinstance(found, Judgement) or found.worth is None:
        return None
    text = plain(found.worth)
    return text if value(text) == found.worth else None  # 1e999 is too long to be written out


def _are_a_list(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether two numbers are one answer of several: "5 or 7", or a line that begins "4, 8"."""
    if _HEDGE.fullmatch(text, one.end(), other.start()):
        return True
    line = text.rfind("\n", 0, one.start()) + 1
    between = _LIST.fullmatch(text, one.end(), other.start())
    return between is not None and "\n" not in between[0] and not _LETTER.search(text, line, one.start())


def _in_words(region: str, *, closed: bool) -> Found | None:
    """The number that the first line of a marked stretch spells, if it says nothing else."""
    line, newline, _ = region.strip(" \t\n*_:").partition("\n")
    number = in_words(line.strip(" \t*_.!$\"'")) if len(line) <= LONGEST_WORDS else None
    if number is None:
        return None
    worth = Fraction(number)
    return Found(text=line.strip(), worth=worth, marked=True, closed=closed or bool(newline), alone=True)
