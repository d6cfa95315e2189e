r"""The number that a reply commits to, compared exactly.

A reply may reason first, and restates its result at the end far more often than at the start. What counts is the last
number after the last answer marker, or else the last number of the text. Where that is not one plain number (a list
such as "4,8", a range, a sum left open) the reply is wrong rather than read in its favour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from graders.markers import after_last, marker
from graders.numerals import last_two, plain, tidy, value
from graders.options import amount, exact, refuse_unknown
from graders.reading import answers, no_answer, no_reply, right, short, wrong
from graders.reading import gold as gold
from harness.protocols import Grader
from harness.records import Json, Judgement, Response, Sample

version = "1"
needs_target = True

OPTIONS = ("marker", "tolerance", "relative_tolerance")
# "answer is" counts where a number follows on its line: "I hope this answer is helpful" says nothing.
MARKER = r"\\boxed\s{0,3}\{|####|^[ \t>*_#]{0,12}A:|\b(?:answer|total)\b[\s*_]{0,5}(?:[:=]|is\b(?=[^\n\d]{0,60}\d))"


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
        if silent := no_reply(response):
            return silent
        found = self._read(response.text)
        if found is None:
            return no_answer(response, "no number where the answer should be")
        if not answers(response, marked=found.marked, closed=found.closed):
            return no_answer(response, f"{short(found.text)!r} may not be the whole answer")
        if found.worth is None:
            return wrong(found.text, f"{short(found.text)!r} is not one number; expected {plain(gold)}")
        answer = plain(found.worth)
        if abs(found.worth - gold) <= max(self.tolerance, self.relative_tolerance * abs(gold)):
            return right(answer, f"{answer} for {plain(gold)}")
        return wrong(answer, f"{answer} is not {plain(gold)}")

    def _gold(self, target: Json) -> Fraction:
        if isinstance(target, int | float) and not isinstance(target, bool) and isfinite(target):
            return exact(target)
        if not isinstance(target, str):
            raise ValueError(f"target {short(repr(target))} is neither a number nor a text that holds one")
        found = self._read(target)
        if found is None or found.worth is None:
            raise ValueError(f"target {short(repr(target))} holds no number that can be read")
        if not (found.marked or found.alone):
            raise ValueError(f"target {short(repr(target))} holds several numbers and no marker of its answer")
        return found.worth

    def _read(self, text: str) -> Found | None:
        region = after_last(self.marker, text)
        boxed = region is not None and region.closed
        read = tidy(text if region is None else region.text)
        if boxed:
            read = read.rpartition("=")[2]
        numerals = last_two(read)
        if not numerals:
            return None
        last, alone = numerals[-1], len(numerals) == 1
        if boxed and not alone:  # "2u - 14" in a box is neither 2 nor 14
            return Found(text=read.strip(), worth=None, marked=True, closed=True, alone=False)
        closed = boxed or "\n" in read[last.end() :]
        return Found(text=last[0], worth=value(last[0]), marked=region is not None, closed=closed, alone=alone)


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    return Number(
        marker=marker(options, MARKER),
        tolerance=amount(options, "tolerance"),
        relative_tolerance=amount(options, "relative_tolerance"),
    )
