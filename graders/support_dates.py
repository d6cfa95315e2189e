r"""Dates and times as people write them, by an explicit grammar: nothing is guessed.

A date is a pattern of ten characters, `2025-03-03`, in which `?` stands for what is not said: `????-03-03` has no year
and `199?-??-??` is a decade. Where a form has two readings (`03/04/2025`), both are kept. A time is `10:30`, and where
the half of the day is not said, both hours are kept.
"""

import re
from collections.abc import Callable, Iterator, Set
from datetime import date

from graders.support_words import ALSO_WORDS, FULL_MONTHS, MONTHS, WEEKDAYS, fold, one_of

Readings = tuple[str, ...]
Found = tuple[int, int, Readings]  # start, end and how it may be read

_TAKEN = "\x00"
_ORD = r"(?:st|nd|rd|th|er|\.)?"
_DAY = rf"\d{{1,2}}{_ORD}"
_YEAR = r"(?P<year>[12]\d{3})(?![\d/-]|[.,]\d)"
_APART = r"(?<![\w./-])"
_TO = r"[ ]?(?:-|–|to|and|bis|und|au|et|/)[ ]?"
_ASIDE = r"(?:in|by|since|until|till|during|mid|late|early|im|seit|bis|anfang|ende|mitte|en|debut|début|fin)"

_Reader = Callable[[re.Match[str]], tuple[Readings, ...]]  # a range is two dates, each with its readings


def find(text: str) -> tuple[list[Found], str]:
    """Every date and time, and the text with the same length in which they are blanked out."""
    found: list[Found] = []
    for pattern, reader in _GRAMMAR:
        text = pattern.sub(_taking(reader, found), text)
    return sorted(found), text


def _taking(reader: _Reader, found: list[Found]) -> Callable[[re.Match[str]], str]:
    def take(match: re.Match[str]) -> str:
        told = [readings for readings in reader(match) if readings]
        found.extend((match.start(), match.end(), readings) for readings in told)
        return _TAKEN * len(match[0]) if told else match[0]

    return take


def pattern(year: str | None, month: int | None = None, day: int | None = None) -> Readings:
    """The date, or nothing if there is no such day."""
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return ()
    shown = [
        "????" if year is None else year,
        "??" if month is None else f"{month:02}",
        "??" if day is None else f"{day:02}",
    ]
    return ("-".join(shown),)


def supported(claim: str, known: Set[str]) -> bool:
    """Whether a reading stands among those of a source, in as much detail or more.

    The year may stand elsewhere in the source than the day, if the day stands there without a year.
    """
    if claim in known:
        return True
    return claim[4:5] == "-" and f"{claim[:4]}-??-??" in known and f"=????{claim[4:]}" in known


def details(readings: Readings) -> Iterator[str]:
    """Readings of a source and all that they support: with less detail, or the weekday. `=`: said without a year."""
    for reading in readings:
        if len(reading) != 10:
            yield from dict.fromkeys((reading, reading[:5] if reading[2] == ":" else reading))
            continue
        year, month, day = reading.split("-")
        for y in dict.fromkeys((year, "????", f"{year[:3]}?")):
            for m in dict.fromkeys((month, "??")):
                for d in dict.fromkeys((day, "??")):
                    yield f"{y}-{m}-{d}"
                    if year == "????" and m != "??":
                        yield f"={y}-{m}-{d}"
        if reading.isascii() and "?" not in reading:
            try:
                yield f"weekday {date.fromisoformat(reading).isoweekday()}"
            except ValueError:
                continue


def _plain_number(text: str) -> int:
    return int(re.sub(r"\D", "", text) or "0")


def _month(match: re.Match[str]) -> int | None:
    word = match["month"]
    folded = fold(word)
    if folded in ALSO_WORDS and not word[0].isupper() and folded not in ("mars", "mai"):
        return None
    return MONTHS.get(folded)


def _days_of_month(match: re.Match[str]) -> tuple[Readings, ...]:
    """`3 March 2025`, `3-5 March`, `March 3, 2025`, `March 3-5`."""
    month = _month(match)
    if month is None:
        return ()
    days = [day for day in (match["day"], match["other"]) if day is not None]
    return tuple(pattern(match["year"], month, _plain_number(day)) for day in days)


def _day_of_capital_month(match: re.Match[str]) -> tuple[Readings, ...]:
    return _days_of_month(match) if match["month"][0].isupper() else ()


def _month_of_year(match: re.Match[str]) -> tuple[Readings, ...]:
    month = _month(match)
    return () if month is None else (pattern(match["year"], month),)


def _month_alone(match: re.Match[str]) -> tuple[Readings, ...]:
    word = match["month"]
    month = FULL_MONTHS.get(fold(word))
    french = match["aside"].casefold() in ("en", "debut", "début", "fin")
    return (pattern(None, month),) if month and (word[0].isupper() or french) else ()


def _month_in_digits(match: re.Match[str]) -> tuple[Readings, ...]:
    return (pattern(match["year"], int(match["digits"])),)


def _iso(match: re.Match[str]) -> tuple[Readings, ...]:
    return (pattern(match[1], int(match[3]), int(match[4])),)


def _numeric(match: re.Match[str]) -> tuple[Readings, ...]:
    """`03/04/2025`: either the day or the month first. With dots, the day is first."""
    one, separator, other, year = int(match[1]), match[2], int(match[3]), match[4]
    years = (year,) if len(year) == 4 else (f"20{year}", f"19{year}")
    readings = tuple(r for y in years for r in pattern(y, other, one))
    if separator != ".":
        readings += tuple(r for y in years for r in pattern(y, one, other))
    return (tuple(dict.fromkeys(readings)),)


def _day_and_month(match: re.Match[str]) -> tuple[Readings, ...]:
    return (pattern(None, int(match[2]), int(match[1])),)


def _weekday(match: re.Match[str]) -> tuple[Readings, ...]:
    number = WEEKDAYS.get(fold(match[0]))
    capital = match[0][0].isupper() or fold(match[0]).endswith("di")
    return ((f"weekday {number}",),) if number and capital else ()


def _cjk(match: re.Match[str]) -> tuple[Readings, ...]:
    return (pattern(f"{int(match[1])}", int(match[2]), int(match[3]) if match[3] else None),)


def _decade(match: re.Match[str]) -> tuple[Readings, ...]:
    return ((f"{match[1][:3]}?-??-??",),)


def _years(match: re.Match[str]) -> tuple[Readings, ...]:
    """`2019-20` is two years."""
    if int(match[2]) <= int(match[1][2:]):
        return ()
    return (f"{match[1]}-??-??",), (f"{match[1][:2]}{match[2]}-??-??",)


def _time(match: re.Match[str]) -> tuple[Readings, ...]:
    hour, minute, second, half = int(match["hour"]), match["minute"] or "00", match["second"], match["half"]
    if hour > 24 or int(minute) > 59 or (half and not 1 <= hour <= 12):
        return ()
    if half:
        hours = [hour % 12 + (12 if half[0] in "pP" else 0)]
    elif 1 <= hour <= 12 and not match["hour"].startswith("0"):
        hours = [hour, (hour + 12) % 24]
    else:
        hours = [hour]
    exact = f":{second}" if second else ""
    return (tuple(f"{h:02}:{int(minute):02}{exact}" for h in hours),)


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE | re.IGNORECASE)


_HALF = r"(?P<half>[ap]\.[ ]?m\.|[ap][ ]?m\b)"
_MONTH_NAMES = one_of({*MONTHS, "märz", "février", "août", "décembre", "févr", "déc", "jänner"})
_WEEKDAY_NAMES = one_of({*WEEKDAYS, "miércoles", "sábado", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì"})
_NAMED = rf"(?P<month>{_MONTH_NAMES})\b(?:\.(?=[ ,]{{0,2}}\d))?"
_GRAMMAR: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_compiled(rf"{_APART}([12]\d{{3}})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?=T\d|\b)(?![-/\d]|[.,]\d)"), _iso),
    (_compiled(rf"{_APART}(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}})(?![\w/-]|[.,]\d)"), _numeric),
    (_compiled(r"(?<!\d)([12]\d{3})年(\d{1,2})月(?:(\d{1,2})日)?"), _cjk),
    (
        _compiled(
            rf"{_APART}(?:(?P<other>{_DAY}){_TO})?(?P<day>{_DAY})[ \u00a0-]{{0,2}}(?:(?:of|de|del)[ ])?{_NAMED}"
            rf"(?:[ ,-]{{1,2}}(?:(?:de|del)[ ])?{_YEAR})?"
        ),
        _days_of_month,
    ),
    (
        _compiled(
            rf"\b{_NAMED}[ ](?:the[ ])?(?P<day>{_DAY})(?!\d|[.,:]\d|[ ]?%)(?:{_TO}(?P<other>{_DAY})(?!\d|[.,]\d))?"
            rf"(?:,?[ ]{_YEAR})?"
        ),
        _day_of_capital_month,
    ),
    (_compiled(rf"\b{_NAMED},?[ -](?:(?:of|de|del)[ ])?{_YEAR}"), _month_of_year),
    (_compiled(rf"{_APART}(?P<digits>0?[1-9]|1[0-2])[/.](?P<year>[12]\d{{3}})(?![\w/-]|[.,]\d)"), _month_in_digits),
    (_compiled(rf"{_APART}(?P<year>[12]\d{{3}})-(?P<digits>0[1-9]|1[0-2])(?![\w/-]|[.,]\d)"), _month_in_digits),
    (_compiled(rf"{_APART}(\d{{1,2}})\.[ ]?(\d{{1,2}})\.(?![\w])"), _day_and_month),
    (_compiled(rf"\b(?P<aside>{_ASIDE})[ -]{_NAMED}(?!\w)"), _month_alone),
    (_compiled(rf"\b{_WEEKDAY_NAMES}\b"), _weekday),
    (
        _compiled(
            rf"(?:(?<![\w.:])|(?<={_TAKEN}T))(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?!\d)"
            rf"(?::(?P<second>\d{{2}})(?!\d))?(?:[ ]?{_HALF})?"
        ),
        _time,
    ),
    (_compiled(rf"(?<![\w.:])(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d{{2}}))?(?P<second>)[ ]?(?:{_HALF})"), _time),
    (_compiled(r"(?<![\w.:])(?P<hour>\d{1,2})(?:(?:[.:](?P<minute>\d{2}))?[ ]Uhr\b)(?P<second>)(?P<half>)"), _time),
    (_compiled(r"(?<![\w.:])(?P<hour>\d{1,2})[ ]?h[ ]?(?P<minute>\d{2})\b(?P<second>)(?P<half>)"), _time),
    (_compiled(rf"{_APART}(1[89]\d0|20\d0)['’]?s\b"), _decade),
    (_compiled(rf"{_APART}(1[89]\d\d|20\d\d)[-–/](\d\d)(?![\w/-]|[.,]\d)"), _years),
)
