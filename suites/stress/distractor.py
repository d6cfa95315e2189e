"""A sentence with a number that has nothing to do with the matter.

The gold is certain because the sentence speaks of things that occur nowhere in the prompt, because the question
asks for one number of what is told, and because no sentence that points back comes after it: "It has 14 cars" would
be said of the lighthouse.
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
    ("A volcano on a distant island erupted {n} times.", "volcano island islands erupted time times"),
    ("The museum next door shows {n} old maps.", "museum map maps old picture pictures door"),
    ("A submarine in the harbor weighs {n} tons.", "submarine harbor ship boat weight weigh weighs ton tons heavy"),
    ("The dictionary on the shelf has {n} pages.", "dictionary shelf page pages book books read reads"),
    ("A cathedral abroad has {n} windows.", "cathedral church window windows glass"),
)
_WORD = re.compile(r"[^\W\d_]+")
_EVERYTHING = re.compile(r"\b(?:numbers?|everything|altogether|anything|things?|objects?|items?)\b", re.IGNORECASE)
# A sentence that may speak of the one before it: by its first words, by `it` or `them` anywhere, or by a word left out.
_POINTS_BACK = re.compile(
    r"""^\W*(?:(?:and|but|so|or|if|when|while|since|because|after|before|once|of|in|for|to|from|at|on|with|by|only|about
    |the|as|then|later|finally|however|also|next|afterwards?)\W+){0,3}
    (?:he|she|it|they|him|her|his|hers|its|them|their|theirs|this|that|these|those|such|each|every|one|ones|both|all|some
    |many|most|none|any|several|few|neither|either|another|others?|rest|remain\w*|remainder|same|half|twice|two|three
    |four|five|six|first|second|third|last|latter|former|there|here|then|so|which|who|what|doing|later|after|afterwards?
    |however|also|next|finally|\d[\d,.]*%?\ of|\d[\d,.]*%?\ (?:are|is|were|was|have|has|had))\b
    |\b(?:it|its|they|them|their|theirs|this|these|those|such)\b
    |\bthat\ (?:many|much|number|amount)\b|\bthe\ (?:rest|remaining|remainder|same|others?)\b
    |\bhow\ (?:many|much)(?:\ more|\ fewer|\ less)?(?:\?|\ (?:is|are|was|were|do|does|did|will|would|can|could|should
    |has|have|had|in|left|altogether|total)\b)""",
    re.IGNORECASE | re.VERBOSE,
)


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
    sentences = (*found.told, found.question)
    places = [at for at in range(1, len(sentences)) if not _POINTS_BACK.search(sentences[at])]
    if not places:
        return Abstained("in which every sentence may point back to the one before it")

    def drafts() -> Iterator[Sample]:
        while True:
            at, aside = rng.choice(places), rng.choice(apart).format(n=rng.randint(11, 99))
            yield found.request.instead(sample, " ".join([*sentences[:at], aside, *sentences[at:]]))

    return drafts()
