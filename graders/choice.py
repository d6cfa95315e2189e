r"""One option of several: by its letter, or by its own words where they name no other.

The last `\boxed{...}` or answer marker counts; without one the reply must be an option and nothing else, end on one, or
point at one only. `choice_reading` tells which option a stretch names.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import ascii_uppercase

from graders.characters import visible
from graders.choice_reading import Options, Unclear, mentioned, named
from graders.choice_reading import options as read_options
from graders.markers import ANSWER, IS, marker, untagged
from graders.math_reading import last_box
from graders.options import refuse_unknown
from graders.reading import answers, no_answer, no_reply, right, short, spoken, wrong
from harness.records import Json, Judgement, Response, Sample

version = "2"
needs_target = True

OPTIONS = ("letters", "marker")
LETTERS = "ABCD"  # of samples that bring no choices
MARKER = (
    r"####|^[ \t>*_#]{0,12}A:(?=[ \t]{0,3}\S[ \t.)]{0,3}$)|"
    rf"(?:{ANSWER}|\b(?:choice|option)\b|选项|選項)[\s*_\"']{{0,5}}(?:[:=]|{IS}:?)"
)

_LINE = re.compile(r"[\s*_:]*+[^\n]*")  # the rest of the marker's line, or the next line that says something
_IS = re.compile(rf"{IS}\s*\Z", re.IGNORECASE)
_LONGEST = 4000  # characters after a marker
_TRIED = 20  # markers, from the last, that may say nothing: "the answer is clear"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A text that should name an option. `sure`: if it does not, nothing before it will."""

    text: str
    closed: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Found:
    letter: str
    marked: bool
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    letters: str
    marker: re.Pattern[str]

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        among = read_options(sample.choices, self.letters)
        gold = _gold(sample.target, among)
        found = self.read(response, among)
        if isinstance(found, Judgement):
            return found
        if found.letter == gold:
            return right(gold, f"{gold} as expected")
        return wrong(found.letter, f"{found.letter} is not {gold}")

    def read(self, response: Response, among: Options) -> Found | Judgement:
        """What a reply answers, or the judgement of one that does not answer."""
        response = spoken(response)
        if silent := no_reply(response):
            return silent
        found = self._found(untagged(visible(response.text)), among)
        if isinstance(found, Unclear):
            return no_answer(response, found.why)
        if not answers(response, marked=found.marked, closed=found.closed):
            return no_answer(response, f"{found.letter} may not be the whole answer")
        return found

    def _found(self, text: str, among: Options) -> Found | Unclear:
        for stretch in self._announced(text):
            letter = named(stretch.text, among)
            if isinstance(letter, str):
                return Found(letter, marked=True, closed=stretch.closed)
            if letter.named or stretch.sure:
                return letter
        letter = mentioned(text, among)
        return letter if isinstance(letter, Unclear) else Found(letter, marked=False, closed=False)

    def _announced(self, text: str) -> Iterator[Stretch]:
        """What the last box holds, and what follows the markers, from the last."""
        box = last_box(text)
        if box:
            yield Stretch(box.text, closed=box.closed, sure=False)
        for found in reversed(deque(self.marker.finditer(text), maxlen=_TRIED)):
            rest = text[found.end() : found.end() + _LONGEST]
            line = rest.partition("}")[0] if found[0].endswith("{") else _LINE.match(rest)[0]  # type: ignore[index]  # it matches any text
            yield Stretch(line, closed=len(line) < len(rest), sure=not _IS.search(found[0]))


def make(options: Mapping[str, Json]) -> Choice:
    refuse_unknown(options, OPTIONS)
    letters = options.get("letters", LETTERS)
    if not isinstance(letters, str) or not letters or letters != ascii_uppercase[: len(letters)]:
        raise ValueError(f'option "letters": {letters!r} is not the beginning of the alphabet, such as "ABCDE"')
    return Choice(letters=letters, marker=marker(options, MARKER))


def gold(sample: Sample) -> str | None:
    """The letter of the right option, as a reply would end."""
    among = read_options(sample.choices, ascii_uppercase)
    return f"Answer: {_as_target(_gold(sample.target, among), among)}"


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> str | None:
    """The letter that a reply gives; in brackets where it is also the words of another option."""
    grader = make(options)
    among = read_options(sample.choices, grader.letters)
    found = grader.read(response, among)
    return None if isinstance(found, Judgement) else _as_target(found.letter, among)


def _as_target(letter: str, among: Options) -> str:
    return letter if among.letter_by_words(letter) in (None, letter) else f"({letter})"


def _gold(target: Json, among: Options) -> str:
    """A target is a letter, or the text of an option; numbers are refused, for some count from 0 and some from 1."""
    if not isinstance(target, str):
        raise ValueError(f"target {short(repr(target))} is neither a letter nor the text of an option")
    letter = target.strip().strip("()").upper()
    if re.fullmatch(r"\([A-Za-z]\)", target) and letter in among.letters and target not in among.texts:
        return letter  # even where the words of another option are that letter
    by_letter = letter if len(letter) == 1 and letter in among.letters else None
    by_words = among.letter_by_words(target)
    if by_letter and by_words and by_letter != by_words:
        raise ValueError(f"target {short(target)!r} is a letter and the text of option {by_words}")
    if found := by_letter or by_words:
        return found
    raise ValueError(f"target {short(target)!r} is neither a letter from {among.letters} nor the text of an option")
