"""Thinking told apart from answers, and the engine that recites."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from harness.engines.scripted import Script, ScriptedEngine, ScriptedKind, from_replies, last_words
from harness.engines.thinking import split_thinking
from harness.errors import EngineError
from harness.plan import ModelSpec, Thinking
from harness.records import Message, Request, Response


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("<think>so</think>4", "so", "4"),
        ("<think>\nso\n\nit is\n</think>\n\n4\n", "so\n\nit is", "4"),
        ("so</think>4", "so", "4"),  # the opening tag stood in the prompt
        ("  <think> so </think> 4", "so", "4"),
        ("<think></think>4", "", "4"),
        ("</think>4", "", "4"),
        ("<think>so</think>", "so", ""),
        ("<think>so", "so", ""),  # cut off within
        (" \n<think>so\n", "so", ""),
        ("<think>", "", ""),
        ("<think>2 < 3 <think> nested</think>4", "2 < 3 <think> nested", "4"),
        ("<think>a</think>b</think>c", "a</think>b", "c"),  # the last closing tag counts
        ("4", None, "4"),
        ("4 \n", None, "4 \n"),
        ("", None, ""),
        ("We say <think> here", None, "We say <think> here"),
        ("<thinking>so</thinking>4", None, "<thinking>so</thinking>4"),
    ],
)
def test_reasoning_and_answer(text: str, reasoning: str | None, answer: str) -> None:
    assert split_thinking(text, "<think>", "</think>") == (reasoning, answer)


def test_other_tags_and_tags_that_mean_something_in_a_pattern() -> None:
    assert split_thinking("[THINK]so[/THINK]4", "[THINK]", "[/THINK]") == ("so", "4")
    assert split_thinking("<|begin|>so<|end|>4", "<|begin|>", "<|end|>") == ("so", "4")
    assert split_thinking("<think>so</think>4", "[THINK]", "[/THINK]") == (None, "<think>so</think>4")


def test_a_text_that_opens_again_and_never_closes_was_cut_off() -> None:
    assert split_thinking("<think>a</think>b<think>c", "<think>", "</think>")[1] in ("", "b")


def ask(words: str, key: str = "k", attempt: int = 0) -> Request:
    messages = (Message(role="system", content="Be brief."), Message(role="user", content=words))
    return Request(key=key, messages=messages, attempt=attempt)


def recited(replies: dict[str, str]) -> Script:
    return from_replies({(prompt, None): (reply, "stop") for prompt, reply in replies.items()})


def test_the_engine_recites_by_the_last_message_in_the_order_asked() -> None:
    engine = ScriptedEngine("teacher", recited({"2+2?": "4", "3+3?": "6"}))
    answers = list(engine.generate([ask("3+3?", "a"), ask("2+2?", "b")]))
    assert [(a.key, a.model, a.text, a.finish, a.failure) for a in answers] == [
        ("a", "teacher", "6", "stop", None),
        ("b", "teacher", "4", "stop", None),
    ]


def test_a_raw_prompt_is_its_own_last_words() -> None:
    assert last_words(Request(key="k", prompt="2+2=")) == "2+2="
    (answer,) = ScriptedEngine("m", recited({"2+2=": "4"})).generate([Request(key="k", prompt="2+2=")])
    assert answer.text == "4"


def test_a_prompt_without_a_reply_is_a_failure_that_names_it() -> None:
    right, missing = ScriptedEngine("m", recited({"2+2?": "4"})).generate([ask("2+2?"), ask("5+5?" * 99)])
    assert right.failure is None
    assert missing.text == "" and missing.failure is not None
    assert missing.failure.startswith("the script holds no reply to '5+5?") and len(missing.failure) < 200


def test_an_engine_answers_one_by_one() -> None:
    """What is answered is saved before the next is asked."""
    asked: list[str] = []

    def script(request: Request) -> tuple[str, str]:
        asked.append(request.key)
        return "4", "stop"

    answers = ScriptedEngine("m", script).generate([ask("2+2?", "a"), ask("2+2?", "b")])  # type: ignore[arg-type]
    next(answers)
    assert asked == ["a"]


def test_an_engine_tells_thinking_apart_only_where_it_is_told_the_tags() -> None:
    replies = recited({"2+2?": "<think>so</think>4"})
    (split,) = ScriptedEngine("m", replies, Thinking()).generate([ask("2+2?")])
    (whole,) = ScriptedEngine("m", replies).generate([ask("2+2?")])
    assert (split.reasoning, split.text) == ("so", "4")
    assert (whole.reasoning, whole.text) == (None, "<think>so</think>4")


Recite = Callable[..., Sequence[Response]]


@pytest.fixture
def recite(tmp_path: Path) -> Recite:
    """The replies of a file with this content to requests."""

    def answers(content: str | bytes, *requests: Request) -> Sequence[Response]:
        path = tmp_path / "replies.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with ScriptedKind().load(spec(path), tmp_path / "log") as engine:
            return list(engine.generate(requests or [ask("2+2?")]))

    return answers


def spec(path: Path, **more: object) -> ModelSpec:
    return ModelSpec(name="teacher", engine="scripted", model=str(path), **more)  # type: ignore[arg-type]


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_file_of_replies(recite: Recite) -> None:
    content = lines({"prompt": "2+2?", "reply": "4"}, {"prompt": "3+3?", "reply": "si", "finish": "length"})
    answers = recite(content, ask("2+2?"), ask("3+3?"), ask("5+5?"))
    assert [(a.model, a.text, a.finish) for a in answers[:2]] == [("teacher", "4", "stop"), ("teacher", "si", "length")]
    assert answers[2].failure is not None


def test_replies_may_differ_by_attempt_and_one_without_serves_the_rest(recite: Recite) -> None:
    content = lines({"prompt": "2+2?", "reply": "4"}, {"prompt": "2+2?", "reply": "5", "attempt": 1})
    answers = recite(content, *(ask("2+2?", attempt=attempt) for attempt in range(3)))
    assert [a.text for a in answers] == ["4", "5", "4"]


def test_a_reply_for_one_attempt_serves_no_other(recite: Recite) -> None:
    answers = recite(lines({"prompt": "2+2?", "reply": "5", "attempt": 1}), ask("2+2?"), ask("2+2?", attempt=1))
    assert [a.failure is None for a in answers] == [False, True]


@pytest.mark.parametrize(
    "row",
    ["{", '{"prompt": "2+2?"}', '{"reply": "4"}', "[1]", '"4"', '{"prompt": ["2+2?"], "reply": "4"}', "null"],
)
def test_a_line_that_is_no_reply_is_told_with_its_number(recite: Recite, row: str) -> None:
    with pytest.raises(EngineError, match=r'replies\.jsonl:2: expected \{"prompt": \.\.\., "reply": \.\.\.\}'):
        recite(lines({"prompt": "3+3?", "reply": "6"}) + row + "\n")


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\u2029"])
def test_a_line_ends_where_a_line_ends(recite: Recite, character: str) -> None:
    row = json.dumps({"prompt": "2+2?", "reply": f"4{character}"}, ensure_ascii=False)
    assert recite(row + "\n")[0].text == f"4{character}"


def test_a_file_that_is_not_utf_8_is_named(recite: Recite) -> None:
    with pytest.raises(EngineError, match=r"replies\.jsonl"):
        recite(b'{"prompt": "2+2?", "reply": "caf\xe9"}\n')


@pytest.mark.parametrize("fault", [{"reply": 4}, {"reply": None}, {"finish": "cut"}, {"attempt": "0"}], ids=str)
def test_a_field_of_the_wrong_kind_is_told_with_its_line(recite: Recite, fault: dict[str, object]) -> None:
    with pytest.raises(EngineError, match=r"replies\.jsonl:1: "):
        try:
            recite(lines({"prompt": "2+2?", "reply": "4", **fault}))
        except AttributeError:
            pytest.fail("fails only when it is asked")


def test_a_file_that_is_not_there_is_told_before_loading(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r'model "teacher": the file of replies .*nowhere\.jsonl is not there'):
        ScriptedKind().fingerprint(spec(tmp_path / "nowhere.jsonl"))
    with pytest.raises(EngineError, match="is not there"):
        ScriptedKind().fingerprint(spec(tmp_path))


def test_a_fingerprint_is_the_replies_and_the_tags_not_the_name(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.jsonl", "same.jsonl", "other.jsonl"))
    one.write_text(lines({"prompt": "2+2?", "reply": "4"}))
    same.write_text(one.read_text())
    other.write_text(lines({"prompt": "2+2?", "reply": "5"}))
    name = ScriptedKind().fingerprint
    assert name(spec(one)) == name(spec(same)) == name(spec(one).model_copy(update={"name": "student"}))
    assert len({name(spec(one)), name(spec(other)), name(spec(one, thinking=None))}) == 3
    assert name(spec(one, thinking=Thinking(open="[", close="]"))) != name(spec(one))
