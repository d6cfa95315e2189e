"""Logs of Inspect: whose scores count, what is refused by name, and what becomes of samples that were not scored."""

import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import status
from harness.collect import Collected
from harness.compare import compare
from harness.errors import DataError, UsageError
from harness.policy import Policy
from harness.records import Grade
from suites.imports.inspect_logs import read_inspect
from suites.imports.inspect_scores import as_score
from suites.imports.logs import Log, Logged, Wanted, assemble

pytest.importorskip("inspect_ai")

from inspect_ai import log as inspect_log  # noqa: E402, TID253  # the tests build logs with Inspect's own classes
from inspect_ai import model as inspect_model  # noqa: E402, TID253
from inspect_ai import scorer as inspect_scorer  # noqa: E402, TID253

BIG, SMALL = "lab/big", "lab/small"
NOTE = "Inspect logs: what the models were is declared by the logs, not proven; scores are the logs', not viva's."

Write = Callable[..., Path]


def sample(name: str | int, value: Any = "C", **more: Any) -> inspect_log.EvalSample:
    """A sample scored by `match`; `scores` and `text` say otherwise."""
    scores = more.pop("scores", {"match": inspect_scorer.Score(value=value, answer="4")})
    output = more.pop("output", reply(more.pop("text", "It is 4.")))
    kinds = {"epoch": 1, "input": f"{name}: what is 2 + 2?", "target": "4"} | more
    return inspect_log.EvalSample(id=name, output=output, scores=scores, **kinds)


def reply(text: Any, stop: Any = "stop") -> inspect_model.ModelOutput:
    return inspect_model.ModelOutput.from_content("small-v1", text, stop)


def header(mean: float, scorer: str = "match", name: str | None = None, **more: Any) -> inspect_log.EvalResults:
    metrics = {"accuracy": inspect_log.EvalMetric(name="accuracy", value=mean)}
    score = inspect_log.EvalScore(name=name or scorer, scorer=scorer, metrics=metrics, **more)
    return inspect_log.EvalResults(scores=[score])


def score(value: Any, **more: Any) -> inspect_scorer.Score:
    return inspect_scorer.Score(value=value, **more)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a log of these samples as a file of that name."""

    def made(name: str, samples: list[inspect_log.EvalSample] | None, **more: Any) -> Path:
        config = inspect_log.EvalConfig(**more.pop("config", {}))
        spec = {"model": SMALL, "task": "sums", "created": "2025-03-01T10:00:00+00:00"}
        spec |= {key: more.pop(key) for key in [*more] if key not in inspect_log.EvalLog.model_fields}
        asked = inspect_log.EvalSpec(**spec, dataset=inspect_log.EvalDataset(name="arithmetic"), config=config)
        log = inspect_log.EvalLog(**{"status": "success", "eval": asked, "samples": samples} | more)
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        inspect_log.write_eval_log(log, path.as_posix())
        return path

    return made


def read(path: Path, metric: str | None = None, **slices: str) -> Log:
    logs, _ = read_inspect([path], Wanted(metric=metric, slices=slices))
    (log,) = logs
    return log


def items(path: Path, metric: str | None = None) -> dict[str, Logged]:
    return {item.sample.id: item for item in read(path, metric).items}


def join(*paths: Path, teacher: str = BIG, wanted: Wanted | None = None) -> Collected:
    return assemble(*read_inspect(paths, wanted or Wanted()), teacher)


def means(found: Collected) -> dict[str, tuple[float, float, int]]:
    """Accuracy of teacher and student, and the pairs, of every whole suite by student."""
    comparisons, _ = compare(found, found.grades, Policy())
    return {c.student: (c.teacher.accuracy, c.pupil.accuracy, c.n) for c in comparisons if str(c.slice) == "all"}


def refused(*paths: Path, **wanted: Any) -> str:
    with pytest.raises(DataError) as error:
        read_inspect(paths, Wanted(**wanted))
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("ending", ["eval", "json"])
def test_two_models_become_pairs(write: Write, ending: str) -> None:
    big = write(f"big.{ending}", [sample(1), sample(2), sample(3, "I")], model=BIG, results=header(2 / 3))
    small = write(f"small.{ending}", [sample(1), sample(2, "I"), sample(3, "I")], results=header(1 / 3))
    found = join(big, small)
    assert means(found) == {SMALL: (pytest.approx(2 / 3), pytest.approx(1 / 3), 3)}
    assert [(m.name, m.role) for m in found.models] == [(BIG, "teacher"), (SMALL, "student")]
    assert [suite.spec.name for suite in found.suites] == ["sums"]
    assert found.notes == [NOTE]
    grade = found.grades[1]
    assert (grade.grader, grade.by, grade.answer, grade.reason) == ("match", "imported", "4", "scored C by match")


def test_a_sample_keeps_what_was_asked(write: Write) -> None:
    parts = [inspect_model.ContentText(text="Which?"), inspect_model.ContentImage(image="data:image/png;base64,AAAA")]
    asked = [inspect_model.ChatMessageSystem(content="Be short."), inspect_model.ChatMessageUser(content=parts)]
    path = write("a.eval", [sample("x", input=asked, target=["A", "B"], choices=["one", "two"])])
    (item,) = read(path).items
    assert [(m.role, m.content) for m in item.sample.messages] == [("system", "Be short."), ("user", "Which?\n[image]")]
    assert (item.sample.target, item.sample.choices) == (["A", "B"], ("one", "two"))
    assert (item.sample.target_source, item.sample.source) == ("inspect", "sums")


@pytest.mark.parametrize("change", [{"input": "Other?"}, {"target": "5"}, {"choices": ["4", "5"]}])
def test_content_tells_what_was_asked_apart(write: Write, change: Mapping[str, Any]) -> None:
    plain, same, other = (
        read(write(f"{name}.eval", [sample(1, **more)])).items[0].content
        for name, more in (("a", {}), ("b", {"text": "No idea."}), ("c", change))
    )
    assert plain == same
    assert plain != other


def test_a_reply_keeps_its_text_reasoning_calls_and_costs(write: Write) -> None:
    content = [inspect_model.ContentReasoning(reasoning="Two and two."), inspect_model.ContentText(text="4")]
    output = reply(content, "tool_calls")
    output.choices[0].message.tool_calls = [
        inspect_model.ChatMessageAssistant.model_validate(
            {"content": "", "tool_calls": [{"id": "c1", "function": "add", "arguments": {"a": 2}, "type": "function"}]}
        ).tool_calls[0]
    ]
    output.usage = inspect_model.ModelUsage(input_tokens=10, output_tokens=5, total_tokens=15)
    path = write("a.eval", [sample(1, output=output, total_time=2.5, started_at="2025-03-01T10:00:05+00:00")])
    response = read(path).items[0].response
    assert response is not None
    assert (response.text, response.reasoning, response.finish) == ("4", "Two and two.", "tool_calls")
    assert response.tool_calls == ({"id": "c1", "function": "add", "arguments": {"a": 2}},)
    assert (response.prompt_tokens, response.completion_tokens, response.latency_s) == (10, 5, 2.5)
    assert (response.created_at, response.served_model) == ("2025-03-01T10:00:05+00:00", "small-v1")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"input_tokens": 55, "output_tokens": 1, "total_tokens": 534, "reasoning_tokens": 478}, (55, 479)),
        ({"input_tokens": 63, "output_tokens": 391, "total_tokens": 454, "reasoning_tokens": 384}, (63, 391)),
        ({"input_tokens": 10, "output_tokens": 5, "total_tokens": 45, "input_tokens_cache_read": 30}, (40, 5)),
        ({"input_tokens": 40, "output_tokens": 5, "total_tokens": 45, "input_tokens_cache_read": 30}, (40, 5)),
        ({"input_tokens": 10, "output_tokens": 5}, (10, 5)),
        ({}, (None, None)),
        (None, (None, None)),
    ],
)
def test_tokens_are_those_of_prompt_and_whole_reply(
    write: Write, usage: Mapping[str, int] | None, expected: tuple[int | None, int | None]
) -> None:
    output = reply("4")
    output.usage = None if usage is None else inspect_model.ModelUsage(**usage)
    response = read(write("a.eval", [sample(1, output=output)])).items[0].response
    assert response is not None
    assert (response.prompt_tokens, response.completion_tokens) == expected


def test_without_a_reply_there_is_no_response(write: Write) -> None:
    found = items(write("a.eval", [sample(1, output=inspect_model.ModelOutput()), sample(2)]))
    assert found["1"].response is None
    assert found["2"].response is not None


@pytest.mark.parametrize(
    ("value", "stop", "outcome", "expected"),
    [
        ("C", "stop", "correct", 1.0),
        ("I", "stop", "incorrect", 0.0),
        ("P", "stop", "incorrect", 0.5),
        ("N", "stop", "unparsed", 0.0),
        ("N", "max_tokens", "truncated", 0.0),
        ("N", "content_filter", "refused", 0.0),
        ("I", "max_tokens", "truncated", 0.0),
        ("I", "model_length", "truncated", 0.0),
        ("I", "content_filter", "refused", 0.0),
        ("I", "unknown", "incorrect", 0.0),
        ("C", "max_tokens", "correct", 1.0),
        (True, "stop", "correct", 1.0),
        (False, "stop", "incorrect", 0.0),
        (0.25, "stop", "incorrect", 0.25),
        ("0.25", "stop", "incorrect", 0.25),
        ("yes", "stop", "correct", 1.0),
    ],
)
def test_values_and_stop_reasons(write: Write, value: Any, stop: str, outcome: str, expected: float) -> None:
    (item,) = read(write("a.eval", [sample(1, value, output=reply("4", stop))])).items
    assert (item.outcome, item.score) == (outcome, expected)


@pytest.mark.parametrize("value", ["C", "I", "P", "N", "Yes", "no", "TRUE", "false", "0.5", " 1 ", "-2", 1, 0.3, True])
def test_values_count_as_in_inspects_own_metrics(value: Any) -> None:
    assert as_score(value) == inspect_scorer.value_to_float()(value)


@pytest.mark.parametrize("value", ["c", "n", "maybe", "", "nan", "inf", math.nan, math.inf, -math.inf, None, 10**400])
def test_what_is_no_number_has_no_score(value: Any) -> None:
    assert as_score(value) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, "maybe"])
@pytest.mark.parametrize("ending", ["eval", "json"])
def test_a_score_that_is_no_number_fails_its_sample(write: Write, value: Any, ending: str) -> None:
    odd = sample(2, scores={"match": score(value, explanation="the judge was silent")})
    found = join(
        write(f"a.{ending}", [sample(1), sample(2), sample(3)], model=BIG),
        write(f"b.{ending}", [sample(1), odd, sample(3, "I")], results=header(0.5)),
    )
    assert means(found) == {SMALL: (1.0, 0.5, 2)}
    (failed,) = [grade for grade in found.grades if grade.score is None]
    assert (failed.sample, failed.model, failed.outcome) == ("2", SMALL, "failed")
    assert failed.reason == f"scored {value} by match, which is no number: the judge was silent"
    assert found.notes == [NOTE]  # the header leaves it out as well


def test_what_inspect_did_not_finish_is_failed_and_says_why(write: Write) -> None:
    error = inspect_log.EvalError(message="Timeout " + "x" * 400 + "\nat line 3", traceback="", traceback_ansi="")
    void = inspect_log.ProvenanceData(author="me", reason="wrong key")
    limit = inspect_log.EvalSampleLimit(type="token", limit=100)
    path = write(
        "a.eval",
        [
            sample(1, error=error, output=inspect_model.ModelOutput()),
            sample(2, invalidation=void),
            sample(3, scores={}),
            sample(4, "I", limit=limit),
            sample(5, scores={"match": score("C", explanation="  right  ")}),
            sample(6, error=error.model_copy(update={"message": "\nKeyError: 'a'\nat line 3"})),
        ],
        invalidated=True,
    )
    found = items(path)
    assert {name: item.outcome for name, item in found.items() if item.score is None} == dict.fromkeys("1236", "failed")
    assert (len(found["1"].reason), found["1"].reason[:10], found["1"].reason[-4:]) == (300, "Timeout xx", "x...")
    assert [found[name].reason for name in "23456"] == [
        "invalidated: wrong key",
        "not scored by match",
        "scored I by match (stopped by its token limit)",
        "  right  ",
        "KeyError: 'a'",
    ]


def test_epochs_are_attempts_and_are_averaged_within_their_sample(write: Write) -> None:
    values = {1: ("C", "I", "I", "I"), 2: ("C", "C", math.nan, math.nan)}
    tries = [sample(name, value, epoch=n) for name, row in values.items() for n, value in enumerate(row, 1)]
    epochs = {"epochs": 4, "epochs_reducer": ["mean"]}
    small = write("small.eval", tries, config=epochs, results=header(0.625, reducer="mean"))
    found = join(write("big.eval", [sample(1), sample(2)], model=BIG), small)
    assert means(found) == {SMALL: (1.0, 0.625, 2)}
    assert [g.attempt for g in found.grades if (g.sample, g.model) == ("1", SMALL)] == [0, 1, 2, 3]
    assert found.notes == [NOTE]


def test_another_reducer_is_said_to_be_a_mean_here(write: Write) -> None:
    tries = [sample(1, "C", epoch=1), sample(1, "I", epoch=2)]
    config = {"epochs": 2, "epochs_reducer": ["max"]}
    path = write("a.eval", tries, config=config, results=header(1.0, reducer="max"))
    assert read(path).notes == ("sums, lab/small: its log reduces epochs by max; viva takes their mean.",)


@pytest.mark.parametrize("state", ["cancelled", "error", "started"])
def test_unfinished_logs_are_refused_by_name(write: Write, state: str, tmp_path: Path) -> None:
    results = inspect_log.EvalResults(total_samples=7, completed_samples=2)
    died = sample(3, error=inspect_log.EvalError(message="no", traceback="", traceback_ansi=""))
    path = write("logs/half.eval", [sample(1), sample(2), died], status=state, results=results)
    told = f'{path}: the log\'s status is "{state}" (2 of 7 samples finished); finish it (inspect eval-retry) or '
    assert refused(path) == f"{told}leave it out"
    assert refused(tmp_path / "logs") == f"{told}leave it out"


def test_unscored_logs_are_refused_by_name(write: Write) -> None:
    path = write("a.eval", [sample(1, scores=None), sample(2, scores={})])
    assert refused(path) == f"{path}: no sample of this log was scored; score it (inspect score {path}) or leave it out"
    path = write("b.eval", [sample(1, math.nan), sample(2, math.nan)])
    assert refused(path) == (
        f'{path}: no sample of this log has a usable score by "match"; it holds no other; leave it out'
    )


def test_logs_that_hold_no_samples_or_were_invalidated_are_refused_by_name(write: Write) -> None:
    path = write("a.json", None)
    assert refused(path).startswith(f"{path}: the log holds no samples")
    path = write("b.eval", [sample(1)], invalidated=True)
    assert refused(path).startswith(f"{path}: the log was invalidated")


def test_a_sample_that_stands_twice_is_refused(write: Write) -> None:
    path = write("a.json", [sample(1), sample("1")])
    assert refused(path) == f'{path}: the sample "1" stands 2 times in epoch 1'


def test_the_first_scorer_of_the_header_counts_unless_another_is_named(write: Write) -> None:
    both = {"strict": score("I"), "lenient": score("C")}
    path = write("a.eval", [sample(1, scores=both)], results=header(1.0, "lenient"))
    assert read(path).scorer == "lenient"
    assert read(path).notes == (
        "sums: scored by lenient; its logs hold other scores too, left aside: strict (--metric).",
    )
    assert items(path, "strict")["1"].score == 0
    assert read(write("b.eval", [sample(1, scores=both)])).scorer == "strict"
    assert refused(path, metric="strikt") == (
        f'{path}: --metric "strikt": no such scorer in this log; did you mean "strict"?'
    )


def test_a_score_of_several_values_needs_one_named(write: Write) -> None:
    scores = {"judge": score({"clarity": 0.5, "right": "C", "note": None})}
    path = write("a.eval", [sample(1, scores=scores), sample(2, scores={"judge": score(math.nan)})])
    assert refused(path) == (
        f'{path}: a score by "judge" holds several values; name one '
        "(--metric judge/clarity or --metric judge/right or --metric judge/note)"
    )
    log = read(path, "judge/clarity")
    assert (log.scorer, [item.score for item in log.items]) == ("judge/clarity", [0.5, None])
    assert items(path, "judge/right")["1"].outcome == "correct"
    listed = write("b.eval", [sample(1, scores={"pair": score([0, 1])})])
    assert items(listed, "pair/1")["1"].score == 1


@pytest.mark.parametrize("values", [(-1, 0.5), (0.5, 3.5), ("-1", "3.5")])
def test_scores_beyond_0_and_1_are_refused_with_their_range(write: Write, values: tuple[Any, Any]) -> None:
    scores = [{"points": score(value), "match": score("C")} for value in values]
    path = write("a.eval", [sample(n, scores=s) for n, s in enumerate(scores)])
    assert refused(path) == (
        f'{path}: scores by "points" go from {values[0]} to {values[1]}, not 0 to 1; name another (--metric): match'
    )
    assert read(path, "match").scorer == "match"


def test_a_header_that_says_another_mean_is_noted(write: Write) -> None:
    samples = [sample(1), sample(2, "I")]
    told = "sums, lab/small: the mean of its samples is 0.5, its header says 0.35."
    assert read(write("a.eval", samples, results=header(0.35))).notes == (told,)
    assert read(write("b.eval", samples, results=header(0.5))).notes == ()
    assert read(write("c.eval", samples, results=header(0.35, "other"))).notes == ()
    values = [sample(1, scores={"judge": score({"right": 1, "clear": 0})})]
    assert len(read(write("e.eval", values, results=header(0.35, "other", "right")), "judge/right").notes) == 1
    notes = read(write("d.eval", values, results=header(0.35, "judge", "right")), "judge/right").notes
    assert notes[1:] == ("sums, lab/small: the mean of its samples is 1, its header says 0.35.",)


def test_texts_kept_as_attachments_are_put_back(write: Write) -> None:
    asked = "attachment://0123456789abcdef0123456789abcdef"
    texts = {asked.removeprefix("attachment://"): "A long question?"}
    one = sample(1, input=[inspect_model.ChatMessageUser(content=asked)], attachments=texts)
    assert read(write("a.json", [one])).items[0].sample.messages[0].content == "A long question?"


def test_samples_that_the_log_lacks_are_counted(write: Write) -> None:
    path = write("a.eval", [sample(1)], results=inspect_log.EvalResults(total_samples=3))
    assert read(path).notes == ("sums, lab/small: the log holds 1 of 3 samples.",)


def test_samples_that_differ_under_one_id_are_not_paired(write: Write) -> None:
    found = join(
        write("a.eval", [sample(1), sample(2)], model=BIG),
        write("b.eval", [sample(1), sample(2, input="Something else?")]),
    )
    assert means(found) == {SMALL: (1.0, 1.0, 1)}
    assert found.notes == [
        NOTE,
        f"{SMALL}: samples of sums are not the teacher's, though their ids are: 1 (2); left out of its pairs.",
    ]


def test_two_runs_of_a_model_are_two_models(write: Write) -> None:
    later = "2025-03-02T10:00:00+00:00"
    found = join(
        write("a.eval", [sample(1)], model=BIG),
        write("b.eval", [sample(1, "I")]),
        write("c.eval", [sample(1)], created=later),
    )
    first = "2025-03-01T10:00:00+00:00"
    assert means(found) == {f"{SMALL}@{first}": (1.0, 0.0, 1), f"{SMALL}@{later}": (1.0, 1.0, 1)}


def test_slices_come_from_the_metadata(write: Write) -> None:
    hard, bare = {"level": "hard", "by": {"name": "Ada"}, "a.b": 3}, {"level": None}
    path = write("a.eval", [sample(1, metadata=hard), sample(2, metadata=bare, target=["4", "four"])])
    log = read(
        path, plain="level", long="metadata.level", deep="by.name", deeper="metadata.by.name", dot="a.b", t="target"
    )
    assert [dict(item.sample.slices) for item in log.items] == [
        {"plain": "hard", "long": "hard", "deep": "Ada", "deeper": "Ada", "dot": "3", "t": "4"},
        dict.fromkeys(["plain", "long", "deep", "deeper", "dot"], "(none)") | {"t": '["4", "four"]'},
    ]
    assert refused(path, slices={"x": "levle"}) == (
        'slice "x": no sample of these logs has "levle"; did you mean "level"?'
    )
    assert refused(path, slices={"x": "metadata.levle"}).endswith('; did you mean "metadata.level"?')


def test_a_slice_may_be_in_one_of_the_logs_only(write: Write) -> None:
    paths = [
        write("a.eval", [sample(1, metadata={"level": "hard"})], model=BIG),
        write("b.eval", [sample(1)], task="other"),
    ]
    logs, _ = read_inspect(paths, Wanted(slices={"level": "level"}))
    assert [item.sample.slices["level"] for log in logs for item in log.items] == ["hard", "(none)"]


def test_what_is_no_readable_log_is_refused_in_one_line(write: Write, tmp_path: Path) -> None:
    for name in ("whole.eval", "whole.json"):
        content = write(name, [sample(1)]).read_bytes()
        path = tmp_path / f"cut-{name}"
        path.write_bytes(content[: len(content) // 2])
        why = "not valid JSON: " if name.endswith(".json") else "no whole archive: "
        assert refused(path).startswith(f"{path}: not a readable Inspect log ({why}")
    path = tmp_path / "rows.json"
    path.write_text('[{"a": 1}]')
    assert refused(path).startswith(f"{path}: not a readable Inspect log (keys and values are expected)")
    path = tmp_path / "gone.eval"
    assert refused(path).startswith(f"{path}: not a readable Inspect log (No such file or directory)")


def test_folders_are_searched_and_other_json_is_skipped_aloud(write: Write, tmp_path: Path) -> None:
    one, two = write("logs/a.json", [sample(1)]), write("logs/b.eval", [sample(1)], model=BIG)
    folder = tmp_path / "logs"
    (folder / "settings.json").write_text("{}")
    (folder / "notes.txt").write_text("not looked at")
    logs, notes = read_inspect([tmp_path / "logs", one], Wanted())
    assert [log.path for log in logs] == [one, two]
    assert notes == [NOTE, "Skipped, because they are no Inspect logs: settings.json."]
    assert len(read_inspect([one, folder / ".." / "logs"], Wanted())[0]) == 2
    assert refused(folder / "settings.json", folder).startswith(f"{folder / 'settings.json'}: not a readable")
    one.write_bytes(one.read_bytes()[:400])
    assert refused(folder).startswith(f"{one}: not a readable Inspect log (")


def test_a_folder_without_logs_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"{tmp_path}: no Inspect logs (.eval or .json) in this folder"
    (tmp_path / "settings.json").write_text("{}")
    assert refused(tmp_path) == f"{tmp_path}: no Inspect logs (.eval or .json) there"


def test_what_the_log_says_of_its_making_is_kept(write: Write) -> None:
    plan = inspect_log.EvalPlan(config=inspect_model.GenerateConfig(max_tokens=64))
    own = inspect_model.GenerateConfig(temperature=0.0)
    more = {"run_id": "r1", "task_version": 2, "model_args": {"ratio": math.nan}, "packages": {"inspect_ai": "0.3"}}
    described = read(write("a.json", [sample(1)], plan=plan, model_generate_config=own, **more)).described
    assert described == {
        "run_id": "r1",
        "task_version": 2,
        "model_args": {"ratio": "NaN"},
        "packages": {"inspect_ai": "0.3"},
        "dataset": "arithmetic",
        "generate": {"temperature": 0.0, "max_tokens": 64},
    }


def test_logs_of_one_task_that_were_run_otherwise_are_noted(write: Write) -> None:
    paths = [
        write("a.eval", [sample(1)], model=BIG, task_args={"n": 1}),
        write("b.eval", [sample(1)], task_args={"n": 2}),
        write("c.eval", [sample(1)], task="other", task_args={"n": 3}),
    ]
    assert read_inspect(paths, Wanted())[1] == [NOTE, "sums: its logs were not run alike; they differ in task_args."]
    assert read_inspect(paths[1:], Wanted())[1] == [NOTE]


def test_without_inspect_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai.log", None)
    with pytest.raises(UsageError, match="needs inspect_ai; install viva with its `inspect` extra"):
        read_inspect([tmp_path / "a.eval"], Wanted())


def test_a_run_is_made_of_logs(write: Write, tmp_path: Path) -> None:
    """Texts with what JSON, tables and pages find hard pass through to the report."""
    rows = [("C", "C")] * 40 + [("C", "I")] * 40
    hard = {"text": "nul \x00 and <b>tags</b>"}
    big = [sample(n, b, **hard) for n, (b, _) in enumerate(rows)]
    small = [sample(n, s, metadata={"half": n % 2}) for n, (_, s) in enumerate(rows)]
    big = [one.model_copy(update={"metadata": {"half": n % 2}}) for n, one in enumerate(big)]
    task = "team/sums: easy"
    a = write("a.eval", big, model=BIG, task=task, results=header(1.0))
    b = write("b.json", small, task=task, results=header(0.5))
    out = tmp_path / "run"
    assert status(["import", "--inspect", str(a), str(b), "--teacher", "big", "--slice", "half", "-o", str(out)]) == 1
    written = json.loads((out / "evaluation.json").read_text())
    assert [(c["student"], c["n"], c["pupil"]["accuracy"]) for c in written["comparisons"]][:1] == [(SMALL, 80, 0.5)]
    assert [c["slice"]["value"] for c in written["comparisons"]] == ["all", "0", "1"]
    assert written["notes"] == [NOTE]
    assert (out / "report" / "index.html").is_file()


def test_an_unfinished_log_ends_the_command_with_its_name(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = write("a.eval", [sample(1)], model=BIG), write("b.eval", [sample(1)], status="cancelled")
    assert status(["import", "--inspect", str(a), str(b), "--teacher", "big", "-o", str(tmp_path / "run")]) == 64
    assert f'{b}: the log\'s status is "cancelled"' in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_every_grade_can_be_written(write: Write) -> None:
    """Scores and outcomes that logs hold are always ones that a grade may hold."""
    values = ["C", "I", "P", "N", True, 0.5, math.nan, "maybe"]
    stops = ["stop", "max_tokens", "content_filter"]
    every = [sample(f"{v}-{s}", v, output=reply("4", s)) for v in values for s in stops]
    found = join(write("a.eval", every, model=BIG), write("b.eval", every))
    assert all(isinstance(grade, Grade) for grade in found.grades)
    assert len(found.grades) == 2 * len(values) * len(stops)
