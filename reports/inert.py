"""Hostile text made inert for the Markdown of GitHub and GitLab: it shows as it is, and nothing comes of it.

Two things act on such text. The parser sees markup in punctuation, which is therefore written as character references.
Then filters go over the finished page and make links of mentions, issues, addresses and commits, whatever was escaped:
an empty comment inside breaks what they look for, and nobody sees it.
"""

import re

from reports.visible import plain, shorten

BREAK = "<!-- -->"
_MARKUP = re.compile(r"[!#$&*<>@\[\\\]^_`{|}~]")
# What begins a reference when something follows it: @team, #12, !3, $4, ~label, &5, ^6, %"1.0", :smile:, https://x
_SIGIL = re.compile(r"([!#$&@^~%:])(?=\S)")
_WORDS = re.compile(r"(?i)\b(www|gh)(?=[.-])")
_COMMIT = re.compile(r"(?i)\b[0-9a-f]{7,}\b")
_SHORT = 6  # hexadecimal digits that are no commit yet
_BLOCK = re.compile(r"[-+](?=[-+ ]|$)|=|\d{1,9}[.)](?= |$)")  # a list, a rule or a heading, where a line begins
_MARKER = re.compile(r"[-+=.)]")


def inert(text: str, limit: int) -> str:
    """One line of Markdown that shows the text, at most `limit` characters of it, and never begins a block."""
    shown = shorten(plain(text[: 2 * limit]), limit)
    if len(text) > 2 * limit and not shown.endswith("…"):
        shown = f"{shown[: limit - 1]}…"
    start = _BLOCK.match(shown)
    if start is None:
        return _quiet(shown)
    return _MARKER.sub(_reference, start[0]) + _quiet(shown[start.end() :])


def _quiet(text: str) -> str:
    """Breaks are put in as a character that no shown text holds, so that they are not escaped themselves."""
    broken = _SIGIL.sub("\\1\0", text)
    broken = _WORDS.sub("\\1\0", broken)
    broken = _COMMIT.sub(lambda run: "\0".join(_pieces(run[0])), broken)
    return _MARKUP.sub(_reference, broken).replace("\0", BREAK)


def _pieces(digits: str) -> list[str]:
    return [digits[start : start + _SHORT] for start in range(0, len(digits), _SHORT)]


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
