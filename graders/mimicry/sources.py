"""Where the numbers of a derivation may come from: the question, what was said before, and common knowledge."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from graders.numerals import plain

_NUMBER = re.compile(r"(?<![\w.])\d{1,40}+(?:,\d{3}){0,13}+(?:\.\d{1,40}+)?+|(?<=[a-zA-Z_$])\d{1,40}+(?:\.\d{1,40}+)?+")
_WORD = re.compile(r"[a-z]{2,12}")
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_WORDS = {word: Fraction(n) for n, word in enumerate(_UNITS.split())} | {
    word: Fraction(10 * n) for n, word in enumerate(_TENS.split(), start=2)
}
# Counting up to four, tens and percent, halves and quarters, the calendar and the clock. Without 3 and 4, one right
# answer to gsm8k in twelve would compute with a number from nowhere; with all of these one in fifty does.
_KNOWN = "0 1 2 3 4 10 100 1000 0.5 0.25 0.75 0.1 0.01 7 12 24 30 52 60 365"
_COMMON = frozenset(map(Fraction, _KNOWN.split()))
_BITS, _SHORT = 200, 15  # numbers with more are not shown as they are
_PARTS = 10**9  # numbers below it are split into their places


def numbers(text: str) -> Iterator[tuple[Fraction, int, int]]:
    """Every number in digits with its place."""
    for match in _NUMBER.finditer(text):
        yield worth_of(match[0].replace(",", "")), match.start(), match.end()


@lru_cache(maxsize=10_000)
def worth_of(numeral: str) -> Fraction:
    """The number that a plain numeral writes; remembered, since a text repeats its numbers and reading one is slow."""
    return Fraction(int(numeral)) if numeral.isdecimal() else Fraction(numeral)


def written(worth: Fraction) -> str:
    """The number in few characters, whatever its size."""
    if max(worth.numerator.bit_length(), worth.denominator.bit_length()) < _BITS:
        exact = plain(worth)
        return exact if len(exact) <= _SHORT and "/" not in exact else f"{float(worth):.6g}"
    return f"{float(worth):.6g}" if abs(worth) < 10**300 else "a huge number"


@dataclass(slots=True)
class Sources:
    """Numbers that may be used; it grows as a derivation is read."""

    read: set[Fraction] = field(default_factory=set)
    places: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Sources":
        sources = cls()
        for text in texts:
            for worth, _, _ in numbers(text):
                sources.learn(worth)
            for word in _WORD.findall(text.lower()):
                if word in _WORDS:
                    sources.learn(_WORDS[word])
        return sources

    def learn(self, worth: Fraction) -> None:
        """The number itself, and its places: 54 is 50 and 4."""
        if worth in self.read:
            return
        self.read.add(worth)
        if worth.denominator == 1 and 10 < worth < _PARTS:
            whole = worth.numerator
            for place in range(1, len(str(whole))):
                tens = 10**place
                self.places.update((whole % tens, whole - whole % tens, whole // tens % 10 * tens))

    def holds(self, worth: Fraction) -> bool:
        """Whether it was read, in percent or as a share, or is what such a number leaves of the whole or adds to it."""
        if worth in self.read or worth in _COMMON or worth in self.places:
            return True
        times = 100 * worth
        return not self.read.isdisjoint((times, worth / 100, 100 - worth, 1 - worth, 100 - times, times - 100))
