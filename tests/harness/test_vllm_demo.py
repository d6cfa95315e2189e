"""The demo's real models through real vLLM: a whole run, resumed and repeated, and with the teacher behind a server."""

import contextlib
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.evaluation import Comparison
from harness.runfolder import RunFolder

SERVER_STARTS_WITHIN_S = 300
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
    """The demo's plan on fewer samples of its first suite, drawn from another seed."""
    folder = tmp_path_factory.mktemp("demo")
    text = DEMO.read_text()
    first, variants, rest = text.index("    stress: "), text.index("  - name: traffic"), text.index("\ndecoding:")
    assert first < variants < rest
    text = text[:first] + text[rest:]
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
    """The students on the desk's requests."""
    found = RunFolder(run).evaluation().comparisons
    return {c.student: c for c in found if (c.suite, c.slice.name) == ("desk", "all")}


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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of vLLM's own server, which serves the demo's teacher."""
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(DEMO.parent / "models" / "teacher"), "--served-model-name", "desk-teacher"]
    command += ["--dtype", "float32", "--max-model-len", "256", "--enforce-eager", "--no-enable-chunked-prefill"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_NO_USAGE_STATS": "1"}
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SERVER_STARTS_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-3000:]
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5):
            return
        time.sleep(0.5)
    raise AssertionError(f"no server after {SERVER_STARTS_WITHIN_S} s: {log.read_text()[-3000:]}")


def behind(plan: Path, url: str, **changes: str) -> Path:
    """The demo's plan with the teacher behind the server, and a store of its own for the teacher's answers."""
    text = plan.read_text()
    (line,) = [line for line in text.splitlines() if line.startswith("teacher: ")]
    args = line[line.index("&tiny") :].removesuffix("}")
    endpoint = f"{{url: '{url}', price: {{input: 1, output: 2}}}}"
    teacher = f"teacher: {{name: teacher, model: desk-teacher, engine: openai, endpoint: {endpoint}}}"
    text = text.replace(line, teacher).replace("args: *tiny", f"args: {args}", 1)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = plan.with_name("endpoint.yaml")
    path.write_text(text)
    return path


def texts_of(run: Path) -> dict[tuple[str, str], str]:
    return {(a.sample, a.response.model): a.response.text for a in RunFolder(run).answers()}


def test_a_teacher_behind_a_server_gives_the_same_verdict(
    plan: Path, first: "subprocess.CompletedProcess[str]", server: str
) -> None:
    assert first.returncode == 1
    done = viva("run", str(behind(plan, server)), "-o", str(plan.parent / "endpoint"))
    assert done.returncode == 1, done.stderr
    assert "asked: teacher 300 (cost 0." in done.stderr
    assert "honest 0, mimic 0, weaker 0, base 0" in done.stderr
    assert texts_of(plan.parent / "endpoint") == texts_of(plan.parent / "first")
    verdicts = [RunFolder(plan.parent / name).verdict().students for name in ("first", "endpoint")]
    assert verdicts[0] == verdicts[1]
    answers = [a.response for a in RunFolder(plan.parent / "endpoint").answers() if a.response.model == "teacher"]
    assert {r.served_model for r in answers} == {"desk-teacher"}
    for response in answers:
        assert response.finish in ("stop", "length")
        assert response.completion_tokens and response.prompt_tokens and response.latency_s and response.created_at


def test_a_server_draws_tells_probabilities_and_names_its_models(
    plan: Path, first: "subprocess.CompletedProcess[str]", server: str
) -> None:
    assert first.returncode == 1
    greedy = "temperature: 0, max_tokens: 120, logprobs: 1"
    drawn = behind(plan, server, **{greedy: "temperature: 1, logprobs: 2, max_tokens: 60"})
    done = viva("run", str(drawn), "-o", str(plan.parent / "drawn"), "--limit", "8")
    assert done.returncode in (1, 2), done.stderr
    answers = [a.response for a in RunFolder(plan.parent / "drawn").answers() if a.response.model == "teacher"]
    assert len(answers) == 8
    assert all(r.logprob is not None and r.logprob.least <= r.logprob.mean <= 0 for r in answers)
    unknown = behind(plan, server, **{"model: desk-teacher": "model: desk-teachr"})
    done = viva("run", str(unknown), "-o", str(plan.parent / "unknown"))
    assert done.returncode == 70
    assert 'does not know the model "desk-teachr"' in done.stderr
    assert 'did you mean "desk-teacher"?' in done.stderr
