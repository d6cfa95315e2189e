"""What finds personal data in a text: presidio-analyzer's recognisers, called one by one, without a language model.

Where a recogniser finds less than its kind needs, or asks the network (the list of top-level domains), it gets a
pattern or a check of ours. Each finder takes a text and returns spans: (start, end).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from harness.errors import PlanError
from harness.policy import Strict
from harness.strict_yaml import read
from suites.production.secret_patterns import SECRET_PATTERNS
from suites.production.strata_rules import may_take_for_ever

if TYPE_CHECKING:
    from presidio_analyzer import Pattern, PatternRecognizer
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    Recogniser = PatternRecognizer | PhoneRecognizer

Span = tuple[int, int]
Finder = Callable[[str], Sequence[Span]]
REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")  # presidio's; for numbers without a country code

_BETWEEN = r"[\s.\-]{0,2}"  # what may stand between groups of digits
_CARDS = (
    rf"(?<!\d)(?<!\d\.)(?:2[2-7]\d\d|[3-6]\d\d\d)(?:{_BETWEEN}\d{{4}}){{3}}(?!\d)",
    rf"(?<!\d)(?<!\d\.)3[47]\d\d{_BETWEEN}\d{{6}}{_BETWEEN}\d{{5}}(?!\d)",
    rf"(?<!\d)(?<!\d\.)3(?:0[0-5]|[689]\d)\d{_BETWEEN}\d{{6}}{_BETWEEN}\d{{4}}(?!\d)",
    rf"(?<!\d)(?<!\d\.)[4-6]\d\d\d(?:{_BETWEEN}\d{{4}}){{3}}{_BETWEEN}\d{{3}}(?!\d)",
)
_EMAIL = (
    r"[\w+](?:[\w.%+'~-]{0,62}[\w+~-])?(?:@|%40)"
    r"(?<!://[^\s/@]{0,128}:[^\s/@]{1,128}@)"  # there it ends a password
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_](?:[\w-]{0,61}[^\W_])(?![\w@])"
)
_PHONE_LIKE = re.compile(r"[+\uff0b(]?\d(?:[\s()./\u2010-\u2015\u00a0\u202f-]{0,3}\d){6,24}")
_WITH_PLUS = re.compile(r"(?<![\w+])[+\uff0b]\s?\d(?:[\s()./\u00a0-]{0,2}\d){7,14}(?!\d)")
_AROUND = 30  # characters beside a number that tell whether it is a phone's
_NUMBERED = re.compile(
    r"(?:\b(?:order|invoice|ticket|case|ref|reference|tracking|booking|confirmation|transaction|txn|parcel|shipment|"
    r"sku|item|article|part|serial|model|isbn|ean|issue|id|bestellung|bestellnummer|bestell-?nr|rechnung|"
    r"rechnungsnummer|auftrag|auftragsnummer|sendungsnummer|commande|facture|pedido|factura)"
    r"(?:[\s:=.#-]{1,3}|number|num|no\b|nr\b|id|code|is|was|n\u00b0){0,6}|#)\s?$",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[$\u20ac\u00a3\u00a5\u20b9]|\b(?:USD|EUR|GBP|CHF|JPY|INR|BRL))\s?-?$", re.IGNORECASE)
_MONEY_BEHIND = re.compile(r"\s?(?:[$\u20ac\u00a3\u00a5\u20b9%]|(?:USD|EUR|GBP|CHF|JPY|INR|BRL|kr)\b)", re.IGNORECASE)
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})(?!\1?\d)|\d{4}([./-])\d{1,2}\2\d{1,2}(?!\d)")
_FRACTION = re.compile(r"\d[.,]$")
_EPOCH = re.compile(r"1\d{9}")  # seconds since 1970; hardly a phone number is written so
_SHORT = 8  # characters
_CALLED = re.compile(r"\b(?:call|phone|tel|telephone|mobile|cell|whatsapp|ring|text|fax|dial)\b", re.IGNORECASE)
_VERSION = re.compile(r"(?:\b(?:version|ver|release|build|section|firmware)\.?\s{0,2}v?|\u00a7\s?)$", re.IGNORECASE)
_OWN_MACHINE = ("127.0.0.1", "0.0.0.0", "::1")
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ .\-\u00a0\u202f]?[A-Za-z0-9])")
_FORMATS = {"PT": r"PT\d{23}"}  # presidio's table has four digits less
_IBAN_REACH = 34 * 2  # the longest, with a separator behind every character


class NameFile(Strict):
    """Names to take out: as they are written, or by regular expressions."""

    names: tuple[Annotated[str, Field(min_length=2)], ...] = ()
    patterns: tuple[Annotated[str, Field(min_length=1)], ...] = ()


def presidio_finders(regions: Sequence[str]) -> dict[str, Finder]:
    """Finders by kind; loads presidio, which takes seconds."""
    from presidio_analyzer import Pattern, PatternRecognizer
    from presidio_analyzer import predefined_recognizers as known

    class Email(known.EmailRecognizer):
        def validate_result(self, pattern_text: str) -> bool | None:
            """Whatever its last part: within a company it need not be public, and the list would be fetched."""
            return None

    class Card(known.CreditCardRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            number = "".join(c for c in pattern_text if c.isdigit())
            return bool(super().validate_result(number)) and number.strip(number[0]) != ""

    def patterns(kind: str, written: Sequence[str]) -> "list[Pattern]":
        return [Pattern(f"{kind} {number}", text, 0.5) for number, text in enumerate(written)]

    email = Email(patterns=patterns("email", [_EMAIL]))
    card = Card(patterns=patterns("card", _CARDS))
    secret = PatternRecognizer("SECRET", patterns=[Pattern(name, text, 0.9) for name, text in SECRET_PATTERNS])
    iban, address = known.IbanRecognizer(), known.IpRecognizer()
    phone = known.PhoneRecognizer(supported_regions=tuple(regions))
    return {
        "secret": lambda text: list(_spans(secret, text)),
        "iban": lambda text: [*_spans(iban, text), *loose_ibans(text)],
        "card": lambda text: list(_spans(card, text)),
        "email": lambda text: list(_spans(email, text)) if "@" in text or "%40" in text else [],
        "phone": lambda text: list(_phones(phone, text)),
        "ip": lambda text: [span for span in _spans(address, text) if _is_address(text, span)],
    }


def load_names(path: Path) -> Finder:
    """The finder of configured names. Raises PlanError.

    A name of several words is found in any case; a single word only as written, since `Will` is a name and `will` none.
    """
    document = read(path)
    given = document.validate(NameFile)
    compiled = [_alternatives([n for n in given.names if len(n.split()) == 1], 0)]
    compiled += [_alternatives([n for n in given.names if len(n.split()) > 1], re.IGNORECASE)]
    for number, pattern in enumerate(given.patterns):
        where = document.place(("patterns", number))
        try:
            compiled.append(re.compile(pattern))
        except (re.error, OverflowError, RecursionError) as error:
            raise PlanError(f"{where}: no regular expression: {error}") from None
        if may_take_for_ever(pattern):
            raise PlanError(f"{where}: a repeated group with a repeat or choice in it can take for ever; write it flat")
    patterns = [pattern for pattern in compiled if pattern is not None]

    def find(text: str) -> list[Span]:
        return [match.span() for pattern in patterns for match in pattern.finditer(text) if match[0].strip()]

    return find


def loose_ibans(text: str) -> Iterator[Span]:
    """IBANs in any case and spacing, by the formats of presidio's table and the check digits (ISO 13616, mod 97)."""
    from presidio_analyzer.predefined_recognizers.generic.iban_patterns import regex_per_country

    for start in _IBAN_START.finditer(text):
        country = start[0][:2].upper()
        if country not in regex_per_country:
            continue
        places = _characters(text, start.start())
        compact = "".join(text[place] for place in places).upper()
        match = re.match(_FORMATS.get(country, regex_per_country[country]), compact)
        if match and int("".join(str(int(c, 36)) for c in match[0][4:] + match[0][:4])) % 97 == 1:
            yield start.start(), places[match.end() - 1] + 1


def _characters(text: str, start: int) -> list[int]:
    """The places of the letters and digits from `start` on, at most one separator between two."""
    places: list[int] = []
    for place in range(start, min(len(text), start + _IBAN_REACH)):
        if text[place].isascii() and text[place].isalnum():
            places.append(place)
        elif text[place] not in " .-\u00a0\u202f" or places[-1] != place - 1:
            break
    return places


def _spans(recogniser: "Recogniser", text: str) -> Iterator[Span]:
    for result in recogniser.analyze(text, list(recogniser.supported_entities)):
        if result.score > 0.1:
            yield result.start, result.end


def _phones(recogniser: "Recogniser", text: str) -> Iterator[Span]:
    """What presidio takes for a phone number where digits look like one, and any other number with a plus.

    A number that an order, an invoice or a currency announces is none.
    """
    found: list[Span] = []
    for match in _PHONE_LIKE.finditer(text):
        first = max(0, match.start() - 2)  # a cut text: the recogniser takes long over letters
        for start, end in _spans(recogniser, text[first : match.end() + 12]):
            found.append((first + start, first + end))
    yield from (span for span in found if not _is_other_number(text, span))
    for match in _WITH_PLUS.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in found):
            yield match.span()


def _is_other_number(text: str, span: Span) -> bool:
    before, behind = text[max(0, span[0] - _AROUND) : span[0]], text[span[1] : span[1] + 5]
    if "+" in text[max(0, span[0] - 1) : span[1]]:
        return False
    found = text[span[0] : span[1]]
    if _DATE.match(found) or _FRACTION.search(before):
        return True
    if (_MONEY_BEFORE.search(before) and "-" not in found) or (found.isdigit() and _MONEY_BEHIND.match(behind)):
        return True
    if (_EPOCH.fullmatch(found) or len(found) < _SHORT) and not _CALLED.search(before):
        return True
    return _VERSION.search(before) is not None or (found.isdigit() and _NUMBERED.search(before) is not None)


def _is_address(text: str, span: Span) -> bool:
    """Neither the version of a program nor words of another language, and not the machine itself."""
    found = text[span[0] : span[1]]
    if found in _OWN_MACHINE or not any(c.isdigit() for c in found):
        return False
    return ":" in found or not _VERSION.search(text[max(0, span[0] - _AROUND) : span[0]])


def _alternatives(names: Sequence[str], flags: int) -> re.Pattern[str] | None:
    """One pattern for many names, longer ones first; any space stands for any spaces."""
    if not names:
        return None
    longest_first = sorted(dict.fromkeys(names), key=lambda name: (-len(name), name))
    written = "|".join(r"\s+".join(re.escape(word) for word in name.split()) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)", flags)
