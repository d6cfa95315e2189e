"""Pairs either side of a limit: just within, and just beyond, with the opposite answer.

Only a template knows where its limit lies and what follows on either side; see `suites.stress.templates`.
"""

from collections.abc import Iterator
from random import Random

from harness.records import Sample
from suites.stress.making import Abstained, asked


def exception_pair(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    request = asked(sample)
    return request if isinstance(request, Abstained) else Abstained("not made by a template that knows their limits")
