"""Typing errors and another case: what people send, which changes nothing of what they ask.

The gold is certain because numbers, names and every word of the answer are left alone, and because the request is plain
prose that does not ask about its own wording.
"""

import re
from collections.abc import Callable, Iterator
from random import Random

from harness.records import Sample
from suites.stress.making import Abstained, gold_number, prose, texts_of
from suites.stress.numbers import WORDS

_LONG = re.compile(r"(?<![\w'\u2019-])[a-z]{6,15}(?![\w'\u2019-])")
_SYMBOL = re.compile(r"\b(?![IA]\b)[A-Z]\b|\b\w*[a-z0-9][A-Z]\w*|\d[^\W\d_]|\d [^\W\d_]\b|\b[A-Z]{2,}\b")
# Words of which an exchange of two inner letters makes another English word: the pairs among the 200,000 most frequent
# words, misspellings, names and spellings of the same word (`meters`, `metres`) left out.
_TWINS = (
    "ailment aliment angels angles balding barely barked barking barley basest basset belated blading bleated braked "
    "braking brunet bugler bugles bulger bulges burnet calves carted carter carters cartes carting carved carven "
    "carver carves carving carvings casual casually causal causally claves compiled compiles complaint compliant "
    "complied complies concerted concreted coroner coroners crated crater craters crates crating craved craven craver "
    "craves craving cravings creeps crepes crooner crooners curtesy curtsey dairies diaries direst discreetly "
    "discretely driest farmed farmer farmers farming filers fliers forward framed framer framers framing froward "
    "garter garters gilded gilder gilding glided glider gliding grater graters infarction infarctions infraction "
    "infractions luminaires luminaries mangels mangles mantels mantles marital martial minuets minutes parties "
    "pasties patios patois patsies percept perfect perfects perform performed performing performs pervious plaint "
    "pliant pluses praties precept prefect prefects preform preformed preforming preforms previous pulses realtor "
    "regarded regarding regraded regrading relator retired retires retried retries rogues rouges sacred saliva salted "
    "salter salters salting salver salves salvia satins scared scarper scarps scraper scraps sherds shreds shrieks "
    "shrikes signed signer signers signing silver silvered silvers singed singer singers singing slated slater "
    "slaters slating slaver slaves sliver slivered slivers soldier solider spiers spires stains steels steles stirps "
    "strips thickest thickset tilted tilting timbers timbres titled titling trailed trailing trails trialed trialing "
    "trials united unites untied unties"
)


def typos(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    """One to three long words with two neighbouring inner letters exchanged."""
    request = prose(sample)
    if isinstance(request, Abstained):
        return request
    spared = {*_TWINS.split(), *WORDS, *_words(" ".join([*texts_of(sample.target), *sample.choices]))}
    words = _words(request.text)
    places = [m for m in _LONG.finditer(request.text) if m[0] not in spared and _swaps(m[0], words)]
    if not places:
        return Abstained("without a long word that may be misspelt")

    def drafts() -> Iterator[Sample]:
        while True:
            text = request.text
            for match in sorted(rng.sample(places, min(len(places), rng.randint(1, 3))), key=lambda m: -m.start()):
                text = text[: match.start()] + rng.choice(_swaps(match[0], words)) + text[match.end() :]
            yield request.instead(sample, text)

    return drafts()


def casing(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    """All small letters, all capitals, or every word with a capital."""
    request = prose(sample)
    if isinstance(request, Abstained):
        return request
    if gold_number(sample.target) is None and not sample.choices:
        return Abstained("whose answer may have to keep the case of the prompt")
    if _SYMBOL.search(request.text):
        return Abstained("with abbreviations or symbols whose case may tell something")
    ways: list[Callable[[str], str]] = [str.lower, str.upper, _titled]
    return iter([request.instead(sample, way(request.text)) for way in rng.sample(ways, len(ways))])


def _swaps(word: str, words: set[str]) -> list[str]:
    """The word with two neighbouring inner letters exchanged, where that makes no other word of the prompt."""
    made = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 2)]
    return [m for m in made if m != word and m not in words and m not in _TWINS.split() and m not in WORDS]


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]+", text)}


def _titled(text: str) -> str:
    return re.sub(r"(?<![\w'\u2019])[a-z]", lambda match: match[0].upper(), text)
