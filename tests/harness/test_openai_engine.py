"""The engine `openai` against a server that does what servers do: nothing finished is lost, nothing is asked twice."""

import asyncio
import itertools
import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest

pytest.importorskip("openai", reason="the openai package is not installed")

from harness.cli import wiring
from harness.cli.main import status as viva
from harness.engines.openai import OpenaiEngine, OpenaiKind
from harness.engines.pacing import Pace
from harness.errors import EngineError, UsageError
from harness.plan import EndpointSpec, ModelSpec, Thinking
from harness.records import Continuation, Decoding, LogprobSummary, Message, Request, Response
from tests.harness.endpoint_server import (
    COMPLETION_TOKENS,
    PROMPT_TOKENS,
    Ask,
    Behaviour,
    Endpoint,
    Handler,
    Script,
    answer,
    cut,
    drip,
    hang,
    page,
    reset,
    serving,
    status,
    stream_of,
    unfinished,
)

KEY = "sk-Zq7pXw93LmRt0vBn4KdH"
QUICK = Pace(base_s=0.01, most_s=0.05)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine has exported: no key, no proxy."""
    for name in list(os.environ):
        if name.startswith("OPENAI_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def spec(url: str | None, more: dict[str, object] | None = None, **endpoint: object) -> ModelSpec:
    reach = EndpointSpec.model_validate({"url": url, "timeout_s": 5, **endpoint})
    return ModelSpec.model_validate(
        {"name": "teacher", "model": "large", "engine": "openai", **(more or {})}
    ).model_copy(update={"endpoint": reach})


PRICE = {"input": 1000.0, "output": 2000.0}  # of a million tokens
EACH = (PROMPT_TOKENS * PRICE["input"] + COMPLETION_TOKENS * PRICE["output"]) / 1e6  # of an answer of the server


def worst(prompt: str, max_tokens: int) -> float:
    return ((len(prompt) + 16) * PRICE["input"] + max_tokens * PRICE["output"]) / 1e6


def ask(prompt: str, **more: object) -> Request:
    return Request(key=f"key of {prompt}", messages=(Message(role="user", content=prompt),), **more)  # type: ignore[arg-type]


def asks(n: int) -> list[Request]:
    return [ask(f"q{i}") for i in range(n)]


def answers(model: ModelSpec, requests: Sequence[Request], pace: Pace = QUICK) -> list[Response]:
    with OpenaiKind(pace).load(model, Path("unused")) as engine:
        return list(engine.generate(requests))


def until_the_end(model: ModelSpec, requests: Sequence[Request]) -> tuple[list[Response], EngineError, OpenaiEngine]:
    """What came before the error that ended it all."""
    found: list[Response] = []
    with OpenaiKind(QUICK).load(model, Path("unused")) as engine, pytest.raises(EngineError) as ended:
        found.extend(engine.generate(requests))  # keeps what came before the error
    return found, ended.value, engine


def lost_and_twice(endpoint: Endpoint, responses: Sequence[Response]) -> tuple[int, int]:
    """How many answers that were sent completely did not come out, and how many were sent more than once."""
    out = {response.key for response in responses if not response.failure}
    lost = [prompt for prompt in endpoint.complete if f"key of {prompt}" not in out]
    return len(lost), sum(times - 1 for times in endpoint.complete.values())


def first(*behaviours: Behaviour) -> Script:
    """Each prompt meets these in turn; after the last comes the right answer."""
    return lambda asked: behaviours[asked.nth] if asked.nth < len(behaviours) else answer()


def test_an_interruption_while_answers_are_saved_loses_none_that_had_come() -> None:
    """Ctrl-C during every save: whoever saves is not interrupted, and what has come with it is handed over, too."""
    got: list[Response] = []
    with (
        serving(lambda asked: answer()) as endpoint,
        pytest.raises(KeyboardInterrupt),
        OpenaiKind(QUICK).load(spec(endpoint.url, concurrency=16), Path("unused")) as engine,
    ):
        for response in engine.generate(asks(200)):
            time.sleep(0.05)  # as a slow disk does: meanwhile other answers come
            os.kill(os.getpid(), signal.SIGINT)
            got.append(response)
    assert 0 < len(got) < 200
    assert lost_and_twice(endpoint, got) == (0, 0)


@pytest.mark.parametrize("key", ["EMPTY", "123", "text", "none"])
def test_a_word_too_short_for_a_secret_is_left_where_it_stands(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", key)
    with serving(lambda asked: answer(f"The text: an {key} cart, 123 items.")) as endpoint:
        (got,) = answers(spec(endpoint.url, key_env="WORD"), [ask("q0")])
    assert (got.text, got.key, got.failure) == (f"The text: an {key} cart, 123 items.", "key of q0", None)


def test_twenty_refused_prompts_do_not_keep_the_rest_from_being_asked() -> None:
    def script(asked: Ask) -> Behaviour:
        return status(400, "too long") if int(asked.prompt[1:]) < 30 else answer()

    with serving(script) as endpoint:
        found = answers(spec(endpoint.url), asks(40))
    assert sum(response.failure is None for response in found) == 10
    assert len(found) == len(endpoint.asks) == 40


def for_prompt(prompt: str, behaviour: Behaviour) -> Script:
    return lambda asked: behaviour if asked.prompt == prompt else answer()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_an_answer_with_all_that_a_server_tells(stream: bool) -> None:
    def script(asked: Ask) -> Behaviour:
        return answer("It is 4.", model="large-2026", logprobs=[-0.5, -1.5])

    how = Decoding(temperature=0.5, top_p=0.9, max_tokens=64, stop=("\n",), seed=3, logprobs=2)
    with serving(script) as endpoint:
        (got,) = answers(spec(endpoint.url, stream=stream), [ask("2+2?", decoding=how, attempt=4)])
    assert (got.key, got.model, got.text, got.finish, got.failure) == (
        "key of 2+2?",
        "teacher",
        "It is 4.",
        "stop",
        None,
    )
    assert (got.prompt_tokens, got.completion_tokens) == (PROMPT_TOKENS, COMPLETION_TOKENS)
    assert (got.served_model, got.system_fingerprint) == ("large-2026", "fp_1")
    assert got.logprob == LogprobSummary(mean=-1.0, least=-1.5, first=-0.5)
    assert got.latency_s is not None and 0 < got.latency_s < 5
    assert got.created_at is not None and got.created_at.endswith("+00:00")
    sent = dict(endpoint.asks[0].body)
    assert sent.pop("stream", False) is stream
    assert sent.pop("stream_options", None) == ({"include_usage": True} if stream else None)
    assert sent == {
        "model": "large",
        "messages": [{"role": "user", "content": "2+2?"}],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 64,
        "stop": ["\n"],
        "seed": 7,
        "logprobs": True,
        "top_logprobs": 2,
    }


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_reasoning_and_tool_calls_and_refusals(stream: bool) -> None:
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "route", "arguments": '{"to": "x"}'}}
    script: dict[str, Behaviour] = {
        "thinks": answer("4", message={"reasoning_content": "two and two"}),
        "thinks too": answer("4", message={"reasoning": "two and two"}),
        "tags": answer("<think>two and two</think>4"),
        "calls": answer("", finish="tool_calls", message={"tool_calls": [call]}),
        "refuses": answer("", message={"refusal": "I will not."}),
        "filtered": answer("I", finish="content_filter"),
        "long": answer("It is", finish="length"),
    }
    with serving(lambda asked: script[asked.prompt]) as endpoint:
        got = {r.key[7:]: r for r in answers(spec(endpoint.url, stream=stream), [ask(name) for name in script])}
    assert {(r.reasoning, r.text) for name, r in got.items() if name in ("thinks", "thinks too", "tags")} == {
        ("two and two", "4")
    }
    assert got["calls"].tool_calls == ({name: call[name] for name in ("id", "type", "function")},)
    assert {name: r.finish for name, r in got.items()} == {
        "thinks": "stop",
        "thinks too": "stop",
        "tags": "stop",
        "calls": "tool_calls",
        "refuses": "refusal",
        "filtered": "refusal",
        "long": "length",
    }
    assert got["refuses"].text == "I will not."


def test_a_line_of_a_stream_ends_where_a_line_ends() -> None:
    text = "a\u2028b\x85c\r\nd\U0001f600"
    with serving(lambda asked: answer(text)) as endpoint:
        (got,) = answers(spec(endpoint.url), asks(1))
    assert got.text == text


def test_a_server_that_does_not_stream_although_it_should_is_understood() -> None:
    whole = {"choices": [{"message": {"content": "4"}, "finish_reason": "stop"}], "model": "large"}
    with serving(lambda asked: status(200, whole)) as endpoint:
        (got,) = answers(spec(endpoint.url), asks(1))
    assert (got.text, got.finish, got.prompt_tokens, got.failure) == ("4", "stop", None, None)


def test_arguments_go_into_the_body_and_null_takes_away() -> None:
    more = {
        "args": {"top_k": 5, "temperature": None, "stream_options": None, "max_tokens": 9},
        "chat_template_kwargs": {"enable_thinking": False},
    }
    with serving(lambda asked: answer()) as endpoint:
        (got,) = answers(spec(endpoint.url, more), asks(1))
    sent = endpoint.asks[0].body
    assert (sent["top_k"], sent["max_tokens"], sent["chat_template_kwargs"]) == (5, 9, {"enable_thinking": False})
    assert not {"temperature", "stream_options", "seed", "tools", "stop", "logprobs"} & set(sent)
    assert (got.failure, got.prompt_tokens) == (None, None)


@pytest.mark.parametrize(
    "request_",
    [
        Request(key="k", prompt="2+2="),
        ask("2+2?", prefill="It is"),
        Request(key="k", continuations=(Continuation(context="2+2?", text="4"),), kind="score"),
    ],
    ids=["raw", "prefill", "score"],
)
def test_what_no_chat_endpoint_can_do_fails_alone_and_is_not_sent(request_: Request) -> None:
    with serving(lambda asked: answer()) as endpoint:
        got = {r.key: r.failure for r in answers(spec(endpoint.url), [request_, ask("other")])}
    assert "an endpoint" in (got[request_.key] or "")
    assert got["key of other"] is None
    assert [a.prompt for a in endpoint.asks] == ["other"]


BROKEN: dict[str, Behaviour] = {
    "500": status(500),
    "502 page": page(502, b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
    "408": status(408),
    "409": status(409),
    "429": status(429),
    "503": status(503, retry_after="0"),
    "HTML": page(200, b"<html><head><title>Welcome</title></head></html>"),
    "truncated JSON": page(200, b'{"choices": [{"message": {"content": "4', "application/json"),
    "JSON that is no object": page(200, b"[1]", "application/json"),
    "no choices": status(200, {"choices": [], "model": "large"}),
    "null choices": status(200, {"choices": None}),
    "a choice without message": status(200, {"choices": [{"finish_reason": "stop"}]}),
    "an error for an answer": status(200, {"error": {"message": "upstream is away", "code": 502}}),
    "reset": reset,
}
BROKEN_STREAMS: dict[str, Behaviour] = {
    "cut": cut,
    "unfinished": unfinished,
    "empty": stream_of(),
    "only [DONE]": stream_of(b"data: [DONE]"),
    "malformed": stream_of(b'data: {"choices": [{"delta"'),
    "no events": stream_of(b"Service is starting"),
    "error within": stream_of(
        b'data: {"choices": [{"delta": {"content": "hal"}}]}', b'data: {"error": {"message": "out of memory"}}'
    ),
}


@pytest.mark.parametrize(
    ("behaviour", "stream"),
    [
        *[pytest.param(b, stream, id=f"{name}-{stream}") for name, b in BROKEN.items() for stream in (True, False)],
        *[pytest.param(b, True, id=name) for name, b in BROKEN_STREAMS.items()],
    ],
)
def test_what_passes_is_asked_again_and_what_stays_is_a_failure(behaviour: Behaviour, stream: bool) -> None:
    def script(asked: Ask) -> Behaviour:
        return behaviour if asked.prompt == "stays" or (asked.prompt == "passes" and asked.nth < 2) else answer()

    with serving(script) as endpoint:
        model = spec(endpoint.url, stream=stream, retries=2)
        got = {r.key[7:]: r for r in answers(model, [ask("passes"), ask("stays"), ask("fine")])}
    assert {name: (r.failure is None, endpoint.asked(name)) for name, r in got.items()} == {
        "passes": (True, 3),
        "stays": (False, 3),
        "fine": (True, 1),
    }
    failure = got["stays"].failure or ""
    assert failure.endswith("(asked 3 times)") and "\n" not in failure and "Traceback" not in failure
    assert lost_and_twice(endpoint, list(got.values())) == (0, 0)


@pytest.mark.parametrize("behaviour", [hang, drip], ids=["hangs", "drips"])
def test_a_request_that_takes_too_long_ends_whatever_trickles_in(behaviour: Behaviour) -> None:
    began = time.monotonic()
    with serving(first(behaviour)) as endpoint:
        (got,) = answers(spec(endpoint.url, timeout_s=0.5, retries=0), asks(1))
        (again,) = answers(spec(endpoint.url, timeout_s=5, retries=0), asks(1))
    assert got.failure == "no complete answer within 0.5 s"
    assert again.failure is None
    assert time.monotonic() - began < 10


def test_failures_say_what_the_server_said_in_one_line() -> None:
    script = {
        "page": page(502, b"<html><head><title>502 Bad\nGateway</title></head><body>nginx</body></html>"),
        "vllm": status(
            400, {"error": {"message": "context length\n is 2048 \x1b[31m tokens", "type": "BadRequestError"}}
        ),
        "fastapi": status(422, {"detail": "no such field"}),
        "flat": status(400, {"object": "error", "message": "too long"}),
        "text": page(413, b"entity too large", "text/plain"),
        "endless": status(400, {"error": {"message": "no " * 999}}),
        "empty": page(418, b"", "text/plain"),
    }
    with serving(lambda asked: script[asked.prompt]) as endpoint:
        got = {r.key[7:]: r.failure or "" for r in answers(spec(endpoint.url, retries=0), [ask(n) for n in script])}
        assert all(endpoint.asked(name) == 1 for name in script)
    assert len(got.pop("endless")) < 400
    assert got == {
        "page": "HTTP 502: 502 Bad Gateway",
        "vllm": "HTTP 400: context length is 2048 [31m tokens",
        "fastapi": "HTTP 422: no such field",
        "flat": "HTTP 400: too long",
        "text": "HTTP 413: entity too large",
        "empty": "HTTP 418",
    }


def test_a_request_that_the_server_refuses_fails_alone_and_is_not_sent_again() -> None:
    with serving(for_prompt("q3", status(400))) as endpoint:
        got = answers(spec(endpoint.url), asks(8))
    assert [r.key for r in got if r.failure] == ["key of q3"]
    assert endpoint.asked("q3") == 1
    assert len(got) == 8 and lost_and_twice(endpoint, got) == (0, 0)


def test_a_storm_of_429_makes_it_ask_for_less_at_once_and_loses_nothing() -> None:
    doors = threading.Barrier(16)  # the first 16 are let in together
    arrivals = itertools.count()

    def script(asked: Ask) -> Behaviour:
        if next(arrivals) < 16:
            doors.wait(10)
        return status(429, retry_after_ms="40") if asked.at_once > 4 else answer(takes=0.02)

    with serving(script) as endpoint:
        got = answers(spec(endpoint.url, concurrency=16, retries=20), asks(120))
    assert Counter(r.failure for r in got) == {None: 120}
    assert len({r.key for r in got}) == 120
    assert lost_and_twice(endpoint, got) == (0, 0)
    assert max(a.at_once for a in endpoint.asks[:16]) == 16
    assert max(a.at_once for a in endpoint.asks[40:]) <= 8
    refused = len(endpoint.asks) - 120
    assert 0 < refused < 120, "most requests must get through at the first time once the limit is found"


def test_while_the_server_asks_to_wait_nobody_is_sent() -> None:
    times: list[float] = []

    def script(asked: Ask) -> Behaviour:
        times.append(time.monotonic())
        return status(429, retry_after="1") if len(times) == 1 else answer()

    with serving(script) as endpoint:
        got = answers(spec(endpoint.url, concurrency=1), asks(4))
    assert [r.failure for r in got] == [None] * 4
    assert times[1] - times[0] >= 0.95
    assert times[-1] - times[0] < 10


def test_a_mixed_storm_ends_with_every_answer_once() -> None:
    trouble: list[Behaviour] = [
        status(429, retry_after_ms="20"),
        status(500),
        reset,
        cut,
        unfinished,
        status(503),
        page(200, b"{", "application/json"),
    ]

    def script(asked: Ask) -> Behaviour:
        number = int(asked.prompt[1:])
        return trouble[(number + asked.nth) % len(trouble)] if asked.nth < number % 4 else answer(takes=0.005)

    with serving(script) as endpoint:
        got = answers(spec(endpoint.url, concurrency=12, retries=4), asks(150))
    assert Counter(r.failure for r in got) == {None: 150}
    assert len({r.key for r in got}) == 150
    lost, twice = lost_and_twice(endpoint, got)
    print(f"finished responses lost {lost}, asked twice {twice}")
    assert (lost, twice) == (0, 0)


def test_answers_come_as_they_are_done_not_as_they_were_asked() -> None:
    with serving(for_prompt("q0", answer(takes=0.6))) as endpoint:
        got = answers(spec(endpoint.url, concurrency=4), asks(6))
    assert got[-1].key == "key of q0" and len(got) == 6


def test_of_those_that_are_done_together_answers_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gives up at a failure must not lose an answer that was done by then."""

    async def all_done(self: OpenaiEngine) -> None:
        await asyncio.wait(self._flying)

    monkeypatch.setattr(OpenaiEngine, "_next_event", all_done)
    with serving(lambda asked: answer() if asked.prompt == "q2" else status(400)) as endpoint:
        got = answers(spec(endpoint.url, concurrency=4), asks(4))
    assert [r.key for r in got if not r.failure] == [got[0].key] == ["key of q2"]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_connection_serves_again(stream: bool) -> None:
    with serving(lambda asked: answer()) as endpoint:
        answers(spec(endpoint.url, concurrency=1, stream=stream), asks(6))
    assert endpoint.connections == 1


def test_never_more_at_once_than_the_plan_allows() -> None:
    with serving(lambda asked: answer(takes=0.02)) as endpoint:
        answers(spec(endpoint.url, concurrency=3), asks(20))
    assert max(a.at_once for a in endpoint.asks) == 3


def test_a_huge_retry_after_is_not_waited_for() -> None:
    with serving(
        lambda asked: status(429, retry_after="7200") if asked.prompt == "q1" else answer(takes=0.3)
    ) as endpoint:
        got, error, _ = until_the_end(spec(endpoint.url, concurrency=4), asks(40))
    assert "asks to wait 7200 s" in str(error) and "finished answers are kept" in str(error)
    assert {r.key for r in got} == {"key of q0", "key of q2", "key of q3"}, "what was in flight is waited for"
    assert lost_and_twice(endpoint, got) == (0, 0)


FATAL: dict[str, tuple[Behaviour, str]] = {
    "401": (status(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}), "refuses the key in MY_KEY"),
    "403": (status(403), "refuses the key in MY_KEY"),
    "402": (status(402, {"error": {"message": "Insufficient credits"}}), "wants to be paid (HTTP 402: Insufficient"),
    "quota": (
        status(429, {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}, retry_after="1"),
        "wants to be paid (HTTP 429: You exceeded",
    ),
    "404": (status(404), 'lists the model "large" but does not let it answer (HTTP 404: error 404)'),
}


@pytest.mark.parametrize(("behaviour", "told"), FATAL.values(), ids=list(FATAL))
def test_what_no_retry_can_mend_ends_it_and_what_is_in_flight_still_counts(
    behaviour: Behaviour, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with serving(lambda asked: behaviour if asked.prompt == "q2" else answer(takes=0.3)) as endpoint:
        got, error, _ = until_the_end(spec(endpoint.url, key_env="MY_KEY", concurrency=4), asks(50))
    assert str(error).startswith(f'model "teacher": the endpoint {endpoint.url} ')
    assert told in str(error) and KEY not in str(error)
    assert "finished answers are kept" in str(error)
    assert {r.key for r in got} == {"key of q0", "key of q1", "key of q3"}
    assert endpoint.asked("q2") == 1
    assert lost_and_twice(endpoint, got) == (0, 0)


def test_a_model_that_the_server_does_not_have_is_told_with_those_that_it_has() -> None:
    with serving(lambda asked: status(404, {"error": {"message": "The model `larg` does not exist."}})) as endpoint:
        _, error, _ = until_the_end(spec(endpoint.url, {"model": "larg"}), asks(3))
    assert 'the model "larg" (HTTP 404: The model `larg` does not exist.); did you mean "large"?' in str(error)


def test_a_server_without_a_list_of_models_may_be_another_than_was_meant() -> None:
    with serving(lambda asked: status(404)) as endpoint:
        endpoint.models = None
        _, error, _ = until_the_end(spec(endpoint.url), asks(1))
    assert 'has no model "large", or is none (HTTP 404: error 404); check `model`, and the URL' in str(error)


def test_without_a_key_a_401_says_where_to_name_one() -> None:
    with serving(lambda asked: status(401)) as endpoint:
        _, error, _ = until_the_end(spec(endpoint.url), asks(1))
    assert "endpoint.key_env" in str(error)


def test_another_model_than_the_one_asked_for_is_recorded() -> None:
    with serving(lambda asked: answer(model="small")) as endpoint:
        (got,) = answers(spec(endpoint.url), asks(1))
    assert got.served_model == "small"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_an_endpoint_that_is_not_there_is_told_after_three_requests() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    got, error, _ = until_the_end(spec(url, retries=1, concurrency=1), asks(50))
    assert str(error).startswith(f'model "teacher": the endpoint {url} does not answer (connection failed: ')
    assert str(error).endswith("finished answers are kept: run the same command again when it is back")
    assert len(got) == 3 and all((r.failure or "").endswith("(asked 2 times)") for r in got)


@pytest.mark.parametrize("dead", [reset, status(500), hang], ids=["reset", "500", "hang"])
def test_an_endpoint_that_dies_midway_loses_nothing(dead: Behaviour) -> None:
    served = Counter[str]()

    def script(asked: Ask) -> Behaviour:
        served["asked"] += 1
        if asked.prompt == "q9":  # sent before the end, done after it
            return answer(takes=0.4)
        return answer(takes=0.01) if served["asked"] <= 20 else dead

    with serving(script) as endpoint:
        model = spec(endpoint.url, concurrency=4, retries=1, timeout_s=0.8)
        got, error, _ = until_the_end(model, asks(60))
    assert "does not answer" in str(error)
    done = [r for r in got if not r.failure]
    assert all((r.failure or "").endswith("(asked 2 times)") for r in got if r.failure)
    assert 15 <= len(done) <= 20 and len({r.key for r in got}) == len(got)
    assert lost_and_twice(endpoint, got) == (0, 0)
    assert len(endpoint.asks) < 60


def test_a_success_between_failures_shows_that_the_endpoint_lives() -> None:
    poison = {f"q{i}" for i in range(0, 20, 2)}
    with serving(lambda asked: status(500) if asked.prompt in poison else answer()) as endpoint:
        got = answers(spec(endpoint.url, concurrency=1, retries=0), asks(20))
    assert {r.key[7:] for r in got if r.failure} == poison


def test_other_failures_between_show_it_too() -> None:
    with serving(lambda asked: status(500 if int(asked.prompt[1:]) % 3 else 400)) as endpoint:
        got = answers(spec(endpoint.url, concurrency=1, retries=0), asks(12))
    assert len([r for r in got if r.failure]) == 12


def test_ctrl_c_hands_over_what_is_finished_and_then_interrupts() -> None:
    def script(asked: Ask) -> Behaviour:
        return hang if asked.prompt in ("q1", "q2", "q5") else answer()

    got: list[Response] = []
    began = time.monotonic()
    with serving(script) as endpoint:
        timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
        with OpenaiKind(QUICK).load(spec(endpoint.url, concurrency=3, timeout_s=60), Path("unused")) as engine:
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                got.extend(engine.generate(asks(30)))
        timer.join()
    assert time.monotonic() - began < 15
    assert {r.key for r in got} == {"key of q0", "key of q3", "key of q4"}
    assert lost_and_twice(endpoint, got) == (0, 0)


def test_what_finished_in_the_moment_of_the_interruption_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interruption comes when answers are done that nobody has been given yet."""
    with (
        serving(lambda asked: answer() if asked.prompt == "q0" else hang) as endpoint,
        OpenaiKind(QUICK).load(spec(endpoint.url, concurrency=2, timeout_s=60), Path("unused")) as engine,
    ):
        event = OpenaiEngine._next_event

        async def interrupted(self: OpenaiEngine) -> None:
            await event(self)
            monkeypatch.undo()
            raise KeyboardInterrupt

        monkeypatch.setattr(OpenaiEngine, "_next_event", interrupted)
        replies = engine.generate(asks(4))
        assert next(replies).key == "key of q0"
        with pytest.raises(KeyboardInterrupt):
            next(replies)
        assert list(replies) == []


def test_an_interruption_that_hits_a_request_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = OpenaiEngine._attempt

    async def hit(self: OpenaiEngine, request: Request, body: dict[str, object]) -> object:
        if request.key == "key of q1":
            raise KeyboardInterrupt
        return await attempt(self, request, body)

    monkeypatch.setattr(OpenaiEngine, "_attempt", hit)
    with serving(lambda asked: hang) as endpoint, pytest.raises(KeyboardInterrupt):
        answers(spec(endpoint.url, concurrency=3, timeout_s=60), asks(5))


def test_whoever_stops_early_leaves_nothing_behind_and_the_engine_goes_on() -> None:
    with (
        serving(lambda asked: hang if asked.nth == 0 and asked.prompt == "q1" else answer()) as endpoint,
        OpenaiKind(QUICK).load(spec(endpoint.url, concurrency=2, timeout_s=60, price=PRICE), Path("unused")) as engine,
    ):
        replies = engine.generate([ask("q0"), ask("q1", decoding=Decoding(max_tokens=900))])
        assert next(replies).key == "key of q0"
        replies.close()  # type: ignore[attr-defined]
        assert engine.spent == pytest.approx(EACH + worst("q1", 900)), "what nobody waits for any more may be billed"
        assert {r.key for r in engine.generate(asks(3))} == {"key of q0", "key of q1", "key of q2"}


def test_the_spending_limit_is_never_passed_and_everything_before_it_is_answered() -> None:
    how = Decoding(max_tokens=8)
    limit = 20.5 * EACH
    with serving(lambda asked: answer(takes=0.01)) as endpoint:
        model = spec(endpoint.url, price=PRICE, spend_limit=limit, concurrency=8)
        got, error, engine = until_the_end(model, [ask(f"q{i}", decoding=how) for i in range(90)])
    billed = endpoint.cost(PRICE["input"], PRICE["output"])
    assert billed <= limit
    assert engine.spent == pytest.approx(billed)
    assert len(got) == len(endpoint.asks) >= 19
    up_to, left = f"{worst('q19', 8):.6g}", f"{limit - billed:.6g}"
    assert str(error) == (
        f'model "teacher": the next request could cost up to {up_to} and the spending limit of {limit:.6g} '
        f"leaves {left}; finished answers are kept: raise endpoint.spend_limit to go on"
    )
    assert lost_and_twice(endpoint, got) == (0, 0)


@pytest.mark.parametrize(
    "behaviour",
    [cut, hang, drip, unfinished, reset, status(504), page(200, b"{", "application/json")],
    ids=["cut", "hang", "drip", "unfinished", "reset", "504", "truncated"],
)
def test_what_may_have_been_billed_counts_at_its_worst(behaviour: Behaviour) -> None:
    how = Decoding(max_tokens=8)
    with serving(for_prompt("q0", behaviour)) as endpoint:
        limited = {"price": PRICE, "spend_limit": 1.9 * worst("q0", 8) + EACH}
        model = spec(endpoint.url, timeout_s=0.5, concurrency=1, retries=0, **limited)
        got, error, engine = until_the_end(model, [ask(f"q{i}", decoding=how) for i in range(9)])
    assert [(r.key, r.failure is None) for r in got] == [("key of q0", False), ("key of q1", True)]
    assert engine.spent == pytest.approx(worst("q0", 8) + EACH)
    assert "spending limit" in str(error)


def test_what_was_refused_costs_nothing_and_a_missing_usage_counts_at_its_worst() -> None:
    script = {"q0": status(400), "q1": answer(usage=None)}
    with serving(lambda asked: script[asked.prompt]) as endpoint:
        model = spec(endpoint.url, price=PRICE)
        with OpenaiKind(QUICK).load(model, Path("unused")) as engine:
            list(engine.generate([ask("q0"), ask("q1", decoding=Decoding(max_tokens=8))]))
            assert engine.spent == pytest.approx(worst("q1", 8))


def test_without_a_price_nothing_is_counted() -> None:
    with serving(lambda asked: answer()) as endpoint, OpenaiKind().load(spec(endpoint.url), Path("unused")) as engine:
        list(engine.generate(asks(1)))
        assert engine.spent == 0.0


def test_the_sum_is_logged_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), serving(lambda asked: answer()) as endpoint:
        answers(spec(endpoint.url, price=PRICE), asks(2))
    assert "teacher: spent 0.05" in caplog.messages


def test_a_key_goes_only_where_the_plan_sends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-mine")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: Bearer {KEY}\nX-Mine: {KEY}")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/elsewhere")
    monkeypatch.setenv("MY_KEY", "sk-of-this-host")
    with serving(lambda asked: answer()) as endpoint:
        assert [r.failure for r in answers(spec(endpoint.url), asks(1))] == [None]
        assert [r.failure for r in answers(spec(endpoint.url, key_env="MY_KEY"), asks(1))] == [None]
    without, with_one = (a.headers for a in endpoint.asks)
    assert without["authorization"] == "Bearer none"
    assert with_one["authorization"] == "Bearer sk-of-this-host"
    for headers in (without, with_one):
        assert not any(KEY in value or "of-mine" in value for value in headers.values())
    assert os.environ["OPENAI_API_KEY"] == KEY


def test_a_key_does_not_follow_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with serving(lambda asked: answer()) as other:

        def elsewhere(handler: Handler, asked: Ask) -> None:
            handler.send_page(307, b"", "text/plain", {"Location": f"{other.url}/chat/completions"})

        with serving(lambda asked: elsewhere) as endpoint:
            answers(spec(endpoint.url, key_env="MY_KEY", retries=0), asks(1))
    assert endpoint.asks[0].headers["authorization"] == f"Bearer {KEY}"
    assert all(KEY not in value for a in other.asks for value in a.headers.values())


def test_openais_own_url_takes_openais_own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/elsewhere")
    with OpenaiKind().load(spec(None), Path("unused")) as engine:
        assert str(engine.client.base_url) == "https://api.openai.com/v1/"
        assert (engine.client.api_key, engine.client.organization) == (KEY, "org-of-mine")
        assert KEY not in repr(engine)


def test_a_key_is_taken_out_of_whatever_a_server_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    masked = f"{KEY[:6]}**********{KEY[-4:]}"
    script = {
        "whole": status(400, {"error": {"message": f"you sent Bearer {KEY}."}}),
        "masked": status(400, {"error": {"message": f"Incorrect API key provided: {masked}. See the docs."}}),
        "dotted": status(400, {"error": {"message": f"key ...{KEY[-5:]} is not allowed"}}),
        "answer": answer(f"Your key is {KEY}, I think", message={"reasoning": f"{KEY}!"}, model=KEY, finish="stop"),
    }
    with serving(lambda asked: script[asked.prompt]) as endpoint:
        got = {r.key[7:]: r for r in answers(spec(endpoint.url, key_env="MY_KEY"), [ask(name) for name in script])}
    assert got["whole"].failure == "HTTP 400: you sent Bearer [key]."
    assert got["masked"].failure == "HTTP 400: Incorrect API key provided: [key] See the docs."
    assert got["dotted"].failure == "HTTP 400: key [key] is not allowed"
    assert (got["answer"].text, got["answer"].reasoning) == ("Your key is [key], I think", "[key]!")
    assert got["answer"].served_model == "[key]"


PLAN = """
name: sums
teacher:
  name: teacher
  engine: openai
  model: large
  endpoint: {{url: "{url}", key_env: MY_KEY, retries: 0, timeout_s: 5, concurrency: 4}}
students:
  - {{name: good, engine: scripted, model: good.jsonl}}
suites:
  - name: sums
    path: sums.jsonl
    map: {{id: id, prompt: question, target: answer}}
    grader: number
gate: {{margin_points: 5}}
"""


@pytest.fixture
def plan(make_world: Callable[..., Path]) -> Callable[[Endpoint], Path]:
    def written(endpoint: Endpoint) -> Path:
        path = make_world(n=60)
        path.write_text(PLAN.format(url=endpoint.url))
        return path

    return written


def right_answer(asked: Ask) -> Behaviour:
    a, b = (int(word) for word in asked.prompt.removesuffix("?").split()[2::2])
    return answer(f"The answer is {a + b}.", takes=0.005)


@pytest.fixture
def loud_root() -> Iterator[None]:
    """Like `-vv`, which `logging.basicConfig` would not do a second time in a test."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    yield
    root.setLevel(before)


@pytest.mark.usefixtures("loud_root")
def test_an_endpoint_dies_amid_a_run_and_the_same_command_goes_on(
    plan: Callable[[Endpoint], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    dead = Counter[str]()

    def script(asked: Ask) -> Behaviour:
        dead["asked"] += 1
        if dead["back"] or dead["asked"] <= 25:
            return right_answer(asked)
        return status(500, {"error": {"message": f"worker died while serving {KEY}"}})

    with serving(script) as endpoint:
        command = ["run", str(plan(endpoint)), "-o", str(tmp_path / "run"), "-vv"]
        assert viva(command) == 70
        kept = stored(tmp_path)
        said = capfd.readouterr().err
        dead["back"] = 1
        assert viva(command) == 0
        said += capfd.readouterr().err
    assert "does not answer (HTTP 500: worker died while serving [key])" in said
    assert len(kept) == 25
    assert kept <= stored(tmp_path) and len(stored(tmp_path)) == 60
    assert Counter(endpoint.complete.values()) == {1: 60}, "finished responses lost 0, asked twice 0"
    assert "asked: teacher 35" in said
    everything = (
        said + caplog.text + b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()).decode("latin-1")
    )
    assert KEY not in everything and KEY[:10] not in everything
    assert {r.name.partition(".")[0] for r in caplog.records if r.levelno < logging.WARNING} <= {"harness", "asyncio"}


def test_ctrl_c_ends_a_run_at_once_and_the_same_command_goes_on(
    plan: Callable[[Endpoint], Path], tmp_path: Path
) -> None:
    arrivals, back = itertools.count(), threading.Event()

    def script(asked: Ask) -> Behaviour:
        return right_answer(asked) if next(arrivals) < 20 or back.is_set() else hang

    with serving(script) as endpoint:
        path = plan(endpoint)
        process = viva_in_a_process(path, tmp_path / "run")
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and len(stored(tmp_path)) < 20:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        kept = stored(tmp_path)
        back.set()
        assert viva_in_a_process(path, tmp_path / "run").communicate(timeout=60) == (None, b"")
    assert (process.returncode, len(kept)) == (130, 20)
    assert errors.decode().split("\n") == [
        "",
        "viva: interrupted; answers that are in the store are kept: run the same command again to go on",
        "",
    ], "and no warning of what was left open"
    assert kept < stored(tmp_path)
    assert Counter(endpoint.complete.values()) == {1: 60}


def viva_in_a_process(path: Path, out: Path) -> "subprocess.Popen[bytes]":
    """Tells what is left open or never awaited; both are silent by default."""
    warn = ["-W", "always::ResourceWarning", "-W", "always::RuntimeWarning"]
    command = [sys.executable, *warn, "-m", "harness.cli.main", "run", str(path), "-o", str(out), "-q"]
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "MY_KEY": KEY}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def stored(folder: Path) -> set[str]:
    """Keys of the teacher's answers; none before there is a store."""
    rows: list[tuple[str, str]] = []
    if (folder / ".viva" / "store.sqlite").exists():
        with (
            closing(sqlite3.connect(folder / ".viva" / "store.sqlite")) as database,
            suppress(sqlite3.OperationalError),
        ):
            rows = database.execute("SELECT key, body FROM responses").fetchall()
    return {key for key, body in rows if json.loads(body)["model"] == "teacher"}


def test_a_missing_key_stops_before_any_model_is_asked(
    plan: Callable[[Endpoint], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(right_answer) as endpoint:
        assert viva(["run", str(plan(endpoint)), "-o", str(tmp_path / "run")]) == 64
    assert 'model "teacher": no key in the environment; export MY_KEY=... first' in capfd.readouterr().err
    assert endpoint.asks == []


def test_the_engine_is_one_that_plans_may_name() -> None:
    assert isinstance(wiring.parts().engines["openai"], OpenaiKind)


URL = "http://localhost:8000/v1"


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (spec(URL), None),
        (spec(None), None),
        (spec(None).model_copy(update={"endpoint": None}), None),
        (spec("https://host.example:8443/openai/v1/"), None),
        (spec(URL, {"adapter": "./a"}), "`adapter` is for vllm"),
        (spec(URL, {"chat_template": "./t"}), "`chat_template` is for vllm"),
        (spec("localhost:8000/v1"), "no http(s) URL"),
        (spec("ftp://localhost/v1"), "no http(s) URL"),
        (spec("http:///v1"), "no http(s) URL"),
        (spec("http://[::1/v1"), "is no URL"),
        (spec("http://localhost:port/v1"), "is no URL"),
        (spec("https://me:SECRET@host.example/v1"), "holds credentials"),
        (spec("https://SECRET@host.example/v1"), "holds credentials"),
        (spec("https://host.example/v1?key=SECRET"), "holds a query"),
        (spec("https://host.example/v1#SECRET"), "holds a query or a fragment"),
        (spec("http://localhost:8000/v1/chat/completions"), "give the base URL"),
        (spec(URL, spend_limit=5), "needs `endpoint.price`"),
        (spec(URL, spend_limit=5, price=PRICE), None),
        (spec(URL, {"args": {"max_tokens": None}}, spend_limit=5, price=PRICE), "a bound on the length"),
        (spec(URL, {"args": {"max_tokens": "many"}}, spend_limit=5, price=PRICE), "a bound on the length"),
        (spec(URL, {"args": {"max_tokens": None, "max_completion_tokens": 9}}, spend_limit=5, price=PRICE), None),
        (spec(URL, {"args": {"max_tokens": None}}), None),
        (spec(URL, {"args": {"messages": []}}), "may not set `messages`"),
        (spec(URL, {"args": {"messages": None}}), "may not set `messages`"),
        (spec(URL, {"args": {"stream": False}}), "may not set `stream`"),
        (spec(URL, {"args": {"n": 2}}), "may not set `n`"),
        (spec(URL, {"args": {"model": "other"}}), "may not set `model`"),
        (spec(URL, {"args": {"seed": 1}}), "only take it away with null"),
        (spec(URL, {"args": {"seed": None, "temperature": None}}), None),
        (spec(URL, {"args": {"reasoning_effort": "low", "top_k": 5}}), None),
    ],
)
def test_faults_of_a_plan_are_told_without_secrets(model: ModelSpec, fault: str | None) -> None:
    found = OpenaiKind().fault(model)
    assert found is None if fault is None else fault in (found or "")
    assert "SECRET" not in (found or "")


def test_what_is_needed_is_told_before_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = OpenaiKind()
    kind.check_ready(spec(URL))
    with pytest.raises(UsageError, match=r"export OPENAI_API_KEY=\.\.\. first"):
        kind.check_ready(spec(None))
    with pytest.raises(UsageError, match=r"export OPENAI_API_KEY=\.\.\. first"):
        kind.check_ready(spec("https://API.openai.com/v1/"))
    monkeypatch.setenv("MY_KEY", " \n")
    with pytest.raises(UsageError, match=r'model "teacher": .*export MY_KEY=\.\.\. first'):
        kind.check_ready(spec(URL, key_env="MY_KEY"))
    monkeypatch.setenv("MY_KEY", "sk-ab\u2028cd ef")
    with pytest.raises(UsageError, match="MY_KEY holds characters") as told:
        kind.check_ready(spec(URL, key_env="MY_KEY"))
    assert "sk-ab" not in str(told.value)
    monkeypatch.setenv("MY_KEY", f"{KEY}\n")
    kind.check_ready(spec(URL, key_env="MY_KEY"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="needs the openai package; install viva with its `openai` extra"):
        kind.check_ready(spec(URL, key_env="MY_KEY"))


def test_a_fingerprint_is_what_answers_not_how_it_is_reached() -> None:
    name = OpenaiKind().fingerprint
    same = [
        spec(URL),
        spec(f"{URL}/"),
        spec("HTTP://LocalHost:8000/v1"),
        spec(URL, concurrency=1, timeout_s=1, retries=0, stream=False, key_env="K", price=PRICE, spend_limit=1),
        spec(URL, {"name": "student"}),
    ]
    assert len({name(model) for model in same}) == 1
    assert name(spec(None)) == name(spec("https://api.openai.com/v1"))
    others = [
        spec(URL),
        spec("http://localhost:8001/v1"),
        spec("https://localhost:8000/v1"),
        spec(URL, {"model": "small"}),
        spec(URL, {"revision": "2026-01"}),
        spec(URL, {"chat_template_kwargs": {"enable_thinking": False}}),
        spec(URL, {"thinking": None}),
        spec(URL, {"args": {"top_k": 5}}),
    ]
    assert len({name(model) for model in others}) == len(others)


def test_thinking_is_left_in_the_text_where_the_plan_says_so() -> None:
    with serving(lambda asked: answer("<think>so</think>4")) as endpoint:
        (whole,) = answers(spec(endpoint.url, {"thinking": None}), asks(1))
        (other,) = answers(spec(endpoint.url, {"thinking": Thinking(open="[", close="]")}), asks(1))
    assert (whole.reasoning, whole.text) == (None, "<think>so</think>4") == (other.reasoning, other.text)
