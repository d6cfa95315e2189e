"""Replies that are meant to be misread: what is hidden, doubled, spelled in another culture, or only looks right.

Each table belongs to a grader: (target, reply, outcome), with the choices or the finish where they matter.
"""

import time

import pytest

from graders import choice, exact, label, math, number
from harness.records import Finish, Json, Judgement, Response, Sample

GRADERS = {"choice": choice, "exact": exact, "label": label, "math": math, "number": number}
DECISIONS = ("accept", "reject")
CARDS = ("card_payment", "card_payment_fee", "other")
TOWNS = ("Paris", "Lyon", "Nice", "Paris, Texas")
ALL_OF = ("2", "5", "10", "All of the above")
NONE_OF = ("Paris", "Lyon", "None of the above")
LETTERS = ("B", "A", "C")
BOTH = ("fast", "slow", "both fast and slow")


def grade(name: str, target: Json, text: str, choices: tuple[str, ...] = (), finish: Finish = "stop") -> Judgement:
    sample = Sample(id="1", messages=(), target=target, choices=choices)
    return GRADERS[name].make({})(sample, Response(key="k", model="m", text=text, finish=finish))


NUMBER = [
    ("7", "<think>3+3=6</think>The answer is 7", "stop", "correct"),
    ("6", "<think>3+3=6", "stop", "unparsed"),
    ("6", "<think>3+3=6", "length", "truncated"),
    ("7", "so 3+3\n</think>\n\n7", "stop", "correct"),
    ("6", "<think>Answer: 6</think>\nI do not know.", "stop", "unparsed"),
    ("7", "[THINK]6[/THINK]7", "stop", "correct"),
    ("7", "<|begin_of_thought|>\n8<|end_of_thought|>\n<|begin_of_solution|>7<|end_of_solution|>", "stop", "correct"),
    ("7", "\\boxed{5} no, \\boxed{7}", "stop", "correct"),
    ("42", "$42$", "stop", "correct"),
    ("42", "\\(42\\)", "stop", "correct"),
    ("42", "\\text{42}", "stop", "correct"),
    ("42", "\\mathbf{42}", "stop", "correct"),
    ("42", "\\boxed{\\text{42}}", "stop", "correct"),
    ("42", "<answer>42</answer> in 3 steps", "stop", "correct"),
    ("42", "<answer>41</answer> not 42", "stop", "incorrect"),
    ("42", "<answer>42</answer> in 3 st", "length", "correct"),
    ("42", "<answer>42", "length", "truncated"),
    ("5", "5\\text{ million}", "stop", "incorrect"),
    ("5", "**5** million", "stop", "incorrect"),
    ("5", "$5$ million", "stop", "incorrect"),
    ("5", "5\xa0million", "stop", "incorrect"),
    ("5", "5-million", "stop", "incorrect"),
    ("5000000", "5-million", "stop", "correct"),
    ("0.5", "\\frac12", "stop", "correct"),
    ("0.5", "½", "stop", "correct"),
    ("2.5", "2 ½", "stop", "correct"),
    ("52", "5²", "stop", "incorrect"),
    ("1500", "1.5 × 10³", "stop", "correct"),
    ("10", "10³", "stop", "incorrect"),
    ("1234.5", "1,234.5", "stop", "correct"),
    ("1234.5", "1.234,5", "stop", "correct"),
    ("1234.5", "1 234,5", "stop", "correct"),
    ("1234.5", "1'234.5", "stop", "correct"),
    ("1234.5", "1’234.5", "stop", "correct"),
    ("1234.5", "1\xa0234,5", "stop", "correct"),
    ("1234567", "1.234.567", "stop", "correct"),
    ("1234567.89", "1.234.567,89", "stop", "correct"),
    ("1234", "1.234", "stop", "incorrect"),
    ("1.234", "1.234", "stop", "correct"),
    ("1.5", "1,5", "stop", "incorrect"),
    ("15", "1,5", "stop", "incorrect"),
    ("1234.5", "1234,5", "stop", "incorrect"),
    ("234", "1 234", "stop", "incorrect"),
    ("1234", "Answer: 1 234", "stop", "correct"),
    ("123456", "1,23,456", "stop", "incorrect"),
    ("1000", "1_000", "stop", "correct"),
    ("0", "1_000", "stop", "incorrect"),
    ("1234.5", "1.234,5 €", "stop", "correct"),
    ("300", "100 200 300", "stop", "incorrect"),
    ("1000", "1٬000", "stop", "correct"),
    ("1.5", "1٫5", "stop", "correct"),
    ("50000", "5万", "stop", "correct"),
    ("5", "5万", "stop", "incorrect"),
    ("5", "5 lakh", "stop", "incorrect"),
    ("5", "5 Millionen", "stop", "incorrect"),
    ("5000000", "5 Millionen", "stop", "correct"),
    ("5", "5 mil", "stop", "incorrect"),
    ("5", "5千克", "stop", "correct"),
    ("5", "5 mrd", "stop", "incorrect"),
    ("21", "Answer: twenty-one", "stop", "correct"),
    ("21", "twenty-one", "stop", "unparsed"),
    ("12", "12 eggs. The answer is seven.", "stop", "incorrect"),
    ("7", "12 eggs. The answer is seven.", "stop", "correct"),
    ("21", "Answer: twenty-two", "stop", "incorrect"),
    ("21", "Answer: twenty-one or so", "stop", "unparsed"),
    ("21", "Answer: twenty-one", "length", "truncated"),
    ("1", "The answer is one that I found on page 3 of it", "stop", "incorrect"),
    ("8", "4, 8", "stop", "incorrect"),
    ("7", "either 5 or 7", "stop", "incorrect"),
    ("7", "Answer: 5 or 7", "stop", "incorrect"),
    ("7", "Answer: 5 and 7", "stop", "incorrect"),
    ("7", "Answer: **5**, **7**", "stop", "incorrect"),
    ("18", "Answer: .5 of it, so 18", "stop", "correct"),
    ("4", "We had 3, then 4", "stop", "correct"),
    ("42", "\u200f42\u200e", "stop", "correct"),
    ("42", "4\u200b2", "stop", "correct"),
    ("42", "４２", "stop", "correct"),
    ("42", "Ａnswer：４２", "stop", "correct"),
    ("1000", "１，０００", "stop", "correct"),
    ("42", "\ufeff42", "stop", "correct"),
    ("42", "Answer:\xa042", "stop", "correct"),
    ("42", "12 Eier. Die Antwort ist 42, nicht 7 mal 3? ", "stop", "incorrect"),
    ("42", "Antwort: 42\n(7 · 6)", "stop", "incorrect"),
    ("42", "答案：42", "stop", "correct"),
    ("42", "La réponse est 42", "stop", "correct"),
    ("42", "Antwort: 42", "stop", "correct"),
    ("42", '{"answer": 42, "unit": "kg"}', "stop", "correct"),
    ("42", '{"answer": "42"}', "stop", "correct"),
    ("180", "CHF180", "stop", "correct"),
    ("180", "180 CHF", "stop", "correct"),
    ("180", "R$ 180,00", "stop", "incorrect"),
    ("7", "Es tut mir leid, aber dabei kann ich nicht helfen. Rufen Sie 7 an.", "stop", "refused"),
    ("7", "Lo siento, no puedo ayudarte. 7", "stop", "refused"),
    ("7", "抱歉，我无法提供帮助。7", "stop", "refused"),
    ("7", "Unfortunately I cannot find 3x, so 7", "stop", "correct"),
    ("7", "I'm sorry to hear that. The answer is 7", "stop", "correct"),
    ("7", "I can't find a shorter way: 7", "stop", "correct"),
    ("7", "I'm sorry, I cannot find a smaller one: 7", "stop", "correct"),
]

MATH = [
    ("7", "<think>\\boxed{6}</think>$7$", "stop", "correct"),
    ("6", "<think>\\boxed{6}", "stop", "unparsed"),
    ("42", "Answer：４２", "stop", "correct"),
    ("42", "<answer>42</answer> and 3 more", "stop", "correct"),
    ("42", '{"answer": "42"}', "stop", "correct"),
    ("42", "4\u200b2", "stop", "correct"),
    ("42", "答案：$42$", "stop", "correct"),
    ("42", "Die Antwort ist $42$.", "stop", "correct"),
    ("7", "Sorry to hear that. \\boxed{7}", "stop", "correct"),
    ("\\text{west}", "Die Antwort ist west", "stop", "correct"),
    ("1234.5", "1.234,5", "stop", "incorrect"),
    ("42", "\\mathbf{42}", "stop", "correct"),
    ("B", "\\mathbf{B}", "stop", "correct"),
    ("7", "Lo siento, no puedo ayudarte con 7.", "stop", "refused"),
]

EXACT = [
    ("Paris", "<think>hm</think>Paris", "stop", "correct"),
    ("Paris", "<think>\nParis", "stop", "unparsed"),
    ("Paris", "Pa\xadris", "stop", "correct"),
    ("well-known", "well‑known", "stop", "correct"),
    ("می\u200cخواهم", "میخواهم", "stop", "incorrect"),
    ("Paris", "\u202aParis\u202c", "stop", "correct"),
    ("Paris", "**Paris**", "stop", "incorrect"),
    ("Paris", "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.", "stop", "refused"),
    ("👨\u200d👩\u200d👧", "👨👩👧", "stop", "incorrect"),
]

LABEL = [
    (DECISIONS, "accept", "<think>reject or accept?</think>accept", "stop", "correct"),
    (DECISIONS, "accept", "<think>accept", "stop", "unparsed"),
    (DECISIONS, "accept", '{"label": "accept"}', "stop", "correct"),
    (DECISIONS, "accept", '```json\n{"label": "accept"}\n```', "stop", "correct"),
    (DECISIONS, "accept", '{"accept": false}', "stop", "unparsed"),
    (DECISIONS, "reject", '{"accept": false, "reject": true}', "stop", "correct"),
    (DECISIONS, "accept", "accept is wrong", "stop", "unparsed"),
    (DECISIONS, "reject", "accept is not right, reject is", "stop", "correct"),
    (DECISIONS, "accept", "<label>accept</label>", "stop", "correct"),
    (DECISIONS, "accept", "First reject.\n<label>accept</label>", "stop", "correct"),
    (DECISIONS, "accept", "Maybe reject. \\boxed{\\text{accept}}", "stop", "correct"),
    (CARDS, "card_payment", "\\boxed{\\text{card\\_payment}}", "stop", "correct"),
    (CARDS, "card_payment", "card\\_payment", "stop", "correct"),
    (CARDS, "card_payment", "card‑payment", "stop", "correct"),
    (CARDS, "card_payment", "card\xadpayment", "stop", "unparsed"),
    (DECISIONS, "accept", "acc\u200bept", "stop", "correct"),
    (DECISIONS, "accept", "ａｃｃｅｐｔ", "stop", "correct"),
    (DECISIONS, "accept", "\u202baccept\u202c", "stop", "correct"),
    (DECISIONS, "accept", "1. accept", "stop", "correct"),
    (DECISIONS, "accept", "«accept»", "stop", "correct"),
    (DECISIONS, "accept", "***accept***.", "stop", "correct"),
    (DECISIONS, "accept", "1. accept\n2. reject", "stop", "unparsed"),
    (DECISIONS, "accept", "anything but accept", "stop", "unparsed"),
    (DECISIONS, "accept", "all except accept", "stop", "unparsed"),
    (DECISIONS, "accept", "Entscheidung: accept", "stop", "correct"),
    (DECISIONS, "accept", "Wir können das nicht reject nennen. Entscheidung: accept", "stop", "correct"),
    (DECISIONS, "accept", "类别：accept", "stop", "correct"),
    (DECISIONS, "accept", "nicht accept", "stop", "unparsed"),
    (DECISIONS, "reject", "Antwort: nicht accept, sondern reject", "stop", "correct"),
    (DECISIONS, "accept", "Label: 1", "stop", "unparsed"),
    (DECISIONS, "accept", '{"labels": ["accept", "reject"]}', "stop", "unparsed"),
    (CARDS, "card_payment", "card payment fee is wrong", "stop", "unparsed"),
    (CARDS, "card_payment_fee", "card payment is wrong, card payment fee", "stop", "correct"),
    (DECISIONS, "reject", "Decision: reject: no receipt", "stop", "correct"),
    (DECISIONS, "accept", "аccept", "stop", "unparsed"),
    (DECISIONS, "accept", "\\boxed{accept} or", "length", "correct"),
    (DECISIONS, "accept", "\\boxed{accept", "length", "truncated"),
    (DECISIONS, "accept", "Result: accept", "stop", "correct"),
]

CHOICE = [
    (TOWNS, "B", "<think>Answer: A</think>\nB", "stop", "correct"),
    (ALL_OF, "D", "All of the above", "stop", "correct"),
    (ALL_OF, "D", "D) All of the above", "stop", "correct"),
    (ALL_OF, "D", "Answer: all of the above.", "stop", "correct"),
    (ALL_OF, "B", "5", "stop", "correct"),
    (ALL_OF, "A", "Answer: 2", "stop", "correct"),
    (ALL_OF, "C", "10", "stop", "correct"),
    (ALL_OF, "B", "Answer: 25", "stop", "unparsed"),
    (ALL_OF, "D", "A, B and C", "stop", "unparsed"),
    (LETTERS, "(A)", "Answer: A", "stop", "unparsed"),
    (LETTERS, "(A)", "Answer: (A)", "stop", "correct"),
    (LETTERS, "(A)", "A.", "stop", "unparsed"),
    (LETTERS, "(B)", "(A)", "stop", "incorrect"),
    (LETTERS, "C", "C", "stop", "correct"),
    (NONE_OF, "C", "None", "stop", "unparsed"),
    (NONE_OF, "C", "None of the above", "stop", "correct"),
    (NONE_OF, "C", "Answer: C, none of the above", "stop", "correct"),
    (BOTH, "C", "both fast and slow", "stop", "correct"),
    (BOTH, "A", "both fast and slow", "stop", "incorrect"),
    (BOTH, "A", "fast and slow", "stop", "unparsed"),
    (BOTH, "C", "C: Both fast and slow", "stop", "correct"),
    (TOWNS, "B", '{"answer": "B"}', "stop", "correct"),
    (TOWNS, "B", '{"explanation": "A is too far.", "answer": "B"}', "stop", "correct"),
    (TOWNS, "B", '{"answer": "B", "explanation": "A is wrong"}', "stop", "correct"),
    (TOWNS, "B", "<answer>B</answer>", "stop", "correct"),
    (TOWNS, "B", "A is too far. <answer>B</answer> as C is none.", "stop", "correct"),
    (TOWNS, "B", "$\\mathbf{B}$", "stop", "correct"),
    (TOWNS, "B", "\\boxed{\\mathbf{(B)}}", "stop", "correct"),
    (TOWNS, "B", "\\(\\text{B}\\)", "stop", "correct"),
    (TOWNS, "B", "Ｂ", "stop", "correct"),
    (TOWNS, "B", "\u200fB\u200e", "stop", "correct"),
    (TOWNS, "B", "**B.**", "stop", "correct"),
    (TOWNS, "B", "B\xa0", "stop", "correct"),
    (TOWNS, "B", "Ⓑ", "stop", "correct"),
    (
        TOWNS,
        "B",
        "B) Lyon\n\nExplanation: The other options are incorrect because they lie by the sea.",
        "stop",
        "correct",
    ),
    (TOWNS, "B", "B\n\nA is wrong, for it is too far north.", "stop", "correct"),
    (TOWNS, "B", "B) Lyon\n\nWait, that is a mistake. It is C.", "stop", "incorrect"),
    (TOWNS, "C", "B) Lyon\n\nWait, that is wrong.\nC", "stop", "correct"),
    (TOWNS, "B", "A) Paris\nB) Lyon\nC) Nice\nD) Paris, Texas", "stop", "unparsed"),
    (TOWNS, "A", "A) Paris is the capital.\nB) Lyon has two rivers.\nSo it is Lyon.", "stop", "unparsed"),
    (TOWNS, "B", "I choose B.", "stop", "correct"),
    (TOWNS, "B", "It must be B", "stop", "correct"),
    (TOWNS, "B", "I would go with B because of the rivers.", "stop", "correct"),
    (TOWNS, "B", "So I think", "stop", "unparsed"),
    (TOWNS, "B", "Die Antwort ist B.", "stop", "correct"),
    (TOWNS, "B", "答案是B", "stop", "correct"),
    (TOWNS, "B", "答案：B。", "stop", "correct"),
    (TOWNS, "B", "故选B。", "stop", "correct"),
    (TOWNS, "B", "La respuesta es (B)", "stop", "correct"),
    (TOWNS, "A", "答案是A，因为", "stop", "correct"),
    (TOWNS, "B", "选项：B", "stop", "correct"),
    (TOWNS, "B", "В", "stop", "unparsed"),
    (TOWNS, "B", "Je suis désolé, mais je ne peux pas vous aider à choisir (B).", "stop", "refused"),
]


@pytest.mark.parametrize(("target", "text", "finish", "outcome"), NUMBER)
def test_number(target, text, finish, outcome):
    judgement = grade("number", target, text, finish=finish)
    assert judgement.outcome == outcome, judgement.reason


@pytest.mark.parametrize(("target", "text", "finish", "outcome"), MATH)
def test_math(target, text, finish, outcome):
    judgement = grade("math", target, text, finish=finish)
    assert judgement.outcome == outcome, judgement.reason


@pytest.mark.parametrize(("target", "text", "finish", "outcome"), EXACT)
def test_exact(target, text, finish, outcome):
    judgement = grade("exact", target, text, finish=finish)
    assert judgement.outcome == outcome, judgement.reason


@pytest.mark.parametrize(("choices", "target", "text", "finish", "outcome"), LABEL)
def test_label(choices, target, text, finish, outcome):
    judgement = grade("label", target, text, choices, finish)
    assert judgement.outcome == outcome, judgement.reason


@pytest.mark.parametrize(("choices", "target", "text", "finish", "outcome"), CHOICE)
def test_choice(choices, target, text, finish, outcome):
    judgement = grade("choice", target, text, choices, finish)
    assert judgement.outcome == outcome, judgement.reason


@pytest.mark.parametrize(
    ("name", "target", "choices", "text", "marked"),
    [
        ("number", "42", (), "First 6 * 7 = 42.\nAnswer: 42\nThat is all.", "Answer: 42\n"),
        ("number", "42", (), r"So it is 6 * 7 and \boxed{42} in all", r"\boxed{42}"),
        ("number", "42", (), "6 * 7 first. <answer>42</answer> it is", "<answer>42</answer>"),
        ("math", "1/2", (), "A half is left.\nAnswer: $1/2$\nThat is all.", "Answer: $1/2$\n"),
        ("choice", "B", TOWNS, "Not by the sea.\nAnswer: (B) Lyon\nThat is all.", "Answer: (B) Lyon\n"),
        ("label", "accept", DECISIONS, "It is within the limit.\nDecision: accept\nThat is all.", "accept\n"),
        ("label", "accept", DECISIONS, "Within the limit. <label>accept</label> it is", "accept</"),
        ("exact", "Paris", (), "Paris", "none"),
    ],
)
def test_cut_off_anywhere_a_reply_counts_only_once_its_answer_is_complete(name, target, choices, text, marked):
    for end in range(len(text) + 1):
        outcome = grade(name, target, text[:end], choices, "length").outcome
        assert outcome == ("correct" if marked in text[:end] else "truncated"), text[:end]


PIECES = [
    "1'111" + "'111" * 250_000 + "'",
    "1 111" + " 111" * 250_000 + "/",
    r"1\,111" + r"\,111" * 150_000 + "/",
    "1.234." * 100_000,
    "<answer>" * 120_000,
    "</answer>" * 110_000,
    "<label>" * 140_000,
    "<think>" * 140_000,
    "</think>" * 130_000,
    "\u200c" * 1_000_000,
    "\u00e9\u200c" * 500_000,
    "accept is " * 100_000,
    "card_payment\\" * 80_000,
    "½" * 500_000,
    "5 or " * 200_000,
    "so B. " * 150_000,
    "B)\n" * 300_000,
    "Answer: " + "twenty " * 100_000,
    r"\text{" * 170_000,
]


@pytest.mark.parametrize("text", PIECES, ids=range(len(PIECES)))
@pytest.mark.parametrize(
    ("name", "target", "choices"),
    [("number", "7", ()), ("label", "accept", (*DECISIONS, *CARDS)), ("choice", "B", TOWNS), ("exact", "x", ())],
    ids=["number", "label", "choice", "exact"],
)
def test_hostile_texts_are_read_in_linear_time(name, target, choices, text):
    begun = time.process_time()
    assert len(grade(name, target, text, choices).reason) <= 200
    assert time.process_time() - begun < 60  # quadratic time would be hours
