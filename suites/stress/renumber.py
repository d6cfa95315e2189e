"""Other numbers in the prompt, and the gold worked out again by the equations of its solution.

A model that knows how to answer does so for any numbers; one that remembers the answer, or the usual numbers, does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count
from random import Random

from harness.records import Sample
from suites.stress.flow import Flow, read_flow
from suites.stress.making import Abstained, Asked, answer_of
from suites.stress.numbers import Numeral

TRIES = 1500  # draws of a whole set of numbers


def renumber(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    """Digits stay as many, trailing zeros zeros, whole results whole, and all values in the same order."""
    flow = read_flow(sample)
    if isinstance(flow, Abstained):
        return flow
    return _drafts(sample, flow, rng)


def _drafts(sample: Sample, flow: Flow, rng: Random) -> Iterator[Sample]:
    old = flow.equations[-1].result
    for texts, values in _draws(flow, rng):
        results = flow.alike_results(values)
        if results is not None and results[-1] != old:
            solution = flow.solution(values, results)
            changed = replace(
                sample,
                target=answer_of(sample, results[-1], solution),
                target_source="computed",
                solution=solution if sample.solution is not None else None,
            )
            yield Asked(flow.text).instead(changed, flow.prompt(texts))


def _draws(flow: Flow, rng: Random) -> Iterator[tuple[dict[int, str], Sequence[Fraction]]]:
    """New texts of the free numerals, and the values of all."""
    for _ in range(TRIES):
        texts = {index: other(flow.numbers.numerals[index], rng) for index in flow.free}
        values = list(flow.base)
        for index, text in texts.items():
            values[index] = Fraction(text.replace(",", ""))
        yield texts, values


def other(numeral: Numeral, rng: Random) -> str:
    """A number between half and twice this one, with as many digits, and zeros where it ends in zeros."""
    digits = numeral.text.replace(",", "").replace(".", "").lstrip("0")
    units, step = int(digits), 10 ** (len(digits) - len(digits.rstrip("0")))
    most = min(2 * units, 10 ** len(digits) - 1, *([numeral.most * 10**numeral.decimals] if numeral.most else []))
    least = max(units // 2, 10 ** (len(digits) - 1), 3 if not numeral.decimals else 1)
    low, high = -(-least // step), most // step
    return numeral.like(rng.randint(low, max(low, high)) * step)


def first_other(numeral: Numeral, rng: Random) -> str | None:
    """One that differs from it, where there is any."""
    drawn = (other(numeral, rng) for _ in count())
    return next((text for text, _ in zip(drawn, range(50), strict=False) if text != numeral.text), None)
