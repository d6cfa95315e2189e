import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import number
from harness.records import Finish, Json, Judgement, Response, Sample


def grade(target: Json, text: str, finish: Finish = "stop", **options: Json) -> Judgement:
    sample = Sample(id="1", messages=(), target=target)
    return number.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


@pytest.mark.parametrize(
    ("target", "text", "outcome"),
    [
        # written otherwise, worth the same
        ("18", "18", "correct"),
        ("18", "It makes 16 - 3 - 4 = 9 eggs, and 9 * 2 = 18.", "correct"),
        ("18", "Answer: **$18.00**", "correct"),
        ("18", "**Answer:** 18 dollars a day", "correct"),
        ("1000", "The answer is 1,000.", "correct"),
        ("1,234,567", "1234567", "correct"),
        ("1234567", "1\u202f234\u202f567", "correct"),
        ("1000", r"\boxed{1{,}000}", "correct"),
        ("1000", "1e3", "correct"),
        ("1500", r"$1.5 \times 10^{3}$", "correct"),
        ("0.0025", "2.5 x 10^-3", "correct"),
        ("0.5", "Answer: .5 of it, so 0.50", "correct"),
        ("0.5", "One half: 1/2", "correct"),
        ("2.5", r"\boxed{2\frac{1}{2}}", "correct"),
        ("-5", "Total: \u22125", "correct"),
        ("-5", "Total: -$5", "correct"),
        ("-5", "Total: $-5.", "correct"),
        ("20", "The share is 20%.", "correct"),
        ("5000000", "The total is 5 million", "correct"),
        ("5000", "about 5k", "correct"),
        ("50", "The area is 50 m2", "correct"),
        ("15", r"**Answer:** $\boxed{15 \text{ cm}^2}$", "correct"),
        ("5", "So the answer is...5", "correct"),
        ("180", "Answer: USD180", "correct"),
        ("-180", "Answer: -Rs. 180", "correct"),
        ("180", "Answer: 180\n\nNotes:\n1. The price is rounded.\n2) It holds today.", "correct"),
        ("5", "covid-5", "correct"),  # a dash between two words is no sign
        ("7", r"\boxed{7} and that took 3 steps", "correct"),  # a box says where the answer ends
        ("7", r"\boxed{x = 7}", "correct"),
        ("18", "12 eggs.\n#### 18\n", "correct"),
        ("18", "Total: $18. I hope this answer is helpful!", "correct"),  # no number follows: no marker
        ("18", "Work: 3 + 15 = <<3+15=18>>18\nA: 18", "correct"),
        ("\u0664", "4", "correct"),
        (18, "18.0", "correct"),
        (0.1, "0.10", "correct"),
        ("9 * 2 = <<9*2=18>>18\nA: 18", "A: 18", "correct"),  # a gold that is a worked solution
        # wrong, though it looks right
        ("48", "4,8", "incorrect"),  # two numbers are not one
        ("48", "4, 8", "incorrect"),
        ("8", "4,8", "incorrect"),
        ("20", "2000", "incorrect"),
        ("0.2", "20%", "incorrect"),  # no percent rule
        ("2000", "20", "incorrect"),
        ("1.5", "1,5", "incorrect"),
        ("7", "Total: 7 after the 3 we took off", "incorrect"),  # ends on 3: refuse to guess in the model's favour
        ("7", "The answer is 7. Check: 7 * 2 = 14", "incorrect"),
        ("5", "The answer is 1/5", "incorrect"),
        ("5", r"\boxed{\frac{1}{5}}", "incorrect"),
        ("2", "Answer: 2 million", "incorrect"),
        ("5", "Answer: 5k", "incorrect"),
        ("52", "Answer: 5²", "incorrect"),
        ("2", "Answer: 2½", "incorrect"),
        ("5", "Answer: 2^5", "incorrect"),
        ("8", "2**8", "incorrect"),
        ("5", "5x3", "incorrect"),
        ("0", "0x18", "incorrect"),
        ("180", "180 \u00b1 5", "incorrect"),
        ("5", r"Answer: $\sqrt{5}$", "incorrect"),
        ("3", r"Answer: $3\pi$", "incorrect"),
        ("5", "Answer: n + 5", "incorrect"),
        ("84", "e+84", "incorrect"),
        ("14", r"\boxed{2u - 14}", "incorrect"),
        ("24", r"\boxed{-12r + 24}", "incorrect"),
        ("18", "Answer: 15-18", "incorrect"),
        ("2", "So it is 9 * 2", "incorrect"),
        ("30", "They meet at 3:30", "incorrect"),
        ("14", "on 2024-05-14", "incorrect"),
        ("5", "-5", "incorrect"),
        ("-5", "5", "incorrect"),
        ("0.3333", "1/3", "incorrect"),
        ("7", "Answer: 1/0", "incorrect"),
        ("2", "the answer is 50 m, which leaves 2 1/2", "incorrect"),
        ("12", "There are 12 eggs. Total: 1.2 dozen", "incorrect"),
        ("100000000000000000000001", "100000000000000000000000", "incorrect"),
        ("0.1", "0.1000000000000000055511151231257827", "incorrect"),
        ("7", "7" * 400, "incorrect"),
        # no number to grade
        ("7", "I cannot tell.", "unparsed"),
        ("7", "seven", "unparsed"),
        ("2", "m2", "unparsed"),
        ("12", "There are 12 eggs.\nFinal answer: none", "unparsed"),
        ("4", "4 people cannot share them.\n#### no solution", "unparsed"),
        ("7", "", "unparsed"),
        ("7", " \n\t", "unparsed"),
        ("7", "I'm sorry, but I can't help with that. Please call 7.", "refused"),
        ("7", "I cannot assist you here.", "refused"),
        ("7", "I can\u2019t help but see that 3 + 4 = 7", "correct"),
        ("7", "I'm sorry for the delay: it is 7", "correct"),
        ("7", "I can't help with the rest, but the answer is 7", "correct"),
    ],
)
def test_number_truth_table(target, text, outcome):
    assert grade(target, text).outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("first 6 * 7, so we get 4", "truncated"),
        ("first 6 * 7, so we get 42", "truncated"),  # not said to be the answer
        ("Answer: 4", "truncated"),  # may have become 42
        ("Answer: 42", "truncated"),  # may have become 420
        ("Answer: 42.", "truncated"),
        ("Answer: 42. But let me che", "truncated"),
        ("Answer: 42\nThis is because", "correct"),
        ("Answer: 41\nThis is because", "incorrect"),
        ("Answer: 42\n\nQ: There are 3", "truncated"),  # the last number stands in the unfinished line
        (r"so \boxed{42} wh", "correct"),
        (r"so \boxed{41} wh", "incorrect"),
        (r"so \boxed{42", "truncated"),
        ("I'm sorry, but I can't", "refused"),
        ("Let me think about", "truncated"),
        ("", "truncated"),
    ],
)
def test_a_cut_off_reply_counts_only_with_a_marked_and_finished_answer(text, outcome):
    assert grade("42", text, finish="length").outcome == outcome


@pytest.mark.parametrize(
    ("target", "text", "options", "outcome"),
    [
        ("10", "10.5", {"tolerance": 0.5}, "correct"),
        ("10", "10.51", {"tolerance": 0.5}, "incorrect"),
        ("1.0", "1.1", {"tolerance": 0.1}, "correct"),  # exact tenths, not binary ones
        ("200", "202", {"relative_tolerance": 0.01}, "correct"),
        ("-200", "-202.1", {"relative_tolerance": 0.01}, "incorrect"),
        ("0", "0.001", {"relative_tolerance": 0.5}, "incorrect"),
        ("0", "0.001", {"relative_tolerance": 0.5, "tolerance": 0.01}, "correct"),
        ("7", "Sum = 7", {"marker": ["Sum =", "Result ->"]}, "correct"),
        ("7", "7 in all. Result -> unknown", {"marker": ["Sum =", "Result ->"]}, "unparsed"),
        ("7", "result: 7 (see [2])", {"marker": r"result:"}, "incorrect"),
        ("7", "ans{7} of 9", {"marker": r"ans\{"}, "correct"),
    ],
)
def test_options(target, text, options, outcome):
    assert grade(target, text, **options).outcome == outcome


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tolerence": 1}, 'unknown option "tolerence"; did you mean "tolerance"'),
        ({"tolerance": -1}, "not a number of 0 or more"),
        ({"tolerance": True}, "not a number of 0 or more"),
        ({"tolerance": float("nan")}, "not a number of 0 or more"),
        ({"relative_tolerance": "1%"}, "not a number of 0 or more"),
        ({"marker": "("}, "not a regular expression"),
        ({"marker": "x?"}, "matches anywhere"),
        ({"marker": []}, "not a list of texts"),
        ({"marker": ["A:", 3]}, "something other than texts"),
        ({"marker": 3}, "not a list of texts"),
    ],
)
def test_options_that_cannot_be_used(options, message):
    with pytest.raises(ValueError, match=message):
        number.make(options)


@pytest.mark.parametrize(
    "target",
    [None, True, "none", "", "4,8", "1/0", "A: x + 5", "either 5 or 6", [5], float("nan"), float("inf"), "7" * 400],
)
def test_a_gold_that_cannot_be_read_is_the_suites_fault(target):
    with pytest.raises(ValueError, match="target"):
        grade(target, "5")


def test_what_came_back_without_a_text():
    sample = Sample(id="1", messages=(), target="7")
    judge = number.make({})
    failed = judge(sample, Response(key="k", model="m", text="", finish="error", failure="server gone"))
    assert (failed.outcome, failed.score, failed.reason) == ("failed", None, "server gone")
    assert judge(sample, Response(key="k", model="m", text="A: 7", finish="refusal")).outcome == "refused"
    called = judge(sample, Response(key="k", model="m", text="", finish="tool_calls", tool_calls=({},)))
    assert (called.outcome, called.reason) == ("unparsed", "a tool call and no text")
    assert judge(sample, Response(key="k", model="m", text="", reasoning="A: 7")).outcome == "unparsed"


def test_equal_answers_read_the_same_and_long_ones_are_shortened():
    assert {grade("9", text).answer for text in ("1,000", "1e3", "$1000.00", "1 thousand")} == {"1000"}
    long = grade("9", "1-" * 500 + "1")
    assert long.answer is not None and len(long.answer) <= 200 and len(long.reason) <= 200
    assert long.answer != grade("9", "1-" * 500 + "2").answer


@pytest.mark.parametrize(
    "text",
    [
        "7" * 2**20,
        "answer is " * 10**5,
        "answer is 1 " * 10**5,
        "1,1" * 10**5,
        "1" + ",111" * 10**5,
        "1-" * 10**5,
        r"\boxed{" * 10**5,
        "1 1/2 " * 10**5,
        "5" + " " * 2**20 + "x",
        "\n" * 2**20 + "x",
        "$" * 2**20,
        "5 " + "million " * 10**5,
        "1e999999999",
        "[" * 10**5,
    ],
)
def test_hostile_texts_are_read_in_linear_time(text):
    begun = time.perf_counter()
    assert grade("8", text).outcome in ("incorrect", "unparsed")
    assert time.perf_counter() - begun < 60  # quadratic time would be hours


PIECES = [*"0189.,-+$%/^*xekn{}()²½ \n:#=", "A:", "Answer:", r"\boxed{", r"\frac{1}{", "million", "USD", "10^"]


@settings(deadline=None, max_examples=500)
@given(text=st.text() | st.lists(st.sampled_from(PIECES)).map("".join), finish=st.sampled_from(["stop", "length"]))
def test_any_text_can_be_graded(text, finish):
    grade("7", text, finish=finish)


@settings(deadline=None)
@given(gold=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4))
def test_the_gold_itself_is_correct(gold):
    for reply in (str(gold), f"{gold:,f}", f"Answer: ${gold:,f}.", rf"\boxed{{{gold}}}", f"#### {gold}\nand"):
        assert grade(str(gold), reply).outcome == "correct"


@settings(deadline=None)
@given(gold=st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_gold_number_is_correct_as_json_writes_it(gold):
    assert grade(gold, str(gold)).outcome == "correct"
