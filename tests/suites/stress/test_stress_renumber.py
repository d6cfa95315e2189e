"""Renumbering: golds that another evaluator agrees with, and abstention wherever a number's source is in doubt."""

import random
from fractions import Fraction
from itertools import islice

import pytest

from harness.records import Message, Sample
from suites.stress.flow import read_flow
from suites.stress.making import Abstained
from suites.stress.numbers import read_numbers
from suites.stress.renumber import renumber
from tests.suites.stress.independent import faults, stated
from tests.suites.stress.rows import BAKERY, DOZEN, PERCENT, PLAIN, ROWS, problem, text_of


def made(sample: Sample, count: int = 30, seed: int = 1) -> list[Sample]:
    drafts = renumber(sample, random.Random(seed))
    assert not isinstance(drafts, Abstained), drafts
    return list(islice(drafts, count))


@pytest.mark.parametrize("row", ROWS)
def test_another_evaluator_agrees_with_every_gold(row: tuple[str, str]) -> None:
    base = problem(row)
    variants = made(base)
    assert len(variants) == 30 and len({text_of(v) for v in variants}) > 5
    for variant in variants:
        assert faults(base, variant) == []
        assert stated(str(variant.solution)) != stated(row[1])
        assert variant.target_source == "computed"


def test_a_worked_target_becomes_the_new_solution() -> None:
    base = problem(BAKERY, target=BAKERY[1], solution=None)
    for variant in made(base, 5):
        assert str(variant.target).endswith(f"#### {stated(str(variant.target))}")
        assert variant.solution is None and faults(base, variant) == []


def test_a_number_target_stays_a_number() -> None:
    assert {type(v.target) for v in made(problem(BAKERY, target=5), 5)} == {int}


def test_what_is_no_digit_stays() -> None:
    for variant in made(problem(DOZEN)):
        assert "dozen" in text_of(variant) and "*12 = " in str(variant.solution)


def test_percentages_stay_below_a_hundred_and_zeros_zeros() -> None:
    for variant in made(problem(PERCENT)):
        lamps, percent, _ = (n.text for n in read_numbers(text_of(variant)).numerals)
        assert lamps.endswith("00") and 0 < int(percent) < 100


def test_the_system_message_stays() -> None:
    system = Message(role="system", content="Be brief.")
    base = problem(BAKERY, messages=(system, Message(role="user", content=BAKERY[0])))
    assert all(v.messages[0] == system and len(v.messages) == 2 for v in made(base, 3))


# Where a solution leaves it open which number it means, that number stays as it is.
KEPT = [
    ("Two of the same value", "Ann has 7 red and 7 blue pens and buys 30. How many?",
     "<<7+7=14>>\n<<14+30=44>>\n#### 44", "7"),
    ("A constant of the prompt", "Ann saves 7 dollars a week for 90 weeks. How many?",
     "<<7*90=630>>630\n#### 630", "7"),
    ("A result that is a constant too", "A shop sells 25% of 400 cups for 35 coins each. How much?",
     "<<400*.25=100>>100\n<<100*35=3500>>3500\n#### 3500", "400"),
    ("A count of the solution", "Each of 3 men has 8 hats and 5 caps and 9 coats. All?",
     "<<8+5+9=22>>\n<<22*3=66>>\n#### 66", "3"),
    ("A number word", "Ann has nine cats. Bob has 9 dogs and 40 fish. All pets?",
     "<<9+9=18>>\n<<18+40=58>>\n#### 58", "9"),
    ("A year", "In 1950 there were 300 elms and 45 oaks. How many trees?", "<<300+45=345>>345\n#### 345", "1950"),
    ("A day of the month", "By May 25 he had 310 stamps and bought 48. How many?", "<<310+48=358>>358\n#### 358", "25"),
    ("A time of day", "At 5 pm he had 310 stamps and bought 48. How many?", "<<310+48=358>>358\n#### 358", "5"),
    ("A clock", "At 5:30 he had 310 stamps and bought 48. How many?", "<<310+48=358>>358\n#### 358", "5:30"),
    ("A fraction", "He had 310 stamps, gave 1/2 away, bought 48. How many?",
     "<<310*1/2=155>>\n<<155+48=203>>\n#### 203", "1/2"),
    ("A name", "At 7-Eleven he had 310 stamps and bought 48. How many?", "<<310+48=358>>358\n#### 358", "7-Eleven"),
    ("An ordinal", "On his 5th day he had 310 stamps and bought 48. How many?", "<<310+48=358>>358\n#### 358", "5th"),
    ("A compound", "A 6-year-old had 310 stamps and bought 48. How many?", "<<310+48=358>>358\n#### 358", "6-year-old"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "solution", "kept"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_a_number_in_doubt_is_kept(question: str, solution: str, kept: str) -> None:
    base = problem((question, solution))
    for variant in made(base, 10):
        words = [word.rstrip("?.,") for word in text_of(variant).split()]
        assert words.count(kept) == [word.rstrip("?.,") for word in question.split()].count(kept) > 0
        assert faults(base, variant) == []


ABSTAINS = [
    ("Ann has nine cats and 4 dogs. How many pets?", "<<8+4=12>>12\n#### 12", "neither in the prompt"),
    ("Ann has 6 cats and 4 dogs and 80 ants. How many cats?", "<<6*4=24>>24\n#### 24", "does not use"),
    # 80 = 160 - 80 was worked out in the head: 80 is not the prompt's.
    ("Ann has 200 nuts, eats 40, gives away 80 and sells 30. How many are left?",
     "<<200-40=160>>160\n<<80-30=50>>50\n#### 50", "no later step uses"),
    ("Ann has 6 cats and 4 dogs. How many pets?", "<<6+4=10>>10\n#### 11", "does not end on its target"),
    ("Ann has 5 cats and 5 dogs. How many pets?", "<<5+5=10>>10\n#### 10", "several sources"),
    ("Buy 6 cups for $4 each and get one free. How much for 6?", "<<6*4=24>>24\n#### 24", "something free"),
    ("Ann has 6 cats and 4 dogs. How many pets?", "", "without a worked solution"),
    ("Ann has 6 cats and 4 dogs. How many pets?", "<<6+4=x>>\n#### 10", "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "solution", "why"), ABSTAINS)
def test_it_abstains_rather_than_guess(question: str, solution: str, why: str) -> None:
    found = renumber(problem((question, solution), target=solution.rpartition("#### ")[2] or "10"), random.Random(0))
    assert isinstance(found, Abstained) and why in found.reason


def test_several_turns_raw_prompts_and_words_for_gold_are_left_alone() -> None:
    turn = Message(role="user", content=BAKERY[0])
    for sample in (
        problem(BAKERY, messages=(turn, Message(role="assistant", content="Yes?"), turn)),
        problem(BAKERY, messages=(), prompt=BAKERY[0]),
        problem(BAKERY, target=None),
        problem(BAKERY, target="five"),
        problem(BAKERY, messages=(Message(role="system", content="Use 3 steps."), turn)),
    ):
        assert isinstance(read_flow(sample), Abstained)


def test_order_and_wholeness_are_kept() -> None:
    flow = read_flow(problem(PLAIN))
    assert not isinstance(flow, Abstained)
    assert flow.alike_results([Fraction(n) for n in (14, 25, 90)]) == [350, 260]
    assert flow.alike_results([Fraction(n) for n in (26, 25, 90)]) is None  # 14 rows were fewer than 25 chairs
    assert flow.alike_results([Fraction(n) for n in (14, 25, 345)]) is None  # 270 empty chairs became 5
