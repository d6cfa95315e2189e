"""Logs joined into a run: who is who, what pairs, and what is said of the rest."""

from pathlib import Path

import pytest

from harness.errors import DataError
from harness.records import Json, Message, Response, Sample
from suites.imports.logs import Log, Logged, assemble, find_teacher, name_suites, outcome_of


def item(name: str, score: float | None = 1.0, content: str = "same", attempt: int = 0) -> Logged:
    sample = Sample(id=name, messages=(Message(role="user", content=f"{name}?"),), target="4")
    outcome = "failed" if score is None else outcome_of(score, "stop")
    reply = Response(key="", model="", text=f"{name}: 4", finish="stop")
    return Logged(
        sample=sample,
        content=content,
        outcome=outcome,
        score=score,
        reason="as logged",
        response=reply,
        attempt=attempt,
    )


def log(
    model: str, *items: Logged, task: str = "sums", run: str = "1", scorer: str = "match", **described: Json
) -> Log:
    return Log(
        path=Path(f"{model}-{task}-{run}.log"),
        digest=f"{model}{task}{run}",
        task=task,
        model=model,
        run=run,
        scorer=scorer,
        items=items or (item("a"), item("b")),
        described={name.replace("_of_", " of "): value for name, value in described.items()},
    )


def test_models_tasks_answers_and_scores_come_together() -> None:
    found = assemble([log("lab/big"), log("lab/small", item("a"), item("b", 0.0))], ["said once"], "big")
    assert [(m.name, m.role) for m in found.models] == [("lab/big", "teacher"), ("lab/small", "student")]
    assert {(g.model, g.sample): (g.outcome, g.score, g.by) for g in found.grades} == {
        ("lab/big", "a"): ("correct", 1.0, "imported"),
        ("lab/big", "b"): ("correct", 1.0, "imported"),
        ("lab/small", "a"): ("correct", 1.0, "imported"),
        ("lab/small", "b"): ("incorrect", 0.0, "imported"),
    }
    assert len({a.response.key for a in found.answers}) == 4
    assert {g.response_keys for g in found.grades} == {(a.response.key,) for a in found.answers}
    assert found.notes == ["said once"]


def test_the_teacher_comes_first_wherever_its_logs_stand() -> None:
    found = assemble([log("small"), log("big"), log("tiny")], [], "big")
    assert [m.name for m in found.models] == ["big", "small", "tiny"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("lab/big", "lab/big"),
        ("big", "lab/big"),
        ("lab/small@2", "lab/small@2"),
        ("small@2", "lab/small@2"),
        ("lab/small", "lab/small@1 or lab/small@2; name one of them in full"),
        ("small", "lab/small@1 or lab/small@2; name one of them in full"),
        ("lab/bigg", 'no such model in these logs; did you mean "lab/big"?'),
        ("", "no such model"),
    ],
)
def test_the_teacher_by_any_name_that_only_one_has(wanted: str, found: str) -> None:
    names = ["lab/big", "lab/small@1", "lab/small@2"]
    if found in names:
        assert find_teacher(wanted, names) == found
    else:
        with pytest.raises(DataError, match=found.replace("?", r"\?")):
            find_teacher(wanted, names)


def test_two_runs_of_one_model_are_two_models() -> None:
    found = assemble([log("big"), log("small", run="1"), log("small", run="2")], [], "big")
    assert [m.name for m in found.models] == ["big", "small@1", "small@2"]
    assert found.notes == ["small: 2 runs, taken as models of their own: small@1, small@2."]


def test_runs_at_different_tasks_are_one_model() -> None:
    both = [log(name, task=task, run=task) for name in ("big", "small") for task in ("sums", "words")]
    found = assemble(both, [], "big")
    assert [m.name for m in found.models] == ["big", "small"]
    assert [suite.spec.name for suite in found.suites] == ["sums", "words"]


def test_one_run_given_twice_is_refused() -> None:
    with pytest.raises(DataError, match="small-sums-1.log: the run of .* stands already in small-sums-1.log"):
        assemble([log("big"), log("small"), log("small")], [], "big")


def test_a_task_that_only_one_model_has_is_left_out_with_its_reason() -> None:
    logs = [log("big"), log("small"), log("big", task="words"), log("small", task="maps")]
    found = assemble(logs, [], "big")
    assert [suite.spec.name for suite in found.suites] == ["sums"]
    assert found.notes == [
        'Task "words" is left out: only big answered it.',
        'Task "maps" is left out: big did not answer it, only small.',
    ]


def test_without_any_pair_there_is_no_run() -> None:
    with pytest.raises(DataError, match='nothing can be paired: Task "sums" is left out: only big answered it'):
        assemble([log("big"), log("small", task="words")], ["what is said of all such logs"], "big")
    with pytest.raises(DataError, match='nothing can be paired: x.json: no samples were logged. Task "sums" is left'):
        assemble([log("big")], ["what is said of all such logs", "x.json: no samples were logged."], "big")
    with pytest.raises(DataError, match="no such model in these logs; .* x.json: no samples were logged."):
        assemble([log("big")], ["what is said of all such logs", "x.json: no samples were logged."], "bug")
    with pytest.raises(DataError, match="nothing can be paired: small: no sample of sums is one that big answered"):
        assemble([log("big"), log("small", item("c"), item("d"))], [], "big")


def test_samples_that_differ_under_one_id_are_not_paired_and_counted() -> None:
    found = assemble([log("big"), log("small", item("a"), item("b", content="another"))], [], "big")
    assert [(g.model, g.sample) for g in found.grades] == [("big", "a"), ("big", "b"), ("small", "a")]
    assert found.notes == [
        "small: samples of sums are not the teacher's, though their ids are: 1 (b); left out of its pairs."
    ]


def test_a_student_that_another_metric_judged_is_left_out_alone() -> None:
    found = assemble([log("big"), log("small", scorer="includes"), log("tiny")], [], "big")
    assert [m.name for m in found.models] == ["big", "tiny"]
    assert found.notes[0].startswith('small: left out of task "sums", where includes judged it and match the teacher')


def test_other_settings_of_a_task_are_noted() -> None:
    logs = [log("big", shots_of_sums=5), log("small", shots_of_sums=0), log("tiny", shots_of_sums=5)]
    (note,) = assemble(logs, [], "big").notes
    assert note.startswith("small: shots of sums is 0, the teacher's 5")


def test_what_differs_between_tasks_is_told_by_task() -> None:
    logs = [log("big", task=t, run=t, seed=s, host="h") for t, s in (("sums", 1), ("words", 2))]
    logs += [log("small", task=t, run=t) for t in ("sums", "words")]
    card = assemble(logs, [], "big").models[0]
    assert {k: v for k, v in card.described.items() if k not in ("imported", "files")} == {
        "sums: seed": 1,
        "sums: host": "h",
        "words: seed": 2,
        "words: host": "h",
    }


def test_failed_items_have_no_score_and_attempts_stay_apart() -> None:
    found = assemble([log("big"), log("small", item("a"), item("a", 0.0, attempt=1), item("b", None))], [], "big")
    theirs = [(g.sample, g.attempt, g.outcome, g.score) for g in found.grades if g.model == "small"]
    assert theirs == [("a", 0, "correct", 1.0), ("a", 1, "incorrect", 0.0), ("b", 0, "failed", None)]


def test_tasks_become_names_that_plans_and_policies_can_write() -> None:
    assert name_suites(["gsm8k", "lab/qa: hard", "lab:qa: hard", "x.2", "x", "...", "__x"]) == {
        "gsm8k": "gsm8k",
        "lab/qa: hard": "lab-qa-hard",
        "lab:qa: hard": "lab-qa-hard.2",
        "x.2": "x.2",
        "x": "x",
        "...": "task",
        "__x": "x.3",
    }


@pytest.mark.parametrize(
    ("score", "finish", "outcome"),
    [
        (1.0, "stop", "correct"),
        (1.0, "length", "correct"),
        (0.0, "stop", "incorrect"),
        (0.5, "length", "incorrect"),
        (0.0, "length", "truncated"),
        (0.0, "refusal", "refused"),
        (0.0, "unknown", "incorrect"),
    ],
)
def test_an_outcome_by_score_and_ending(score: float, finish: str, outcome: str) -> None:
    assert outcome_of(score, finish) == outcome
