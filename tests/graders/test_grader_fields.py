import json
import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graders import fields
from graders.timed import OverspentError
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
        (RIGHT.replace(', "note": null', ""), "correct"),  # null is no value
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
        (RIGHT.replace("returns", "Returns"), "incorrect"),
        (RIGHT.replace("returns", "returns "), "incorrect"),
        (RIGHT.replace('"queue"', '"Queue"'), "incorrect"),
        (f'{{"ticket": {RIGHT}}}', "incorrect"),
        ("{}", "incorrect"),
        (RIGHT.replace("37", "null"), "incorrect"),
        (RIGHT.replace('"paid": 37, ', ""), "incorrect"),
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
        (f"{{'ticket': {RIGHT}}}", "unparsed"),  # a part of what cannot be read
        (f"{{ // the ticket\n'ticket': {RIGHT}}}", "unparsed"),
        (RIGHT[:-1], "unparsed"),
        (RIGHT[:-1] + "]", "unparsed"),
        (RIGHT + "}", "unparsed"),
        ("{" + RIGHT + "}", "unparsed"),
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
        ({"compare": {"due": "dat"}}, 'option "compare", field "due": unknown comparator "dat"; did you mean "date"'),
        ({"compare": {"deu": "date"}, "fields": ["due"]}, '"deu" is not among the fields.*did you mean "due"'),
        ({"compare": {"due.day": "date"}, "fields": ["du"]}, '"due.day" is not among the fields'),
        ({"compare": {"a.b": "date", "a": "set"}}, '"a.b" lies in "a", a set'),
        ({"schema": {"type": "objct"}}, r'option "schema": not a JSON Schema: at \$.type'),
        ({"repair": "yes"}, "neither true nor false"),
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


def checks(found: Judgement) -> dict[str, tuple[float, float, float]]:
    return {check.name: (check.hits, check.spurious, check.missed) for check in found.checks if check.kind == "field"}


INVOICE: dict[str, Json] = {
    "number": "A-7",
    "from": {"city": "Ulm", "vat": None},
    "items": [{"sku": "ax", "n": 1}, {"sku": "by", "n": 2}],
    "tags": ["paid", "late"],
}


@pytest.mark.parametrize(
    ("got", "counts"),
    [
        # (right, given and not right, asked for and not given rightly)
        ({}, {}),
        ({"number": "A-8"}, {"number": (0, 1, 1)}),
        ({"number": None}, {"number": (0, 0, 1)}),
        ({"from": {"city": "Ulm"}}, {}),
        ({"from": {"city": "Ulm", "vat": "none"}}, {"from.vat": (0, 1, 0)}),
        ({"from": None}, {"from.city": (0, 0, 1)}),
        ({"from": "Ulm"}, {"from": (0, 1, 0), "from.city": (0, 0, 1)}),
        ({"items": []}, {"items.sku": (0, 0, 2), "items.n": (0, 0, 2)}),
        ({"items": [{"sku": "ax"}, {"sku": "by", "n": 3}]}, {"items.n": (0, 1, 2)}),
        ({"items": [{"sku": "ax", "n": 1}]}, {"items.sku": (1, 0, 1), "items.n": (1, 0, 1)}),
        (
            {"items": [{"sku": "ax", "n": 1}, {"sku": "by", "n": 2}, {"sku": "cz", "q": 1}]},
            {"items.sku": (2, 1, 0)},
        ),
        ({"items": [{"sku": "ax", "n": 1}, {"sku": "by", "n": 2}, {}]}, {"items": (0, 1, 0)}),
        ({"items": [{"sku": "by", "n": 2}, {"sku": "ax", "n": 1}]}, {"items.sku": (0, 2, 2), "items.n": (0, 2, 2)}),
        ({"tags": ["late", "paid", "late"]}, {"tags": (0, 3, 2)}),  # in order
        ({"tags": ["paid"]}, {"tags": (1, 0, 1)}),
        ({"tags": "paid"}, {"tags": (0, 1, 2)}),
        ({"more": 1}, {}),
    ],
)
def test_the_values_of_each_field_are_counted(got, counts):
    ones, twos = ("number", "from.city"), ("items.sku", "items.n", "tags")
    right = dict.fromkeys(ones, (1, 0, 0)) | {"from.vat": (0, 0, 0)} | dict.fromkeys(twos, (2, 0, 0))
    found = grade(INVOICE, json.dumps(INVOICE | got))
    assert checks(found) == right | counts
    assert found.outcome == ("correct" if not counts else "incorrect")


@pytest.mark.parametrize(
    ("text", "finish", "outcome"),
    [
        ("No idea.", "stop", "unparsed"),
        ('{"number": "A-7"', "length", "truncated"),
        ("", "stop", "unparsed"),
        ("I'm sorry, but I can't help with that.", "stop", "refused"),
    ],
)
def test_a_reply_without_an_object_has_missed_every_value(text, finish, outcome):
    found = grade(INVOICE, text, finish=finish)
    assert found.outcome == outcome
    assert sum(missed for _, _, missed in checks(found).values()) == 8
    assert not any(hits or spurious for hits, spurious, _ in checks(found).values())


def test_what_failed_is_not_counted():
    assert grade(INVOICE, "", finish="error").checks == ()


def test_values_not_asked_for_count_where_their_fields_are_of_interest():
    reply = '{"a": 1, "b": 2, "c": [3, 4], "d": {"e": 5}}'
    target: Json = {"a": 1}
    assert checks(grade(target, reply)) == {"a": (1, 0, 0)}
    found = grade(target, reply, compare={"b": "exact"}, schema={"properties": {"c": {}}})
    assert (found.outcome, checks(found)) == ("correct", {"a": (1, 0, 0), "b": (0, 1, 0), "c": (0, 2, 0)})
    found = grade(target, reply, compare={"b": "exact"}, ignore_extra=False)
    assert (found.outcome, checks(found)) == (
        "incorrect",
        {"a": (1, 0, 0), "b": (0, 1, 0), "(other fields)": (0, 3, 0)},
    )
    assert grade({"a": 1}, '{"a": 1, "b": null}', ignore_extra=False).outcome == "correct"  # no value


@pytest.mark.parametrize(
    ("field", "compare", "got", "outcome"),
    [
        (1200.5, "number", "$1,200.50", "correct"),
        (1200.5, {"number": {"tolerance": 0.5}}, 1201, "correct"),
        (1200.5, {"number": {"tolerance": 0.5}}, 1201.01, "incorrect"),
        ("2025-04-03", "date", "April 3, 2025", "correct"),
        ("2025-04-03", "date", "03/04/2025", "incorrect"),
        ("2025-04-03", {"date": {"dayfirst": True}}, "03/04/2025", "correct"),
        (["a", "b"], "set", ["b", "a", "b"], "correct"),
        (["a", "b"], "set", ["a", "b", "c"], "incorrect"),
        (["a", "b"], "set", ["a"], "incorrect"),
        (["a"], "set", "a", "incorrect"),
        ("Main  Street", "text", " main street", "correct"),
        ("Main Street", "exact", "main street", "incorrect"),
        # a list's elements and an object's fields take over its comparator
        (["2025-04-03"], "date", ["3 April 2025"], "correct"),
        ({"from": "Ulm"}, "text", {"from": "ULM"}, "correct"),
    ],
)
def test_a_field_has_a_comparator_of_its_own(field, compare, got, outcome):
    found = grade({"a": field, "b": "x"}, json.dumps({"a": got, "b": "x"}), compare={"a": compare})
    assert found.outcome == outcome
    assert (
        grade({"a": field, "b": "x"}, json.dumps({"a": got, "b": "X"}), compare={"a": compare}).outcome == "incorrect"
    )


def test_a_nested_field_has_a_comparator_by_its_whole_name():
    target: Json = {"items": [{"day": "2025-04-03", "note": "x"}]}
    found = grade(target, '{"items": [{"day": "3 April 2025", "note": "X"}]}', compare={"items.day": "date"})
    assert checks(found) == {"items.day": (1, 0, 0), "items.note": (0, 1, 1)}
    assert grade(target, '{"items": [{"day": "3 April 2025", "note": "x"}]}').outcome == "incorrect"


def test_the_options_for_all_fields_do_not_reach_those_with_a_comparator():
    reply = '{"a": "X", "b": "X"}'
    found = grade({"a": "x", "b": "x"}, reply, ignore_case=True, compare={"b": "exact"})
    assert found.reason == 'b: got "X", expected "x"'


@pytest.mark.parametrize(
    ("gold", "got", "counts"),
    [
        (["a", "b", "b"], ["b", "c", "c"], (1, 1, 1)),
        ([], [], (1, 0, 0)),  # an empty list is a value
        ([], ["a"], (0, 1, 1)),
        ([], None, (0, 0, 1)),
        (["a"], None, (0, 0, 1)),
        (["a"], {"a": 1}, (0, 1, 1)),
        ([1, True, "1", None, 1.0], [1], (1, 0, 3)),
        ([{"x": 1, "y": None}], [{"x": 1.0}], (1, 0, 0)),
        ([{"x": 1}], [{"x": 1, "y": 2}], (0, 1, 1)),  # whole or not at all
    ],
)
def test_a_set_counts_its_elements(gold, got, counts):
    found = grade({"a": gold}, json.dumps({"a": got}), compare={"a": "set"})
    assert checks(found) == {"a": counts}
    assert found.outcome == ("correct" if counts[1:] == (0, 0) else "incorrect")


@pytest.mark.parametrize(
    ("field", "compare", "message"),
    [
        ("soon", "date", 'target field a: "soon" is not one date'),
        ("03/04/2025", "date", "is not one date"),
        ("many", "number", 'target field a: "many" is not one number'),
        (True, "number", "is not one number"),
        (5, "text", "5 is not a text"),
        ("a", "set", "is not a list"),
        (["soon"], {"set": "date"}, "is not one date"),
    ],
)
def test_a_target_that_its_comparator_cannot_read_is_the_suites_fault(field, compare, message):
    for text in ('{"a": 1}', "{}", "no"):
        with pytest.raises(ValueError, match=message):
            grade({"a": field}, text, compare={"a": compare})


@pytest.mark.parametrize(
    ("text", "outcome", "letter"),
    [
        (RIGHT, "correct", 1),
        (RIGHT.replace("}", ",}"), "correct", 0),
        (RIGHT.replace('"', "'"), "correct", 0),
        (RIGHT.replace("true", "True").replace("null", "None"), "correct", 0),
        (RIGHT.replace("37", "38").replace("true", "True"), "incorrect", 0),
        (RIGHT[:-1], "unparsed", 0),
        (RIGHT.replace("}", ",") + RIGHT[1:-1], "unparsed", 0),
        (RIGHT.replace("37", "NaN"), "unparsed", 0),
        ("no", "unparsed", 0),
    ],
)
def test_repair_is_asked_for_and_told(text, outcome, letter):
    found = grade(TICKET, text, repair=True)
    assert found.outcome == outcome
    assert ("after repair (" in found.reason) == (letter == 0 and outcome != "unparsed")
    (check,) = (check for check in found.checks if check.kind == "share")
    assert (check.name, check.hits, check.spurious) == ("valid JSON to the letter", letter, 1 - letter)
    assert grade(TICKET, text).outcome == (outcome if letter else "unparsed")


def test_without_repair_the_reason_says_what_it_would_take():
    assert grade(TICKET, RIGHT.replace("}", ",}")).reason == "not JSON to the letter: trailing comma"
    assert grade(TICKET, RIGHT[:-1] + ",}", finish="length").outcome == "truncated"


SCHEMA: dict[str, Json] = {
    "type": "object",
    "required": ["queue", "urgent"],
    "properties": {"queue": {"enum": ["returns", "billing"]}, "paid": {"type": "integer"}},
}


@pytest.mark.parametrize(
    ("text", "outcome", "rule", "reason"),
    [
        (RIGHT, "correct", (1, 0), "all of 4 fields"),
        (RIGHT.replace("returns", "billing"), "incorrect", (1, 0), 'queue: got "billing", expected "returns"'),
        (RIGHT.replace("37", "37.5"), "incorrect", (0, 1), r"breaks the schema at \$.paid: 37.5 is not of type"),
        (RIGHT.replace('"urgent": true, ', ""), "incorrect", (0, 1), "'urgent' is a required property"),
        ("no", "unparsed", None, "no JSON object"),
        (RIGHT[:-1], "unparsed", None, "does not end"),
    ],
)
def test_an_object_in_the_wrong_form_is_wrong(text, outcome, rule, reason):
    found = grade(TICKET, text, schema=SCHEMA, partial=True)
    assert found.outcome == outcome
    assert re.search(reason, found.reason)
    assert [(check.hits, check.spurious) for check in found.checks if check.kind == "rule"] == ([rule] if rule else [])
    assert found.score in ((0,) if rule != (1, 0) else (0.75, 1))  # no share for a form that nothing accepts


def test_right_values_in_the_wrong_form_are_wrong():
    found = grade({"queue": "returns"}, '{"queue": "returns"}', schema=SCHEMA)
    assert (found.outcome, checks(found)) == ("incorrect", {"queue": (1, 0, 0)})


def test_what_costs_too_much_to_check_is_unparsed(monkeypatch):
    def spent(*_: object) -> None:
        raise OverspentError("took more than 5 s of processor time")

    monkeypatch.setattr("graders.json_schema.Schema.violations", spent)
    found = grade(TICKET, RIGHT, schema=SCHEMA)
    assert found.outcome == "unparsed" and "took more than 5 s" in found.reason
    assert [check.hits for check in found.checks if check.kind == "share"] == [1]


def reply(text: str, finish: Finish = "stop") -> Response:
    return Response(key="k", model="m", text=text, finish=finish)


@pytest.mark.parametrize(
    ("text", "options", "found"),
    [
        (f"Here: {RIGHT}", {}, TICKET),
        ("{'a': 1,}", {"repair": True}, {"a": 1}),
        ("{'a': 1,}", {}, None),
        ("{}", {}, None),  # nothing to compare
        ("no", {}, None),
        (f"{RIGHT} {RIGHT}", {}, None),
        ('{"b": 1}', {"fields": ["a"]}, None),
        ('{"a": "soon"}', {"compare": {"a": "date"}}, None),
        ('{"a": "3 April 2025"}', {"compare": {"a": "date"}}, {"a": "3 April 2025"}),
        ('{"queue": "returns"}', {"schema": SCHEMA}, None),
    ],
)
def test_the_object_of_one_reply_is_the_target_of_another(text, options, found):
    sample = Sample(id="1", messages=(), target=None)
    assert fields.reference(sample, reply(text), options) == found
    assert fields.reference(sample, reply(text[: len(text) - 2], "length"), options) is None


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
        "{'a':" * 10**5,
        "{'" * 2**19,
        "{'a': '" + '"' * 2**20,
        "{//" * 2**18,
        "{'a': " + "/*" * 2**19,
        "{#" * 2**19,
        "{/*" * 2**18,
        "{'a': [" + "," * 2**20 + "]}",
        "{'a': 1e999999,}",
        "{'a': " + "9" * 2**20 + ",}",
    ],
)
def test_hostile_texts_are_read_in_linear_time(text):
    begun = time.perf_counter()
    assert grade(TICKET, text, repair=True).outcome == "unparsed"
    assert time.perf_counter() - begun < 60  # quadratic time would be hours


@pytest.mark.parametrize(
    "got",
    [
        {f"k{number}": number for number in range(10**5)},
        {"paid": list(range(10**5))},
        {"queue": "9" * 2**20, "paid": "9" * 2**20, "day": "9" * 2**20},
        {"tags": [number * (2**61 - 1) for number in range(10**5)]},  # all with one hash
        {"tags": [str(number) for number in range(10**5)]},
    ],
)
def test_large_objects_are_compared_in_linear_time(got):
    begun = time.perf_counter()
    compare: dict[str, Json] = {"queue": "text", "paid": "number", "day": "date", "tags": {"set": "number"}}
    target: Json = TICKET | {"day": "2025-04-03", "tags": [1]}
    found = grade(target, json.dumps(got), compare=compare, ignore_extra=False)
    assert found.outcome == "incorrect" and len(found.checks) < 10
    assert time.perf_counter() - begun < 60


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=4)


@settings(deadline=None)
@given(text=st.text() | st.text(alphabet='{}[]":,\\ a1truenl-.e\n'), finish=st.sampled_from(["stop", "length"]))
def test_any_text_can_be_graded(text, finish):
    grade(TICKET, text, finish=finish)
    grade(TICKET, text, finish=finish, repair=True)


@settings(deadline=None)
@given(gold=OBJECTS.filter(bool), strict=st.booleans())
def test_the_gold_itself_is_correct(gold, strict):
    assume("</t" not in json.dumps(gold))  # the end of a thought, before which nothing is read
    for reply in (json.dumps(gold), f"Here:\n```json\n{json.dumps(gold, indent=2, ensure_ascii=False)}\n```"):
        assert grade(gold, reply, ignore_extra=not strict).outcome == "correct"


@settings(deadline=None)
@given(
    got=st.dictionaries(st.text(), VALUES, max_size=4), gold=st.dictionaries(st.text(), VALUES, min_size=1, max_size=4)
)
def test_a_reply_is_right_if_no_value_is_spurious_or_missed(got, gold):
    found = grade(gold, json.dumps(gold | got))
    assert (found.outcome == "correct") == all((c.spurious, c.missed) == (0, 0) for c in found.checks)


def test_a_comparator_of_a_field_that_no_target_has_is_refused():
    samples = [Sample(id="1", target={"a": 1, "lines": [{"price": 2}]}), Sample(id="2", target={"b": {"c": "x"}})]
    for name in ("a", "b", "b.c", "lines", "lines.price"):
        fields.make({"compare": {name: "text"}}).check(samples)
    with pytest.raises(ValueError, match='no target has the field "lines.prise"; did you mean "lines.price"'):
        fields.make({"compare": {"lines.prise": "text"}}).check(samples)


def test_the_rule_of_a_schema_is_known_beforehand():
    assert fields.make({"schema": {"type": "object"}}).rule_names([]) == ("schema",)
    assert fields.make({}).rule_names([]) == ()


@settings(deadline=None)
@given(got=OBJECTS, strict=st.booleans())
def test_a_reply_is_right_against_its_own_reference(got, strict):
    options: dict[str, Json] = {"ignore_extra": not strict}
    sample, response = Sample(id="1", messages=(), target=None), reply(f"So: {json.dumps(got)}")
    reference = fields.reference(sample, response, options)
    assert (reference is None) == (not got)
    if reference is not None:
        assert grade(reference, response.text, **options).outcome == "correct"
