"""Characters that are not seen, or that look like others: one spelling, so that texts that read alike are alike.

Copied and right-to-left text brings marks without width, East Asian keyboards bring digits and colons of full width.
"""

import re
import unicodedata

_HEAP = re.compile(r"[^\w\s\x00-\x7f]{30}")
# Joiners are part of the spelling in Persian, Hindi and emoji; beside ASCII they say nothing.
_JOINERS = re.compile(r"(?<![^\x00-\x7f])[\u200c\u200d]++(?![^\x00-\x7f])")

_QUOTES = str.maketrans("\u2018\u2019\u02bc\u201c\u201d", "'''\"\"")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x2010: "-", 0x2011: "-"}
_UNSEEN: dict[int, None] = dict.fromkeys(
    [0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
    + [*range(0x2066, 0x206A), 0xFE0E, 0xFE0F, 0xFEFF]
)
_TABLE: dict[int, int | str | None] = {**_WIDE, **_UNSEEN}


def visible(text: str) -> str:
    """The text without characters that cannot be seen, and with those of full width as in ASCII; ² is not 2 here."""
    return text if text.isascii() else _JOINERS.sub("", text.translate(_TABLE))


def one_spelling(text: str) -> str:
    """What is visible, in NFKC and with straight quotes.

    Heaped accents are broken up: to order them takes quadratic time.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _HEAP.sub(r"\g<0> ", visible(text).translate(_QUOTES)))
