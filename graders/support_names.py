"""The names of a text: what is capitalised within a sentence, acronyms, codes, addresses and telephone numbers.

There is no model and no dictionary of names, so a single capitalised word at the start of a sentence is not taken for
one, nor a heading in title case, nor in German a noun. What is missed is not judged; what is found seldom errs.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from graders.support_words import COMMON, JOINING, PARTICLES, TITLES, fold

LOCAL = 7  # digits that end a telephone number with or without its prefix
_LONGEST = 12  # words of a name
_LANGUAGE_CHARS = 2_000
# Languages that capitalise every noun: German, Luxembourgish, Low German and the dialects that are told apart.
_CAPITAL_NOUNS = frozenset(("de", "lb", "nds", "gsw", "bar", "als", "pfl", "ksh"))

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,5}")
URL = re.compile(
    r"(?:\bhttps?://|\bwww\.)[^\s<>()\[\]\"'`\x00]{1,2000}+"
    r"|(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|de|fr|eu|io|gov|edu|uk|info|ch|at|ai)\b(?:/[^\s<>()\[\]\"'`]{0,2000}+)?",
    re.IGNORECASE,
)
PHONE = re.compile(
    r"(?<![\w.,/-])(?!\d{1,2}([./-])\d{1,2}\1\d{2,4}(?!\d))(?:\+\d|\(?0\d)(?:[ ()/.-]{0,3}\d){5,15}(?![\w/-]|[.,]\d)"
)
TOKEN = re.compile(r"[^\W_]++(?:[-_/#:][^\W_]++)*+")
_DIGIT = re.compile(r"\d")
_PART = re.compile(r"[^\W\d_]++|\d++")
_CODE = re.compile(
    r"(?!Q[1-4]\Z)(?=\D*+\d)(?=[^A-Z]*+[A-Z])[A-Za-z][^\W_]*+(?:[-_/#:][^\W_]++)*+|(?=\d++[a-z]++\d)[0-9a-z]{6,64}"
)
WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’](?=[^\W\d_])|-(?=[^\W\d_])|\.(?=[A-Z]\b)|&(?=[A-Z]))*+")
BETWEEN = re.compile(r"[ \t\u00a0]{1,3}|\.[ ]|[ ]&[ ]")
_OPENED = re.compile(r"[.!?:;…\n|\x00>•\u2013\u2014/\"“”„«»‘‚'(\[*_-]\s*\Z|\A\s*\Z|(?:^|\n)[ \t>*_#\d.)|-]*\Z")
_POSSESSIVE = re.compile(r"['’](?:s|S)?\Z")
_HEADING = re.compile(
    r"""^[ \t]{0,3}\#{1,6}[ ][^\n]{0,300} | ^[ \t>]{0,8}(?:[-*•][ ])?(?:\*\*|__)[^*_\n]{1,120}(?:\*\*|__)[ \t]*:?[ \t]*$
      | ^[ \t>]{0,8}(?:[-*•+][ ]|\d{1,3}[.)][ ])?(?:\*\*|__)?[^:*_\n.!?]{1,50}(?:\*\*:|:\*\*|__:|:)(?=\s)""",
    re.VERBOSE | re.MULTILINE,
)
_LINE = re.compile(r"^[^\n]{3,100}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Name:
    """`words`: the parts that a source must hold. `exact`: it is a code or an address rather than words.

    `opening`: it begins a sentence, so that its first word may be an ordinary one: `Remind Anna`.
    `apart`: its words need not stand together, since they may be nouns: `ein Antrag von Frau Lange`.
    """

    start: int
    end: int
    words: tuple[str, ...]
    exact: bool = False
    opening: bool = False
    apart: bool = False


def code(text: str) -> str:
    """Letters and digits only: `T-10423` and `t 10423` are one."""
    return "".join(c for c in text.casefold() if c.isalnum())


def address(text: str) -> str:
    """A URL without scheme, `www.` and what closes the sentence."""
    return re.sub(r"\A(?:https?://)?(?:www\.)?", "", text.casefold()).rstrip(".,;:!?/*_")


def parts(text: str) -> list[str]:
    """Runs of letters and runs of digits: `T-10423` is `T` and `10423`."""
    return _PART.findall(text)


def acronym(word: str) -> str | None:
    """The letters of an acronym, None for another word: `U.S.` is `US`."""
    letters = word.replace(".", "").replace("&", "")
    return letters if 2 <= len(letters) <= 8 and letters.isupper() else None


def blank(pattern: re.Pattern[str], text: str, found: list[tuple[int, int, str]]) -> str:
    """The text with what the pattern finds blanked out, and noted as start, end and text."""

    def take(match: re.Match[str]) -> str:
        found.append((match.start(), match.end(), match[0]))
        return "\x00" * len(match[0])

    return pattern.sub(take, text)


def codes(text: str) -> Iterator[re.Match[str]]:
    for match in TOKEN.finditer(text):
        if len(match[0]) <= 100 and _CODE.fullmatch(match[0]):
            yield match


def names(text: str) -> Iterator[Name]:
    """Names of a reply, from the text in which dates, numbers, codes and addresses are blanked out."""
    nouns = _capital_nouns(text[:_LANGUAGE_CHARS])
    alone = len(text) < 100 and 0 < len(text.split()) <= 4 and not any(word[0].islower() for word in text.split())
    read = _without_headings(text)
    words = list(WORD.finditer(read))
    low = {fold(w[0]) for w in words if w[0][0].islower()}
    runs = [_stripped(run, read, low, alone) for run in _runs(words, read)]
    inside = {fold(bare(w[0])) for run, opening in runs for w in (run[1:] if opening else run)}
    for run, opening in runs:
        titled = bool(run) and _title_before(run[0], read)
        if not run or (
            opening and len(run) == 1 and not titled and not acronym(run[0][0]) and fold(bare(run[0][0])) not in inside
        ):
            continue
        if nouns and len(run) == 1 and not titled and not alone and not acronym(run[0][0]):
            continue
        parts = tuple(bare(w[0]) for w in run if fold(w[0]) not in PARTICLES)
        yield Name(run[0].start(), run[-1].end(), parts, opening=opening and len(parts) > 1, apart=nouns)


def _runs(words: list[re.Match[str]], text: str) -> Iterator[list[re.Match[str]]]:
    """Capitalised words that follow one another, with the particles between them."""
    run: list[re.Match[str]] = []
    for word in words:
        touching = bool(run) and BETWEEN.fullmatch(text, run[-1].end(), word.start()) is not None
        if touching and text[run[-1].end()] == "." and len(run[-1][0]) > 1 and fold(run[-1][0]) not in TITLES:
            touching = False  # a full stop, unless it ends an initial or a title
        if run and (not touching or len(run) >= _LONGEST):
            yield run
            run = []
        if (word[0][0].isupper() and not _DIGIT.search(word[0])) or (
            run and touching and fold(word[0]) in PARTICLES - JOINING
        ):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _stripped(run: list[re.Match[str]], text: str, low: set[str], alone: bool) -> tuple[list[re.Match[str]], bool]:
    """The run without the common words around it, and whether it still begins where a sentence does."""
    opening = not alone and _opens(text, run[0].start())
    while run and (common(run[0][0]) or (fold(bare(run[0][0])) in low)):
        run, opening = run[1:], False
    while run and (common(run[-1][0]) or fold(bare(run[-1][0])) in low or fold(run[-1][0]) in PARTICLES):
        run = run[:-1]
    return run, opening


def common(word: str) -> bool:
    """Whether a word is capitalised without being a name."""
    folded = fold(bare(word))
    head = fold(re.split("['’]", word)[0])
    if len(word) > 1 and word.isupper() and folded in ("us", "it", "who", "un", "may", "is", "am"):
        return folded in ("it", "am", "is")
    return (
        len(folded) < 2
        or folded in COMMON
        or head in COMMON
        or folded in PARTICLES
        or folded in TITLES
        or folded.endswith("ly")
    )


def bare(word: str) -> str:
    """The word without the `'s` of a possessive."""
    return _POSSESSIVE.sub("", word)


def _opens(text: str, start: int) -> bool:
    """Whether a sentence, a line, a cell or a quotation begins here."""
    if text[start - 1 : start] == "(":
        end = WORD.match(text, start)
        return not (end and text[end.end() : end.end() + 1] == ")")
    return _OPENED.search(text, max(0, start - 12), start) is not None


def _title_before(word: re.Match[str], text: str) -> bool:
    before = re.search(r"([^\W\d_]{1,12})\.?[ ]\Z", text[max(0, word.start() - 14) : word.start()])
    return before is not None and before[1][0].isupper() and len(before[1]) > 1 and fold(before[1]) in TITLES


def _without_headings(text: str) -> str:
    text = _HEADING.sub(lambda m: re.sub(r"[^\n]", "\n", m[0]), text)
    if "\n" not in text.strip():
        return text
    return _LINE.sub(lambda m: "\n" * len(m[0]) if _titled(m[0]) else m[0], text)


def _titled(line: str) -> bool:
    """Whether a line is a heading without markup, in title case or in capitals."""
    words = [w[0] for w in WORD.finditer(line)]
    if len(words) < 2 or line.rstrip()[-1:] in ".!?,;" or line.lstrip()[:1] in "-*•|+":
        return False
    if len(words) >= 3 and sum(w.isupper() for w in words) > 0.6 * len(words):
        return True
    small = [w for w in words if fold(w) in PARTICLES or fold(w) in COMMON]
    return bool(small) and all(w[0].isupper() or w in small for w in words) and len(words) <= 10


def _capital_nouns(text: str) -> bool:
    """Whether the text is in a language that capitalises every noun."""
    return bool(text.strip()) and _teller()(text) in _CAPITAL_NOUNS


@lru_cache(maxsize=1)
def _teller() -> Callable[[str], str]:
    """A function from a text to its language; loads the model (0.5 s)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return lambda text: str(model.classify(text)[0])
