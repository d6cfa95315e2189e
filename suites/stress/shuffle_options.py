"""The options of a multiple-choice question in another order; the right one always gets another letter.

The gold is certain because only the texts behind the letters move: the letter of the right text is the new answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from harness.records import Json, Sample
from suites.stress.making import Abstained, Asked, asked

_LINE = re.compile(r"^([ \t]{0,4}\(?([A-J])[).:][ \t]{1,4})(\S[^\n]{0,2000})$", re.MULTILINE)
# Options that speak of one another or of their own place.
_BOUND = re.compile(
    r"\b(?:above|below|all of (?:these|them|the)|none of (?:these|them|the)|both|neither|either|previous|preceding"
    r"|first|last|former|latter|options?|choices?|answers?)\b|\b[A-J] (?:and|or|&) [A-J]\b|\([A-J]\)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer)[ ][A-J]\b(?!\w)")


@dataclass(frozen=True, slots=True)
class Option:
    """One lettered line: where its text stands."""

    letter: str
    start: int
    end: int
    text: str


def shuffle_options(sample: Sample, rng: Random) -> Iterator[Sample] | Abstained:
    request = asked(sample)
    if isinstance(request, Abstained):
        return request
    options = [Option(m[2], m.start(3), m.end(3), m[3]) for m in _LINE.finditer(request.text)]
    if not options:
        return Abstained("without lettered options, each on a line of its own")
    right = _right(sample, options)
    if isinstance(right, Abstained):
        return right
    if not _of_one_line(sample, request.text, options):
        return Abstained("with an option that may run over several lines")
    if _MENTION.search(_around(request.text, options)) or any(_BOUND.search(o.text) for o in options):
        return Abstained("in which an option is spoken of by its letter or its place")
    return _drafts(sample, request, options, (right, rng))


def _right(sample: Sample, options: Sequence[Option]) -> int | Abstained:
    """The index of the right option."""
    letters, texts = [o.letter for o in options], [o.text.strip() for o in options]
    if letters != [chr(ord("A") + n) for n in range(len(letters))] or len(letters) < 2:
        return Abstained("whose options are not lettered once from A on")
    if len(set(texts)) < len(texts):
        return Abstained("with two options alike")
    target = sample.target.strip() if isinstance(sample.target, str) else None
    if target in letters and target not in texts:
        return letters.index(target)
    if target in texts and target not in letters:
        return texts.index(target)
    return Abstained("whose target is neither the letter nor the text of an option")


def _of_one_line(sample: Sample, text: str, options: Sequence[Option]) -> bool:
    """Whether the options stand line by line with nothing between them, and end before a blank line or are known."""
    between = (text[a.end : b.start - len(_lead(text, b))] for a, b in pairwise(options))
    after = text[options[-1].end :].lstrip(" \t")
    known = sample.choices == tuple(o.text.strip() for o in options)
    return not any(part.strip() for part in between) and (known or not after.strip() or after.startswith("\n\n"))


def _lead(text: str, option: Option) -> str:
    """What stands before an option on its line: `(B) `."""
    return text[text.rfind("\n", 0, option.start) + 1 : option.start]


def _around(text: str, options: Sequence[Option]) -> str:
    """The prompt without its options."""
    kept, at = [], 0
    for option in options:
        kept.append(text[at : option.start])
        at = option.end
    return "".join([*kept, text[at:]])


def _drafts(sample: Sample, request: Asked, options: Sequence[Option], how: tuple[int, Random]) -> Iterator[Sample]:
    right, rng = how
    while True:
        order = rng.sample(range(len(options)), len(options))
        if order[right] == right:
            continue
        text, at = [], 0
        for option, moved in zip(options, order, strict=True):
            text += [request.text[at : option.start], options[moved].text]
            at = option.end
        changed = replace(
            sample, target=_target(sample.target, options, order), choices=_choices(sample, options, order)
        )
        yield request.instead(changed, "".join([*text, request.text[at:]]))


def _target(target: Json, options: Sequence[Option], order: Sequence[int]) -> Json:
    """A letter follows its text; a text stays."""
    letters = [o.letter for o in options]
    name = target.strip() if isinstance(target, str) else ""
    return letters[order.index(letters.index(name))] if name in letters else target


def _choices(sample: Sample, options: Sequence[Option], order: Sequence[int]) -> tuple[str, ...]:
    """Letters stay as they are; texts are listed in their new order."""
    texts = sorted(o.text.strip() for o in options)
    given = sorted(choice.strip() for choice in sample.choices)
    return tuple(sample.choices[n] for n in order) if given == texts else sample.choices
