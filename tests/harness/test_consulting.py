"""Whole runs with a judge that recites: what it is asked, what its silence costs, and that it is asked once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.cli import wiring
from harness.cli.main import status
from harness.forecast import forecast
from harness.plan_file import load_plan
from harness.protocols import Case, CaseGrader
from harness.records import Response
from harness.runfolder import RunFolder
from harness.workflow import prepare

N = 60
PLAN = """
teacher: {{name: big, engine: scripted, model: big.jsonl}}
students:
  - {{name: good, engine: scripted, model: good.jsonl}}
  - {{name: poor, engine: scripted, model: poor.jsonl}}
judges:
  - {{name: critic, engine: scripted, model: critic.jsonl{more}}}
suites:
  - name: desk
    path: desk.jsonl
    map: {{id: id, prompt: text, target: answer, slices: [kind]}}
    grader: judge
    grader_options: {{judge: {options}}}
gate: {{margin_points: 5}}
"""
RUBRIC = "{mode: rubric, by: critic, reference: number, criteria: [{name: truth, question: 'Is it true?', points: 2}]}"
PAIRWISE = "{mode: pairwise, by: critic, reference: number}"


def answer_of(n: int, model: str) -> str:
    """Every model puts it in its own words; the poor one is wrong in a third."""
    return f"{model} thinks that it is {n + (model == 'poor' and n % 3 == 0)}"


def write_world(folder: Path, options: str, more: str = "") -> Path:
    rows = [{"id": f"s{n}", "text": f"q{n}", "answer": n, "kind": ("a", "b")[n % 2]} for n in range(N)]
    (folder / "desk.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for model in ("big", "good", "poor"):
        lines = [{"prompt": f"q{n}", "reply": answer_of(n, model)} for n in range(N)]
        (folder / f"{model}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "critic.jsonl").write_text("")
    (folder / "plan.yaml").write_text(PLAN.format(options=options, more=more))
    return folder / "plan.yaml"


def questions(plan: Path) -> Iterator[tuple[int, str, int, str]]:
    """What the judge will be asked: number of the sample, student, number of the question, the prompt."""
    parts = wiring.parts()
    job = prepare(load_plan(plan, wiring.known(parts)), {}, parts)
    (suite,) = job.suites
    grader = parts.graders["judge"].make(suite.spec.grader_options["judge"])
    assert isinstance(grader, CaseGrader)
    for n, sample in enumerate(suite.samples):
        replies = {name: Response(key=name, model=name, text=answer_of(n, name)) for name in ("big", "good", "poor")}
        for name, response in replies.items():
            case = Case(sample=sample, response=response, teacher=(replies["big"],), from_teacher=name == "big")
            for number, request in enumerate(grader.asks(case)):
                yield n, name, number, request.messages[-1].content


def script(plan: Path, says: Callable[[int, str, int], str | None]) -> None:
    """What the judge says to every question that it does not fail at."""
    lines = [
        {"prompt": prompt, "reply": said}
        for n, name, number, prompt in questions(plan)
        if (said := says(n, name, number)) is not None
    ]
    (plan.parent / "critic.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def rubric(n: int, name: str, number: int) -> str:
    """Right about the truth."""
    return f'So be it.\n{{"truth": {0 if name == "poor" and n % 3 == 0 else 2}}}'


def prefers(n: int, name: str, number: int) -> str:
    """The teacher's where the student is wrong, and else none; on every tenth sample, whichever stands first."""
    if n % 10 == 0:
        return "Verdict: A"
    return f"Verdict: {'BA'[number] if name == 'poor' and n % 3 == 0 else 'tie'}"


def run(plan: Path, *more: str) -> int:
    return status(["run", str(plan), "-o", str(plan.parent / "run"), *more])


def test_a_rubric_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, RUBRIC)
    script(plan, rubric)
    assert run(plan) == 1
    told = " ".join(capfd.readouterr().err.split())
    assert f"asked: big {N}, good {N}, poor {N}, critic {3 * N}" in told
    folder = RunFolder(tmp_path / "run")
    evaluation, verdict = folder.evaluation(), folder.verdict()
    whole = {c.student: c for c in evaluation.comparisons if c.slice.name == "all"}
    assert set(whole) == {"good", "poor"}
    assert whole["good"].measure == "accuracy" and whole["good"].teacher.accuracy == 1
    assert whole["poor"].pupil.accuracy == pytest.approx(2 / 3)
    assert {s.student: s.decision for s in verdict.students} == {"good": "pass", "poor": "fail"}
    checks = {check.name: check for check in whole["poor"].checks}
    assert checks["agrees where number says wrong"].pupil is not None
    assert checks["agrees where number says wrong"].pupil.hits == 20
    assert checks["truth"].pupil is not None and checks["truth"].pupil.hits == 2 * 40


def test_a_pairwise_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, PAIRWISE)
    script(plan, prefers)
    assert run(plan) == 1
    assert f"critic {2 * 2 * N}" in " ".join(capfd.readouterr().err.split())  # two orders, two students
    folder = RunFolder(tmp_path / "run")
    whole = {c.student: c for c in folder.evaluation().comparisons if c.slice.name == "all"}
    assert {c.measure for c in whole.values()} == {"preference"}
    assert {c.teacher.accuracy for c in whole.values()} == {0.5}
    assert whole["good"].pupil.accuracy == 0.5
    assert whole["poor"].pupil.accuracy == pytest.approx(0.5 - 0.5 * 18 / N)  # 20 are wrong, 2 of them flip
    checks = {check.name: check for check in whole["poor"].checks}
    stable, right = checks["same verdict in both orders"], checks["prefers the right reply (by number)"]
    assert stable.teacher is None and stable.pupil is not None and right.pupil is not None
    assert (stable.pupil.hits, stable.pupil.spurious) == (N - 6, 6)
    assert (right.pupil.hits, right.pupil.spurious) == (18, 2)
    by_slice = {str(c.slice) for c in folder.evaluation().comparisons if c.checks}
    assert by_slice == {"all", "kind=a", "kind=b"}


@pytest.mark.parametrize(("options", "says"), [(RUBRIC, rubric), (PAIRWISE, prefers)], ids=["rubric", "pairwise"])
def test_nothing_is_asked_twice(
    tmp_path: Path, options: str, says: Callable[[int, str, int], str], capfd: pytest.CaptureFixture[str]
) -> None:
    plan = write_world(tmp_path, options)
    script(plan, says)
    code = run(plan)
    folder = RunFolder(tmp_path / "run")
    before = folder.grades()
    capfd.readouterr()
    assert run(plan) == code
    assert "asked: big 0, good 0, poor 0, critic 0" in " ".join(capfd.readouterr().err.split())
    assert folder.grades() == before
    (tmp_path / "critic.jsonl").unlink()  # no judge, no models and no template are needed to grade again
    assert status(["grade", str(tmp_path / "run"), "-q"]) == code
    assert folder.grades() == before


def test_the_judge_is_no_student(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, PAIRWISE)
    script(plan, prefers)
    run(plan, "-q")
    folder = RunFolder(tmp_path / "run")
    assert [(m.name, m.role) for m in folder.evaluation().models][-1] == ("critic", "judge")
    assert {c.student for c in folder.evaluation().comparisons} == {"good", "poor"}
    assert [s.student for s in folder.verdict().students] == ["good", "poor"]
    assert {p.student for p in folder.pairs()} == {"good", "poor"}
    capfd.readouterr()
    status(["compare", str(tmp_path / "run")])
    assert "critic" not in capfd.readouterr().err
    page = (tmp_path / "run" / "report" / "index.html").read_text()
    students = page[: page.index("critic")] if "critic" in page else page
    assert "Nothing to compare" not in page and "poor" in students  # it stands among what was used, at the end


def test_a_judge_that_rambles_leaves_what_it_rambles_about_ungraded(tmp_path: Path) -> None:
    plan = write_world(tmp_path, RUBRIC)
    script(plan, lambda n, name, number: "Hard to say." if name == "good" and n < 12 else rubric(n, name, number))
    assert run(plan, "-q") == 1
    folder = RunFolder(tmp_path / "run")
    rambled = [g for g in folder.grades() if g.outcome == "failed"]
    assert [(g.model, g.score) for g in rambled] == [("good", None)] * 12
    assert all("judge" in g.reason for g in rambled)
    good = next(c for c in folder.evaluation().comparisons if c.student == "good" and c.slice.name == "all")
    assert (good.n, good.pupil.accuracy) == (N - 12, 1)  # never 0
    assert good.dropped == {"good: could not be graded": 12}


def test_a_judge_that_fails_at_some_is_asked_them_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, RUBRIC)
    script(plan, lambda n, name, number: None if n < 12 else rubric(n, name, number))
    run(plan, "-q")
    assert sum(g.outcome == "failed" for g in RunFolder(tmp_path / "run").grades()) == 3 * 12
    mended = (tmp_path / "critic.jsonl").read_text()
    script(plan, rubric)
    assert mended != (tmp_path / "critic.jsonl").read_text()
    capfd.readouterr()
    assert run(plan) == 1
    assert not [g for g in RunFolder(tmp_path / "run").grades() if g.outcome == "failed"]


@pytest.mark.parametrize("options", [RUBRIC, PAIRWISE], ids=["rubric", "pairwise"])
def test_a_dead_judge_ends_no_run(tmp_path: Path, options: str, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, options)  # its script holds no reply at all
    assert run(plan) == 2
    folder = RunFolder(tmp_path / "run")
    verdict, evaluation = folder.verdict(), folder.evaluation()
    assert [s.decision for s in verdict.students] == ["inconclusive", "inconclusive"]
    assert any("judge" in note and "not graded" in note for note in evaluation.notes)
    told = " ".join(capfd.readouterr().err.split())
    assert f"big {N}, good {N}, poor {N}, critic 0" in told and "not graded" in told
    assert len(folder.answers()) == 3 * N  # kept
    (card,) = [m for m in evaluation.models if m.role == "judge"]
    assert card.failure is not None
    script(plan, rubric if options == RUBRIC else prefers)
    assert run(plan) == 1
    told = " ".join(capfd.readouterr().err.split())
    assert f"big 0, good 0, poor 0, critic {3 * N if options == RUBRIC else 4 * N}" in told


def test_a_judge_whose_file_is_missing_stops_before_anything_is_asked(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = write_world(tmp_path, RUBRIC)
    (tmp_path / "critic.jsonl").unlink()
    assert run(plan) == 64
    assert "critic.jsonl is not there" in " ".join(capfd.readouterr().err.split()).replace("- ", "-")
    assert not (tmp_path / "run").exists() and not (tmp_path / ".viva").exists()


def test_a_judge_that_the_plan_does_not_have_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, RUBRIC.replace("critic", "critik"))
    assert run(plan) == 64
    told = " ".join(capfd.readouterr().err.split())
    assert 'did you mean "critic"' in told and "judges:" in told


def test_a_model_that_judges_itself_is_noted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, RUBRIC.replace("critic", "big"))
    script(plan, rubric)
    replies = (tmp_path / "critic.jsonl").read_text()
    (tmp_path / "big.jsonl").write_text((tmp_path / "big.jsonl").read_text() + replies)
    assert run(plan) == 1
    told = " ".join(capfd.readouterr().err.split())
    assert f"asked: big {4 * N}, good {N}" in told  # its answers and its judgements
    evaluation = RunFolder(tmp_path / "run").evaluation()
    (note,) = evaluation.notes
    assert "the teacher big itself" in note and "favour their own" in note
    assert [(m.name, m.role) for m in evaluation.models if m.name == "big"] == [("big", "teacher")]


def test_the_same_model_under_another_name_is_noted_too(tmp_path: Path) -> None:
    plan = write_world(tmp_path, RUBRIC)
    script(plan, rubric)
    replies = (tmp_path / "critic.jsonl").read_text()
    (tmp_path / "poor.jsonl").write_text((tmp_path / "poor.jsonl").read_text() + replies)
    plan.write_text(plan.read_text().replace("model: critic.jsonl", "model: poor.jsonl, system: You are strict."))
    run(plan, "-q")
    (note,) = RunFolder(tmp_path / "run").evaluation().notes
    assert "The judge critic is the student poor itself" in note


def test_another_judge_is_not_noted(tmp_path: Path) -> None:
    plan = write_world(tmp_path, RUBRIC)
    script(plan, rubric)
    run(plan, "-q")
    assert not RunFolder(tmp_path / "run").evaluation().notes


def test_a_judge_is_asked_no_follow_ups(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, RUBRIC)
    plan.write_text(plan.read_text() + f"mimicry: {{hollow: {N}}}\n")
    steps = "First, 2 + 3 = 5.\nThen, 5 + 4 = 9.\nSo the sum is 9.\n"
    script(plan, lambda n, name, number: steps + rubric(n, name, number))
    run(plan)
    assert f"critic {3 * N}" in " ".join(capfd.readouterr().err.split())


def test_a_judge_has_its_own_system_prompt_and_decoding(tmp_path: Path) -> None:
    plan = write_world(tmp_path, RUBRIC, ", system: Be strict., decoding: {max_tokens: 77}")
    script(plan, rubric)
    run(plan, "-q")
    first = {reply.response.key for reply in RunFolder(tmp_path / "run").replies()}
    plan.write_text(plan.read_text().replace("max_tokens: 77", "max_tokens: 78"))
    run(plan, "-q")
    assert first.isdisjoint(reply.response.key for reply in RunFolder(tmp_path / "run").replies())


def test_another_template_asks_again_and_grades_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.j2").write_text("{{ prompt }}{{ reply }}{{ form }}")
    plan = write_world(tmp_path, RUBRIC.replace("by: critic", "by: critic, template: own.j2"))  # beside the plan
    script(plan, rubric)
    every = (tmp_path / "critic.jsonl").read_text()
    (tmp_path / "own.j2").write_text("Again: {{ prompt }}{{ reply }}{{ form }}")
    script(plan, lambda n, name, number: '{"truth": 0}')
    changed = (tmp_path / "critic.jsonl").read_text()
    (tmp_path / "critic.jsonl").write_text(every + changed)
    (tmp_path / "own.j2").write_text("{{ prompt }}{{ reply }}{{ form }}")
    run(plan, "-q")
    assert {g.score for g in RunFolder(tmp_path / "run").grades() if g.model == "good"} == {1}
    (tmp_path / "own.j2").write_text("Again: {{ prompt }}{{ reply }}{{ form }}")
    capfd.readouterr()
    run(plan)
    assert f"big 0, good 0, poor 0, critic {3 * N}" in " ".join(capfd.readouterr().err.split())
    assert {g.score for g in RunFolder(tmp_path / "run").grades() if g.model == "good"} == {0}


def test_a_template_that_is_not_there_stops_before_anything_is_asked(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = write_world(tmp_path, RUBRIC.replace("by: critic", "by: critic, template: own.j2"))
    assert run(plan) == 64
    assert "own.j2 is not there" in " ".join(capfd.readouterr().err.split())
    assert not (tmp_path / "run").exists()


def test_an_empty_reply_costs_no_question(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = write_world(tmp_path, PAIRWISE)
    lines = [{"prompt": f"q{n}", "reply": "" if n < 10 else answer_of(n, "good")} for n in range(N)]
    (tmp_path / "good.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    script(plan, prefers)
    run(plan)
    assert f"critic {2 * (2 * N - 10)}" in " ".join(capfd.readouterr().err.split())
    grades = [g for g in RunFolder(tmp_path / "run").grades() if g.model == "good"]
    assert [(g.outcome, g.score) for g in grades[:10]] == [("unparsed", 0)] * 10


@pytest.mark.parametrize(
    ("options", "says", "asked"),
    [(RUBRIC, rubric, 3 * N), (PAIRWISE, prefers, 4 * N)],
    ids=["rubric", "pairwise"],
)
def test_a_dry_run_counts_a_judges_questions(
    tmp_path: Path, options: str, says: Callable[[int, str, int], str], asked: int
) -> None:
    plan = write_world(tmp_path, options)
    script(plan, says)
    parts = wiring.parts()

    def expected() -> tuple[int, int, str]:
        job = prepare(load_plan(plan, wiring.known(parts)), {}, parts)
        *_, critic = forecast(job, parts)
        assert (critic.model, critic.role) == ("critic", "judge")
        return critic.requests, critic.stored, critic.basis

    assert expected() == (asked, 0, "bound")
    assert not (tmp_path / ".viva").exists()
    run(plan, "-q")
    assert expected() == (asked, asked, "bound")  # the scripted engine counts no tokens


def test_replies_to_come_are_taken_to_be_as_long_as_they_may_be(tmp_path: Path) -> None:
    plan = write_world(tmp_path, PAIRWISE)
    parts = wiring.parts()
    job = prepare(load_plan(plan, wiring.known(parts)), {}, parts)
    *_, critic = forecast(job, parts)
    longest = 512  # max_tokens, where nothing else is said
    assert critic.prompt_tokens > 4 * N * 2 * longest  # two replies in each question
    assert critic.completion_tokens == 4 * N * 1024
