"""Which claims a source text holds.

Reading a source is generous: whatever in it could be a number, a date or a name may support a claim. It is read once,
for the claims that are looked up in it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from graders import support_dates as dates
from graders import support_names as naming
from graders import support_numbers as numbers
from graders.support_claims import Claim, days, without_addresses, without_codes
from graders.support_words import PARTICLES, fold, spellings

_LONGEST_ADDRESS = 200
_LONGEST_CODE = 100
_LONGEST_NUMBER = 40
_WINDOW = 3  # words behind a part of a name, among which its next part stands
_ENDING = 3  # letters by which two forms of a name differ: Berlin, Berliner
_INITIALS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What a source holds whatever is looked up: `values` in rising order, `words` within codes and addresses.

    `read` is the source without its addresses.
    """

    values: tuple[Fraction, ...]
    dates: frozenset[str]
    codes: frozenset[str]
    words: frozenset[str]
    read: str


@dataclass(slots=True, kw_only=True)
class _Source:
    """What a source holds, by what is looked up in it; words are folded.

    `low`: words that it writes small. `stems`: wanted words that begin one of its words. `preceded`: words right behind
    another capitalised one. `initials`: wanted acronyms whose words follow one another.
    """

    figures: _Figures
    words: set[str]
    low: set[str] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)
    preceded: set[str] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    acronyms: set[str] = field(default_factory=set)
    initials: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the names of a reply need from a source."""

    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    acronyms: frozenset[str]
    lengths: tuple[int, ...]


def unsupported(found: Sequence[Claim], source: str, names_also_in: str = "") -> tuple[Claim, ...]:
    """The claims that the source does not hold; names may stand in a second text. Time is linear in the texts."""
    wanted = _wanted([claim.words for claim in found if not claim.exact])
    known = _read(source, wanted)
    missing = tuple(claim for claim in found if not _holds(known, claim))
    if not names_also_in or not any(claim.kind == "names" for claim in missing):
        return missing
    beside = _read(names_also_in, wanted)
    return tuple(claim for claim in missing if claim.kind != "names" or not _holds(beside, claim))


def values(source: str) -> tuple[Fraction, ...]:
    """The different numbers of a source in rising order."""
    return _figures(source).values


def _wanted(names: Sequence[Sequence[str]]) -> _Wanted:
    words = [word for name in names for word in name]
    acronyms = frozenset(short for word in words if (short := naming.acronym(word)))
    return _Wanted(
        words=frozenset(form for word in words for form in spellings(word)),
        pairs=frozenset(pair for name in names for pair in _pairs(name)),
        acronyms=acronyms,
        lengths=tuple(sorted({len(short) for short in acronyms})),
    )


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one, other in zip(words, words[1:], strict=False):
        yield from (_pair(a, b) for a in spellings(one) for b in spellings(other))


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _read(source: str, wanted: _Wanted) -> _Source:
    figures = _figures(source)
    known = _Source(figures=figures, words=set(figures.words))
    _read_words(figures.read, wanted, known)
    return known


@lru_cache(maxsize=16)  # the replies to one request come one after another
def _figures(source: str) -> _Figures:
    codes, words, days_held = set[str](), set[str](), set[str]()
    addresses, read = without_addresses(source)
    for _, _, text in addresses:
        codes.update(_parts_of_address(text))
        words.update(fold(part) for part in naming.parts(text[:_LONGEST_ADDRESS]))
    dated, undated = dates.find(read)
    for _, _, readings in dated:
        days_held.update(dates.details(readings))
    found = set(numbers.hints(undated))
    *_, uncoded = without_codes(undated)
    for text in dict.fromkeys((undated, uncoded)):  # a reply is read without codes: "2.0001b0" is a 2 and a code there
        for numeral in numbers.find(text):
            days_held.update(dates.details(days(numeral)))
            found.update(value for value, _ in numeral.amounts)
    found.update(_within_codes(source, codes, words))
    return _Figures(
        values=tuple(sorted(found)),
        dates=frozenset(days_held),
        codes=frozenset(codes),
        words=frozenset(words),
        read=read,
    )


def _parts_of_address(text: str) -> Iterator[str]:
    """An address, its host, and the end of a telephone number, which is the same with another prefix."""
    whole = naming.address(text)
    yield naming.code(whole)
    yield naming.code(whole.partition("/")[0])
    yield naming.code(whole.rpartition("@")[2])
    if not any(c.isalpha() for c in whole):
        yield naming.code(whole)[-naming.LOCAL :]


def _within_codes(source: str, codes: set[str], words: set[str]) -> Iterator[Fraction]:
    """Numbers of three digits or more within codes; the codes and their parts are noted on the way."""
    codes.update(naming.code(match[0]) for match in numbers.versions(source))
    for match in naming.TOKEN.finditer(source):
        if len(match[0]) > _LONGEST_CODE or not any(c.isdigit() for c in match[0]):
            continue
        parts = naming.parts(match[0])
        codes.add(naming.code(match[0]))
        words.update(fold(part) for part in parts)
        if any(c.isalpha() for c in match[0]):
            yield from (Fraction(int(p)) for p in parts if p.isdecimal() and 3 <= len(p) <= _LONGEST_NUMBER)


def _read_words(source: str, wanted: _Wanted, known: _Source) -> None:
    recent: list[tuple[str, ...]] = []
    initials = ""
    before: str | None = None  # the capitalised word that ends right before this one
    end = 0
    for match in naming.WORD.finditer(source):
        word = match[0]
        forms = spellings(naming.bare(word))
        _note(word, forms, wanted, known)
        if before and word[0].isupper() and naming.BETWEEN.fullmatch(source, end, match.start()):
            known.preceded.update(forms)
        near = [form for one in recent for form in one if form in wanted.words]
        known.pairs.update(pair for a in near for b in forms if (pair := _pair(a, b)) in wanted.pairs)
        recent = [*recent[1 - _WINDOW :], forms]
        before, end = (word if word[0].isupper() and not naming.common(word) else None), match.end()
        if forms[0] not in PARTICLES:
            initials = (initials + forms[0][:1].upper())[-_INITIALS:]
            known.initials.update(_acronyms(initials, wanted))


def _note(word: str, forms: Sequence[str], wanted: _Wanted, known: _Source) -> None:
    known.words.update(forms)
    known.words.update((fold(word), naming.code(word)))
    known.words.update(fold(part) for part in word.replace("&", "-").split("-") if part)
    if word[0].islower():
        known.low.update(forms)
    if short := naming.acronym(word):
        known.acronyms.add(short)
    stems = (form[:-cut] for form in forms for cut in range(1, _ENDING + 1))
    known.stems.update(stem for stem in stems if stem in wanted.words)


def _acronyms(initials: str, wanted: _Wanted) -> Iterator[str]:
    """The wanted acronyms that the last words spell, in small letters too: value added tax is VAT."""
    for n in wanted.lengths:
        tail = initials[-n:]
        if len(tail) == n and tail in wanted.acronyms:
            yield tail


def _holds(known: _Source, claim: Claim) -> bool:
    if claim.exact:
        return _holds_code(known, claim.words[0])
    if claim.words:
        return _holds_name(known, claim, claim.words) or (claim.opening and _holds_rest(known, claim))
    if any(dates.supported(reading, known.figures.dates) for reading in claim.dates):
        return True
    return any(near(known.figures.values, value, slack) for value, slack in claim.amounts)


def near(values: Sequence[Fraction], value: Fraction, slack: Fraction) -> bool:
    """Whether one of the values, which rise, is no further than `slack` from `value`."""
    at = bisect_left(values, value - slack)
    return at < len(values) and values[at] <= value + slack


def _holds_code(known: _Source, text: str) -> bool:
    code = naming.code(text)
    if code in known.figures.codes or code in known.words:
        return True
    if code.isdecimal():
        return len(code) >= naming.LOCAL and code[-naming.LOCAL :] in known.figures.codes
    parts = naming.parts(text)
    if len(parts) < 2 or "@" in text or "." in text:
        return False
    return all(
        near(known.figures.values, Fraction(int(part)), Fraction(0)) if part.isdecimal() else fold(part) in known.words
        for part in parts
    )


def _holds_name(known: _Source, claim: Claim, words: Sequence[str]) -> bool:
    short = naming.acronym("".join(word[0] for word in words)) if len(words) > 1 else None
    if short in known.acronyms:
        return True
    if not all(_holds_word(known, word) for word in words if len(word.strip(".")) > 1):
        return False
    return claim.apart or all(_together(known, one, other) for one, other in zip(words, words[1:], strict=False))


def _holds_rest(known: _Source, claim: Claim) -> bool:
    """Whether the name is held without the word that opens its sentence, and the source has no other word before it."""
    first, *rest = claim.words
    taken = any(form in known.preceded for form in spellings(rest[0]))
    return not taken and not _holds_word(known, first) and _holds_name(known, claim, rest)


def _holds_word(known: _Source, word: str) -> bool:
    for form in spellings(word):
        if form in known.words or (form in known.stems and len(form) > _ENDING):
            return True
        if any(form[:-cut] in known.words for cut in range(1, _ENDING + 1) if len(form) - cut > _ENDING):
            return True
    if naming.code(word) in known.words or naming.acronym(word) in known.initials:
        return True
    parts = word.replace("&", "-").split("-")
    return len(parts) > 1 and all(form in known.words for part in parts if part for form in spellings(part)[:1])


def _together(known: _Source, one: str, other: str) -> bool:
    """Whether two parts of a name belong together. What the source also writes small is no part of a name."""
    if any(form in known.low or form not in known.words for word in (one, other) for form in spellings(word)[:1]):
        return True
    return any(pair in known.pairs for pair in _pairs((one, other)))
