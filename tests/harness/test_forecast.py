"""A dry run tells what would be asked, from what the store holds and what is known of answers."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import wiring
from harness.cli.main import status
from harness.cli.summary import duration, money
from harness.collect import plan_asks
from harness.forecast import BYTES_PER_TOKEN, answers_per_second, forecast, prompt_bytes
from harness.plan import EndpointSpec, Price
from harness.plan_file import load_plan
from harness.records import Message, Request, Response
from harness.store import open_store
from harness.workflow import Job, prepare

DEMO = Path(__file__).parents[2] / "suites" / "demo" / "plan.yaml"


def job_of(path: Path, limit: int | None = None) -> Job:
    parts = wiring.parts()
    return prepare(load_plan(path, wiring.known(parts)), {}, parts, limit)


def answered(second: int | None, tokens: int | None = None, key: str = "k") -> Response:
    at = None if second is None else f"2026-11-01T10:{second // 60:02}:{second % 60:02}+00:00"
    return Response(key=key, model="m", text="4", created_at=at, prompt_tokens=tokens, completion_tokens=tokens)


def test_nothing_stored_gives_bounds_and_writes_nothing(world: Path, tmp_path: Path) -> None:
    teacher, good, poor = forecast(job_of(world), wiring.parts())
    assert [(p.model, p.role) for p in (teacher, good, poor)] == [
        ("teacher", "teacher"),
        ("good", "student"),
        ("poor", "student"),
    ]
    asked = sum(len(json.loads(line)["question"]) for line in (tmp_path / "sums.jsonl").read_text().splitlines())
    assert (teacher.requests, teacher.stored, teacher.to_ask, teacher.basis) == (240, 0, 240, "bound")
    assert teacher.prompt_tokens == asked / BYTES_PER_TOKEN
    assert teacher.completion_tokens == 240 * 16  # the plan's max_tokens
    assert (teacher.seconds, teacher.cost) == (None, None)
    assert not (tmp_path / ".viva").exists()


def test_what_is_stored_is_not_asked_again(world: Path, tmp_path: Path) -> None:
    status(["run", str(world), "-o", str(tmp_path / "run"), "--limit", "50"])
    part = forecast(job_of(world), wiring.parts())[0]
    assert (part.requests, part.stored, part.to_ask) == (240, 50, 190)
    part = forecast(job_of(world, limit=50), wiring.parts())[0]
    assert (part.requests, part.to_ask, part.seconds) == (50, 0, 0.0)


def test_tokens_time_and_cost_are_measured_on_stored_answers(world: Path, tmp_path: Path) -> None:
    job = job_of(world)
    price = EndpointSpec(price=Price(input=2, output=10))
    priced = job.plan.model_copy(update={"teacher": job.plan.teacher.model_copy(update={"endpoint": price})})
    job = Job(plan=priced, written={}, suites=job.suites)

    fingerprint = wiring.parts().engines["scripted"].fingerprint(priced.teacher)
    asks = plan_asks(priced, priced.teacher, job.suites, fingerprint)
    with open_store(Path(str(priced.store))) as store:
        for second, ask in zip((0, 10, 20), asks, strict=False):
            store.save_responses([(answered(second, tokens=100, key=ask.request.key), ask.links())])
    part = forecast(job, wiring.parts())[0]
    assert (part.stored, part.to_ask, part.basis) == (3, 237, "measured")
    assert (part.prompt_tokens, part.completion_tokens) == (23700, 23700)
    assert part.seconds == pytest.approx(2370)
    assert part.cost == pytest.approx(23700 * (2 + 10) / 1e6)


@pytest.mark.parametrize(
    ("seconds", "rate"),
    [
        ([0, 1, 2, 3], 1.0),
        ([0, 0, 0, 2], 1.5),
        ([3, 0, 2, 1], 1.0),  # in whatever order they are read
        ([0, 1, 2, 600, 601, 602], 1.0),  # taken up again ten minutes later
        ([0, 0, 0], 2.0),  # within one second: at least so fast
        ([5], None),
        ([], None),
        ([None, None], None),
    ],
)
def test_the_rate_leaves_pauses_out(seconds: list[int | None], rate: float | None) -> None:
    assert answers_per_second(answered(s) for s in seconds) == rate


def test_prompts_are_measured_in_bytes() -> None:
    assert prompt_bytes(Request(key="", messages=(Message(role="user", content="über"),))) == 5
    assert prompt_bytes(Request(key="", prompt="2+2=")) == 4


def test_a_dry_run_asks_nothing_and_prints_the_estimate(
    make_world: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = make_world(n=30, repeats=2)
    assert status(["run", str(plan), "-o", str(tmp_path / "run"), "--dry-run", "--json"]) == 0
    said = capfd.readouterr()
    assert [(p["model"], p["requests"], p["stored"]) for p in json.loads(said.out)] == [
        ("teacher", 60, 0),
        ("good", 60, 0),
        ("poor", 60, 0),
    ]
    assert "nothing was asked and nothing was written" in said.err
    assert "--limit 20" in said.err
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / ".viva").exists()


def test_an_answer_may_be_as_long_as_an_endpoints_own_arguments_allow() -> None:
    job = job_of(DEMO)
    teacher = job.plan.teacher.model_copy(update={"endpoint": EndpointSpec(), "args": {"max_tokens": 1000}})
    parts = wiring.parts()
    rig = replace(parts, engines={**parts.engines, "vllm": parts.engines["openai"]})
    plan = job.plan.model_copy(update={"teacher": teacher, "students": job.plan.students[:1], "base": None})
    part = forecast(Job(plan=plan, written={}, suites=job.suites), rig)[0]
    assert part.completion_tokens == part.requests * 1000


def test_amounts_and_times_as_people_read_them() -> None:
    assert [money(x) for x in (0, 0.00123, 0.5, 12.345, 1234.5)] == ["0.00", "0.0012", "0.5", "12.35", "1,234.50"]
    assert [duration(s) for s in (0, 89, 100, 5300, 5400)] == ["0 s", "89 s", "2 min", "88 min", "1.5 h"]
