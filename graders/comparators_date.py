"""Dates as people and models write them, read only where they have one reading.

ISO 8601, year first, and English month names are plain. 03/04/2025 is not, unless it is known whether the day comes
first; nor is a date without its day or with a year of two digits. Libraries fill such gaps by guessing.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

_LONGEST = 60  # characters of what is still read as one date
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_DATES = (
    rf"{_YEAR}(?P<by>[-/.])(?P<month>\d{{1,2}})(?P=by)(?P<day>\d{{1,2}})",
    rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)",
    rf"(?P<one>\d{{1,2}})(?P<by>[-/.])(?P<other>\d{{1,2}})(?P=by){_YEAR}",
    rf"{_DAY}(?:[ ]|-|[ ]of[ ]){_MONTH}(?:,?[ ]|-){_YEAR}",
    rf"{_MONTH}[ ](?:the[ ])?{_DAY},?[ ]{_YEAR}",
)
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_TIME = (
    r"(?P<hour>\d{1,2})(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,6})\d{0,3})?)?)?"
    r"(?:[ ]?(?P<half>[ap])\.?m\.?)?(?:[ ]?(?P<zone>z|utc|gmt|[-+]\d\d(?::?\d\d)?))?"
)
_SHAPES = tuple(
    re.compile(rf"(?:{_WEEKDAY}\.?,?[ ])?{shape}(?:(?:t|,?[ ](?:at[ ])?){_TIME})?", re.ASCII) for shape in _DATES
)


def moment(text: str, dayfirst: bool | None) -> date | None:
    """The day that a text names, or the datetime where it gives a time; None where it does not have one reading.

    A datetime has a time zone only if the text gives its distance from UTC.
    """
    plain = " ".join(text.split()).lower() if len(text) <= _LONGEST else ""
    for shape in _SHAPES:
        if match := shape.fullmatch(plain):
            return _read(match.groupdict(), dayfirst)
    return None


def _read(parts: dict[str, str | None], dayfirst: bool | None) -> date | None:
    try:
        day = _day(parts, dayfirst)
        if day is None or (parts["weekday"] and _WEEKDAYS.index(parts["weekday"][:3]) != day.weekday()):
            return None
        return datetime.combine(day, _time(parts)) if parts["hour"] else day
    except ValueError:  # there is no such day or time
        return None


def _day(parts: dict[str, str | None], dayfirst: bool | None) -> date | None:
    year = int(parts["year"] or 0)
    if name := parts.get("name"):
        return date(year, 1 + _MONTHS.index(name[:3]), int(parts["day"] or 0))
    if parts.get("one") is None:
        return date(year, int(parts["month"] or 0), int(parts["day"] or 0))
    one, other = int(parts["one"] or 0), int(parts["other"] or 0)
    if dayfirst is None and one <= 12 and other <= 12 and one != other:
        return None
    day_leads = one > 12 if dayfirst is None else dayfirst
    return date(year, other, one) if day_leads else date(year, one, other)


def _time(parts: dict[str, str | None]) -> time:
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a half day")
        hour = hour % 12 + (12 if parts["half"] == "p" else 0)
    elif parts["minute"] is None:
        raise ValueError("an hour alone is no time")
    fraction = int((parts["fraction"] or "").ljust(6, "0"))
    return time(hour, int(parts["minute"] or 0), int(parts["second"] or 0), fraction, _zone(parts["zone"]))


def _zone(written: str | None) -> timezone | None:
    if written is None:
        return None
    if not written.startswith(("+", "-")):
        return UTC
    size = timedelta(hours=int(written[1:3]), minutes=int(written[3:].strip(":") or 0))
    return timezone(-size if written[0] == "-" else size)
