"""Other people: first names exchanged for other first names, each everywhere alike.

Who does something does not change how much it is, unless the answer names the person or asks about the name itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

from harness.records import Sample
from suites.stress.making import Abstained, is_worked, prose, texts_of

# First names that are no English words, months or places, and of one sex: she and he stay who they are.
_SHE = (
    "Alice Amanda Amelia Amy Andrea Angela Anna Ava Barbara Betty Brenda Brittany Carla Caroline Catherine "
    "Christina Claire Cynthia Debbie Deborah Denise Diana Donna Doris Elena Elizabeth Ella Emily Emma Erica "
    "Evelyn Fatima Fiona Gina Gloria Hannah Heather Helen Ines Isabella Jane Janet Janice Jennifer Jenny Jessica "
    "Joan Judy Julia Julie Karen Katherine Kathy Katie Kimberly Laura Lauren Linda Lisa Lucy Maria Marie Martha "
    "Mary Megan Melanie Melissa Michelle Monica Nancy Natalie Nicole Nina Olivia Pamela Patricia Paula Rachel "
    "Rebecca Samantha Sandra Sara Sarah Sharon Shirley Sofia Sophia Sophie Stephanie Susan Tanya Teresa Tina "
    "Vanessa Veronica Wendy"
)
_HE = (
    "Aaron Adam Alan Albert Alejandro Andrew Anthony Antonio Arthur Benjamin Bob Brandon Brian Bruce Bryan Carlos "
    "Charles Christopher Daniel Dave David Dennis Derek Diego Donald Douglas Edward Eric Ethan Eugene Fernando "
    "Fred Gary George Gerald Greg Gregory Harold Harry Henry Howard Hugo Ian Ivan Jacob Jake James Jason Jeff "
    "Jeffrey Jeremy Jim Jimmy Joe John Johnny Jonathan Joseph Joshua Juan Justin Keith Kenneth Kevin Kyle Larry "
    "Liam Louis Lucas Luis Luke Marcus Mario Matthew Michael Miguel Mike Nathan Nicholas Noah Oliver Omar Pablo "
    "Patrick Paul Pedro Peter Philip Ralph Raymond Ricardo Richard Robert Roger Ronald Ryan Samuel Scott Sean "
    "Simon Stanley Stephen Steve Steven Thomas Tim Timothy Toby Tom Tommy Victor Vincent Walter Wayne William "
    "Zachary"
)
_WORD = re.compile(r"[^\W\d_]+")
_MORE = re.compile(r"[ ][A-Z][a-z]")  # a surname follows
_PLACE = re.compile(r"\b(?:St\.|Saint|San|Santa|Lake|Port|Fort|Mount|King|Queen|Prince|Princess|Pope|President)[ ]\Z")


def rename(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    request = prose(sample)
    if isinstance(request, Abstained):
        return request
    words = _WORD.findall(request.text)
    known = {*_SHE.split(), *_HE.split()}
    found = [name for name in dict.fromkeys(words) if name in known]
    if not found:
        return Abstained("without a first name that is known to be one")
    answer = [*([] if is_worked(sample.target) else texts_of(sample.target)), *sample.choices]
    if any(name in _WORD.findall(" ".join(answer)) for name in found):
        return Abstained("whose answer names a person")
    if any(_in_a_longer_name(request.text, m) for m in _WORD.finditer(request.text) if m[0] in found):
        return Abstained("with a name that may be a real person's or a place's")
    return (_renamed(sample, _mapping(found, words, rng)) for _ in iter(int, 1))


def _in_a_longer_name(text: str, match: "re.Match[str]") -> bool:
    before = text[max(0, match.start() - 12) : match.start()]
    return bool(_MORE.match(text, match.end()) or _PLACE.search(before))


def _mapping(found: list[str], words: list[str], rng: Random) -> dict[str, str]:
    """Every name with another that does not occur yet."""
    given: dict[str, str] = {}
    she, he = _SHE.split(), _HE.split()
    for name in found:
        given[name] = rng.choice([n for n in (she if name in she else he) if n not in {*words, *given.values()}])
    return given


def _renamed(sample: Sample, names: Mapping[str, str]) -> Sample:
    def exchanged(text: str) -> str:
        return _WORD.sub(lambda match: names.get(match[0], match[0]), text)

    return replace(
        sample,
        messages=tuple(replace(m, content=exchanged(m.content)) if m.role == "user" else m for m in sample.messages),
        solution=sample.solution and exchanged(sample.solution),
        target=exchanged(str(sample.target)) if is_worked(sample.target) else sample.target,
    )
