"""The question first and what is told after it: the same sentences, so the same answer.

Sentences that tell something are not exchanged with one another: what happens first may matter. A template that knows
which of its parts may change places does more.
"""

import re
from collections.abc import Iterator
from random import Random

from harness.records import Sample
from suites.stress.making import Abstained
from suites.stress.sentences import story

_POINTS_BACK = re.compile(
    r"\b(?:this|that|these|those|such|then|above|now|following|former|latter|same|other|another|also|instead|after"
    r"|afterwards?|rest|so|it|its)\b",
    re.IGNORECASE,
)


def reorder_clauses(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    found = story(sample)
    if isinstance(found, Abstained):
        return found
    if _POINTS_BACK.search(found.question):
        return Abstained("whose question points back to what was said")
    text = " ".join([found.question, *found.told])
    return iter([found.request.instead(sample, text)])
