"""Surface features: what a reply looks and sounds like, and nothing of whether it is right.

Counts are per 100 words, so that a longer reply of the same manner has the same features; length is a feature of its
own. How replies begin and end is told by the teacher's most frequent openers and closers.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LONGEST = 100_000  # characters of a reply that are read
_FREQUENT = 8  # openers and closers that have a feature of their own
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?+|\d+(?:[.,]\d+)*+")
_SHAPES = {
    "headers": r"^#{1,6} ",
    "bold": r"\*\*[^*\n]",
    "list items": r"^[ \t]{0,8}(?:[-*+•]|\d{1,3}[.)]) ",
    "code": r"```|`[^`\n]",
    "latex": r"\\[a-zA-Z(\[]|\$[^$\n]",
    "numbers": r"\d+",
    "capitals": r"\b[^\W\d_]*[A-Z]",
    "line breaks": r"\n",
    "paragraphs": r"\n[ \t]*\n",
    "equations": r"[^\n=<>!]=[^\n=>]",
    "braces": r"[{}\[\]]",
    "quotes": r"[\"“”„«»]",
    "currency": r"[$€£¥]\d",
    "other scripts": r"[^\x00-\u024f\s]",
}
_MARKS = ",.;:!?()-–—/+*%"
_SPOKEN = {
    "hedges": "maybe perhaps possibly probably might may could seems seem appears appear likely unlikely guess think "
    "believe roughly approximately about around somewhat unclear unsure vielleicht wohl peut-être quizás",
    "certainty": "certainly definitely clearly obviously surely indeed exactly always never must undoubtedly sure "
    "absolutely precisely natürlich sicher certainement",
    "discourse": "so therefore thus hence first second third next then finally however but because since wait actually "
    "now let overall also moreover instead although otherwise daher also zunächst donc ensuite entonces",
    "I": "i me my mine",
    "we": "we us our let's",
    "you": "you your yours",
    "thanks": "please sorry thanks thank sure glad happy hope welcome great",
}
_FUNCTION = (
    "the a an of to in on at for from with by as is are was were be been has have had will would can do does did not "
    "no it its this that these those which who what when if and or than there"
)


@dataclass(frozen=True, slots=True)
class _Surface:
    """One reply: figures in the order of `FIGURES`, with how it begins and ends."""

    figures: NDArray[np.float32]
    opener: str
    closer: str


@dataclass(slots=True)
class Reading:
    """Features of replies, each reply read once. Openers and closers are the teacher's, fitted with `learn`."""

    openers: tuple[str, ...] = ()
    closers: tuple[str, ...] = ()
    _seen: dict[str, _Surface] = field(default_factory=dict)

    def learn(self, teacher: Iterable[str]) -> None:
        """Take the frequent openers and closers from the teacher's replies, and forget the features of all others."""
        texts = list(teacher)
        self._seen = {text: self._read(text) for text in texts}
        read = [self._seen[text] for text in texts]
        self.openers = _frequent(surface.opener for surface in read)
        self.closers = _frequent(surface.closer for surface in read)

    @property
    def names(self) -> tuple[str, ...]:
        begins = (f"begins {opener!r}" for opener in self.openers)
        ends = (f"ends {closer!r}" for closer in self.closers)
        return (*FIGURES, *begins, *ends)

    def of(self, texts: Sequence[str]) -> Floats:
        """Array of shape (len(texts), len(names))."""
        rows = np.zeros((len(texts), len(self.names)))
        for row, text in zip(rows, texts, strict=True):
            surface = self._read(text)
            row[: len(FIGURES)] = surface.figures
            row[len(FIGURES) :] = [
                *(surface.opener == one for one in self.openers),
                *(surface.closer == one for one in self.closers),
            ]
        return rows

    def _read(self, text: str) -> _Surface:
        if text not in self._seen:
            self._seen[text] = _surface(text[:LONGEST])
        return self._seen[text]


def _frequent(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one, count in Counter(found).most_common(_FREQUENT) if count > 1)


def _surface(text: str) -> _Surface:
    lines = [line for line in text.splitlines() if line.strip()]
    return _Surface(
        np.array(tuple(_figures(text, len(lines)).values()), dtype=np.float32),
        _shape(lines[0], first=2) if lines else "",
        _shape(lines[-1], first=2) if lines else "",
    )


def _figures(text: str, lines: int) -> dict[str, float]:
    words = [word.lower() for word in _WORD.findall(text)]
    counts = Counter(words)
    per = 100 / max(len(words), 1)
    figures = {
        "length": float(np.log1p(len(text))),
        "words": float(np.log1p(len(words))),
        "word length": sum(map(len, words)) / max(len(words), 1),
        "line length": float(np.log1p(len(text) / max(lines, 1))),
    }
    figures |= {name: per * sum(1 for _ in pattern.finditer(text)) for name, pattern in _PATTERNS.items()}
    figures |= {mark: per * text.count(mark) for mark in _MARKS}
    figures |= {name: per * sum(counts[word] for word in spoken) for name, spoken in _SPOKEN_WORDS.items()}
    figures |= {word: per * counts[word] for word in _FUNCTION_WORDS}
    return figures


def _shape(line: str, first: int) -> str:
    """The first words of a line with numbers as 0 and names as they are, so that `Total: $69` is `total: $0`."""
    short = re.sub(r"\d+(?:[.,]\d+)*+", "0", line.strip()[:80].lower())
    return " ".join(short.split()[:first])


_PATTERNS = {name: re.compile(shape, re.MULTILINE) for name, shape in _SHAPES.items()}
_SPOKEN_WORDS = {name: frozenset(words.split()) for name, words in _SPOKEN.items()}
_FUNCTION_WORDS = tuple(_FUNCTION.split())
FIGURES = tuple(_figures("", 0))
