import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graders import label
from harness.records import Finish, Json, Judgement, Response, Sample

DECISIONS = ("accept", "reject")
INTENTS = ("card_payment", "card_payment_fee", "cash_withdrawal", "Refund not showing up", "other")


def grade(
    target: Json, text: str, choices: tuple[str, ...] = DECISIONS, finish: Finish = "stop", **options: Json
) -> Judgement:
    sample = Sample(id="1", messages=(), target=target, choices=choices)
    return label.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


@pytest.mark.parametrize(
    ("target", "text", "outcome"),
    [
        # the label, however it is set
        ("accept", "accept", "correct"),
        ("accept", "  Accept.\n", "correct"),
        ("accept", '"ACCEPT"', "correct"),
        ("accept", "**accept**", "correct"),
        ("accept", "__accept__", "correct"),
        ("Accept", "accept", "correct"),
        ("accept", "68 - 40 = 28\n28 is within 30\nDecision: accept", "correct"),
        ("accept", "**Decision:** `accept`", "correct"),
        ("accept", "## Decision:\n\n- accept", "correct"),
        ("accept", '{"decision": "accept", "reason": "we reject only after 30 days"}', "correct"),
        ("accept", "We could reject this, but the decision is to accept.", "correct"),
        ("accept", "Answer: reject.\nOn reflection:\nFinal answer: accept", "correct"),
        ("accept", "Decision: accept. I hope this answer is helpful!", "correct"),
        ("accept", "Decision: accept, not reject", "correct"),
        ("accept", "Decision: accept, rather than reject", "correct"),
        ("reject", "Decision: reject. We accept only within 30 days.", "correct"),
        ("reject", "Decision: reject (we accept within 30 days)", "correct"),
        ("reject", "Decision: reject because we accept only within 30 days", "correct"),
        ("reject", "Decision: reject\nWe would accept it within 30 days.", "correct"),
        ("reject", "We cannot accept this and have to reject it.", "correct"),
        ("reject", "The decision is not to accept but to reject.", "correct"),
        ("accept", "It is well within the limit, so accept it.", "correct"),
        # wrong, though it looks right
        ("accept", "Decision: reject", "incorrect"),
        ("accept", "We accept returns within 30 days.\nDecision: reject", "incorrect"),
        ("accept", "Decision: accept\nFinal decision: reject", "incorrect"),
        ("accept", "Not acceptable: reject", "incorrect"),
        ("accept", "We should not accept but reject it", "incorrect"),
        # several, or none
        ("accept", "not accept", "unparsed"),
        ("accept", "Decision: not accept", "unparsed"),
        ("accept", "not **accept**", "unparsed"),
        ("accept", "I do not think we should accept this.", "unparsed"),
        ("accept", "We don\u2019t accept this.", "unparsed"),
        ("accept", "We are unable to accept it", "unparsed"),
        ("accept", "This is unacceptable.", "unparsed"),
        ("accept", "non-accept", "unparsed"),
        ("accept", "It was accepted.", "unparsed"),
        ("accept", "auto-accept", "unparsed"),
        ("accept", "Either accept or reject.", "unparsed"),
        ("accept", "Decision: accept or reject", "unparsed"),
        ("accept", "Decision: accept/reject", "unparsed"),
        ("accept", "Decision: accept, reject", "unparsed"),
        ("accept", "Decision: accept. No wait, reject.", "unparsed"),
        ("accept", "Decision: accept? Or reject?", "unparsed"),
        ("accept", "neither accept nor reject", "unparsed"),
        ("accept", "Decision: escalate\nWe accept nothing here.", "unparsed"),
        ("accept", "Decision: accept\nFinal decision: undecided", "unparsed"),
        ("accept", "Decision:", "unparsed"),
        ("accept", "", "unparsed"),
        ("accept", "a c c e p t", "unparsed"),
        ("accept", "I'm sorry, but I can't accept or decide this.", "refused"),
        ("accept", "I cannot help with whether to accept this.", "refused"),
        ("accept", "I cannot help you further. Decision: accept", "correct"),
    ],
)
def test_label_truth_table(target, text, outcome):
    assert grade(target, text).outcome == outcome


@pytest.mark.parametrize(
    ("target", "text", "outcome"),
    [
        ("card_payment", "card_payment", "correct"),
        ("card_payment", "Card payment", "correct"),
        ("card_payment", "Category: CARD-PAYMENT", "correct"),
        ("card_payment_fee", "the card payment fee", "correct"),  # the longest counts
        ("card_payment_fee", "Label: card_payment_fee", "correct"),
        ("card_payment", "Label: card_payment_fee", "incorrect"),
        ("card_payment", "card_payment_fee", "incorrect"),
        ("card_payment_fee", "card_payment", "incorrect"),
        ("card_payment", "card_payment_charged", "unparsed"),  # a label that nobody asked for
        ("card_payment", "my_card_payment", "unparsed"),
        ("card_payment", "Category: cash machine\nNot to be taken for card_payment", "unparsed"),
        ("card_payment", "card_payment or card_payment_fee", "unparsed"),
        ("Refund not showing up", "refund_not_showing_up", "correct"),
        ("Refund not showing up", "Intent: refund not showing up", "correct"),
        ("card_payment", "This is not a card_payment_fee but a card_payment.", "correct"),
        ("card_payment_fee", "This is not a card_payment_fee but a card_payment.", "incorrect"),
        ("cash_withdrawal", "The intent is \u201ccash withdrawal\u201d", "correct"),
        ("other", "It has no other label", "unparsed"),
    ],
)
def test_labels_of_several_words(target, text, outcome):
    assert grade(target, text, INTENTS).outcome == outcome


@pytest.mark.parametrize(
    ("target", "text", "choices", "outcome"),
    [
        ("not_urgent", "Not urgent", ("urgent", "not_urgent"), "correct"),
        ("urgent", "not urgent", ("urgent", "not_urgent"), "incorrect"),
        ("no", "No, it is too late.", ("yes", "no"), "correct"),
        ("-1", "Label: -1", ("-1", "0", "1"), "correct"),
        ("1", "Label: -1", ("-1", "0", "1"), "incorrect"),
        ("1", "-1", ("-1", "0", "1"), "incorrect"),
        ("c", "Answer: c++", ("c", "c++", "c#"), "incorrect"),
        ("c++", "C++", ("c", "c++", "c#"), "correct"),
        (".net", ".NET", (".net", "net"), "correct"),
        ("stra\u00dfe", "Label: Stra\u00dfe", ("stra\u00dfe", "weg"), "correct"),
    ],
)
def test_labels_that_are_hard_to_tell_apart(target, text, choices, outcome):
    assert grade(target, text, choices).outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("28 is within 30, so accept", "truncated"),
        ("accept", "truncated"),  # may have become "accepted by no one"
        ("accept\n", "correct"),
        ("Decision: accept", "truncated"),
        ("Decision: accept. Bec", "truncated"),
        ("Decision: accept\nBec", "correct"),
        ("Decision: reject\nBec", "incorrect"),
        ("Decision: acc", "truncated"),
        ("Deci", "truncated"),
    ],
)
def test_a_cut_off_reply_counts_only_with_a_marked_and_finished_answer(text, outcome):
    assert grade("accept", text, finish="length").outcome == outcome


def test_the_answer_is_spelled_as_the_choices_spell_it():
    found = grade("card_payment", "Category: Card Payment Fee", INTENTS)
    assert (found.answer, found.reason) == ("card_payment_fee", "'card_payment_fee' is not 'card_payment'")


def test_labels_of_the_option_serve_samples_without_choices():
    assert grade("accept", "accept", (), labels=["accept", "reject"]).outcome == "correct"
    own_choices_come_first = grade("accept", "accept", DECISIONS, labels=["yes", "no"])
    assert own_choices_come_first.outcome == "correct"


def test_a_marker_of_ones_own():
    text = "Decision: reject\nRouting -> accept\n"
    assert grade("accept", text, marker=["routing ->"]).outcome == "correct"
    assert grade("accept", text, marker=r"queue\s*->").outcome == "unparsed"  # not there, and several are named


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": ["a"]}, 'unknown option "label"; did you mean "labels"'),
        ({"labels": "a"}, "not a list of texts"),
        ({"labels": ["card_fee", "Card fee"]}, "cannot be told from"),
        ({"labels": [" "]}, "something other than texts"),
        ({"marker": "["}, "not a regular expression"),
    ],
)
def test_options_that_cannot_be_used(options, message):
    with pytest.raises(ValueError, match=message):
        label.make(options)


@pytest.mark.parametrize(
    ("target", "choices", "message"),
    [
        ("acept", DECISIONS, 'none of the labels; did you mean "accept"'),
        ("accept or reject", DECISIONS, "none of the labels"),
        (None, DECISIONS, "none of the labels"),
        (0, DECISIONS, "none of the labels"),
        ("accept", (), "no labels"),
        ("accept", ("accept", "ACCEPT"), "cannot be told from"),
    ],
)
def test_a_gold_that_cannot_be_read_is_the_suites_fault(target, choices, message):
    with pytest.raises(ValueError, match=message):
        grade(target, "accept", choices)


@pytest.mark.parametrize(
    "text",
    [
        "accept reject " * 10**5,
        "not " * 2**18,
        "not " + "to " * 2**18,
        "decision:" * 10**5,
        "card_payment_" * 10**5,
        "a" * 2**20,
        "card" + " " * 2**20,
        "a" + "\u0301\u0323" * 2**19,
        "*" * 2**20,
        "[" * 10**5,
    ],
)
def test_hostile_texts_are_read_in_linear_time(text):
    begun = time.perf_counter()
    assert grade("accept", text, (*DECISIONS, *INTENTS)).outcome == "unparsed"
    assert time.perf_counter() - begun < 60  # quadratic time would be hours


@settings(deadline=None)
@given(text=st.text() | st.text(alphabet="acept rjnoDis:.\n*\"'-_"), finish=st.sampled_from(["stop", "length"]))
def test_any_text_can_be_graded(text, finish):
    grade("accept", text, finish=finish)


@settings(deadline=None)
@given(choices=st.lists(st.text(min_size=1), min_size=1, max_size=5).map(tuple), data=st.data())
def test_the_gold_itself_is_correct(choices, data):
    try:
        label.vocabulary(choices)
    except ValueError:
        assume(False)
    gold = data.draw(st.sampled_from(choices))
    assert grade(gold, gold, choices).outcome == "correct"


@settings(deadline=None)
@given(choices=st.lists(st.from_regex(r"[a-z]{3,8}(_[a-z]{3,8}){0,2}", fullmatch=True), min_size=2, unique=True))
def test_every_label_is_read_after_a_marker(choices):
    for gold in choices:
        for reply in (f"Label: {gold.upper()}", f"Category: {gold.replace('_', ' ')}.", f'{{"intent": "{gold}"}}'):
            assert grade(gold, reply, tuple(choices)).outcome == "correct"
