import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import exact
from harness.records import Finish, Json, Judgement, Response, Sample


def grade(target: Json, text: str, finish: Finish = "stop", **options: Json) -> Judgement:
    sample = Sample(id="1", messages=(), target=target)
    return exact.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


@pytest.mark.parametrize(
    ("target", "text", "outcome"),
    [
        ("Paris", "Paris", "correct"),
        ("Paris", "  Paris.\n", "correct"),
        ("Paris.", "Paris", "correct"),
        ("New York", "New\n York", "correct"),
        ("New York", "New\u00a0York", "correct"),
        ("caf\u00e9", "cafe\u0301", "correct"),
        ("ABC", "\uff21\uff22\uff23", "correct"),
        ("it's", "it\u2019s", "correct"),
        (["Paris", "Lutetia"], "Lutetia", "correct"),
        ("...", "...", "correct"),
        ("I'm sorry, but I can't help with that.", "I\u2019m sorry, but I can\u2019t help with that", "correct"),
        ("Paris", "paris", "incorrect"),
        ("Paris", "Paris, Texas", "incorrect"),
        ("Paris", "The answer is Paris", "incorrect"),
        ("Paris", '"Paris"', "incorrect"),
        ("New York", "NewYork", "incorrect"),
        ("cafe", "caf\u00e9", "incorrect"),
        ("52", "5\u00b2", "incorrect"),
        ("11/2", "1\u00bd", "incorrect"),
        ("...", "?", "incorrect"),
        (["Paris", "Lutetia"], "Paris Lutetia", "incorrect"),
        ("Paris", "", "unparsed"),
        ("Paris", " \n", "unparsed"),
        ("Paris", "I'm sorry, but I can't help with that.", "refused"),
    ],
)
def test_exact_truth_table(target, text, outcome):
    assert grade(target, text).outcome == outcome


def test_case_counts_unless_told_otherwise():
    assert grade("Paris", "PARIS", ignore_case=True).outcome == "correct"
    assert grade("stra\u00dfe", "STRASSE", ignore_case=True).outcome == "correct"
    assert grade("Paris", "PARIS", ignore_case=False).outcome == "incorrect"


@pytest.mark.parametrize("text", ["Paris", "Paris\n", "Pa", ""])
def test_a_cut_off_reply_is_never_a_whole_one(text):
    assert grade("Paris", text, finish="length").outcome == "truncated"


@pytest.mark.parametrize("target", [None, "", " \n", 5, True, [], ["Paris", 5], ["Paris", ""], {"a": "Paris"}])
def test_a_gold_that_cannot_be_read_is_the_suites_fault(target):
    with pytest.raises(ValueError, match="neither a text nor a list of texts"):
        grade(target, "Paris")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ignorecase": True}, 'unknown option "ignorecase"; did you mean "ignore_case"'),
        ({"ignore_case": "no"}, "neither true nor false"),
    ],
)
def test_options_that_cannot_be_used(options, message):
    with pytest.raises(ValueError, match=message):
        exact.make(options)


@pytest.mark.parametrize("text", ["7" * 2**20, "." * 2**20, "a" + "\u0301\u0323" * 2**19, "\ufdfa" * 2**16])
def test_hostile_texts_are_read_in_linear_time(text):
    begun = time.perf_counter()
    found = grade("Paris", text)
    assert found.outcome == "incorrect" and found.answer is not None and len(found.answer) <= 200
    assert time.perf_counter() - begun < 60  # quadratic time would be hours


@settings(deadline=None)
@given(text=st.text(), finish=st.sampled_from(["stop", "length"]))
def test_any_text_can_be_graded(text, finish):
    grade("Paris", text, finish=finish)


@settings(deadline=None)
@given(gold=st.text().filter(exact.make({}).normal), ignore_case=st.booleans())
def test_the_gold_itself_is_correct(gold, ignore_case):
    assert grade(gold, f" {gold}\n", ignore_case=ignore_case).outcome == "correct"
