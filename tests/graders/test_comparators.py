from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.comparators import comparator, comparators
from graders.comparators_date import moment

NINE = datetime(2025, 4, 3, 9)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2025-04-03", date(2025, 4, 3)),
        (" 2025/4/3 ", date(2025, 4, 3)),
        ("20250403", date(2025, 4, 3)),
        ("3 April 2025", date(2025, 4, 3)),
        ("03-Apr-2025", date(2025, 4, 3)),
        ("3rd of april, 2025", date(2025, 4, 3)),
        ("Apr. 3, 2025", date(2025, 4, 3)),
        ("Sept 3rd 2025", date(2025, 9, 3)),
        ("Thursday, April 3, 2025", date(2025, 4, 3)),
        ("25/04/2025", date(2025, 4, 25)),
        ("04/25/2025", date(2025, 4, 25)),
        ("04.04.2025", date(2025, 4, 4)),  # either way
        ("2025-04-03T09:00", NINE),
        ("20250403T0900", NINE),
        ("2025-04-03 09:00:00.000", NINE),
        ("April 3, 2025 at 9 a.m.", NINE),
        ("3 Apr 2025, 12:30 AM", NINE.replace(hour=0, minute=30)),
        ("3 Apr 2025, 12:30 pm", NINE.replace(hour=12, minute=30)),
        ("2025-04-03T09:00Z", NINE.replace(tzinfo=UTC)),
        ("2025-04-03 9:00 UTC", NINE.replace(tzinfo=UTC)),
        ("2025-04-03T09:00:00-05:30", NINE.replace(tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
        # several readings
        ("03/04/2025", None),
        ("3.4.2025", None),
        ("3/4/25", None),
        ("April 2025", None),
        ("3 April", None),
        ("Friday, April 3, 2025", None),  # a Thursday
        ("2025-04-03 9", None),
        ("2025-04-03 09:00 EST", None),
        ("3 April 2025 or 4 April 2025", None),
        ("2025-04-03/2025-04-05", None),
        # none
        ("2025-02-30", None),
        ("30 February 2025", None),
        ("2025-13-01", None),
        ("0000-01-01", None),
        ("31/31/2025", None),
        ("2025-04-03T25:00", None),
        ("2025-04-03 13 pm", None),
        ("2025-04-03T09:00+99:00", None),
        ("2025-04/03", None),
        ("3 Aprilis 2025", None),
        ("٣ April 2025", None),
        ("soon", None),
        ("", None),
        ("20250403" * 10**5, None),
    ],
)
def test_dates_that_have_one_reading(text, found):
    assert moment(text, None) == found


def test_whether_the_day_comes_first_can_be_told():
    assert moment("03/04/2025", True) == date(2025, 4, 3)
    assert moment("03/04/2025", False) == date(2025, 3, 4)
    assert moment("25/04/2025", False) is None  # the other way than was told
    assert moment("04/25/2025", True) is None


@given(st.dates(), st.booleans())
def test_a_written_date_is_read_as_itself(day, dayfirst):
    slashes = f"{day:%d}/{day:%m}/{day.year:04}" if dayfirst else f"{day:%m}/{day:%d}/{day.year:04}"
    assert moment(day.isoformat(), None) == moment(slashes, dayfirst) == day
    assert moment(slashes, None) in (day, None)


@pytest.mark.parametrize(
    ("written", "gold", "got", "same"),
    [
        ("exact", "a", "a", True),
        ("exact", "a", "A", False),
        ("exact", 37, 37.0, True),
        ("exact", 37, "37", False),
        ("exact", True, 1, False),
        ("exact", 0.1, 0.1 + 1e-15, False),
        ("text", "Main Street", "main\n street ", True),
        ("text", "Main Street", "Mainstreet", False),
        ("text", "Straße", "STRASSE", True),
        ("text", "1", 1, False),
        ({"text": {"ignore_case": False}}, "a b", " a  b", True),
        ({"text": {"ignore_case": False}}, "a b", "A b", False),
        ({"text": {"ignore_space": False}}, "a b", "A b", True),
        ({"text": {"ignore_space": False}}, "a b", "a  b", False),
        ("number", 1200.5, "1,200.50", True),
        ("number", "$37", 37, True),
        ("number", 37, "37%", True),
        ("number", 0.37, "37%", False),
        ("number", 37, "3.7e1", True),
        ("number", 37, "about 37", False),
        ("number", 37, "37 or 38", False),
        ("number", 37, "3,7", False),
        ("number", 37, "", False),
        ("number", 1, True, False),
        ("number", 37, [37], False),
        ("number", 37, 37.01, False),
        ("number", 37, "1e999999", False),
        ({"number": {"tolerance": 0.01}}, 37, "37.01", True),
        ({"number": {"tolerance": 0.01}}, 37, 37.011, False),
        ({"number": {"relative_tolerance": 0.01}}, -200, -202, True),
        ({"number": {"relative_tolerance": 0.01}}, -200, -202.1, False),
        ({"number": {"tolerance": 3, "relative_tolerance": 0.01}}, 200, 203, True),
        ("date", "2025-04-03", "3 April 2025", True),
        ("date", "2025-04-03", "4 April 2025", False),
        ("date", "2025-04-03", "2025-04-03T23:00-05:00", True),  # the day as it is written
        ("date", "2025-04-03", "03/04/2025", False),
        ("date", "2025-04-03", 20250403, False),
        ("date", "2025-04-03T09:00", "2025-04-03", False),
        ("date", "2025-04-03T09:00", "April 3, 2025 at 9 am", True),
        ("date", "2025-04-03T09:00Z", "2025-04-03T11:00+02:00", True),
        ("date", "2025-04-03T09:00Z", "2025-04-03T09:00", False),  # where?
        ({"date": {"dayfirst": True}}, "2025-04-03", "03/04/2025", True),
        ({"date": {"dayfirst": False}}, "2025-04-03", "03/04/2025", False),
        ("set", ["a", 1], [1.0, "a", "a"], True),
        ("set", [1], [True], False),
        ("set", [["a", "b"]], [["b", "a"]], False),
        ("set", [None], [], False),
        ("set", [1], [["number", "1"]], False),
        ("set", [["number", "1"]], [1], False),
        ({"set": "text"}, ["A b"], ["a  B", "a b"], True),
        ({"set": "date"}, ["2025-04-03"], ["3 April 2025"], True),
        ({"set": "date"}, ["2025-04-03"], ["3 April 2025", "soon"], False),
        ({"set": {"number": {}}}, [1200], ["$1,200"], True),
    ],
)
def test_values_that_are_the_same(written, gold, got, same):
    found = comparator(written)
    assert found.same(got, gold) is same
    assert found.same(gold, gold)


@given(st.datetimes(timezones=st.just(UTC)) | st.sampled_from([datetime.min, datetime.max]))
def test_every_instant_has_a_key(instant):
    found = comparator("date")
    for zone in ("-12:00", "+14:00"):
        assert hash(found.key(instant.replace(tzinfo=None).isoformat() + zone)) is not None


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("dat", 'unknown comparator "dat"; did you mean "date"'),
        ({"dates": {}}, "unknown comparator"),
        (5, "5 is not a comparator"),
        ({}, "is not a comparator"),
        ({"date": {}, "text": {}}, "is not a comparator"),
        ({"date": None}, "not a mapping of options"),
        ({"exact": {"tolerance": 1}}, 'unknown option "tolerance"'),
        ({"date": {"dayfrst": True}}, 'unknown option "dayfrst"; did you mean "dayfirst"'),
        ({"date": {"dayfirst": 1}}, "neither true nor false"),
        ({"text": {"ignore_case": "no"}}, "neither true nor false"),
        ({"number": {"tolerance": -1}}, "not a number of 0 or more"),
        ({"set": "set"}, "the elements of a set"),
        ({"set": {"number": {"tolerance": 1}}}, "the elements of a set"),
    ],
)
def test_comparators_that_cannot_be_used(written, message):
    with pytest.raises(ValueError, match=f'^option "compare", field "a": .*{message}'):
        comparators({"a": written})


def test_comparators_are_given_by_field():
    with pytest.raises(ValueError, match="not a mapping of fields"):
        comparators(["date"])
