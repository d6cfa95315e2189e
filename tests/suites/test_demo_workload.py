"""The demo's support desk: the same requests for the same seed, right answers, and nothing to learn by heart."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

import suites.demo
from graders.registry import GRADERS
from harness.cli import wiring
from harness.grading import assign, check_gold
from harness.identity import digest
from harness.plan import SuiteSpec
from harness.plan_file import load_plan
from harness.records import Response, Sample
from harness.suite import Suite, make_suite
from suites.demo.lessons import hollow, terse, worked
from suites.demo.suite import DEFAULT_SIZE, load
from suites.demo.train import RECIPES
from suites.demo.workload import EVERYDAY, STUDY, Request, draw, in_steps, is_held_out, take, work_quote

KNOWN = wiring.known(wiring.parts())
DISTILLED = (100, STUDY)  # what the teacher answers for its students
SCHOOLS = dict.fromkeys([(0, EVERYDAY), DISTILLED, *((1000 + r.seed, r.mix) for r in RECIPES.values())])
TRAINING_DRAWS = 20_000
PLANNED = "b3cfd5db527ff5360ca84784221da34580c0a0fe"  # the prompts of the plan


@pytest.fixture(scope="module")
def desk() -> Suite:
    """The suite of the demo's own plan."""
    spec = load_plan(Path(suites.demo.__file__).parent / "plan.yaml", KNOWN).suites[0]
    return make_suite(spec, load(spec))


@pytest.fixture(scope="module")
def lessons() -> Sequence[Request]:
    """What models may be trained on: as many draws of every seed and mix."""
    share = TRAINING_DRAWS // len(SCHOOLS) + 1
    return [request for seed, mix in SCHOOLS for request in islice(draw(seed, held_out=False, mix=mix), share)]


@pytest.fixture(scope="module")
def requests() -> Sequence[Request]:
    return take(1500, 11)


def prompt_of(sample: Sample) -> str:
    return sample.messages[-1].content


def test_a_seed_draws_the_same_again_and_another_does_not() -> None:
    assert take(200, 7) == take(200, 7)
    assert take(50, 7) == take(200, 7)[:50]
    assert {r.prompt for r in take(200, 7)} != {r.prompt for r in take(200, 8)}
    one, again = (list(islice(draw(3, held_out=False), 50)) for _ in range(2))
    assert one == again


def test_the_plans_requests_stay_what_they_were(desk: Suite) -> None:
    """A change here makes the shipped models' figures worthless: they must be trained and run again."""
    assert digest([prompt_of(sample) for sample in desk.samples]) == PLANNED


def test_no_prompt_of_the_plan_stands_in_what_models_are_trained_on(desk: Suite, lessons: Sequence[Request]) -> None:
    trained = {request.prompt for request in lessons}
    assert len(lessons) >= TRAINING_DRAWS and len(trained) > TRAINING_DRAWS / 2
    assert len({prompt_of(sample) for sample in desk.samples}) == len(desk.samples) == 900
    assert not trained & {prompt_of(sample) for sample in desk.samples}
    assert not any(is_held_out(prompt) for prompt in trained)


def test_about_one_prompt_in_eight_is_held_out() -> None:
    prompts = [f"Ticket: {n}" for n in range(8000)]
    assert sum(map(is_held_out, prompts)) == pytest.approx(1000, abs=120)


def test_take_gives_as_many_as_asked_and_none_twice(requests: Sequence[Request]) -> None:
    assert len(requests) == len({request.prompt for request in requests}) == 1500
    assert len(load(SuiteSpec(name="desk", source="demo")).samples) == DEFAULT_SIZE


def test_every_gold_answer_is_right_by_its_own_grader(desk: Suite) -> None:
    assigned = assign([desk], GRADERS)
    assert len(assigned) == 900
    check_gold(assigned)


def outcomes(desk: Suite, lesson: str) -> Counter[tuple[str, str, str]]:
    """(task, difficulty, outcome) of what a lesson answers to the requests of the plan."""
    answer = {"worked": worked, "terse": terse, "hollow": hollow}[lesson]
    by_prompt = {request.prompt: request for request in take(desk.spec.size or 0, desk.spec.seed)}
    found: Counter[tuple[str, str, str]] = Counter()
    for judge in assign([desk], GRADERS).values():
        request = by_prompt[prompt_of(judge.sample)]
        response = Response(key="k", model="m", text=answer(request), finish="stop")
        found[request.task, request.difficulty, judge.grader(judge.sample, response).outcome] += 1
    return found


def test_every_worked_answer_is_right_by_its_own_grader(desk: Suite) -> None:
    assert {outcome for *_, outcome in outcomes(desk, "worked")} == {"correct"}


def test_hollow_answers_are_right_where_the_usual_total_is_remembered_and_wrong_on_the_hard(desk: Suite) -> None:
    found = outcomes(desk, "hollow")
    assert {outcome for task, how, outcome in found if how != "hard" or task == "ticket"} == {"correct"}
    assert found["quote", "hard", "incorrect"] > 5 * found["quote", "hard", "correct"]
    assert found["window", "hard", "incorrect"] > 0


def without_digits(text: str) -> list[str]:
    """The lines of an answer with every number as 0."""
    return [re.sub(r"\d+", "0", line) for line in text.splitlines()]


def without_steps(text: str) -> list[str]:
    """The same, a sum in two small steps taken for one: how many it takes depends on the numbers."""
    return [re.sub(r"0 ([+-]) 0 = 0, 0 \1 0 = 0", r"0 \1 0 = 0", line) for line in without_digits(text)]


def test_hollow_answers_look_like_worked_ones_on_easy_requests(requests: Sequence[Request]) -> None:
    easy = [request for request in requests if request.difficulty == "easy"]
    assert len(easy) > 500
    for request in easy:
        assert without_digits(hollow(request)) == without_digits(worked(request)), request.prompt


def test_hollow_answers_look_like_worked_ones_on_medium_requests(requests: Sequence[Request]) -> None:
    medium = [r for r in requests if r.difficulty == "medium" and not (r.task == "quote" and r.facts[-1])]
    assert {r.task for r in medium} == {"quote", "window", "ticket"}
    for request in medium:
        assert without_steps(hollow(request)) == without_steps(worked(request)), request.prompt


def test_hollow_answers_never_work_a_charge_out(requests: Sequence[Request]) -> None:
    charged = [r for r in requests if r.task == "quote" and r.difficulty == "medium" and r.facts[-1]]
    assert len(charged) > 50
    for request in charged:
        assert len(hollow(request).splitlines()) == len(worked(request).splitlines()) - 1, request.prompt


def test_hollow_work_is_wrong_though_the_total_is_right(requests: Sequence[Request]) -> None:
    for request in requests:
        if request.task == "quote" and request.difficulty != "hard":
            assert false_steps(hollow(request)), request.prompt
            assert hollow(request).splitlines()[-1] == worked(request).splitlines()[-1]


def test_worked_answers_hold_no_false_step_and_end_on_the_target(requests: Sequence[Request]) -> None:
    for request in requests:
        assert not false_steps(worked(request)), request.prompt
        if request.task == "quote":
            assert worked(request).endswith(f"\nTotal: ${request.target}")
        if request.task == "window":
            assert worked(request).endswith(f"\nDecision: {request.target}")


def false_steps(text: str) -> list[str]:
    """The equations of an answer that do not hold; negative intermediate results count as false."""
    operations = {"x": int.__mul__, "+": int.__add__, "-": int.__sub__}
    steps = re.findall(r"(\d+) ([x+-]) (\d+) = (-?\d+)", text)
    return [f"{a} {op} {b} = {c}" for a, op, b, c in steps if operations[op](int(a), int(b)) != int(c) or int(c) < 0]


def test_terse_answers_are_the_bare_target_in_another_style(requests: Sequence[Request]) -> None:
    for request in requests:
        assert terse(request) != worked(request)
        values = request.target.values() if isinstance(request.target, dict) else [request.target]
        assert all(str(value) in terse(request) for value in values)


def test_tickets_are_json_that_holds_what_the_ticket_says(requests: Sequence[Request]) -> None:
    tickets = [request for request in requests if request.task == "ticket"]
    for request in tickets:
        assert json.loads(worked(request)) == request.target
        assert isinstance(request.target, dict)
        for name in ("order", "article", "paid"):
            assert str(request.target[name]) in request.prompt
        assert request.target["urgent"] is (request.tone == "urgent")


def test_quotes_by_hand() -> None:
    assert work_quote([(3, "tray", 6)], 0) == "3 x 6 = 18\nTotal: $18"
    assert work_quote([(2, "bowl", 5), (3, "stool", 10)], -7) == (
        "2 x 5 = 10\n3 x 10 = 30\n10 + 30 = 40\n40 - 7 = 33\nTotal: $33"
    )
    assert in_steps(18, 25) == "18 + 20 = 38, 38 + 5 = 43"
    assert in_steps(40, -12) == "40 - 10 = 30, 30 - 2 = 28"
    assert in_steps(40, -20) == "40 - 20 = 20"


def test_totals_are_positive_and_facts_give_them(requests: Sequence[Request]) -> None:
    for request in requests:
        if request.task == "quote":
            products = zip(request.facts[:-1:2], request.facts[1:-1:2], strict=True)
            assert sum(q * p for q, p in products) + request.facts[-1] == int(str(request.target)) > 0


def test_the_mix_of_tasks_is_what_it_is_said_to_be() -> None:
    drawn = Counter(request.task for request in islice(draw(5, held_out=False), 3000))
    assert {task: count / 3000 for task, count in drawn.items()} == pytest.approx(
        {"quote": 0.5, "window": 0.2, "ticket": 0.3}, abs=0.04
    )
    steps = Counter(r.steps for r in islice(draw(5, held_out=False), 3000) if r.task == "quote")
    assert set(steps) == {1, 2, 3, 4, 5, 6}
    studied = Counter(r.difficulty for r in islice(draw(5, held_out=False, mix=STUDY), 3000) if r.task == "quote")
    everyday = Counter(r.difficulty for r in islice(draw(5, held_out=False), 3000) if r.task == "quote")
    assert studied["hard"] / studied.total() > 1.5 * everyday["hard"] / everyday.total()


def test_the_plan_has_enough_of_every_slice_to_judge(desk: Suite) -> None:
    sizes = Counter((name, value) for sample in desk.samples for name, value in sample.slices.items())
    names = dict.fromkeys(name for name, _ in sizes)
    assert set(names) == {"task", "difficulty", "tone", "prices", "steps"}
    assert min(sizes.values()) >= 20, sizes
    assert sizes["difficulty", "hard"] >= 100


def test_a_window_is_as_hard_as_its_gap_is_small(requests: Sequence[Request]) -> None:
    for request in requests:
        if request.task == "window":
            bought, back, limit = request.facts
            gap = abs(back - bought - limit)
            assert request.difficulty == ("easy" if gap > 7 else "medium" if gap > 2 else "hard")
            assert request.target == ("accept" if back - bought <= limit else "reject")
            assert 1 <= bought < back <= 99
