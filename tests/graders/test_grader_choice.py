"""Choice: letters against words, both against each other, and letters that are only words."""

import time

import pytest

from graders import choice
from harness.records import Finish, Json, Judgement, Response, Sample

PETS = ("a cat", "a dog", "both of them", "a goldfish")
NUMBERS = ("5", "0.5", "52", "-5", "$\\frac{1}{2}$")
TOWNS = ("Paris", "Lyon", "Nice", "Paris, Texas")


def grade(
    target: Json, text: str, choices: tuple[str, ...] = TOWNS, finish: Finish = "stop", **options: Json
) -> Judgement:
    sample = Sample(id="1", messages=(), target=target, choices=choices)
    return choice.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        # the letter, however it is written
        ("B", "correct"),
        ("b", "correct"),
        ("(B)", "correct"),
        ("B.", "correct"),
        ("b)", "correct"),
        ("**B**", "correct"),
        ("[B]", "correct"),
        ("$B$", "correct"),
        ("Answer: B", "correct"),
        ("Answer: b", "correct"),
        ("ANSWER: (B).", "correct"),
        ("**Answer:** B", "correct"),
        ("**Answer**: **(B)**", "correct"),
        ("Answer:\n\nB", "correct"),
        ("Answer: Option B", "correct"),
        ("The correct answer is B.", "correct"),
        ("The answer is option (B), since the Rhone flows there.", "correct"),
        ("The correct option is B", "correct"),
        ("A: B", "correct"),
        ("#### B", "correct"),
        (r"\boxed{B}", "correct"),
        (r"\boxed{\text{B}}", "correct"),
        (r"\boxed{\textbf{(B)}}", "correct"),
        (r"$\boxed{\mathrm{(B) \ Lyon}}$", "correct"),
        (r"First \boxed{A}. No, it is \boxed{B}", "correct"),
        ("I think it's (B).", "correct"),
        ("(A) is too far north.\n(C) has a sea.\nTherefore, (B).", "correct"),
        ("A is the capital.\n\nB", "correct"),
        ("B. The Rhone and the Saone meet there.", "correct"),
        ("Option B fits all of it.", "correct"),
        ("Answer: A\n\nI have to correct this.\nAnswer: B", "correct"),
        ("Answer: B\nI am sure that the answer is clear.", "correct"),
        # the words, or both
        ("Lyon", "correct"),
        ("lyon.", "correct"),
        ("Answer: Lyon", "correct"),
        ("Answer: The town of Lyon", "correct"),
        ("B) Lyon", "correct"),
        ("B: Lyon", "correct"),
        ("Answer: B Lyon", "correct"),
        ("The rivers meet in Lyon.", "correct"),
        (r"\boxed{\text{Lyon}}", "correct"),
        ("Answer: (B) Lyon, not Paris", "correct"),
        # another one
        ("A", "incorrect"),
        ("Answer: D", "incorrect"),
        ("Answer: d) Paris, Texas", "incorrect"),
        ("Paris, Texas", "incorrect"),  # the longest counts
        ("Answer: Paris", "incorrect"),
        (r"First \boxed{B}. No, it is \boxed{A}", "incorrect"),
        ("Answer: B\nOr rather:\nAnswer: C", "incorrect"),
        ("(B) comes close.\nTherefore, (C).", "incorrect"),
        # both letter and words, which belong to different options
        ("B) Paris", "unparsed"),
        ("Answer: (A) Lyon", "unparsed"),
        ("Answer: B, Nice", "unparsed"),
        (r"\boxed{B: Nice}", "unparsed"),
        # several
        ("A and B", "unparsed"),
        ("Answer: A and B", "unparsed"),
        ("Answer: A or B", "unparsed"),
        ("Answer: A, B", "unparsed"),
        ("Answer: B/C", "unparsed"),
        ("Answer: (B) and (C)", "unparsed"),
        ("Answer: B, no, wait: C", "unparsed"),
        (r"\boxed{A, B}", "unparsed"),
        ("It may be (A), or (B).", "unparsed"),
        ("Paris or Lyon", "unparsed"),
        ("A) is the capital\nB) has two rivers", "unparsed"),
        # none
        ("Answer: E", "unparsed"),
        ("Answer: none of them", "unparsed"),
        ("Answer: neither A nor B", "unparsed"),
        ("Answer: not B", "unparsed"),
        ("It is not (B).", "unparsed"),
        ("(B) is wrong.", "unparsed"),
        ("The answer is Marseille", "unparsed"),
        ("Because of that, Bordeaux.", "unparsed"),
        ("B-movies are made there", "unparsed"),
        ("Lyonnaise", "unparsed"),
        ("2", "unparsed"),
        ("", "unparsed"),
        ("I'm sorry, but I can't help with that.", "refused"),
        ("I'm sorry, but I can't help with choosing (B).", "refused"),
        ("I can't help with the rest, but the answer is B", "correct"),
    ],
)
@pytest.mark.parametrize("target", ["B", "Lyon"], ids=["letter", "words"])
def test_choice_truth_table(target, text, outcome):
    judgement = grade(target, text)
    assert judgement.outcome == outcome, judgement.reason


@pytest.mark.parametrize(
    ("choices", "target", "text", "outcome"),
    [
        (PETS, "A", "A dog", "incorrect"),  # an article
        (PETS, "B", "A dog", "correct"),
        (PETS, "B", "Answer: a dog", "correct"),
        (PETS, "A", "Answer: A", "correct"),
        (PETS, "A", "A a cat", "correct"),
        (PETS, "A", "Answer: A is right", "correct"),
        (PETS, "A", "The answer is a mammal", "unparsed"),
        (PETS, "A", "Answer: A mammal", "unparsed"),
        (PETS, "A", "I would take A mammal", "unparsed"),
        (PETS, "C", "Both of them", "correct"),
        (PETS, "C", "Answer: a cat and a dog", "unparsed"),
        (PETS, "D", "A goldfish swims, a dog does not.", "unparsed"),
        (NUMBERS, "A", "5", "correct"),
        (NUMBERS, "A", "0.5", "incorrect"),
        (NUMBERS, "A", "5.2", "unparsed"),
        (NUMBERS, "A", "Answer: 0.25", "unparsed"),
        (NUMBERS, "A", "Answer: 52", "incorrect"),
        (NUMBERS, "A", "Answer: \u22125", "incorrect"),
        (NUMBERS, "D", "Answer: \u22125", "correct"),
        (("5", "6"), "A", "Answer: -5", "unparsed"),
        (NUMBERS, "E", r"\boxed{\frac{1}{2}}", "correct"),
        (NUMBERS, "E", "Answer: E", "correct"),
        (("x", "X"), "A", "Answer: B", "incorrect"),  # words that cannot be told apart: letters only
        (("x", "X"), "A", "x", "unparsed"),
        (("yes", "no"), "yes", "Yes.", "correct"),
        ((), "B", "Answer: B", "correct"),
        ((), "b", "Answer: B", "correct"),
        ((), "B", "Answer: E", "unparsed"),
    ],
)
def test_words_that_hold_letters_and_numbers(choices, target, text, outcome):
    judgement = grade(target, text, choices)
    assert judgement.outcome == outcome, judgement.reason


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Answer: B", "truncated"),  # may have become "B is wrong"
        ("Answer: B\nThe rivers", "correct"),
        ("Answer: A\nThe rivers", "incorrect"),
        (r"\boxed{B} beca", "correct"),
        (r"\boxed{B", "truncated"),
        ("B", "truncated"),
        ("So it must be (B).", "truncated"),
        ("Let me see. The two riv", "truncated"),
        ("", "truncated"),
    ],
)
def test_a_cut_off_reply_counts_only_with_a_marked_and_finished_answer(text, outcome):
    assert grade("B", text, finish="length").outcome == outcome


def test_the_letter_is_kept():
    assert [grade("B", text).answer for text in ("lyon", "(b)", "Answer: Paris, Texas", "?")] == ["B", "B", "D", None]


def test_reasons_name_what_is_unclear():
    assert grade("B", "B) Paris").reason == "the letter B with the words of A"
    assert grade("B", "A or C").reason == "several letters: A, C"
    assert grade("B", "Answer: F").reason == "F is none of the options A to D"
    assert grade("B", "Paris, or perhaps Lyon").reason == "the words of several options: A, B"


def test_options_letters_and_marker():
    assert grade("F", "Answer: F", (), letters="ABCDEF").outcome == "correct"
    assert grade("B", "My pick -> B", marker=["pick ->"]).outcome == "correct"
    assert grade("B", "<pick{B}> not A", marker=["<pick{"]).outcome == "correct"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"letter": "AB"}, 'unknown option "letter"; did you mean "letters"?'),
        ({"letters": "ABD"}, "option \"letters\": 'ABD' is not the beginning of the alphabet"),
        ({"letters": ""}, "option \"letters\": '' is not the beginning of the alphabet"),
        ({"letters": 4}, 'option "letters": 4 is not the beginning of the alphabet'),
        ({"marker": ""}, "option \"marker\": '' matches anywhere"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(ValueError, match="^" + words.replace("?", r"\?")):
        choice.make(options)


@pytest.mark.parametrize(
    ("target", "choices", "words"),
    [
        (1, TOWNS, "target 1 is neither a letter nor the text of an option"),  # from 0 or from 1?
        (None, TOWNS, "target None is neither"),
        ("E", TOWNS, "target 'E' is neither a letter from ABCD nor the text of an option"),
        ("Rome", TOWNS, "target 'Rome' is neither"),
        ("", TOWNS, "target '' is neither"),
        ("A", ("B", "A"), "target 'A' is a letter and the text of option B"),
        ("A", tuple(map(str, range(27))), "27 choices; there are letters for 26"),
    ],
)
def test_a_target_that_names_no_option_is_refused(target, choices, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        grade(target, "Answer: A", choices)


@pytest.mark.parametrize("target", ["B", "Lyon", " lyon "])
def test_gold_is_right(target):
    sample = Sample(id="1", messages=(), target=target, choices=TOWNS)
    text = choice.gold(sample)
    assert text == "Answer: B"
    assert grade(target, text).outcome == "correct"


@pytest.mark.parametrize(
    "text",
    [
        "(A) " * 250_000,
        "answer is " * 100_000,
        "answer" + " " * 1_000_000 + "is",
        r"\boxed{" * 140_000,
        "A, " * 300_000,
        "Answer: " + "A, " * 300_000,
        "Paris " * 160_000,
        "Answer: B, no " + "wait " * 200_000,
        "$" * 1_000_000,
        "a\u0301\u0301" * 300_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_long_reply_is_read_quickly(text):
    begin = time.process_time()
    grade("B", text)
    assert time.process_time() - begin < 60  # quadratic time would be hours
