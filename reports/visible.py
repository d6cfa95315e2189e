"""Hostile text made safe to look at: nothing invisible, nothing that turns a line around, nothing endless.

Control, format, surrogate, private and unassigned characters are replaced by their code point. Escaping for HTML is
another matter: `plain` leaves it to the template, `marked` does it.
"""

import re
import unicodedata

from markupsafe import Markup, escape

TEXT_LIMIT = 6_000  # characters of one text that the page shows
LINE_LIMIT = 240  # and lines
TALL_TEXT, TALL_LINES = 1_500, 24

_RUN = re.compile(r"([^\x20-\x7e\n\t])\1*")
_DECEPTIVE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that draw nothing
_JOINERS = "\u200c\u200d"  # honest inside emoji and several scripts


def plain(text: str) -> str:
    """Text for attributes and labels: `⟨U+202E⟩` in place of what cannot be seen."""
    return _RUN.sub(_named, text)


def marked(text: str) -> Markup:
    """Text escaped for HTML, with what cannot be seen as a marked code point."""
    return Markup(_RUN.sub(_spanned, str(escape(text.replace("\r\n", "\n")))))


def cut(text: str) -> tuple[str, int]:
    """The beginning of a text and how many characters are left out."""
    kept = "\n".join(text[:TEXT_LIMIT].split("\n")[:LINE_LIMIT])
    return kept, len(text) - len(kept)


def is_tall(text: str) -> bool:
    """Whether a text would push its neighbours far apart."""
    return len(text) > TALL_TEXT or text.count("\n") > TALL_LINES


def shorten(text: str, limit: int = 80) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _named(run: re.Match[str]) -> str:
    return f"⟨{_code(run)}⟩" if _is_deceptive(run) else run.group()


def _spanned(run: re.Match[str]) -> str:
    if not _is_deceptive(run):
        return run.group()
    name = unicodedata.name(run.group(1), "control character").lower()
    return f'<span class="code-point" title="{escape(name)}">{_code(run)}</span>'


def _code(run: re.Match[str]) -> str:
    repeats = len(run.group())
    return f"U+{ord(run.group(1)):04X}" + (f" ×{repeats}" if repeats > 1 else "")


def _is_deceptive(run: re.Match[str]) -> bool:
    char = run.group(1)
    if char in _JOINERS and len(run.group()) == 1:
        neighbours = run.string[max(run.start() - 1, 0) : run.start()] + run.string[run.end() : run.end() + 1]
        return len(neighbours) < 2 or neighbours[0].isascii() or neighbours[1].isascii()
    return char in _BLANK or unicodedata.category(char) in _DECEPTIVE
