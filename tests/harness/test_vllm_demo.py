"""The demo's real models through real vLLM: a whole run, resumed and repeated."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.records import Comparison
from harness.runfolder import RunFolder

DEMO = Path(__file__).parents[2] / "suites" / "demo" / "plan.yaml"
pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed"),
]


def viva(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own: vLLM changes a process for good."""
    environment = {**os.environ, "PYTHONPATH": str(DEMO.parents[2]), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "harness.cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's plan on fewer samples, drawn from another seed."""
    folder = tmp_path_factory.mktemp("demo")
    text = DEMO.read_text()
    for old, new in (
        ("./models/", f"{DEMO.parent}/models/"),
        ("size: 900", "size: 300"),
        ("seed: 7", "seed: 4242"),
        ("../../.viva/store.sqlite", "store.sqlite"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "plan.yaml"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def first(plan: Path) -> "subprocess.CompletedProcess[str]":
    return viva("run", str(plan), "-o", str(plan.parent / "first"))


def whole(run: Path) -> dict[str, Comparison]:
    return {c.student: c for c in RunFolder(run).evaluation().comparisons if c.slice.name == "all"}


def test_real_models_answer_and_the_gate_tells_them_apart(
    plan: Path, first: "subprocess.CompletedProcess[str]"
) -> None:
    assert first.returncode == 1, first.stderr
    found = whole(plan.parent / "first")
    assert found["honest"].teacher.accuracy >= 0.9
    assert found["honest"].pupil.accuracy > found["mimic"].pupil.accuracy > found["base"].pupil.accuracy
    decisions = {s.student: s.decision for s in RunFolder(plan.parent / "first").verdict().students}
    assert decisions["mimic"] != "pass"
    assert decisions["weaker"] == "fail"


def test_the_models_output_stays_out_of_the_terminal(plan: Path, first: "subprocess.CompletedProcess[str]") -> None:
    assert first.stdout == ""
    assert "WARNING" not in first.stderr
    assert "vllm" not in first.stderr.lower()
    assert (plan.parent / "first" / "logs" / "teacher.log").stat().st_size > 0


def test_responses_say_what_they_cost_and_how_they_ended(plan: Path, first: "subprocess.CompletedProcess[str]") -> None:
    assert first.returncode == 1
    answers = [a.response for a in RunFolder(plan.parent / "first").answers()]
    assert len(answers) == 5 * 300
    assert {r.model for r in answers} == {"teacher", "honest", "mimic", "weaker", "base"}
    for response in answers:
        assert response.finish in ("stop", "length")
        assert response.completion_tokens and response.prompt_tokens and response.latency_s and response.created_at


def test_a_second_run_loads_no_model(plan: Path, first: "subprocess.CompletedProcess[str]") -> None:
    assert first.returncode == 1
    second = viva("run", str(plan), "-o", str(plan.parent / "second"))
    assert "asked: teacher 0, honest 0, mimic 0, weaker 0, base 0" in second.stderr
    assert not (plan.parent / "second" / "logs").exists()
    assert whole(plan.parent / "second") == whole(plan.parent / "first")
