"""Whole runs with the scripted engine, through the command line as people call it."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli.main import status
from harness.runfolder import RunFolder


def figures(run: Path) -> dict[str, object]:
    """What a run came to, without the times."""
    folder = RunFolder(run)
    evaluation = json.loads((run / "evaluation.json").read_text())
    return {
        "texts": [
            (a.suite, a.sample, a.response.model, a.attempt, a.response.key, a.response.text) for a in folder.answers()
        ],
        "grades": folder.grades(),
        "comparisons": evaluation["comparisons"],
        "students": folder.verdict().students,
    }


def test_a_run_ends_with_figures_a_verdict_and_a_report(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["run", str(world), "-o", str(tmp_path / "run"), "--json"]) == 1
    said = capfd.readouterr()
    verdict = json.loads(said.out)
    assert {s["student"]: s["decision"] for s in verdict["students"]} == {"good": "pass", "poor": "fail"}
    comparisons = {(c.student, str(c.slice)): c for c in RunFolder(tmp_path / "run").evaluation().comparisons}
    cells = comparisons["poor", "all"].cells
    assert cells is not None
    assert (cells.both, cells.teacher_only, cells.student_only, cells.neither) == (160, 80, 0, 0)
    assert comparisons["poor", "level=easy"].pupil.accuracy == 1
    assert comparisons["poor", "level=hard"].pupil.accuracy == 0
    assert "report: " in said.err
    assert "poor" in (tmp_path / "run" / "report" / "index.html").read_text()


def test_nothing_is_asked_twice(world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status(["run", str(world), "-o", str(tmp_path / "first")])
    assert "asked: teacher 240, good 240, poor 240" in capfd.readouterr().err
    status(["run", str(world), "-o", str(tmp_path / "second")])
    assert "asked: teacher 0, good 0, poor 0" in capfd.readouterr().err
    assert figures(tmp_path / "first") == figures(tmp_path / "second")


def test_more_repeats_ask_only_for_the_new_ones(
    make_world: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status(["run", str(make_world(n=30, repeats=2)), "-o", str(tmp_path / "two")])
    assert "asked: teacher 60" in capfd.readouterr().err
    status(["run", str(make_world(n=30, repeats=3)), "-o", str(tmp_path / "three")])
    assert "asked: teacher 30" in capfd.readouterr().err
    whole = RunFolder(tmp_path / "three").evaluation().comparisons[0]
    assert (whole.n, sum(whole.teacher.outcomes.values()), whole.cells) == (30, 90, None)


def test_a_model_that_is_not_there_is_a_mistake_of_the_plan(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "poor.jsonl").unlink()
    assert status(["run", str(world), "-o", str(tmp_path / "run")]) == 64
    assert 'plan.yaml:6: model "poor": the file of replies poor.jsonl is not there' in capfd.readouterr().err
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / ".viva").exists()


def test_a_model_that_does_not_load_fails_alone(world: Path, tmp_path: Path) -> None:
    (tmp_path / "poor.jsonl").write_text("no JSON")
    assert status(["run", str(world), "-o", str(tmp_path / "run")]) == 2
    decisions = {s.student: s.decision for s in RunFolder(tmp_path / "run").verdict().students}
    assert decisions == {"good": "pass", "poor": "inconclusive"}
    assert "poor.jsonl:1: expected" in (tmp_path / "run" / "report" / "index.html").read_text()


def test_without_the_teacher_nothing_can_be_compared(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "teacher.jsonl").write_text("no JSON")
    assert status(["run", str(world), "-o", str(tmp_path / "run")]) == 70
    assert "teacher.jsonl:1: expected" in capfd.readouterr().err
    assert not (tmp_path / "run" / "evaluation.json").exists()


def test_an_unanswered_sample_is_dropped_in_the_open(world: Path, tmp_path: Path) -> None:
    lines = (tmp_path / "good.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "good.jsonl").write_text("".join(lines[1:]))
    status(["run", str(world), "-o", str(tmp_path / "run")])
    good = RunFolder(tmp_path / "run").evaluation().comparisons[0]
    assert (good.student, good.n, good.dropped) == ("good", 239, {"good: could not be graded": 1})


def test_a_gold_that_its_grader_refuses_stops_before_any_model_is_asked(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = (tmp_path / "sums.jsonl").read_text().replace('"answer": 4,', '"answer": "unknown",')
    (tmp_path / "sums.jsonl").write_text(rows)
    assert status(["run", str(world), "-o", str(tmp_path / "run")]) == 64
    assert 'sample "s' in capfd.readouterr().err
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / ".viva").exists()


def test_grading_again_asks_nobody_and_finds_the_same(world: Path, tmp_path: Path) -> None:
    status(["run", str(world), "-o", str(tmp_path / "run")])
    before = figures(tmp_path / "run")
    (tmp_path / ".viva" / "store.sqlite").unlink()
    assert status(["grade", str(tmp_path / "run")]) == 1
    assert figures(tmp_path / "run") == before


def test_the_gate_can_be_asked_again_with_another_policy(world: Path, tmp_path: Path) -> None:
    status(["run", str(world), "-o", str(tmp_path / "run")])
    policy = tmp_path / "policy.yaml"
    policy.write_text("margin_points: 60\nother_slices: advisory\n")
    assert status(["gate", str(tmp_path / "run"), "--policy", str(policy)]) == 0
    policy.write_text("min_items: 1000\n")
    assert status(["gate", str(tmp_path / "run"), "--policy", str(policy)]) == 2


def test_a_limited_run_asks_for_the_first_samples_and_counts_the_rest(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["run", str(world), "-o", str(tmp_path / "run"), "--limit", "30"]) in (1, 2)
    said = capfd.readouterr().err
    assert "asked: teacher 30, good 30, poor 30" in said
    assert "sums: only the first 30 of 240 samples were asked (--limit)" in said
    whole = RunFolder(tmp_path / "run").evaluation().comparisons[0]
    assert (whole.n, whole.dropped) == (30, {"no response from either": 210})
    status(["run", str(world), "-o", str(tmp_path / "run")])
    assert "asked: teacher 210, good 210, poor 210" in capfd.readouterr().err
    assert RunFolder(tmp_path / "run").evaluation().comparisons[0].n == 240


def test_a_limited_run_can_be_graded_and_judged_again(world: Path, tmp_path: Path) -> None:
    status(["run", str(world), "-o", str(tmp_path / "run"), "--limit", "30"])
    before = figures(tmp_path / "run")
    status(["grade", str(tmp_path / "run")])
    assert figures(tmp_path / "run") == before


def test_an_incumbent_stands_beside_the_other_students(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    world.write_text(world.read_text() + "incumbent: poor\n")
    status(["run", str(world), "-o", str(tmp_path / "run")])
    assert "good beside the incumbent poor, sums: better (+33.3 points" in capfd.readouterr().err
    evaluation = RunFolder(tmp_path / "run").evaluation()
    beside = {(c.student, str(c.slice)): c for c in evaluation.beside_incumbent}
    assert set(beside) == {("good", "all"), ("good", "level=easy"), ("good", "level=hard")}
    cells = beside["good", "all"].cells
    assert cells is not None and (cells.both, cells.teacher_only, cells.student_only) == (160, 0, 80)
    page = (tmp_path / "run" / "report" / "index.html").read_text()
    assert 'id="incumbent"' in page
    assert page.index("Better") > page.index('id="incumbent"')


def test_what_should_be_retained_is_compared_with_the_base_and_does_not_count(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The poor student is worse than the teacher on both suites; only the workload is held against it."""
    rows = "path: sums.jsonl, map: {id: id, prompt: question, target: answer}, grader: number"
    retained = f"  - {{name: kept, {rows}, retain: true}}"
    text = world.read_text().replace("suites:", f"suites:\n{retained}", 1)
    world.write_text(text + "base: {name: base, engine: scripted, model: poor.jsonl}\n")
    status(["run", str(world), "-o", str(tmp_path / "run")])
    assert "good beside the base, kept (to be retained): better (+33.3 points" in capfd.readouterr().err
    evaluation, verdict = RunFolder(tmp_path / "run").evaluation(), RunFolder(tmp_path / "run").verdict()
    assert {c.suite for c in evaluation.beside_base} == {"kept"}
    poor = next(s for s in verdict.students if s.student == "poor")
    assert {s.tier for s in poor.slices if s.suite == "kept"} == {"advisory"}
    assert not [reason for reason in poor.reasons if reason.startswith("kept")]
    page = (tmp_path / "run" / "report" / "index.html").read_text()
    assert 'id="retained"' in page and 'href="#retained"' in page
    before = figures(tmp_path / "run")
    status(["grade", str(tmp_path / "run")])
    assert figures(tmp_path / "run") == before


def test_stress_variants_are_asked_and_shown_beside_the_workload(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The good student falls on every variant; that is shown, and its verdict is the workload's."""
    world.write_text(world.read_text().replace("  - name: sums", "  - name: sums\n    stress: {families: [casing]}", 1))
    for name in ("teacher", "good", "poor"):
        replies = [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text().splitlines()]
        for reply in list(replies):
            for spelt in (str.lower, str.upper, str.title):
                said = "The answer is -1." if name == "good" else reply["reply"]
                replies.append({"prompt": spelt(reply["prompt"]), "reply": said})
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    status(["run", str(world), "-o", str(tmp_path / "run")])
    assert "sums.stress" in capfd.readouterr().err
    evaluation, verdict = RunFolder(tmp_path / "run").evaluation(), RunFolder(tmp_path / "run").verdict()
    card = next(s for s in evaluation.suites if s.name == "sums.stress")
    assert (card.kind, card.slices) == ("stress", ("family", "level"))
    assert card.n > 240 and card.notes[0].startswith("casing: 240 of 240 samples")
    whole = next(
        c for c in evaluation.comparisons if (c.suite, c.student, str(c.slice)) == ("sums.stress", "good", "all")
    )
    assert (whole.teacher.accuracy, whole.pupil.accuracy, whole.clusters) == (1.0, 0.0, 240)
    good = next(s for s in verdict.students if s.student == "good")
    assert good.decision == "pass"
    assert good.named("pass") == ("sums: level=easy", "sums: level=hard")
    page = (tmp_path / "run" / "report" / "index.html").read_text()
    assert "stress variants" in page and "casing: 240 of 240 samples" in page


def test_an_incumbent_can_be_named_afterwards(world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    status(["run", str(world), "-o", run])
    assert 'id="incumbent"' not in (tmp_path / "run" / "report" / "index.html").read_text()
    capfd.readouterr()
    assert status(["compare", run, "--incumbent", "good"]) == 0
    said = capfd.readouterr().err
    assert "worse" in said and "no difference shown" in said
    assert status(["compare", run, "--incumbent", "good", "--json"]) == 0
    assert [c["student"] for c in json.loads(capfd.readouterr().out)] == ["poor"] * 3
    assert status(["report", run, "--incumbent", "good"]) == 0
    assert 'id="incumbent"' in (tmp_path / "run" / "report" / "index.html").read_text()
    assert status(["compare", run, "--incumbent", "teacher"]) == 64
    assert 'incumbent "teacher" is none of the students; known: good, poor' in capfd.readouterr().err


def test_too_few_items_beside_an_incumbent_tell_nothing(
    make_world: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status(["run", str(make_world(n=18)), "-o", str(tmp_path / "run")])
    capfd.readouterr()
    assert status(["compare", str(tmp_path / "run"), "--incumbent", "poor"]) == 0
    said = capfd.readouterr().err
    assert said.count("too few to tell") == 3
    assert "better" not in said


def test_an_incumbent_that_did_not_answer_is_said(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    world.write_text(world.read_text() + "incumbent: poor\n")
    (tmp_path / "poor.jsonl").write_text("no JSON")
    status(["run", str(world), "-o", str(tmp_path / "run")])
    assert "incumbent poor: nothing could be compared with it" in capfd.readouterr().err
    page = (tmp_path / "run" / "report" / "index.html").read_text()
    assert "Nothing to compare." in page[page.index('id="incumbent"') :]
    assert status(["compare", str(tmp_path / "run"), "--incumbent", "poor"]) == 64


def test_what_models_write_cannot_take_the_terminal_over(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07\x9b31mRELEASED\r\u202e"
    lines = (tmp_path / "poor.jsonl").read_text().splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | {"reply": hostile})
    (tmp_path / "poor.jsonl").write_text("\n".join(lines))
    status(["run", str(world), "-o", str(tmp_path / "run")])
    capfd.readouterr()
    assert status(["show", str(tmp_path / "run"), "s1"]) == 0
    said = capfd.readouterr().err
    assert "RELEASED" in said and "\\x1b[2J" in said
    assert not set(said) & set("\x1b\x07\x9b\r\u202e")
    assert status(["show", str(tmp_path / "run"), "\x1b[2J"]) == 64
    assert "\x1b" not in capfd.readouterr().err


def test_the_store_can_be_listed_and_pruned(world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status(["run", str(world), "-o", str(tmp_path / "run")])
    store = ["--store", str(tmp_path / ".viva" / "store.sqlite")]
    capfd.readouterr()
    assert status(["store", "list", "--json", *store]) == 0
    kept = {one["model"]: one for one in json.loads(capfd.readouterr().out)}
    assert {name: (one["responses"], one["samples"], one["suites"]) for name, one in kept.items()} == {
        "teacher": (240, 240, 1),
        "good": (240, 240, 1),
        "poor": (240, 240, 1),
    }
    assert status(["store", "prune", "--model", "good", *store]) == 0
    assert "240 responses and all grades would be removed" in capfd.readouterr().err
    status(["run", str(world), "-o", str(tmp_path / "run")])
    assert "asked: teacher 0, good 0, poor 0" in capfd.readouterr().err
    assert status(["store", "prune", "--model", "good", "--yes", *store]) == 0
    status(["run", str(world), "-o", str(tmp_path / "run")])
    assert "asked: teacher 0, good 240, poor 0" in capfd.readouterr().err
    assert status(["store", "prune", "--older-than", "1", "--yes", *store]) == 0
    assert "0 responses and all grades removed" in capfd.readouterr().err
    assert status(["store", "prune", "--older-than", "0", "--yes", *store]) == 0
    assert status(["store", "list", "--json", *store]) == 0
    assert json.loads(capfd.readouterr().out) == []


def test_the_doctor_tells_what_a_plan_needs(world: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["doctor", "--plan", str(world), "--json"]) == 0
    checks = {check["name"]: check for check in json.loads(capfd.readouterr().out)}
    assert {"viva", "vLLM", "sandbox", "disk", "folder"} <= set(checks)
    assert {checks[f"{role} {name}"]["state"] for role, name in (("teacher", "teacher"), ("student", "good"))} == {"ok"}


def run_in_a_process(plan: Path, out: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "harness.cli.main", "run", str(plan), "-o", str(out)]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def stored_keys(store: Path) -> dict[str, str]:
    """Key and creation time of every response that is finished."""
    if not store.exists():
        return {}
    with sqlite3.connect(store) as database:
        try:
            return {
                key: json.loads(body)["created_at"] for key, body in database.execute("SELECT key, body FROM responses")
            }
        except sqlite3.OperationalError:  # killed before the tables were made
            return {}


def wait_for(store: Path, n: int, process: "subprocess.Popen[bytes]") -> None:
    """Until the store holds `n` responses or the process has ended."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(store)) as database:
            while process.poll() is None and database.execute("SELECT count(*) FROM links").fetchone()[0] < n:
                time.sleep(0.001)
            return
        time.sleep(0.02)  # the store or its tables are not made yet


def test_killed_at_ten_moments_it_loses_nothing_and_asks_nothing_twice(
    make_world: Callable[..., Path], tmp_path: Path
) -> None:
    plan = make_world(n=2000)
    undisturbed = run_in_a_process(plan, tmp_path / "undisturbed")
    _, errors = undisturbed.communicate(timeout=300)
    assert undisturbed.returncode == 1, errors
    store = tmp_path / ".viva" / "store.sqlite"
    for part in tmp_path.glob(".viva/*"):
        part.unlink()
    rng = random.Random(11)
    finished: dict[str, str] = {}
    kept_each_time = []
    # How far a run gets, not for how long it runs: machines differ, and starting takes longer than answering. The last
    # moments come after the answers: while grading, comparing and writing files.
    everything = 3 * 2000
    moments = [*sorted(rng.sample(range(everything), 7)), *[everything] * 3]
    for moment in moments:
        process = run_in_a_process(plan, tmp_path / "killed")
        wait_for(store, moment, process)
        time.sleep(rng.uniform(0, 0.3 if moment == everything else 0.01))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
        now = stored_keys(store)
        assert finished.items() <= now.items(), "a finished response was lost or made again"
        kept_each_time.append(len(now))
        finished = now
    amid_the_answers = {n for n in kept_each_time if 0 < n < everything}
    assert len(amid_the_answers) > 1, f"too few kills amid the answers: {kept_each_time}"
    final = run_in_a_process(plan, tmp_path / "killed")
    _, errors = final.communicate(timeout=300)
    assert final.returncode == 1, errors
    assert finished.items() <= stored_keys(store).items()
    assert len(stored_keys(store)) == everything
    assert figures(tmp_path / "killed") == figures(tmp_path / "undisturbed")


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(make_world: Callable[..., Path], tmp_path: Path) -> None:
    plan = make_world(n=4000)
    process = run_in_a_process(plan, tmp_path / "run")
    store = tmp_path / ".viva" / "store.sqlite"
    deadline = time.monotonic() + 120
    while not stored_keys(store) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.decode().strip().endswith("run the same command again to go on")
    assert "Traceback" not in errors.decode()
    assert stored_keys(store)
