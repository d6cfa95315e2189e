"""Tool calls: names and arguments, whatever the model's way of writing them; calls that look right and are not."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import tools
from harness.protocols import FitsSamples
from harness.records import Finish, Json, Judgement, Response, Sample

GET: dict[str, Json] = {"name": "get_order", "arguments": {"id": "A17", "full": True}}
PAY: dict[str, Json] = {"name": "pay", "arguments": {"amount": 20, "to": {"name": "Eve", "tags": ["a", "b"]}}}
SORRY = "I'm sorry, but I can't help with that."


def tagged(*calls: Json) -> str:
    return "\n".join(f"<tool_call>\n{json.dumps(call)}\n</tool_call>" for call in calls)


def judged(
    target: Json, text: str = "", calls: tuple[Json, ...] = (), finish: Finish = "stop", **how: Json
) -> Judgement:
    response = Response(key="k", model="m", text=text, tool_calls=calls, finish=finish)
    return tools.make(how)(Sample(id="1", target=target), response)


def changed(call: Json, **arguments: Json) -> Json:
    assert isinstance(call, dict) and isinstance(call["arguments"], dict)
    return {"name": call["name"], "arguments": {**call["arguments"], **arguments}}


OPENAI: Json = {
    "id": "1",
    "type": "function",
    "function": {"name": "get_order", "arguments": '{"full": true, "id": "A17"}'},
}


@pytest.mark.parametrize(
    "text",
    [
        tagged(GET),
        f"I will look.\n{tagged(GET)}",
        f"<think>pay? no</think>{tagged(GET)}",
        f"[TOOL_CALLS] [{json.dumps(GET)}]",
        '<|python_tag|>{"name": "get_order", "parameters": {"id": "A17", "full": true}}<|eom_id|>',
        json.dumps(GET),
        f"```json\n[{json.dumps(GET)}]\n```",
        json.dumps({"name": "get_order", "arguments": '{"id": "A17", "full": true}'}),
        '[TOOL_CALLS]get_order{"id": "A17", "full": true}</s>',
        '[TOOL_CALLS]get_order[CALL_ID]abc123XYZ[ARGS]{"id": "A17", "full": true}',
    ],
)
def test_every_way_of_writing_a_call(text: str) -> None:
    assert judged(GET, text).outcome == "correct"
    assert judged([GET], text).outcome == "correct"
    assert judged(PAY, text).outcome == "incorrect"


@pytest.mark.parametrize(
    "text",
    [
        tagged(GET, PAY),
        f"[TOOL_CALLS] [{json.dumps(GET)}, {json.dumps(PAY)}]",
        "".join(f"[TOOL_CALLS]{call['name']}{json.dumps(call['arguments'])}" for call in (GET, PAY)),
        f"<|python_tag|>{json.dumps(GET)}; {json.dumps(PAY)}",
        f"{json.dumps(GET)}\n{json.dumps(PAY)}",
    ],
)
def test_every_way_of_writing_two_calls(text: str) -> None:
    assert judged([GET, PAY], text).outcome == "correct"
    assert judged(GET, text).outcome == "incorrect"


def test_calls_that_the_server_handed_over() -> None:
    assert judged(GET, calls=(OPENAI,), finish="tool_calls").outcome == "correct"
    assert judged([OPENAI], tagged(GET)).outcome == "correct"
    assert judged(GET, text=tagged(PAY), calls=(OPENAI,)).outcome == "correct"  # not read from the text as well


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (tagged(changed(GET, id="A18")), "incorrect"),
        (tagged(changed(GET, id=17)), "incorrect"),
        (tagged(changed(GET, full="true")), "incorrect"),
        (tagged(changed(GET, more=1)), "incorrect"),
        (tagged({"name": "get_order", "arguments": {"id": "A17"}}), "incorrect"),
        (tagged({"name": "get_orders", "arguments": {"id": "A17", "full": True}}), "incorrect"),
        (tagged(GET, GET), "incorrect"),
        (tagged(GET, PAY), "incorrect"),
        ("The order A17 is on its way.", "incorrect"),
        ('{"id": "A17", "full": true}', "incorrect"),  # JSON, but no call
        ('{"function": "sin", "of": 3}', "incorrect"),
        ('{"name": "get_order", "arguments": {"id": "A17", full: true}}', "unparsed"),
        (f"<tool_call>{json.dumps(GET)}}} and so on</tool_call>", "unparsed"),
        (f'<tool_call>{json.dumps(GET)}, "more": 1</tool_call>', "unparsed"),
        (f"<tool_call>{json.dumps(GET)}{json.dumps(GET)}</tool_call>", "unparsed"),
        ("[TOOL_CALLS]", "unparsed"),
        ("[TOOL_CALLS]get_order(id='A17')", "unparsed"),
        ("<|python_tag|>get_order.call(id='A17')", "unparsed"),
        (tagged(*[GET] * 201), "unparsed"),
        ("1 " * 500_000, "incorrect"),
        ("{}" * 500_000, "incorrect"),
        ("```json\n" + "\n" * 500_000, "incorrect"),
        (SORRY, "refused"),
        ("", "unparsed"),
        ("<tool_call>\n{'name': 'get_order'}\n</tool_call>", "unparsed"),
        ("<tool_call>\nget_order(id='A17')\n</tool_call>", "unparsed"),
        (f"{tagged(GET)[:-12]}", "unparsed"),
        (tagged({"arguments": {"id": "A17"}}), "unparsed"),
        (tagged({"name": "get_order", "arguments": "A17"}), "unparsed"),
        ('<tool_call>{"name": "get_order", "name": "pay", "arguments": {}}</tool_call>', "unparsed"),
        ("<tool_call>" * 50_000, "unparsed"),
        (f"<tool_call>{'[' * 100_000}</tool_call>", "unparsed"),
        (f'<tool_call>{{"name": "get_order", "arguments": {{"id": {"9" * 5000}}}}}</tool_call>', "unparsed"),
    ],
)
def test_calls_that_look_right_and_are_not(text: str, outcome: str) -> None:
    assert judged(GET, text).outcome == outcome


def test_calls_together_have_no_order_unless_it_is_asked_for() -> None:
    assert judged([GET, PAY], tagged(PAY, GET)).outcome == "correct"
    assert judged([GET, PAY], tagged(PAY, GET), in_order=True).outcome == "incorrect"
    assert judged([GET, PAY], tagged(GET, PAY), in_order=True).outcome == "correct"
    assert judged([GET, PAY], tagged(GET, OPENAI, PAY), in_order=True, extra_calls=True).outcome == "correct"
    assert judged([GET, PAY], tagged(PAY, OPENAI), in_order=True, extra_calls=True).outcome == "incorrect"


def test_in_order_as_many_pairs_as_can_be_are_found() -> None:
    say: dict[str, Json] = {"name": "say", "arguments": {}}
    text = tagged(PAY, say, GET)
    assert judged([GET, PAY, say], text, in_order=True, partial=True).score == pytest.approx(2 / 3)
    found = judged([GET, PAY, say], text, in_order=True)
    assert {c.name: (c.hits, c.spurious, c.missed) for c in found.checks} == {
        "get_order": (0, 1, 1),
        "pay": (1, 0, 0),
        "say": (1, 0, 0),
    }


def test_the_best_matching_is_found() -> None:
    """Two calls of one tool, the second of which fits both: greed would leave one over."""
    loose, exact = changed(GET, full=True), changed(GET, id="a17")
    assert judged([exact, loose], tagged(loose, exact), ignore_case=True).outcome == "correct"


def test_options() -> None:
    near = changed(PAY, amount=20.004)
    assert judged(PAY, tagged(near)).outcome == "incorrect"
    assert judged(PAY, tagged(near), tolerance=0.01).outcome == "correct"
    assert judged(GET, tagged(changed(GET, full=False)), ignore_arguments=["full"]).outcome == "correct"
    assert judged(GET, tagged(changed(GET, full=False)), ignore_arguments=["get_order.full"]).outcome == "correct"
    assert judged(GET, tagged(changed(GET, full=False)), ignore_arguments=["pay.full"]).outcome == "incorrect"
    assert judged(GET, tagged(GET, PAY), extra_calls=True).outcome == "correct"
    assert judged([GET, PAY], tagged(GET), partial=True).score == 0.5
    assert judged([GET], tagged(GET, PAY, PAY, PAY), partial=True).score == 0.25


def test_no_call_may_be_what_is_right() -> None:
    assert judged([], "It arrives on Monday.").outcome == "correct"
    assert judged([], tagged(GET)).outcome == "incorrect"
    assert judged([], "").outcome == "unparsed"


def test_cut_off_replies() -> None:
    assert judged(GET, tagged(GET)[:-20], finish="length").outcome == "truncated"
    assert judged(GET, "Let me see, I wi", finish="length").outcome == "truncated"
    assert judged(GET, tagged(GET), finish="length").outcome == "truncated"  # another call may have followed
    assert judged(GET, tagged(PAY), finish="length").outcome == "incorrect"
    assert judged([GET, PAY], tagged(GET), finish="length").outcome == "truncated"
    assert judged(GET, tagged(PAY), finish="length", extra_calls=True).outcome == "truncated"
    cut: Json = {"function": {"name": "get_order", "arguments": '{"id": "A1'}}
    assert judged(GET, calls=(cut,), finish="length").outcome == "truncated"
    assert judged(GET, calls=(cut,), finish="tool_calls").outcome == "unparsed"


def test_precision_and_recall_by_tool() -> None:
    found = judged([GET, PAY], tagged(GET, changed(PAY, amount=21), {"name": "made_up", "arguments": {}}))
    assert {c.name: (c.hits, c.spurious, c.missed) for c in found.checks} == {
        "get_order": (1, 0, 0),
        "pay": (0, 1, 1),
        "(other tools)": (0, 1, 0),
    }


def test_a_reply_that_holds_no_calls_has_missed_them_all() -> None:
    for text in ("", SORRY, "<tool_call>{</tool_call>"):
        assert [(c.name, c.hits, c.spurious, c.missed) for c in judged([GET, GET], text).checks] == [
            ("get_order", 0, 0, 2)
        ]


def test_a_failure_of_ours_is_not_counted() -> None:
    for calls in ((), (OPENAI,)):
        response = Response(key="k", model="m", text="", tool_calls=calls, failure="the server died")
        found = tools.make({})(Sample(id="1", target=GET), response)
        assert (found.outcome, found.checks) == ("failed", ())


OFFERED: tuple[Json, ...] = (
    {
        "type": "function",
        "function": {
            "name": "get_order",
            "parameters": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
        },
    },
    {"name": "pay", "input_schema": {"type": "object", "required": ["amount"]}},
    {"name": "odd", "parameters": {"type": "objekt"}},
)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ({"name": "get_orders", "arguments": {}}, "get_orders is not offered"),
        ({"name": "get_order", "arguments": {"id": 17}}, "get_order breaks its schema at $.id"),
        ({"name": "pay", "arguments": {}}, "pay breaks its schema at $: "),
    ],
)
def test_a_call_that_no_offered_tool_takes_is_told(call: Json, told: str) -> None:
    sample = Sample(id="1", target=GET, tools=OFFERED)
    found = tools.make({})(sample, Response(key="k", model="m", text=tagged(call)))
    assert found.outcome == "incorrect" and found.reason.startswith(told)


@pytest.mark.parametrize("call", [changed(GET, id="A18"), {"name": "odd", "arguments": {"x": 1}}])
def test_a_call_that_is_only_the_wrong_one_is_not_called_unfit(call: Json) -> None:
    sample = Sample(id="1", target=GET, tools=OFFERED)
    found = tools.make({})(sample, Response(key="k", model="m", text=tagged(call)))
    assert found.outcome == "incorrect" and found.reason.startswith("not called: ")


def test_calls_of_offered_tools_count_against_their_precision() -> None:
    sample = Sample(id="1", target=GET, tools=OFFERED)
    found = tools.make({})(sample, Response(key="k", model="m", text=tagged(GET, PAY, {"name": "x", "arguments": {}})))
    assert {c.name: (c.hits, c.spurious, c.missed) for c in found.checks} == {
        "get_order": (1, 0, 0),
        "pay": (0, 1, 0),
        "(other tools)": (0, 1, 0),
    }


@pytest.mark.parametrize(
    "target", [None, "get_order", "", [5], {"arguments": {}}, {"name": ""}, {"name": "a", "arguments": []}]
)
def test_a_target_that_is_no_list_of_calls_is_a_fault_of_the_suite(target: Json) -> None:
    with pytest.raises(ValueError, match="not a list of tool calls"):
        judged(target, tagged(GET))


@pytest.mark.parametrize(
    "target",
    [
        GET,
        [GET, PAY],
        [],
        [OPENAI],
        json.dumps([GET, PAY]),
        "[]",
        {"name": "say", "arguments": {"text": "</tool_call><think>\u2028 ü"}},
    ],
)
def test_a_target_is_accepted_as_a_model_would_write_it(target: Json) -> None:
    text = tools.gold(Sample(id="1", target=target))
    assert text is not None and judged(target, text).outcome == "correct"


@pytest.mark.parametrize(
    "text", [tagged(GET), tagged(GET, PAY), "No tool is needed.", f"[TOOL_CALLS] [{json.dumps(PAY)}]"]
)
def test_one_reply_is_the_target_of_another(text: str) -> None:
    reference = tools.reference(Sample(id="1"), Response(key="k", model="m", text=text), {})
    assert judged(reference, text).outcome == "correct"


@pytest.mark.parametrize("text", ["", SORRY, "<tool_call>{</tool_call>"])
def test_what_holds_no_answer_is_no_target(text: str) -> None:
    assert tools.reference(Sample(id="1"), Response(key="k", model="m", text=text), {}) is None


def test_an_ignored_argument_of_a_tool_that_there_is_not_is_refused() -> None:
    """Arguments that only models write are fine; a tool that is offered need not be called."""
    offered: dict[str, Json] = {"type": "function", "function": {"name": "refund", "parameters": {}}}
    samples = [Sample(id="1", target=GET), Sample(id="2", target=[], tools=(offered,))]
    for name in ("id", "note", "get_order.id", "get_order.note", "refund.amount"):
        grader = tools.make({"ignore_arguments": [name]})
        assert isinstance(grader, FitsSamples)
        grader.check(samples)
    with pytest.raises(ValueError, match='there is no tool "get_ordr"; did you mean "get_order"'):
        tools.make({"ignore_arguments": ["get_ordr.id"]}).check(samples)  # type: ignore[attr-defined]  # as above


PIECES = st.sampled_from(
    [*"[]{},;\n", "<tool_call>", "</tool_call>", "[TOOL_CALLS]", "<|python_tag|>", "```json\n", "```", "</s>", "\ud800"]
    + ['{"name": "a", "arguments": {"x": 1}}', '{"name": "b", "parameters": {}}', 'a{"x": 1}', "null", "1e999", SORRY]
)


@settings(deadline=None, max_examples=500)
@given(text=st.lists(PIECES, max_size=8).map("".join))
def test_any_reply_is_judged_and_meets_itself(text: str) -> None:
    judged(GET, text)
    target = tools.reference(Sample(id="1"), Response(key="k", model="m", text=text, finish="stop"), {})
    if target is not None:
        assert judged(target, text).outcome == "correct"
        assert judged(target, tools.gold(Sample(id="1", target=target)) or "").outcome == "correct"
