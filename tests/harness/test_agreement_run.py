"""A whole run without targets: margins count from the teacher's agreement with itself; one answer decides nothing."""

import json
from pathlib import Path

import pytest

from harness.cli.main import status
from harness.runfolder import RunFolder

PLAN = """
teacher: {{name: big, model: ./big.jsonl, engine: scripted}}
students:
  - {{name: same, model: ./same.jsonl, engine: scripted}}
  - {{name: other, model: ./other.jsonl, engine: scripted}}
suites:
  - name: desk
    path: ./rows.jsonl
    map: {{prompt: text}}
    grader: agreement
    grader_options: {{agreement: {{by: label, options: {{labels: [good, bad]}}}}}}
    repeats: {repeats}
decoding: {{temperature: 0.7}}
gate: {{margin_points: 8}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """200 prompts; the teacher says "bad" in a tenth of its attempts, `same` does too, `other` to a third."""
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"text": f"q{n}"}) + "\n" for n in range(200)))
    for name, every, shift in (("big", 10, 0), ("same", 10, 3), ("other", 3, 1)):
        lines = [
            {"prompt": f"q{n}", "attempt": k, "reply": "bad" if (n * 7 + k * 11 + shift) % every == 0 else "good"}
            for n in range(200)
            for k in range(4)
        ]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def test_margins_count_from_the_teachers_agreement_with_itself(folder: Path) -> None:
    (folder / "plan.yaml").write_text(PLAN.format(repeats=4))
    assert status(["run", str(folder / "plan.yaml"), "-o", str(folder / "run"), "-q"]) == 1
    run = RunFolder(folder / "run")
    comparisons = {c.student: c for c in run.evaluation().comparisons}
    verdicts = {s.student: s for s in run.verdict().students}
    same = comparisons["same"]
    assert same.measure == "agreement" and same.cells is None and same.conditional95 is None
    assert 0.75 < same.teacher.accuracy < 0.9  # the ceiling is no 100%
    assert verdicts["same"].decision == "pass"
    assert verdicts["other"].decision == "fail"
    assert "agreement" in verdicts["other"].reasons[0]


def test_a_teacher_asked_once_leaves_it_open(folder: Path) -> None:
    (folder / "plan.yaml").write_text(PLAN.format(repeats=1))
    assert status(["run", str(folder / "plan.yaml"), "-o", str(folder / "run"), "-q"]) == 2
    for student in RunFolder(folder / "run").verdict().students:
        assert student.decision == "inconclusive"
        assert "repeats" in student.reasons[0]


def test_grading_again_gives_the_same(folder: Path) -> None:
    (folder / "plan.yaml").write_text(PLAN.format(repeats=4))
    status(["run", str(folder / "plan.yaml"), "-o", str(folder / "run"), "-q"])
    before = RunFolder(folder / "run").grades()
    assert status(["grade", str(folder / "run"), "-q"]) == 1
    assert RunFolder(folder / "run").grades() == before
