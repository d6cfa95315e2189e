"""Logs of every format: what is asked, replied and known; what cannot be used; targets. All texts are invented."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from harness.errors import DataError, PlanError
from harness.records import Json, Message
from suites.production.asked import Fault
from suites.production.logs import Logs, Read, open_logs, sources
from suites.production.mapped_logs import load_log_map
from suites.production.targets import Target, load_targets

Row = dict[str, Any]
Write = Callable[..., Path]
Told = list[tuple[int, int, Fault]]
ASK: Row = {"role": "user", "content": "Where is it?"}
ANSWER: Row = {"role": "assistant", "content": "On its way."}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, *rows: Json | bytes) -> Path:
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        content = b"".join(line + b"\n" for line in lines)
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return put


def read(logs: Logs) -> tuple[list[Read], Told]:
    told: Told = []
    logs.join()
    return list(logs.read(lambda *fault: told.append(fault))), told


def only(path: Path, kind: str | None = None) -> Read:
    (found,), told = read(open_logs([path], kind))
    assert told == []
    return found


def batch_input(name: str, text: str = "Where is it?", **more: Json) -> Row:
    body = {"model": "big", "messages": [{"role": "user", "content": text}], **more}
    return {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body}


def batch_output(name: str, text: str = "On its way.") -> Row:
    choices = [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]
    return {"custom_id": name, "response": {"status_code": 200, "body": {"model": "big-1", "choices": choices}}}


def otlp(value: Json) -> Row:
    if isinstance(value, list):
        return {"arrayValue": {"values": [otlp(item) for item in value]}}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


PARTS_IN = [{"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]}]
PARTS_OUT = [
    {
        "role": "assistant",
        "parts": [{"type": "reasoning", "content": "Hm."}, {"type": "text", "content": "On its way."}],
        "finish_reason": "stop",
    }
]
SPAN: dict[str, Json] = {
    "gen_ai.input.messages": json.dumps(PARTS_IN),
    "gen_ai.output.messages": json.dumps(PARTS_OUT),
    "gen_ai.request.model": "big",
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.response.finish_reasons": ["stop"],
    "intent": "parcel",
}
AS_LIST: list[Json] = [{"key": key, "value": otlp(value)} for key, value in SPAN.items()]
SAID = {"model": "big", "finish_reason": "stop", "intent": "parcel"}

ONE_ROW: dict[str, tuple[Row, dict[str, str]]] = {
    "chat with the reply as the last message": ({"messages": [ASK, ANSWER], "intent": "parcel"}, {"intent": "parcel"}),
    "chat with metadata": ({"messages": [ASK, ANSWER], "metadata": {"intent": "x", "n": 3}}, {"intent": "x", "n": "3"}),
    "chat with a completion": (
        {"messages": [ASK], "response": {"model": "big", "choices": [{"message": ANSWER, "finish_reason": "stop"}]}},
        {"model": "big", "finish_reason": "stop"},
    ),
    "request and response": (
        {"request": {"messages": [ASK]}, "response": {"body": {"choices": [{"message": ANSWER}]}}},
        {},
    ),
    "parts": ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Where is it?"}]}, ANSWER]}, {}),
    "a span with JSON in its attributes": ({"name": "chat big", "attributes": SPAN}, SAID),
    "a span with structured attributes": (
        {"attributes": {**SPAN, "gen_ai.input.messages": PARTS_IN, "gen_ai.output.messages": PARTS_OUT}},
        SAID,
    ),
    "a span of OTLP": ({"attributes": AS_LIST}, {**SAID, "gen_ai.usage.input_tokens": "12"}),
    "a span with numbered attributes": (
        {
            "attributes": {
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": "Where is it?",
                "gen_ai.completion.0.content": "On its way.",
            }
        },
        {},
    ),
}


@pytest.mark.parametrize("name", ONE_ROW)
@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_what_a_row_asks(write: Write, name: str, ending: str) -> None:
    row, fields = ONE_ROW[name]
    found = only(write(f"log{ending}", row))
    assert found.logged.messages == (Message(role="user", content="Where is it?"),)
    assert found.logged.reply == "On its way."
    assert found.logged.where == f"log{ending}:1"
    assert fields.items() <= found.logged.fields.items()


def test_a_conversation_keeps_all_but_its_last_reply(write: Write) -> None:
    system: Row = {"role": "system", "content": "Be brief."}
    found = only(write("log.jsonl", {"messages": [system, ASK, ANSWER, ASK, ANSWER], "tools": [{"name": "find"}]}))
    assert [m.role for m in found.logged.messages] == ["system", "user", "assistant", "user"]
    assert found.asked.tools == ({"name": "find"},)
    assert found.logged.turns == 2


def test_system_instructions_of_a_span_come_first(write: Write) -> None:
    told = {"gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}])}
    found = only(write("log.jsonl", {"attributes": {**SPAN, **told}}))
    assert found.logged.messages[0] == Message(role="system", content="Be brief.")


def test_an_export_holds_many_spans(write: Write) -> None:
    spans: list[Json] = [{"attributes": AS_LIST}, {"name": "GET /", "attributes": []}, {"attributes": AS_LIST}]
    found, told = read(open_logs([write("l.jsonl", {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})]))
    assert [one.logged.where for one in found] == ["l.jsonl:1", "l.jsonl:1#2"]
    assert [(fault.kind, row) for _, row, fault in told] == [("no_request", 1)]


CANNOT: dict[str, tuple[Row | bytes, str, str]] = {
    "cut off": (b'{"messages": [{"ro', "malformed", "not valid JSON"),
    "no UTF-8": (b'{"messages": "\xff"}', "malformed", "not UTF-8 text"),
    "too deep": (b"[" * 100_000, "malformed", "not valid JSON"),
    "a number": (b"3", "malformed", "expected an object, found int"),
    "no messages": ({"text": "secret"}, "malformed", "no `messages`"),
    "messages in words": ({"messages": "secret"}, "malformed", "the messages are no list"),
    "no role": ({"messages": [{"content": "secret"}]}, "malformed", "a message without a role"),
    "a number for a message": ({"messages": [3, ASK]}, "malformed", "a message without a role"),
    "content that is a number": ({"messages": [{"role": "user", "content": 3}]}, "malformed", "neither text nor parts"),
    "an image": (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "secret"}}]}]},
        "unsupported",
        "a part that is no text",
    ),
    "tool calls on the way": (
        {"messages": [ASK, {"role": "assistant", "content": None, "tool_calls": [{"id": "secret"}]}, ASK]},
        "unsupported",
        "tool calls",
    ),
    "nobody asks": ({"messages": [{"role": "system", "content": "secret"}, ANSWER]}, "no_request", "no message of a u"),
    "a blank question": ({"messages": [{"role": "user", "content": " \n"}]}, "no_request", "no message of a user"),
    "nothing": ({"messages": []}, "no_request", "no message of a user"),
}  # fmt: skip


@pytest.mark.parametrize("name", CANNOT)
def test_a_row_that_cannot_be_used_is_told_and_the_reading_goes_on(write: Write, name: str) -> None:
    row, kind, reason = CANNOT[name]
    good: Row = {"messages": [ASK, ANSWER]}
    found, told = read(open_logs([write("log.jsonl", good, row, good)], "chat"))
    assert [one.row for one in found] == [1, 3]
    ((file, number, fault),) = told
    assert (file, number, fault.kind) == (0, 2, kind)
    assert reason in fault.reason
    assert "secret" not in fault.reason


def test_a_packed_file_that_breaks_off_is_read_as_far_as_it_goes(write: Write) -> None:
    path = write("log.jsonl.gz", *({"messages": [{"role": "user", "content": f"{n} {n * n}"}]} for n in range(5000)))
    path.write_bytes(path.read_bytes()[:-2000])
    found, told = read(open_logs([path]))
    assert 1000 < len(found) < 5000
    assert told[-1][2].reason == "the file cannot be read from here on; is it cut off?"


def test_a_table_is_read_behind_its_faults(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b'text,intent\nwhere?,parcel\none,two,three\n"a"b,c\n\xff,x\nwhen?,\n,none\n')
    (tmp_path / "map.yaml").write_text("sample: {prompt: text, slices: [intent]}\n")
    found, told = read(open_logs([tmp_path / "log.csv"], how=load_log_map(tmp_path / "map.yaml")))
    assert [one.logged.text for one in found] == ["where?", "when?"]
    assert [(row, fault.kind) for _, row, fault in told] == [
        (3, "malformed"),
        (4, "malformed"),
        (5, "malformed"),
        (7, "no_request"),
    ]


def test_a_map_says_where_a_row_holds_what(tmp_path: Path) -> None:
    row: Row = {
        "chat": {"q": "Where?", "a": "There."},
        "gold": "here",
        "who": 17,
        "n": 3,
        "topic": "parcel",
        "options": ["here", "there"],
        "key": "k1",
        "page": "It is here.",
    }
    parquet.write_table(pyarrow.Table.from_pylist([row, {**row, "gold": None, "n": None}]), tmp_path / "log.parquet")
    (tmp_path / "map.yaml").write_text(
        "sample: {id: key, prompt: chat.q, target: gold, choices: options, weight: n, cluster: who,\n"
        "         slices: {about: topic}, context: page}\n"
        "reply: chat.a\n"
    )
    (one, other), told = read(open_logs([tmp_path / "log.parquet"], how=load_log_map(tmp_path / "map.yaml")))
    asked = one.asked
    assert told == []
    assert (asked.id, asked.reply, asked.target, asked.context) == ("k1", "There.", "here", "It is here.")
    assert (asked.traffic, asked.cluster, asked.choices) == (3.0, "17", ("here", "there"))
    assert one.logged.fields["about"] == "parcel"
    assert (other.asked.target, other.asked.traffic) == (None, 1.0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"n": 1}, 'no field "q"'),
        ({"q": "Where?", "n": "heavy"}, "does not fit the map"),
        ({"q": "Where?", "n": 0}, "does not fit the map"),
        ({"q": "Where?", "n": True}, "does not fit the map"),
        ({"q": [{"role": "user"}], "n": 1}, "does not fit the map"),
    ],
)
def test_a_row_that_does_not_fit_its_map(write: Write, tmp_path: Path, row: Row, reason: str) -> None:
    (tmp_path / "map.yaml").write_text("sample: {prompt: q, weight: n}\n")
    found, told = read(open_logs([write("l.jsonl", row)], how=load_log_map(tmp_path / "map.yaml")))
    assert found == []
    assert reason in told[0][2].reason
    assert "heavy" not in told[0][2].reason


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_batches_are_joined_by_their_ids(write: Write, order: Sequence[int]) -> None:
    files = [
        write("in.jsonl", batch_input("a"), batch_input("b", "Where else?"), batch_input("c"), batch_input("twice")),
        write("out.jsonl", batch_output("b", "There."), batch_output("a"), batch_output("twice"), batch_output("twice"),
              {"custom_id": "c", "response": None, "error": {"code": "x"}}),
    ]  # fmt: skip
    logs = open_logs([files[place] for place in order])
    assert logs.kind == "batch"
    found, told = read(logs)
    assert told == []
    assert [one.logged.fields.get("finish_reason") for one in found] == ["stop", "stop", None, None]
    assert logs.unjoined() == {"unanswered": 0, "ambiguous": 1}
    place = order.index(0)
    logs.join_replies({place: frozenset([2, 3, 4])})
    wanted = list(logs.read(lambda *fault: None, {place: frozenset([2, 3, 4])}))
    assert [one.logged.reply for one in wanted] == ["There.", None, None]
    assert wanted[0].logged.fields["model"] == "big-1"


def test_requests_of_a_batch_without_their_output(write: Write) -> None:
    logs = open_logs([write("in.jsonl", batch_input("a"), {"custom_id": "e", "body": {"input": "embed"}})])
    found, told = read(logs)
    assert [one.logged.reply for one in found] == [None]
    assert [fault.kind for _, _, fault in told] == ["no_request"]
    assert logs.unjoined()["unanswered"] == 2


def test_only_the_wanted_rows_are_read(write: Write) -> None:
    rows = [{"messages": [{"role": "user", "content": f"Where is {n}?"}]} for n in range(1, 6)]
    logs = open_logs([write("a.jsonl", *rows), write("b.jsonl", *rows)])
    found = list(logs.read(lambda *fault: None, {1: frozenset([2, 5])}, fields=()))
    assert [one.logged.where for one in found] == ["b.jsonl:2", "b.jsonl:5"]


def test_the_format_is_told_by_the_first_rows_or_named(write: Write) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl: the first rows tell no format; name it with --format chat\|batch"):
        open_logs([write("a.jsonl", {"question": "Where?"})])
    assert open_logs([write("b.jsonl", {"question": "Where?"})], "chat").kind == "chat"
    assert open_logs([write("c.jsonl", b"}", {"messages": [ASK]})]).kind == "chat"


def test_files_that_cannot_be_logs(write: Write, tmp_path: Path) -> None:
    path = write("a.jsonl", {"messages": [ASK]})
    with pytest.raises(DataError, match="nowhere.jsonl: there is no such file"):
        open_logs([tmp_path / "nowhere.jsonl"])
    with pytest.raises(DataError, match="a.jsonl: the file is given twice"):
        open_logs([path, path])
    (tmp_path / "b").mkdir()
    other = tmp_path / "b" / "a.jsonl"
    other.write_bytes(path.read_bytes())
    assert len(set(open_logs([path, other]).names)) == 2


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_sources_know_their_rows(write: Write, name: str) -> None:
    (found,) = sources(open_logs([write(name, *[{"messages": [ASK]}] * 7)]), lambda units: None)
    assert (found.rows, found.name, len(found.digest)) == (7, name, 40)


TARGETS = r"""
correction: review.text
accepted: {field: feedback, values: [up, 1, true]}
rules:
  - {when: '\brefund\b', target: refunds}
  - {reply: 'queue: (\w+)'}
  - {reply: 'no idea', target: {queue: none}}
"""
WITH_REPLY: Row = {"messages": [ASK, {"role": "assistant", "content": "queue: parcels"}]}
TOLD: dict[str, tuple[Row, Json, str | None]] = {
    "corrected": ({**WITH_REPLY, "review": {"text": "To parcels."}, "feedback": "up"}, "To parcels.", "correction"),
    "corrected to nothing": ({**WITH_REPLY, "review": {"text": ""}, "feedback": "up"}, "queue: parcels", "accepted"),
    "corrected, as an object": ({**WITH_REPLY, "review": {"text": {"q": 1}}}, {"q": 1}, "correction"),
    "accepted": ({**WITH_REPLY, "feedback": "UP"}, "queue: parcels", "accepted"),
    "accepted by a number": ({**WITH_REPLY, "feedback": 1}, "queue: parcels", "accepted"),
    "accepted by a truth": ({**WITH_REPLY, "metadata": {"x": 1}, "feedback": True}, "queue: parcels", "accepted"),
    "not accepted": ({**WITH_REPLY, "feedback": "down"}, "parcels", "rule"),
    "accepted without a reply": ({"messages": [ASK], "feedback": "up"}, None, None),
    "a rule on the question": ({"messages": [{"role": "user", "content": "A refund, please"}]}, "refunds", "rule"),
    "a constant": ({"messages": [ASK, {"role": "assistant", "content": "No idea."}]}, {"queue": "none"}, "rule"),
    "nothing known": ({"messages": [ASK, ANSWER]}, None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_right_answers_that_a_log_knows(write: Write, tmp_path: Path, name: str) -> None:
    row, value, source = TOLD[name]
    (tmp_path / "targets.yaml").write_text(TARGETS)
    targets = load_targets(tmp_path / "targets.yaml")
    assert targets.of(only(write("log.jsonl", row)).asked) == Target(value, source)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("rules: [{when: x}]\n", "a rule needs a `target`"),
        ("rules: [{reply: '('}]\n", "targets.yaml:1: no regular expression"),
        ("rules: [{reply: '(a+)+$'}]\n", "can take for ever"),
        ("corection: x\n", 'unknown key "corection"; did you mean "correction"?'),
        ("accepted: {field: f, values: []}\n", "accepted.values"),
    ],
)
def test_target_files_that_cannot_be_used(tmp_path: Path, content: str, fault: str) -> None:
    (tmp_path / "targets.yaml").write_text(content)
    with pytest.raises(PlanError) as caught:
        load_targets(tmp_path / "targets.yaml")
    assert fault in str(caught.value)
