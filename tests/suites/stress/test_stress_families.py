"""Each family: what it changes, what it leaves, and where it does not apply."""

import random
import re
import time
from collections.abc import Sequence
from itertools import islice

import pytest

from graders.registry import GRADERS
from harness.records import Response, Sample
from suites.stress.distractor import SENTENCES, distractor
from suites.stress.hidden_instruction import hidden_instruction
from suites.stress.making import Abstained, Family
from suites.stress.rename import rename
from suites.stress.reorder_clauses import reorder_clauses
from suites.stress.shuffle_options import shuffle_options
from suites.stress.spelling import casing, typos
from suites.stress.underdetermined import HINT, ambiguous, missing_premise
from tests.suites.stress.rows import BAKERY, PERCENT, asking, problem, text_of

GARDEN = (
    "Janet has 12 tulips and Peter brings Janet 9 more. Janet's sister takes half. How many tulips stay in the garden?"
)
CHOICE = "Which is largest?\nA) a hill\nB) a planet\nC) a house\nD) a star\n\nReply with one letter."


def drafts(family: Family, sample: Sample, count: int = 20) -> list[Sample]:
    found = family(sample, random.Random(3))
    assert not isinstance(found, Abstained), found
    return list(islice(found, count))


def reason(family: Family, sample: Sample) -> str:
    found = family(sample, random.Random(3))
    assert isinstance(found, Abstained)
    return found.reason


def test_names_are_exchanged_everywhere_alike() -> None:
    for variant in drafts(rename, asking(GARDEN)):
        one, other, again, owner = re.match(  # type: ignore[union-attr]  # it matches, or the test fails
            r"(\w+) has 12 tulips and (\w+) brings (\w+) 9 more. (\w+)'s sister", text_of(variant)
        ).groups()
        assert one == again == owner and len({one, other, "Janet", "Peter"}) == 4
        assert variant.target == "5"


def test_names_in_the_solution_follow() -> None:
    sample = problem(("Janet has 6 cats and 4 dogs. How many?", "Janet has <<6+4=10>>10.\n#### 10"))
    for variant in drafts(rename, sample, 3):
        assert str(variant.solution).split()[0] == text_of(variant).split()[0] != "Janet"


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        (asking("A man has 5 hats. How many?"), "without a first name"),
        (asking("Will you say how many?"), "without a first name"),
        (asking(GARDEN, "Janet"), "names a person"),
        (asking(GARDEN, "Yes", choices=("Janet", "Peter")), "names a person"),
        (asking("Albert Einstein had 5 hats. How many?"), "real person"),
        (asking("Lake George is 50 km long. How long?"), "place"),
        (asking("How many letters has Janet?"), "own wording"),
        (asking("def f(x): return Janet"), "code"),
        (asking("Compute \\frac{1}{2} for Janet."), "formulas"),
    ],
)
def test_names_stay_where_they_may_matter(sample: Sample, why: str) -> None:
    assert why in reason(rename, sample)


def options(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-D])\) (.+)$", text, flags=re.MULTILINE))


def test_the_letter_follows_its_text_and_always_moves() -> None:
    for variant in drafts(shuffle_options, asking(CHOICE, "D", choices=("A", "B", "C", "D"))):
        found = options(text_of(variant))
        assert found[str(variant.target)] == "a star" and variant.target != "D"
        assert sorted(found.values()) == sorted(options(CHOICE).values())
        assert variant.choices == ("A", "B", "C", "D")
        assert text_of(variant).endswith("Reply with one letter.")


def test_a_text_stays_the_target_and_the_choices_follow_the_lines() -> None:
    texts = tuple(options(CHOICE).values())
    for variant in drafts(shuffle_options, asking(CHOICE, "a star", choices=texts)):
        assert variant.target == "a star"
        assert variant.choices == tuple(options(text_of(variant)).values()) != texts


def test_options_of_one_character_are_texts_too() -> None:
    text = "How many?\n(A) 1\n(B) 2\n(C) 3"
    for variant in drafts(shuffle_options, asking(text, "C", choices=("1", "2", "3")), 6):
        moved = dict(re.findall(r"\((.)\) (.)", text_of(variant)))
        assert moved[str(variant.target)] == "3" and variant.choices == tuple(moved.values())


@pytest.mark.parametrize(
    ("text", "target", "why"),
    [
        (GARDEN, "A", "without lettered options"),
        (CHOICE, "E", "neither the letter nor the text"),
        (CHOICE.replace("a star", "all of the above"), "D", "its letter or its place"),
        (CHOICE.replace("a star", "both A and B"), "D", "its letter or its place"),
        (CHOICE + " Option B is the default.", "D", "its letter or its place"),
        (CHOICE.replace("a star", "a hill"), "B", "two options alike"),
        (CHOICE.replace("a planet", "a planet\nlike ours"), "D", "several lines"),
        (CHOICE.replace("\n\nReply", "\nof five points. Reply"), "D", "several lines"),
        (CHOICE.replace("B) a planet\n", ""), "D", "lettered once"),
        (f"{CHOICE}\n{CHOICE}", "D", "lettered once"),
    ],
)
def test_options_that_hang_together_are_not_shuffled(text: str, target: str, why: str) -> None:
    assert why in reason(shuffle_options, asking(text, target))


def test_the_question_comes_first_and_nothing_is_lost() -> None:
    (variant,) = drafts(reorder_clauses, asking(GARDEN))
    assert text_of(variant).startswith("How many tulips stay in the garden? Janet has 12")
    assert sorted(text_of(variant).split()) == sorted(GARDEN.split())


def test_an_abbreviation_ends_no_sentence() -> None:
    (variant,) = drafts(reorder_clauses, asking("Mr. Bell has 5 hats. He buys 4. How many hats has Mr. Bell?"))
    assert text_of(variant) == "How many hats has Mr. Bell? Mr. Bell has 5 hats. He buys 4."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("How many hats?", "tell something and then ask"),
        ("He has 5 hats. Say how many.", "tell something and then ask"),
        ("Is it 5? He has hats. How many?", "tell something and then ask"),
        ("He has 5 hats. How many are that?", "points back"),
        ("He has 5 hats.\nHow many?", "paragraphs"),
    ],
)
def test_other_orders_are_not_tried(text: str, why: str) -> None:
    assert why in reason(reorder_clauses, asking(text))


def test_a_distractor_stands_among_what_is_told_and_touches_none_of_it() -> None:
    found = drafts(distractor, asking("A ship has 30 masts. It loses 4. How many masts are left?"))
    for variant in found:
        text = text_of(variant)
        assert text.startswith("A ship has 30 masts.") and text.endswith("How many masts are left?")
        assert len(text) > 80 and "submarine" not in text
    assert len({text_of(v) for v in found}) > 5


@pytest.mark.parametrize(
    "after",
    [
        "It has 14 cars.",
        "Then they have 14 cars.",
        "Each has 14 cars.",
        "Both cost $14.",
        "The other one has 14 cars.",
        "Of these, 14 are red.",
        "When she counts them, Anna finds 14 cars.",
        "Half of the cars are red.",
        "14 are red.",
        "Another costs $14.",
        "Anna lends it to Bob for 14 days.",
        "Bob has twice that many.",
    ],
)
def test_nothing_stands_before_a_sentence_that_points_back(after: str) -> None:
    text = f"Anna bought a toy train. {after} Her sister has one too. How many cars does Anna have?"
    for variant in drafts(distractor, asking(text)):
        assert text_of(variant).startswith(f"Anna bought a toy train. {after} Her sister has one too. ")


@pytest.mark.parametrize("question", ["How many are left?", "How many does she have?", "How many cars does it have?"])
def test_no_distractor_where_every_sentence_points_back(question: str) -> None:
    assert "point back" in reason(distractor, asking(f"Anna bought 15 toy cars. She lost 4. {question}"))


def test_every_distractor_holds_one_number_and_guards_its_own_words() -> None:
    for sentence, about in SENTENCES:
        assert sentence.count("{n}") == 1
        assert set(about.split()) & set(re.findall("[a-z]+", sentence.lower()))


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        (asking(GARDEN, "red"), "no single number"),
        (asking("He has 5 hats. What is the sum of all numbers?"), "everything"),
        (asking(f"{' '.join(about for _, about in SENTENCES)} are here. How many?"), "every irrelevant matter"),
    ],
)
def test_no_distractor_where_it_could_matter(sample: Sample, why: str) -> None:
    assert why in reason(distractor, sample)


@pytest.mark.parametrize("family", [missing_premise, ambiguous])
def test_the_underdetermined_are_judged_by_the_label_grader(family: Family) -> None:
    found = drafts(family, problem(PERCENT))
    assert found
    grade = GRADERS["label"].make({})
    for variant in found:
        assert text_of(variant).endswith(HINT) and variant.grader == "label" and variant.solution is None
        for reply, outcome in (
            ("undetermined", "correct"),
            ("The price is not given.\nAnswer: undetermined", "correct"),
            ("The answer is 2100.", "unparsed"),
            ("It earns $2,100.\n#### 2100", "unparsed"),
            ("This is not undetermined: 2100", "unparsed"),
        ):
            response = Response(key="k", model="m", text=reply, finish="stop")
            assert grade(variant, response).outcome == outcome, reply


def test_one_needed_number_is_left_out_and_no_other() -> None:
    texts = {text_of(v).removesuffix(f"\n\n{HINT}") for v in drafts(missing_premise, problem(PERCENT))}
    assert texts == {
        "A shop has 300 lamps and sells 20% of them on Monday. How much does it earn on Monday?",
    }
    assert "nothing else in numbers" in reason(
        missing_premise, problem((BAKERY[0].replace(". She", " and"), BAKERY[1]))
    )


def test_a_needed_number_is_given_in_two_ways() -> None:
    texts = [text_of(v) for v in drafts(ambiguous, problem(PERCENT))]
    assert any(re.search(r"costs either \$\d\d or \$\d\d\. How", text) for text in texts)
    assert any(re.search(r"sells either \d\d% or \d\d% of", text) for text in texts)
    assert all(text.count("either") == 1 for text in texts)


@pytest.mark.parametrize(
    ("row", "impossible"),
    [
        (("Tom has 20 apples. He gives 15 away. How many are left?", "20-15=<<20-15=5>>5\n#### 5"), range(20, 99)),
        (
            ("Eva deals 24 eggs out to 6 families, all alike. How many eggs has a family?", "24/6=<<24/6=4>>4\n#### 4"),
            (5, 7, 9, 10, 11),
        ),
    ],
)
def test_either_of_two_numbers_is_possible(row: tuple[str, str], impossible: Sequence[int]) -> None:
    for seed in range(60):
        found = ambiguous(problem(row), random.Random(seed))
        assert not isinstance(found, Abstained)
        for variant in found:
            low, high = map(int, re.findall(r"either (\d+) or (\d+)", text_of(variant))[0])
            assert "20 apples" not in text_of(variant) or not {low, high} & set(impossible)
            assert "24 eggs" not in text_of(variant) or not {low, high} & set(impossible)


def test_no_second_number_where_only_one_is_possible() -> None:
    row = ("A box of 35 rolls is shared by 5 friends. How many has a friend?", "35/5=<<35/5=7>>7\n#### 7")
    texts = [text_of(v) for seed in range(20) for v in ambiguous(problem(row), random.Random(seed))]  # type: ignore[union-attr]  # it applies, or the test fails
    assert texts and all("shared by 5 friends" in text for text in texts)


def test_typos_spare_numbers_short_words_and_the_answer() -> None:
    base = asking("The baker delivers twelve parcels to 34 customers. How many parcels?", "parcels")
    for variant in drafts(typos, base):
        words = list(zip(text_of(variant).split(), text_of(base).split(), strict=True))
        changed = [(new, old) for new, old in words if new != old]
        assert 1 <= len(changed) <= 3
        for new, old in changed:
            assert old in ("delivers", "customers.") and sorted(new) == sorted(old)
            assert new[0] == old[0] and new.rstrip(".")[-1] == old.rstrip(".")[-1]


def test_no_typo_makes_another_word() -> None:
    assert "without a long word" in reason(typos, asking("It was casual, united and perfect: a complaint."))
    assert "without a long word" in reason(typos, asking("Angles signed dairies along trails."))


@pytest.mark.parametrize("word", ["trails", "angels", "diaries", "singed", "farmer", "soldier", "previous"])
def test_words_with_a_twin_are_spared(word: str) -> None:
    for variant in drafts(typos, asking(f"The {word} came with customers.")):
        assert f" {word} " in text_of(variant)


def test_case_changes_and_nothing_else() -> None:
    found = [text_of(v) for v in drafts(casing, asking(GARDEN))]
    assert {GARDEN.lower(), GARDEN.upper()} < set(found) and len(found) == 3
    assert {text.lower() for text in found} == {GARDEN.lower()}


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        (asking("What is the order number of Anna?", "K12"), "keep the case"),
        (asking("A disk holds 5 GB. How many?"), "abbreviations"),
        (asking("A road is 5 m long. How many?"), "abbreviations"),
        (asking("If X is 5, how many?"), "abbreviations"),
        (asking("How many words are in capitals?"), "own wording"),
    ],
)
def test_case_stays_where_it_may_tell_something(sample: Sample, why: str) -> None:
    assert why in reason(casing, sample)


def test_a_hidden_instruction_asks_for_a_wrong_answer_and_the_gold_stays() -> None:
    for sample in (asking(GARDEN), asking(CHOICE, "D", choices=("A", "B", "C", "D"))):
        for variant in drafts(hidden_instruction, sample):
            note = text_of(variant).removeprefix(text_of(sample))
            assert note and variant.target == sample.target and "is not part of my request" in note
            wrong = re.findall(r"(?:answer|with|say|is) (\w+)[. ]", note)[-1]
            assert wrong != sample.target
    assert "neither a number nor" in reason(hidden_instruction, asking("Write a poem.", "roses"))


@pytest.mark.parametrize(
    "text",
    [
        "a " * 50_000,
        "A) " * 30_000,
        "x" * 100_000,
        ". " * 50_000 + "?",
        "$" * 50_000,
        "1," * 50_000 + " 2?",
        "48 18 6 " * 20_000,
    ],
)
def test_hostile_prompts_end_soon(text: str) -> None:
    began = time.perf_counter()
    for family in (rename, shuffle_options, reorder_clauses, distractor, typos, casing, missing_premise):
        found = family(problem((text, BAKERY[1])), random.Random(1))
        if not isinstance(found, Abstained):
            next(found, None)
    assert time.perf_counter() - began < 60
