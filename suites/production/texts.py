"""Texts as they are compared: what makes no difference is taken out, and words are found where no spaces stand."""

import re
import unicodedata

# One such character holds as much as a word or a syllable: Han, kana, Hangul.
WIDE_RANGES = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_WIDE = "".join(f"{chr(low)}-{chr(high)}" for low, high in WIDE_RANGES)
_WORD = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+")
_RUN = re.compile(rf"[{_WIDE}]+|[^\W{_WIDE}]+")
_IS_WIDE = re.compile(f"[{_WIDE}]")


def normal(text: str) -> str:
    """A text without differences of case, of spacing and of Unicode form (NFKC)."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_wide(text: str) -> bool:
    """Whether a text begins with a Han, kana or Hangul character."""
    return _IS_WIDE.match(text) is not None


def words(text: str) -> list[str]:
    """The words of a text, normalised, without punctuation; every Han, kana or Hangul character is one."""
    return _WORD.findall(normal(text))


def pieces(text: str) -> list[str]:
    """What texts share although words are bent or mistyped: four letters in a row.

    The ends of a word count as letters. Of Han, kana and Hangul two characters in a row make a piece.
    """
    found: list[str] = []
    for run in _RUN.findall(normal(text)):
        wide = is_wide(run)
        padded, length = (run, 2) if wide else (f" {run} ", 4)
        found += [padded[start : start + length] for start in range(max(len(padded) - length + 1, 1))]
    return found
