"""A sentence with a number that has nothing to do with the matter.

The gold is certain because the sentence speaks of things that occur nowhere in the prompt, and because the question
asks for one number of what is told.
"""

import re
from collections.abc import Iterator
from random import Random

from harness.records import Sample
from suites.stress.making import Abstained, gold_number
from suites.stress.sentences import story

# Each with the words that must not occur in the prompt.
SENTENCES = (
    ("The clock on the town hall is {n} years old.", "clock town hall old age"),
    ("A lighthouse far away has {n} steps.", "lighthouse step steps stairs"),
    ("The nearest mountain is {n} meters high.", "mountain mountains hill high height meter meters tall"),
    ("An opera singer in another city knows {n} songs.", "opera singer song songs city music"),
    ("The museum next door shows {n} old maps.", "museum map maps old picture pictures door"),
    ("A submarine in the harbor weighs {n} tons.", "submarine harbor ship boat weight weigh weighs ton tons heavy"),
    ("The dictionary on the shelf has {n} pages.", "dictionary shelf page pages book books read reads"),
    ("Somebody's uncle once met {n} ambassadors.", "uncle ambassador ambassadors people met"),
)
_WORD = re.compile(r"[^\W\d_]+")
_EVERYTHING = re.compile(r"\b(?:numbers?|everything|altogether|anything|things?|objects?|items?)\b", re.IGNORECASE)


def distractor(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    found = story(sample)
    if isinstance(found, Abstained):
        return found
    if gold_number(sample.target) is None:
        return Abstained("whose target is no single number")
    if _EVERYTHING.search(found.question):
        return Abstained("whose question may ask about everything that is said")
    words = {word.lower() for word in _WORD.findall(found.request.text)}
    apart = [sentence for sentence, about in SENTENCES if words.isdisjoint(about.split())]
    if not apart:
        return Abstained("that touch on every irrelevant matter at hand")

    def drafts() -> Iterator[Sample]:
        while True:
            told = list(found.told)
            told.insert(rng.randint(1, len(told)), rng.choice(apart).format(n=rng.randint(11, 99)))
            yield found.request.instead(sample, " ".join([*told, found.question]))

    return drafts()
