import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import fields
from harness.records import Finish, Json, Judgement, Response, Sample

TICKET: dict[str, Json] = {"queue": "returns", "paid": 37, "urgent": True, "note": None}
RIGHT = '{"queue": "returns", "paid": 37, "urgent": true, "note": null}'


def grade(target: Json, text: str, finish: Finish = "stop", **options: Json) -> Judgement:
    sample = Sample(id="1", messages=(), target=target)
    return fields.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        # one object, wherever it stands
        (RIGHT, "correct"),
        (f"```json\n{RIGHT}\n```", "correct"),
        (f"```\n{RIGHT}\n```\n", "correct"),
        (f'Here is the ticket, a "return":\n\n{RIGHT}\n\nAnything else?', "correct"),
        (f"In {{braces}} and {{ more: {RIGHT}", "correct"),
        ('{"note":null,"urgent":true,"paid":37.0,"queue":"returns"}', "correct"),
        ('{"queue": "returns", "paid": 3.7e1, "urgent": true, "note": null, "mood": {"a": [1]}}', "correct"),
        ('{"queue": "ret\\u0075rns", "paid": 37, "urgent": true, "note": null}', "correct"),
        # wrong, though it looks right
        (RIGHT.replace("37", '"37"'), "incorrect"),
        (RIGHT.replace("37", "37.01"), "incorrect"),
        (RIGHT.replace("37", "[37]"), "incorrect"),
        (RIGHT.replace("true", "1"), "incorrect"),
        (RIGHT.replace("true", '"true"'), "incorrect"),
        (RIGHT.replace("true", "null"), "incorrect"),
        (RIGHT.replace("null", "false"), "incorrect"),
        (RIGHT.replace("null", '""'), "incorrect"),
        (RIGHT.replace(', "note": null', ""), "incorrect"),  # missing is not null
        (RIGHT.replace("returns", "Returns"), "incorrect"),
        (RIGHT.replace("returns", "returns "), "incorrect"),
        (RIGHT.replace('"queue"', '"Queue"'), "incorrect"),
        (f'{{"ticket": {RIGHT}}}', "incorrect"),
        ("{}", "incorrect"),
        # not one JSON object
        (RIGHT.replace('"', "'"), "unparsed"),
        (RIGHT.replace("}", ",}"), "unparsed"),
        (RIGHT.replace("true", "True"), "unparsed"),
        (RIGHT.replace("37", "037"), "unparsed"),
        (RIGHT.replace("37", "+37"), "unparsed"),
        (RIGHT.replace("37", "NaN"), "unparsed"),
        (RIGHT.replace("37", "-Infinity"), "unparsed"),
        (RIGHT.replace("37", "1e999"), "unparsed"),
        (RIGHT.replace("37", "9" * 5000), "unparsed"),
        (RIGHT.replace("37,", "37, // dollars\n"), "unparsed"),
        (RIGHT.replace("returns", "ret\nurns"), "unparsed"),
        (RIGHT.replace("}", ', "paid": 37}'), "unparsed"),  # twice, if the same
        (f"{RIGHT}\n{RIGHT}", "unparsed"),
        (f"First {{}}, then {RIGHT}", "unparsed"),
        (f"[{RIGHT}]", "unparsed"),
        (f"[1, {RIGHT} ]", "unparsed"),
        (json.dumps(RIGHT), "unparsed"),
        (RIGHT[:-1], "unparsed"),
        (RIGHT[:-1] + "]", "unparsed"),
        ("queue: returns\npaid: 37\nurgent: true\nnote: null", "unparsed"),
        ("The queue is returns.", "unparsed"),
        ("", "unparsed"),
        ("I'm sorry, but I can't help with that.", "refused"),
    ],
)
def test_fields_truth_table(text, outcome):
    assert grade(TICKET, text).outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (RIGHT, "correct"),  # closed: no further text changes it
        (f"{RIGHT}\n\nThe ticket is urgent bec", "correct"),
        (f"{RIGHT.replace('37', '38')}\n\nThe", "incorrect"),
        (f'{RIGHT}\n{{"queue": "ret', "truncated"),
        (RIGHT[:-1], "truncated"),
        (RIGHT[:20], "truncated"),
        ("The ticket", "truncated"),
        ("", "truncated"),
    ],
)
def test_a_cut_off_reply_counts_only_with_a_closed_object(text, outcome):
    assert grade(TICKET, text, finish="length").outcome == outcome


@pytest.mark.parametrize(
    ("target", "text", "options", "score"),
    [
        ({"a": 1, "b": 2}, '{"a": 1, "b": 3}', {"partial": True}, 0.5),
        ({"a": 1, "b": 2}, '{"a": 1, "b": 3}', {}, 0),
        ({"a": 1, "b": 2}, '{"a": 1, "b": 2}', {"partial": True}, 1),
        ({"a": 1, "b": 2}, "{}", {"partial": True}, 0),
        ({"a": 1, "b": 2}, '{"a": 1, "b": 3}', {"fields": ["a"]}, 1),
        ({"a": 1}, '{"a": 1, "b": 3}', {"ignore_extra": False}, 0),
        ({"a": 1}, '{"a": 1, "b": 3}', {"ignore_extra": False, "partial": True}, 0.5),
        ({"a": 1, "b": 2}, '{"a": 1, "b": 3}', {"ignore_extra": False, "fields": ["a"]}, 1),
        ({"a": {"x": 1}}, '{"a": {"x": 1, "y": 2}}', {}, 1),
        ({"a": {"x": 1}}, '{"a": {"x": 1, "y": 2}}', {"ignore_extra": False}, 0),
        ({"a": {"x": 1}}, '{"a": {"y": 1}}', {}, 0),
        ({"a": [1, 2]}, '{"a": [2, 1]}', {}, 0),
        ({"a": [1, 2]}, '{"a": [1, 2, 2]}', {}, 0),
        ({"a": [1, [2.0]]}, '{"a": [1, [2]]}', {}, 1),
        ({"a": 1.0}, '{"a": 1.1}', {"tolerance": 0.1}, 1),
        ({"a": 1.0}, '{"a": 1.11}', {"tolerance": 0.1}, 0),
        ({"a": True}, '{"a": 1}', {"tolerance": 1}, 0),
        ({"a": "Two  Words"}, '{"a": " two words\\n"}', {"ignore_case": True, "ignore_space": True}, 1),
        ({"a": "Two  Words"}, '{"a": "Two Words"}', {"ignore_case": True}, 0),
        ({"a": "Two Words"}, '{"a": "two words"}', {"ignore_space": True}, 0),
        ({"a": 37}, '{"a": "37"}', {"coerce": True}, 1),
        ({"a": 37}, '{"a": " 37.0 "}', {"coerce": True}, 1),
        ({"a": "37"}, '{"a": 37}', {"coerce": True}, 1),
        ({"a": "37"}, '{"a": "37.0"}', {"coerce": True}, 0),  # both are texts
        ({"a": 37}, '{"a": "$37"}', {"coerce": True}, 0),
        ({"a": 37}, '{"a": "037"}', {"coerce": True}, 0),
        ({"a": True}, '{"a": "True"}', {"coerce": True}, 1),
        ({"a": True}, '{"a": 1}', {"coerce": True}, 0),
        ({"a": True}, '{"a": "1"}', {"coerce": True}, 0),
        ({"a": None}, '{"a": "null"}', {"coerce": True}, 0),
        ('{"a": 1}', 'As asked: {"a": 1}', {}, 1),  # a gold may be JSON text
    ],
)
def test_options(target, text, options, score):
    found = grade(target, text, **options)
    assert found.score == score
    assert found.outcome == ("correct" if score == 1 else "incorrect")


def test_the_reason_names_the_wrong_fields_and_the_answer_is_canonical():
    found = grade(TICKET, '{"urgent": false, "queue":"billing","note":null}')
    assert found.answer == '{"note": null, "queue": "billing", "urgent": false}'
    assert found.reason == 'queue: got "billing", expected "returns"; paid: missing, expected 37; ' + (
        "urgent: got false, expected true"
    )
    assert grade({"a": 1}, '{"a": 1, "b": 2}', ignore_extra=False).reason == "b: not asked for"
    assert grade(TICKET, RIGHT).reason == "all of 4 fields"


def test_long_and_broken_texts_are_shortened_to_what_can_be_stored():
    found = grade({"a": "x"}, json.dumps({"a": "\ud800" * 1000}))
    assert found.answer is not None and len(found.answer) <= 200 and len(found.reason) <= 200
    (found.answer + found.reason).encode()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ignore_extras": True}, 'unknown option "ignore_extras"; did you mean "ignore_extra"'),
        ({"partial": "yes"}, "neither true nor false"),
        ({"partial": 1}, "neither true nor false"),
        ({"fields": "queue"}, "not a list of texts"),
        ({"fields": []}, "not a list of texts"),
        ({"tolerance": -0.1}, "not a number of 0 or more"),
    ],
)
def test_options_that_cannot_be_used(options, message):
    with pytest.raises(ValueError, match=message):
        fields.make(options)


@pytest.mark.parametrize(
    "target", [None, 5, "returns", [{"a": 1}], {}, {"a": float("nan")}, '{"a": 1, "a": 1}', '{"a": 1', [1]]
)
def test_a_gold_that_cannot_be_read_is_the_suites_fault(target):
    with pytest.raises(ValueError, match="target"):
        grade(target, RIGHT)


def test_a_field_that_no_gold_has():
    with pytest.raises(ValueError, match='target has no field "urgnt"; did you mean "urgent"'):
        grade(TICKET, RIGHT, fields=["urgnt"])


@pytest.mark.parametrize(
    "text",
    [
        "{" * 2**20,
        "[" * 10**5,
        '{"a":' * 10**5,
        '{"a":' + "[" * 10**5 + "]" * 10**5 + "}",
        '{"' + '\\"' * 2**19,
        '{"a":"' * 10**5,
        '{"a":1} ' * 10**5,
        "{" + ",".join(f'"k{n}":1' for n in range(80_000)) + ',"k9":2}',
        '{"a":' + "9" * 2**20 + "}",
        '"' * 2**20,
        "{" + " " * 2**20,
        "{ " * 2**19,
        "7" * 2**20,
    ],
)
def test_hostile_texts_are_read_in_linear_time(text):
    begun = time.perf_counter()
    assert grade(TICKET, text).outcome == "unparsed"
    assert time.perf_counter() - begun < 60  # quadratic time would be hours


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(text=st.text() | st.text(alphabet='{}[]":,\\ a1truenl-.e\n'), finish=st.sampled_from(["stop", "length"]))
def test_any_text_can_be_graded(text, finish):
    grade(TICKET, text, finish=finish)


@settings(deadline=None)
@given(gold=st.dictionaries(st.text(), VALUES, min_size=1, max_size=4), strict=st.booleans())
def test_the_gold_itself_is_correct(gold, strict):
    for reply in (json.dumps(gold), f"Here:\n```json\n{json.dumps(gold, indent=2, ensure_ascii=False)}\n```"):
        assert grade(gold, reply, ignore_extra=not strict).outcome == "correct"
