"""What every family of variants is made with: the protocol, and what a prompt must be for its text to be changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Protocol

from harness.records import Json, Sample


@dataclass(frozen=True, slots=True)
class Abstained:
    """Why a family makes nothing of a sample, as it reads after "12 samples": "without a worked solution"."""

    reason: str


class Family(Protocol):
    """One way to change a sample while its right answer stays known for certain."""

    def __call__(self, sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
        """Drafts, the same for the same generator, perhaps without end and perhaps repeated; or why there are none.

        A draft is the sample with what the family changes: request, target, choices, solution. Whoever takes it gives
        it its id and its place.
        """
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """The only request of a sample (its one user message), as text."""

    text: str

    def instead(self, sample: Sample, text: str) -> Sample:
        """The sample with another text in that message."""
        messages = tuple(replace(m, content=text) if m.role == "user" else m for m in sample.messages)
        return replace(sample, messages=messages)


# Words by which a question may be about the very letters, words or sentences that a family changes.
_WORDING = re.compile(
    r"\b(?:letters?|spell\w*|misspell\w*|alphabet\w*|vowels?|consonants?|syllables?|rhym\w*|anagrams?|palindromes?"
    r"|initials?|characters?|strings?|upper-?case|lower-?case|capital\w*|grammar\w*|typos?|punctuation|proofread\w*"
    r"|translat\w*|words?|sentences?|paragraphs?|summari\w*|rewrit\w*|rephras\w*|repeat|quot\w*|verbatim)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"```|\\[A-Za-z({[]|\$\$|\$[^$\d\s]|^ {4}\S|[{}<>`_^|=]|https?://|[A-Za-z]\(", re.MULTILINE)


def asked(sample: Sample) -> Asked | Abstained:
    """The one request of a sample with a known answer. System messages may stand before it."""
    if sample.continuations:
        return Abstained("asked for likelihoods, not for an answer")
    if sample.prompt is not None:
        return Abstained("with a raw prompt instead of messages")
    if sample.target is None:
        return Abstained("without a target: the teacher's own answer is their reference")
    if [m.role for m in sample.messages if m.role != "system"] != ["user"]:
        return Abstained("of several turns")
    return Asked(next(m.content for m in sample.messages if m.role == "user"))


def prose(sample: Sample) -> Asked | Abstained:
    """A request in plain words, which is not about its own wording."""
    found = asked(sample)
    if isinstance(found, Abstained):
        return found
    if _CODE.search(found.text):
        return Abstained("with code, formulas or markup in the prompt")
    if _WORDING.search(found.text):
        return Abstained("that may ask about their own wording")
    return found


_NUMBER = re.compile(r"[-+]?\$?(?:\d{1,3}(?:,\d{3})++|\d{1,18})(?:\.\d{1,9})?%?")


def gold_number(target: Json) -> Fraction | None:
    """The number that a target is, of a worked answer what stands after its mark; None where it is no one number."""
    if isinstance(target, bool) or not isinstance(target, int | float | str):
        return None
    text = str(target).rpartition("####")[2].strip().removesuffix(".")
    return Fraction(re.sub("[$,%]", "", text)) if _NUMBER.fullmatch(text) else None


def written(number: Fraction) -> str | None:
    """A number in decimal digits, None where they do not end within twelve places."""
    if number.denominator == 1:
        return str(number.numerator)
    scaled = number * 10**12
    if scaled.denominator != 1:
        return None
    whole, rest = divmod(abs(scaled.numerator), 10**12)
    return f"{'-' if number < 0 else ''}{whole}.{rest:012d}".rstrip("0")


def is_worked(target: Json) -> bool:
    """Whether a target is a worked answer in the manner of GSM8K: `... #### 18`."""
    return isinstance(target, str) and "####" in target


def answer_of(sample: Sample, gold: Fraction, solution: str) -> Json:
    """Another gold in the form of the sample's target: a number, its digits, or the whole worked answer."""
    target = sample.target
    if isinstance(target, str):
        return solution if is_worked(target) else written(gold)
    return int(gold) if gold.denominator == 1 else float(gold)


def texts_of(value: Json) -> list[str]:
    """Every text in a target."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in texts_of(part)]
