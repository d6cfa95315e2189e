"""The parts of the engine `openai` that need no server: pace, money, the format, and what errors mean."""

import json
import random
from datetime import UTC, datetime

import pytest

from harness.engines import chat
from harness.engines.chat import Assembly, Broken
from harness.engines.pacing import Budget, Limit, Pace, Queue, told_to_wait
from harness.engines.trouble import of_broken, of_status, told, without_key
from harness.plan import EndpointSpec, ModelSpec, Price
from harness.records import Finish, LogprobSummary, Message, Request

MODEL = ModelSpec(name="teacher", engine="openai", model="large", endpoint=EndpointSpec(url="http://localhost:8000/v1"))
KEY = "sk-Zq7pXw93LmRt0vBn4KdH"


def ask(prompt: str, **more: object) -> Request:
    return Request(key=prompt, messages=(Message(role="user", content=prompt),), **more)  # type: ignore[arg-type]


def test_a_limit_is_halved_and_grows_by_one_after_a_full_round() -> None:
    limit = Limit(most=16, now=16)
    limit.overloaded(limit.era)
    assert limit.now == 8
    for _ in range(7):
        limit.succeeded()
    assert limit.now == 8
    limit.succeeded()
    assert limit.now == 9
    for _ in range(1000):
        limit.succeeded()
    assert limit.now == 16
    for _ in range(9):
        limit.overloaded(limit.era)
    assert limit.now == 1


def test_one_storm_halves_a_limit_once_however_many_it_hits() -> None:
    limit = Limit(most=16, now=16)
    for _ in range(16):
        limit.overloaded(0)
    assert (limit.now, limit.era) == (8, 1)
    limit.overloaded(1)
    assert limit.now == 4


def test_the_pause_grows_with_every_retry_within_its_bounds() -> None:
    pace, rng = Pace(base_s=1, most_s=10), random.Random(1)
    for tried, most in ((0, 1), (1, 2), (3, 8), (4, 10), (50, 10)):
        pauses = [pace.delay(tried, rng) for _ in range(500)]
        assert 0 <= min(pauses) < 0.1 * most and 0.9 * most < max(pauses) <= most


NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "3"}, 3.0),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30 GMT"}, 90.0),
        ({"retry-after": "Sun, 01 Mar 2026 13:01:30 +0100"}, 90.0),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30 -0000"}, 90.0),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "Sun, 99 Mar 2026 12:01:30 GMT"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert told_to_wait(headers, NOON) == seconds


def test_retries_whose_time_has_come_go_first() -> None:
    queue = Queue([ask("a"), ask("b")])
    first = queue.head(0)
    assert first is not None and first.request.key == "a"
    queue.pop(first)
    queue.again(first, at=5)
    assert [turn.request.key for now in (4.9, 5) if (turn := queue.head(now))] == ["b", "a"]
    queue.pop(first)
    second = queue.head(5)
    assert second is not None and second.request.key == "b"
    queue.pop(second)
    assert (bool(queue), queue.head(9), queue.opens_in(9)) == (False, None, None)


def test_a_closed_queue_opens_when_its_time_has_come() -> None:
    queue = Queue([ask("a")])
    queue.close(10)
    queue.close(7)
    assert (queue.head(9.9), queue.opens_in(4)) == (None, 6)
    assert (queue.head(10) is None, queue.opens_in(11)) == (False, 0)


def test_a_queue_of_retries_opens_with_the_first_of_them() -> None:
    queue = Queue([ask("a"), ask("b")])
    for at in (8, 3):
        turn = queue.head(0)
        assert turn is not None
        queue.pop(turn)
        queue.again(turn, at=at)
    assert (queue.opens_in(1), queue.head(1)) == (2, None)
    assert [turn.request.key for turn in [queue.head(3)] if turn] == ["b"]


def test_a_budget_holds_the_worst_and_books_what_it_was() -> None:
    budget = Budget(Price(input=1, output=2), limit=10)
    one, two = budget.hold(4), budget.hold(6)
    assert one is not None and two is not None and budget.left == 0
    assert budget.hold(0.001) is None
    budget.settle(one, 1)
    assert (budget.spent, budget.left) == (1, 3)
    budget.settle(two, None)
    assert (budget.spent, budget.left) == (7, 3)
    assert budget.hold(3) is not None


def test_a_budget_without_a_limit_only_counts() -> None:
    budget = Budget(Price(input=1, output=2))
    ticket = budget.hold(1e12)
    assert ticket is not None
    budget.settle(ticket, 5)
    assert budget.spent == 5


def test_what_a_budget_holds_does_not_drift() -> None:
    budget = Budget(Price(input=1, output=2), limit=0.3)
    for _ in range(10_000):
        tickets = [budget.hold(0.1), budget.hold(0.1)]
        for ticket in tickets:
            assert ticket is not None
            budget.settle(ticket, 0.0)
    assert budget.left == 0.3


def test_the_worst_prompt_counts_bytes_frames_and_all_that_is_sent_beside() -> None:
    plain = ask("größer")
    assert chat.worst_prompt_tokens(MODEL, chat.body(MODEL, plain)) == len("größer".encode()) + 16
    tool = {"type": "function", "function": {"name": "f"}}
    with_tools = ask("größer", tools=(tool,))
    model = MODEL.model_copy(update={"args": {"response_format": {"type": "json_object"}}})
    beside = len(json.dumps([tool])) + len(json.dumps({"type": "json_object"}))
    assert chat.worst_prompt_tokens(model, chat.body(model, with_tools)) == len("größer".encode()) + 16 + beside


def test_openai_wants_another_name_for_the_length_of_an_answer() -> None:
    for url, name in ((None, "max_completion_tokens"), ("http://localhost:8000/v1", "max_tokens")):
        model = MODEL.model_copy(update={"endpoint": EndpointSpec(url=url)})
        assert {"max_tokens", "max_completion_tokens"} & set(chat.body(model, ask("x"))) == {name}


def chunk(delta: object = None, **more: object) -> dict[str, object]:
    return {"model": "large", "choices": [{"index": 0, "delta": delta or {}, **more}]}


def sse(*values: object) -> bytes:
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)


def assembled(stream: bytes, size: int = 10_000) -> dict[str, object]:
    assembly = Assembly()
    for start in range(0, len(stream), size):
        assembly.feed(stream[start : start + size])
    return assembly.completion()


STREAM = (
    b": keep-alive\n\nevent: message\nid: 7\n"
    + sse(
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "so"}),
        {"choices": []},
        {"choices": [{"index": 1, "delta": {"content": "another choice"}, "finish_reason": "length"}]},
        chunk({"content": "gr\u00f6\u00dfer \ud83d"}),
        chunk({"content": "\ude00"}, finish_reason=None),
        chunk(finish_reason="stop"),
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    )
    + b"data: [DONE]\n\ndata: what follows does not count\n\n"
)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_stream_is_put_together_however_it_is_cut(size: int, ending: bytes) -> None:
    got = chat.response(assembled(STREAM.replace(b"\n", ending), size), MODEL, "k", 1.0)
    assert (got.text, got.reasoning, got.finish) == ("größer \U0001f600", "so", "stop")
    assert (got.prompt_tokens, got.completion_tokens, got.served_model) == (3, 2, "large")


def test_a_last_line_without_an_end_counts() -> None:
    assert assembled(sse(chunk({"content": "4"}, finish_reason="stop")).rstrip())["choices"]


def test_tool_calls_are_put_together_by_their_numbers() -> None:
    def call(index: int | None, name: str | None, arguments: str, **more: object) -> dict[str, object]:
        numbered = {} if index is None else {"index": index}
        return chunk({"tool_calls": [{**numbered, **more, "function": {"name": name, "arguments": arguments}}]})

    numbered = sse(
        call(1, "b", "", id="c2", type="function"),
        call(0, "a", "", id="c1", type="function"),
        call(0, None, '{"x"'),
        call(1, None, "{}"),
        call(0, None, ": 1}"),
        chunk(finish_reason="tool_calls"),
    )
    whole = sse(call(None, "a", '{"x": 1}', id="c1"), call(None, "b", "{}", id="c2"), chunk(finish_reason="tool_calls"))
    expected = (
        {"id": "c1", "type": "function", "function": {"name": "a", "arguments": '{"x": 1}'}},
        {"id": "c2", "type": "function", "function": {"name": "b", "arguments": "{}"}},
    )
    for stream in (numbered, whole):
        assert chat.response(assembled(stream), MODEL, "k", 1.0).tool_calls == expected


def test_the_older_form_of_a_call_is_understood() -> None:
    function = {"name": "a", "arguments": '{"x": 1}'}
    reply = {"choices": [{"message": {"function_call": function}, "finish_reason": "function_call"}]}
    streamed = assembled(
        sse(
            chunk({"function_call": {"name": "a", "arguments": '{"x"'}}),
            chunk({"function_call": {"arguments": ": 1}"}}),
        )
        + sse(chunk(finish_reason="function_call"))
    )
    for found in (reply, streamed):
        got = chat.response(found, MODEL, "k", 1.0)
        assert (got.tool_calls, got.finish) == (({"id": None, "type": "function", "function": function},), "tool_calls")


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"data: [DONE]\n\n",
        sse(chunk({"content": "4"})),
        sse(chunk({"content": "4"})) + b"data: [DONE]\n\n",
        sse({"choices": [{"index": 1, "delta": {"content": "4"}, "finish_reason": "stop"}]}),
        sse(chunk({"content": "4"}, finish_reason="stop"))[:-30],
        b"data: [1]\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"<html></html>",
        sse(chunk({"content": "4"}), {"error": {"message": "out of memory"}}),
    ],
)
def test_what_is_no_complete_stream_is_broken(stream: bytes) -> None:
    with pytest.raises(Broken):
        assembled(stream)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "refusal"),
        ("eos_token", "unknown"),
        (None, "unknown"),
        (7, "unknown"),
    ],
)
def test_how_an_answer_ended(reason: object, finish: Finish) -> None:
    reply = {"choices": [{"message": {"content": "4"}, "finish_reason": reason}]}
    assert chat.response(reply, MODEL, "k", 1.0).finish == finish


@pytest.mark.parametrize("reason", ["abort", "error", "insufficient_system_resource"])
def test_an_answer_that_its_server_ended_early_is_none(reason: str) -> None:
    reply = {"choices": [{"message": {"content": "The answer is"}, "finish_reason": reason}]}
    with pytest.raises(Broken, match=f"ended the answer early .{reason}."):
        chat.response(reply, MODEL, "k", 1.0)


def test_an_error_within_a_choice_is_none_either() -> None:
    choice = {
        "message": {"content": "The"},
        "delta": {"content": "The"},
        "finish_reason": "stop",
        "error": {"code": 502},
    }
    with pytest.raises(Broken, match="the server sent an error"):
        chat.completion(json.dumps({"choices": [choice]}).encode())
    with pytest.raises(Broken, match="the server sent an error"):
        assembled(sse({"choices": [{"index": 0, **choice}]}))


def test_an_empty_finish_reason_is_none() -> None:
    """Some gateways send one with every chunk."""
    with pytest.raises(Broken, match="without a finish_reason"):
        assembled(sse(chunk({"content": "The"}, finish_reason=""), chunk({"content": " answer"}, finish_reason="")))
    got = assembled(sse(chunk({"content": "4"}, finish_reason="stop"), chunk({}, finish_reason="")))
    assert got["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("message", "reasoning", "text"),
    [
        ({"content": "4"}, None, "4"),
        ({"content": None}, None, ""),
        ({}, None, ""),
        ({"content": 4}, None, ""),
        ({"content": [{"type": "text", "text": "4"}, {"type": "image"}, 7]}, None, "4"),
        ({"content": "<think>so</think>4"}, "so", "4"),
        ({"content": "<think>so</think>4", "reasoning": ""}, "so", "4"),
        ({"content": "<think>so</think>4", "reasoning": "because"}, "because", "<think>so</think>4"),
        ({"content": "4", "reasoning_content": None, "reasoning": "because"}, "because", "4"),
        ({"content": "4", "refusal": "No."}, None, "No."),
        ({"content": "half \ud800 a pair"}, None, "half \ufffd a pair"),
    ],
)
def test_what_was_said(message: object, reasoning: str | None, text: str) -> None:
    got = chat.response({"choices": [{"message": message, "finish_reason": "stop"}]}, MODEL, "k", 1.0)
    assert (got.reasoning, got.text) == (reasoning, text)


@pytest.mark.parametrize(
    ("values", "summary"),
    [
        ("[-0.5, -1.5]", LogprobSummary(mean=-1.0, least=-1.5, first=-0.5)),
        ("[0]", LogprobSummary(mean=0.0, least=0.0, first=0.0)),
        ("[-0.5, -Infinity]", None),
        ("[-0.5, NaN]", None),
        ("[-0.5, -1e999]", None),
        ("[-0.5, null]", None),
        ('["-0.5"]', None),
        ("[]", None),
    ],
)
def test_only_finite_log_probabilities_count(values: str, summary: LogprobSummary | None) -> None:
    tokens = ", ".join(f'{{"logprob": {value}}}' for value in values.strip("[]").split(", ") if value)
    content = f'{{"choices": [{{"message": {{"content": "4"}}, "logprobs": {{"content": [{tokens}]}}}}]}}'
    assert chat.response(chat.completion(content.encode()), MODEL, "k", 1.0).logprob == summary


@pytest.mark.parametrize("count", [-1, "3", 1.5, True, None, [3]])
def test_a_count_that_is_none_stays_unknown(count: object) -> None:
    reply = {"choices": [{"message": {"content": "4"}}], "usage": {"prompt_tokens": count, "completion_tokens": 2}}
    got = chat.response(reply, MODEL, "k", 1.0)
    assert (got.prompt_tokens, got.completion_tokens) == (None, 2)


@pytest.mark.parametrize("odd", [None, 7, "x", [], [None], {"a": 1}])
@pytest.mark.parametrize(
    "place", ["usage", "model", "system_fingerprint", "message", "logprobs", "tool_calls", "delta"]
)
def test_nothing_odd_makes_more_than_an_unknown(place: str, odd: object) -> None:
    message = {"content": "4", "tool_calls": odd if place == "tool_calls" else None}
    choice = {"message": message, "delta": message, "finish_reason": "stop"}
    reply: dict[str, object] = {"choices": [choice]}
    (choice if place in ("message", "logprobs", "delta") else reply)[place] = odd  # type: ignore[index]
    for make in (lambda: chat.completion(json.dumps(reply).encode()), lambda: assembled(sse(reply))):
        try:
            got = chat.response(make(), MODEL, "k", 1.0)
        except Broken:
            continue
        assert got.failure is None
        json.dumps(got.tool_calls)


@pytest.mark.parametrize(
    ("status", "said", "then"),
    [
        (400, None, "alone"),
        (413, None, "alone"),
        (422, None, "alone"),
        (418, None, "alone"),
        (401, None, "end"),
        (402, None, "end"),
        (403, None, "end"),
        (404, None, "end"),
        (408, None, "again"),
        (409, None, "again"),
        (429, None, "again"),
        (429, {"error": {"code": "rate_limit_exceeded"}}, "again"),
        (429, {"error": {"code": "insufficient_quota"}}, "end"),
        (429, {"error": {"code": None, "type": "insufficient_quota"}}, "end"),
        (400, {"error": {"code": "insufficient_quota"}}, "alone"),
        (500, None, "again"),
        (503, None, "again"),
        (529, None, "again"),
    ],
)
def test_what_follows_from_a_status(status: int, said: object, then: str) -> None:
    found = of_status(status, said, {"retry-after": "9"})
    assert found.then == then
    assert found.wait == (9 if then == "again" or status == 429 else None)
    assert found.busy is (status in (429, 503))


def test_an_error_within_an_answer_may_carry_a_status_of_its_own() -> None:
    assert of_broken(Broken("x", error={"error": {"message": "slow down", "code": 429}})).busy
    assert of_broken(Broken("x", error={"error": {"message": "no money", "code": 402}})).then == "end"
    plain = of_broken(Broken("the server sent an error", error={"error": {"message": "out of memory"}}))
    assert (plain.then, plain.text, plain.billed) == ("again", "the server sent an error: out of memory", True)
    odd = of_broken(Broken("the server sent an error", error={"error": "out of memory"}))
    assert odd.text == "the server sent an error: out of memory"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"key {KEY} is wrong", "key [key] is wrong"),
        (f'"{KEY}"', '"[key]"'),
        (f"Bearer {KEY}.", "Bearer [key]."),
        (f"x{KEY}y", "x[key]y"),
        (f"provided: {KEY[:8]}***{KEY[-4:]}", "provided: [key]"),
        (f"provided: {KEY[:4]}{'*' * 12}", "provided: [key]"),
        (f"ends in ...{KEY[-4:]}", "ends in [key]"),
        (f"cut: {KEY[:12]}", "cut: [key]"),
        (f"middle: {KEY[5:14]}", "middle: [key]"),
        ("nothing of it *** here sk-", "nothing of it *** here sk-"),
        ("rate limit reached for gpt-4o ... wait", "rate limit reached for gpt-4o ... wait"),
    ],
)
def test_a_key_is_taken_out_of_a_text(text: str, clean: str) -> None:
    assert without_key(text, KEY) == clean
    assert without_key(text, None) == text


def test_a_key_that_is_cut_off_at_the_end_of_a_long_failure_does_not_show() -> None:
    for padding in range(240, 310):
        said = told("x" * padding + " " + KEY + " " + "y" * 300, KEY)
        assert KEY[:6] not in said and len(said) <= 303
