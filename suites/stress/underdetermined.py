"""Requests that cannot be answered any more: a premise missing, or given in two ways. The right answer says so.

The gold is certain because the solution shows that the answer depends on that one number: it stands once in the prompt,
the solution uses it, and every other number of the prompt is used as well, so that nothing is left to infer it from.
Of two numbers, one must be as possible as the other: where only one leaves whole eggs, or more than nothing, the
request can be answered after all. So by either the results have the same shape, as those of `renumber` have.
The request says how to tell that it cannot be determined, so that grader `label` can judge the answer.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

from harness.records import Sample
from suites.stress.flow import Flow, read_flow
from suites.stress.making import Abstained
from suites.stress.renumber import first_other, other
from suites.stress.sentences import split

TRIES = 300  # draws of another number
UNDETERMINED = "undetermined"
HINT = f'If the answer cannot be determined from this, say "{UNDETERMINED}" and nothing else.'


def missing_premise(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    """A sentence with a needed number, and no other number, left out."""
    flow = read_flow(sample)
    if isinstance(flow, Abstained):
        return flow
    texts = [_without(flow, index, rng) for index in flow.free]
    found = [text for text in texts if text is not None]
    if not found:
        return Abstained("without a sentence that tells one needed number and nothing else in numbers")
    return iter([_unanswerable(sample, text) for text in rng.sample(found, len(found))])


def ambiguous(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    """A needed number given as one of two."""
    flow = read_flow(sample)
    if isinstance(flow, Abstained):
        return flow
    texts = [_in_two_ways(flow, index, rng) for index in flow.free]
    found = [text for text in texts if text is not None]
    if not found:
        return Abstained("with no number that could as well be another")
    return iter([_unanswerable(sample, text) for text in rng.sample(found, len(found))])


def _without(flow: Flow, index: int, rng: Random) -> str | None:
    text, numeral = flow.text, flow.numbers.numerals[index]
    if "\n" in text.strip() or not _matters(flow, index, first_other(numeral, rng)):
        return None
    at = 0
    for sentence in (sentences := split(text)):
        start = text.index(sentence, at)
        at = start + len(sentence)
        if start <= numeral.start < at:
            digits = sum(c.isdigit() for c in sentence)
            alone = digits == sum(c.isdigit() for c in numeral.text)
            kept = [s for s in sentences if s is not sentence]
            return " ".join(kept) if alone and kept and not sentence.endswith("?") else None
    return None


def _in_two_ways(flow: Flow, index: int, rng: Random) -> str | None:
    numeral = flow.numbers.numerals[index]
    second = _as_possible(flow, index, rng)
    if second is None:
        return None
    low, high = sorted((numeral.text, second), key=_value)
    before = flow.text[numeral.start - 1 : numeral.start] if numeral.start else ""
    sign = before if before in "$€£" else ""
    percent = "%" if flow.text[numeral.end : numeral.end + 1] == "%" else ""
    start = numeral.start - len(sign)
    return f"{flow.text[:start]}either {sign}{low}{percent} or {sign}{high}{flow.text[numeral.end :]}"


def _matters(flow: Flow, index: int, text: str | None) -> bool:
    """Whether the gold would be another with this text in the numeral's place."""
    results = None if text is None else flow.results(_with(flow, index, text))
    return results is not None and results[-1] != flow.equations[-1].result


def _as_possible(flow: Flow, index: int, rng: Random) -> str | None:
    """Another text for the numeral, by which the gold is another and every result keeps its shape; None without one."""
    numeral = flow.numbers.numerals[index]
    for text in dict.fromkeys(other(numeral, rng) for _ in range(TRIES)):
        results = flow.alike_results(_with(flow, index, text))
        if results is not None and results[-1] != flow.equations[-1].result:
            return text
    return None


def _with(flow: Flow, index: int, text: str) -> list[Fraction]:
    """The values of the prompt's numerals with this text in one's place."""
    return [_value(text) if at == index else value for at, value in enumerate(flow.base)]


def _value(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def _unanswerable(sample: Sample, text: str) -> Sample:
    messages = tuple(replace(m, content=f"{text}\n\n{HINT}") if m.role == "user" else m for m in sample.messages)
    return replace(
        sample,
        messages=messages,
        target=UNDETERMINED,
        target_source="computed",
        choices=(UNDETERMINED,),
        grader="label",
        solution=None,
    )
