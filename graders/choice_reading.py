r"""Which option a stretch of text names: by its letter, by its own words, or by both.

`(B)`, `B.`, `b)`, `Option B`, `\text{B}` and `B: Paris` are the letter; a bare "A" before a word is an article. Letter
and words that belong to different options, and several letters, are no answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from graders.characters import one_spelling
from graders.label import Vocabulary, vocabulary
from graders.reading import short

_LATEX = re.compile(r"\\(?:text(?:bf|rm|it)?|mathbf|mathrm|mbox|boxed|fbox|bf)(?![a-z])\s?\{?|\\[()\[\],;! ]")
_WRAPPING = re.compile(r"[{}$*`\"]|(?<!\w)_+|_+(?!\w)|(?<!\w)'|'(?!\w)")
_LETTER = re.compile(
    r"""\s*(?:the\s)?(?:correct\s|right\s|best\s|final\s)?(?:(?:option|choice|letter|answer)\b[\s:]{0,3})?(?:is\s)?
    (?: [(\[]\s?(?P<inside>[A-Za-z])\s?[)\]] | (?P<plain>[A-Za-z])(?![\w'\u2019-]) )""",
    re.VERBOSE | re.IGNORECASE,
)
_POINTED = re.compile(r"\s?(?:[).:\]。]|$|\n|[-\u2013\u2014=]\s)")
_ALSO = re.compile(
    r"[\s).\]]{0,3}(?:,|;|/|&|\+|\band\b|\bor\b|,\s?and\b|,\s?or\b)\s{0,3}(?:option\s)?\(?([A-Z])\)?(?![\w'])"
)
_SAYS = re.compile(r"\s(?:is|because|since|as|would|seems|must)\b|\s?[,;(]", re.IGNORECASE)
_AFTER = re.compile(r"[\s).:,;\]=\u2013\u2014-]+")
_BREAK = re.compile(r"[.;!?\n(\u2013\u2014]\s|\s(?:because|since|as|is)\b", re.IGNORECASE)
_TURN = re.compile(r"[.,;!\u2014-]\s?(?:no|wait|actually|correction|sorry)\b.{0,60}?\(?\b([A-Z])\b", re.IGNORECASE)
_CHOSEN = (
    r"(?:[Cc]hoose|[Pp]ick|[Ss]elect|[Gg]o(?:ing)?\swith|(?:must|would|should)\sbe|[Ii]t(?:'s|\sis)"
    r"|[Tt]herefore|[Tt]hus|[Hh]ence|[Ss]o)"
)
_MENTION = re.compile(
    r"(?<!\w)\(([A-Z])\)(?!\w)|\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer)\s\(?([A-Z])\b"
    r"|\b([B-HJ-Z])\b(?=\sis\s(?:correct|right|the\b))"
    rf"|\b{_CHOSEN},?\s([A-Z])(?=[.!]?\s*$|[.,]\s|\s(?:because|since|as)\b)"
    r"|[选選][择擇]?\s?([A-Z])(?![A-Za-z])",
    re.MULTILINE,
)
_MENTION_OR_ITEM = re.compile(rf"{_MENTION.pattern}|^\s{{0,3}}([A-Z])(?:[.):]\s|$)", re.MULTILINE)
_DENIED = re.compile(
    r"\b(?:not|never|wrong|incorrect|false|eliminat\w+|exclud\w+|rul\w+ out|unlike)\b|n't\b", re.IGNORECASE
)
_TAKEN_BACK = re.compile(r"\b(?:wait|actually|correction|second thought|reconsider\w*|mistaken?)\b", re.IGNORECASE)
_SECOND_THOUGHTS = re.compile(
    rf"{_TAKEN_BACK.pattern}|\b(?:rather|instead|sorry|no,|therefore|so)\b|\b(?:option|choice|answer)\s\(?[A-Z]\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[(\[]([A-Za-z])[)\]]")
_PART = re.compile(r"(?:\d[.,]|-)\Z")
_MINUS = str.maketrans("\u2212\u2013", "--")


@dataclass(frozen=True, slots=True)
class Options:
    """The letters of a question, and the words of its options where it has them and they can be told apart."""

    letters: str
    texts: tuple[str, ...]
    words: Vocabulary | None

    def letter_of(self, text: str) -> str:
        return self.letters[self.texts.index(text)]

    def letter_by_words(self, text: str) -> str | None:
        """The option that consists of this text: to the letter, or else by its words."""
        whole = text if text in self.texts else self.words.only(text) if self.words else None
        return self.letter_of(whole) if whole else None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a stretch names no option. `named`: it does name some, but not one."""

    why: str
    named: bool = False


def options(texts: Sequence[str], letters: str) -> Options:
    """The options of a question; letters alone where it brings no texts. Raises ValueError for more than 26."""
    if len(texts) > len(ascii_uppercase):
        raise ValueError(f"{len(texts)} choices; there are letters for {len(ascii_uppercase)}")
    plain = tuple(map(plainly, texts))
    try:
        words = vocabulary(plain) if plain else None
    except ValueError:  # blank, or two alike: only letters tell them apart
        words = None
    return Options(ascii_uppercase[: len(plain)] if plain else letters, plain, words)


def named(stretch: str, among: Options) -> str | Unclear:
    """The letter of the option that a stretch names at its beginning, or by words somewhere in it."""
    text = plainly(stretch)
    if among.words and (whole := among.words.only(text)):
        return _unless_a_letter(text, among.letter_of(whole), among)
    found = _LETTER.match(text)
    letter = _letter(found, text, among) if found else None
    if found is None or letter is None:
        return _by_words(text, among)
    if letter not in among.letters:
        return Unclear(f"{letter} is none of the options {among.letters[0]} to {among.letters[-1]}", named=True)
    rest = text[found.end() :]
    others = [other for other in _others(rest) if other != letter and other in among.letters]
    if others:
        return Unclear(f"several letters: {', '.join(dict.fromkeys([letter, *others]))}", named=True)
    told = _told(rest, among)
    if told and told != letter:
        return Unclear(f"the letter {letter} with the words of {told}", named=True)
    return letter


def mentioned(text: str, among: Options) -> str | Unclear:
    """The option that a reply without a marker gives.

    Its last line is one, or points at one only and denies nothing, or else the whole reply does.
    """
    text = plainly(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    if (alone := _alone(last, among)) is not None:
        return Unclear("the options are listed", named=True) if _ends_a_list(lines, among) else alone
    if (first := _explained(lines, among)) is not None:
        return first
    for stretch, pattern in ((last, _MENTION), (text, _MENTION_OR_ITEM)):
        if found := _pointed_at(stretch, pattern, among):
            if stretch is text and (taken_back := _TAKEN_BACK.search(text)):
                return Unclear(f"{', '.join(found)} may be taken back ({short(taken_back[0])})", named=True)
            if _DENIED.search(stretch):
                return Unclear(f"{', '.join(found)} may be what is denied", named=True)
            return found[0] if len(found) == 1 else Unclear(f"several letters: {', '.join(found)}", named=True)
    return _by_words(text, among)


def _ends_a_list(lines: Sequence[str], among: Options) -> bool:
    """Whether the last two lines are two options that follow each other."""
    one, other = (_alone(line, among) for line in lines[-2:]) if len(lines) > 1 else (None, None)
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    return among.letters.index(other) == among.letters.index(one) + 1


def _explained(lines: Sequence[str], among: Options) -> str | None:
    """The option that a reply begins with, if it then explains it: no other line is an option, none takes it back."""
    first = _alone(lines[0], among) if len(lines) > 1 else None
    if not isinstance(first, str) or any(_alone(line, among) is not None for line in lines[1:]):
        return None
    return None if any(_SECOND_THOUGHTS.search(line) for line in lines[1:]) else first


def _alone(line: str, among: Options) -> str | Unclear | None:
    """What a line gives that is an option, by letter, words or both, and nothing else."""
    if among.words and among.words.only(line):
        return named(line, among)
    found = _LETTER.match(line)
    if found is None:
        return None
    rest = line[found.end() :]
    if _ALSO.match(rest):
        return named(line, among)
    if not (found["inside"] or _POINTED.match(rest)):
        return None
    return named(line, among) if not rest.strip(" .):]") or _told(rest, among) else None


def _pointed_at(text: str, pattern: re.Pattern[str], among: Options) -> tuple[str, ...]:
    letters = (next(filter(None, mention.groups())) for mention in pattern.finditer(text))
    return tuple(dict.fromkeys(letter for letter in letters if letter in among.letters))


def plainly(text: str) -> str:
    """A text without the wrapping of LaTeX and Markdown."""
    return one_spelling(_WRAPPING.sub("", _LATEX.sub(" ", text.translate(_MINUS)))).strip()


def _letter(found: re.Match[str], text: str, among: Options) -> str | None:
    """The letter that a match stands for, or None for a word: "a mammal", "A dog", "I think"."""
    letter = found["inside"] or found["plain"]
    rest = text[found.end() :]
    if found["inside"] or _POINTED.match(rest):
        return letter.upper()
    if letter.islower():
        return None
    if letter in "AI" and not (_SAYS.match(rest) or _ALSO.match(rest) or _told(rest, among) == letter):
        return None
    return letter


def _others(rest: str) -> list[str]:
    """Further letters that are joined to the first, or take it back."""
    found = []
    while also := _ALSO.match(rest):
        found.append(also[1])
        rest = rest[also.end() :]
    return [*found, *(turn[1] for turn in _TURN.finditer(rest[:500]) if turn[1].isupper())]


def _told(rest: str, among: Options) -> str | None:
    """The option whose words follow a letter at once."""
    if among.words is None:
        return None
    after = _AFTER.match(rest)
    rest = rest[after.end() :] if after else rest.lstrip()
    whole = among.words.only(rest) or among.words.only(_BREAK.split(rest, maxsplit=1)[0])
    if whole:
        return among.letter_of(whole)
    first = next(iter(_mentions(rest, among.words)), None)
    return among.letter_of(first[0]) if first and first[1] == 0 else None


def _by_words(text: str, among: Options) -> str | Unclear:
    found = tuple(dict.fromkeys(option for option, _ in _mentions(text, among.words))) if among.words else ()
    if len(found) == 1:
        return among.letter_of(found[0])
    several = ", ".join(among.letter_of(option) for option in found)
    return Unclear(f"the words of several options: {several}", named=True) if found else Unclear("no option is named")


def _mentions(text: str, words: Vocabulary) -> list[tuple[str, int]]:
    """Options by their words, with where each begins; the 5 of 0.5, 5.2 or -5 is none."""
    return [
        (option, start)
        for option, start, end in words.mentions(text)
        if not (text[start].isdigit() and _PART.search(text, max(0, start - 2), start))
        and not (text[end - 1].isdigit() and re.match(r"[.,]\d", text[end : end + 2]))
    ]


def _unless_a_letter(text: str, letter: str, among: Options) -> str | Unclear:
    """Options that are themselves letters ("A" stands second) may mean either; "(A)" is the letter."""
    bare = text.rstrip(" .,;:!。")
    if (inside := _IN_BRACKETS.fullmatch(bare)) and inside[1].upper() in among.letters:
        return inside[1].upper()
    if len(bare) == 1 and bare.upper() in among.letters and bare.upper() != letter:
        return Unclear(f"{short(text)} is a letter and the words of {letter}", named=True)
    return letter
