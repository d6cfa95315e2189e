"""What a text claims that can be looked up: its numbers, dates and names.

Reading a reply is careful, since a false alarm is worse than a miss. `graders.support_source` tells which claims a
source holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from graders import support_dates as dates
from graders import support_names as naming
from graders import support_numbers as numbers
from graders.support_names import Name
from graders.support_numbers import Amount, Numeral
from graders.support_words import fold

Kind = Literal["numbers", "dates", "names"]
KINDS: tuple[Kind, ...] = ("numbers", "dates", "names")

Place = tuple[int, int, str]  # start, end and text


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A number, date or name of a text, at `start` to `end`, with every reading that would support it.

    `amounts`: values, each with how far off a rounded one may be. `dates`: patterns, as in `graders.support_dates`.
    `words`: the parts of a name; with `exact`, one code or address; with `opening`, the first may be no part of
    it; with `apart`, they need not stand together.
    """

    kind: Kind
    text: str
    start: int
    end: int
    amounts: tuple[Amount, ...] = ()
    dates: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    exact: bool = False
    opening: bool = False
    apart: bool = False

    @property
    def form(self) -> str:
        """One spelling for all ways of writing the claim."""
        if self.words:
            return naming.code(self.words[0]) if self.exact else " ".join(fold(word) for word in self.words)
        return self.dates[0] if self.dates else str(self.amounts[0][0])


def claims(text: str) -> tuple[Claim, ...]:
    """Every claim of a text in the order of its places. Time is linear in the length of the text."""
    addresses, read = without_addresses(text)
    found = [_code(*place) for place in addresses]
    dated, read = dates.find(read)
    found += [Claim(kind="dates", text=text[a:b], start=a, end=b, dates=readings) for a, b, readings in dated]
    coded, versions, read = without_codes(read)
    found += [_code(*place) for place in coded]
    found += [_code(*place, "numbers") for place in versions]
    found += _numbers(numbers.without_items(read), text)
    for name in naming.names(read):
        if name.words:
            found.append(_claim_of(name, text))
    return tuple(sorted(found, key=lambda claim: (claim.start, claim.end)))


def without_addresses(text: str) -> tuple[list[Place], str]:
    """The e-mail addresses, URLs and telephone numbers of a text, and the text in which they are blanked out."""
    places: list[Place] = []
    for pattern in (naming.EMAIL, naming.URL, naming.PHONE):
        text = naming.blank(pattern, text, places)
    return places, text


def without_codes(text: str) -> tuple[list[Place], list[Place], str]:
    """The codes and the version numbers of a text, and the text in which they are blanked out."""
    coded = [(m.start(), m.end(), m[0]) for m in naming.codes(text)]
    text = _blanked(text, coded)
    versions = [(m.start(), m.end(), m[0]) for m in numbers.versions(text)]
    return coded, versions, _blanked(text, versions)


def _code(start: int, end: int, text: str, kind: Kind = "names") -> Claim:
    return Claim(kind=kind, text=text, start=start, end=end, words=(naming.address(text),), exact=True)


def _claim_of(name: Name, text: str) -> Claim:
    return Claim(
        kind="names",
        text=text[name.start : name.end],
        start=name.start,
        end=name.end,
        words=name.words,
        opening=name.opening,
        apart=name.apart,
    )


def _blanked(text: str, places: Iterable[Place]) -> str:
    parts, at = [], 0
    for start, end, _ in places:
        parts += [text[at:start], "\x00" * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _numbers(read: str, text: str) -> Iterator[Claim]:
    for n in numbers.find(read):
        if numbers.counts_only(n, read):
            continue
        kind: Kind = "dates" if n.year else "numbers"
        yield Claim(kind=kind, text=text[n.start : n.end], start=n.start, end=n.end, amounts=n.amounts, dates=days(n))


def days(n: Numeral) -> tuple[str, ...]:
    """The dates that a number may be: a year, or the day of a month: `on the 3rd`."""
    value = n.amounts[0][0]
    if n.year:
        return (f"{value}-??-??",)
    return dates.pattern(None, None, int(value)) if n.ordinal and 1 <= value <= 31 else ()
