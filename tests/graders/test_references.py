"""A reply as the target of others: it meets itself, and a reply without an answer is no target."""

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import choice, exact, label, math, number
from graders.registry import GRADERS
from harness.protocols import ReadsReference
from harness.records import Finish, Json, Response, Sample

TOWNS = ("Paris", "Lyon", "Nice", "Paris, Texas")
LETTERS = ("B", "A", "C")
DECISIONS = ("accept", "reject", "card_payment", "card_payment_fee")
PIECES = [
    *"0189.,-+$%/^*ABabk(){}[]½² \n:#='",
    *(
        "Answer: ",
        "The answer is ",
        r"\boxed{",
        r"\frac{1}{2}",
        r"\text{",
        "million",
        "<answer>",
        "</answer>",
        "<think>",
    ),
    *(
        "</think>",
        "accept",
        "reject",
        "card payment fee",
        "not ",
        "is wrong",
        "Paris",
        "Lyon",
        " or ",
        "Option ",
        "because ",
    ),
    *(
        "I'm sorry, but I can't help.",
        "west",
        "x = ",
        r"\sqrt{2}",
        "twenty-one",
        "1 234",
        "1.234,5",
        "\u200b",
        "\u200f",
        "\u00a0",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
FINISHES = st.sampled_from(["stop", "length", "unknown"])


def reference(kind: ModuleType, text: str, choices: tuple[str, ...], finish: Finish = "stop", **options: Json) -> Json:
    sample = Sample(id="1", messages=(), choices=choices)
    return kind.reference(sample, Response(key="k", model="m", text=text, finish=finish), options)


def meets_itself(kind: ModuleType, text: str, choices: tuple[str, ...], finish: Finish) -> bool:
    target = reference(kind, text, choices, finish)
    if target is None:
        return True
    sample = Sample(id="1", messages=(), choices=choices, target=target)
    return kind.make({})(sample, Response(key="k", model="m", text=text, finish=finish)).outcome == "correct"


@pytest.mark.parametrize("name", ["choice", "exact", "label", "math", "number"])
def test_the_kind_offers_references(name):
    assert isinstance(GRADERS[name], ReadsReference)


@settings(deadline=None, max_examples=400)
@given(text=st.text() | TEXTS, finish=FINISHES)
def test_a_reply_meets_itself(text, finish):
    assert meets_itself(exact, text, (), finish)
    assert meets_itself(number, text, (), finish)
    assert meets_itself(label, text, DECISIONS, finish)
    assert meets_itself(choice, text, TOWNS, finish)
    assert meets_itself(choice, text, LETTERS, finish)


@settings(deadline=None, max_examples=60)
@given(text=TEXTS, finish=FINISHES)
def test_a_mathematical_reply_meets_itself(text, finish):
    assert meets_itself(math, text, (), finish)


@pytest.mark.parametrize(
    ("kind", "text", "choices", "target"),
    [
        (exact, " Paris.\n", (), "Paris."),
        (exact, "<think>Rome?</think>\nParis", (), "Paris"),
        (number, "It makes 9 * 2 = 18, so the total is $1,018.50 a day.", (), "1018.5"),
        (number, "Answer: 1.5 × 10^3", (), "1500"),
        (number, "one third: 1/3", (), "1/3"),
        (number, "Answer: twenty-one", (), "21"),
        (label, "Category: Card payment fee.", DECISIONS, "card_payment_fee"),
        (choice, "The town is Lyon.", TOWNS, "B"),
        (choice, "Answer: (A)", LETTERS, "(A)"),  # a bare A could be the words of option B
        (choice, "Answer: C", LETTERS, "C"),
        (math, r"so \boxed{\frac{3}{4}}", (), r"\frac{3}{4}"),
        (math, "It is 5 apples", (), "5"),
        (math, "$\\boxed{2}$ and $\\boxed{9}$", (), "2, 9"),
        (math, "I checked it twice. So the final answer is west.", (), "west"),
        (math, "It is 7. The answer is $7$. I hope this answer is helpful.", (), "7"),
    ],
)
def test_the_target_that_a_reply_would_be(kind, text, choices, target):
    assert reference(kind, text, choices) == target


@pytest.mark.parametrize(
    ("kind", "text", "choices", "finish"),
    [
        (exact, "", (), "stop"),
        (exact, "\u200b", (), "stop"),
        (exact, "Paris", (), "length"),
        (exact, "I'm sorry, but I can't help with that.", (), "stop"),
        (exact, "<think>Paris", (), "stop"),
        (number, "I do not know.", (), "stop"),
        (number, "4,8", (), "stop"),  # an answer, but no number
        (number, "Answer: 42", (), "length"),
        (number, "1e999", (), "stop"),  # too long to be written out
        (number, "Es tut mir leid, aber dabei kann ich nicht helfen. 7", (), "stop"),
        (label, "accept or reject", DECISIONS, "stop"),
        (label, "accept", DECISIONS, "length"),
        (choice, "A or B", TOWNS, "stop"),
        (choice, "B) Paris", TOWNS, "stop"),
        (choice, "Answer: B", TOWNS, "length"),
        (math, r"\boxed{?}", (), "stop"),
        (math, r"\boxed{42", (), "length"),
        (math, "I checked 90 degrees. I hope this answer is helpful", (), "stop"),  # 90, or a word?
        (math, r"\boxed{" + r"\sqrt{" * 300 + "2" + "}" * 301, (), "stop"),  # costs more than the limit
    ],
)
def test_a_reply_without_an_answer_is_no_target(kind, text, choices, finish):
    options = {"seconds": 1} if kind is math else {}
    assert reference(kind, text, choices, finish, **options) is None


@pytest.mark.parametrize("kind", [exact, number, label, choice, math])
def test_a_reply_that_failed_is_no_target(kind):
    response = Response(key="k", model="m", text="", finish="error", failure="server gone")
    assert kind.reference(Sample(id="1", messages=(), choices=TOWNS), response, {}) is None


def test_options_count():
    sample = Sample(id="1", messages=())
    reply = Response(key="k", model="m", text="Sum -> 7 of 9", finish="stop")
    assert number.reference(sample, reply, {"marker": ["Sum -> 7 of"]}) == "9"
    assert label.reference(sample, Response(key="k", model="m", text="yes"), {"labels": ["yes", "no"]}) == "yes"
    with pytest.raises(ValueError, match="unknown option"):
        number.reference(sample, reply, {"markers": ["x"]})
