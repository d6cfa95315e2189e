"""A small world for tests of the flow: sums, a teacher who knows them, a student who errs on the hard ones."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

PLAN = """
name: sums
teacher: {{name: teacher, engine: scripted, model: teacher.jsonl}}
students:
  - {{name: good, engine: scripted, model: good.jsonl}}
  - {{name: poor, engine: scripted, model: poor.jsonl}}
suites:
  - name: sums
    path: sums.jsonl
    map: {{id: id, prompt: question, target: answer, slices: [level]}}
    grader: number
repeats: {repeats}
decoding: {{max_tokens: 16}}
gate: {{margin_points: 5, critical: [level]}}
"""


def write_world(folder: Path, n: int = 240, repeats: int = 1) -> Path:
    """A plan with its suite and scripted replies; the poor student gets every hard sum wrong."""
    rows = [
        {
            "id": f"s{i}",
            "question": f"What is {i} + {i % 7}?",
            "answer": i + i % 7,
            "level": ("easy", "hard")[i % 3 == 0],
        }
        for i in range(n)
    ]
    replies: dict[str, list[dict[str, object]]] = {"teacher": [], "good": [], "poor": []}
    for row in rows:
        right = int(row["answer"])
        for name in replies:
            wrong = name == "poor" and row["level"] == "hard"
            text = f"I am {name}. The answer is {right + wrong}."
            replies[name].append({"prompt": row["question"], "reply": text})
    (folder / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, lines in replies.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    plan = folder / "plan.yaml"
    plan.write_text(PLAN.format(repeats=repeats))
    return plan


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path)


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., Path]:
    return lambda **how: write_world(tmp_path, **how)
