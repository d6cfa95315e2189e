"""`viva ladder`, and what the end of a run says of the ladder and the columns."""

import json
from pathlib import Path

import pytest

from harness.cli.main import status
from harness.runfolder import RunFolder

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples" / "deepseek-r1" / "published.yaml")
PUBLISHED = """source: a report
scores: {sums: {n: 100}}
models:
  - {model: Large, role: teacher, parameters: 70B, scores: {sums: 90}}
  - {model: good, role: student, parameters: 2B, scores: {sums: 80}}
"""


@pytest.fixture
def plan(world: Path, tmp_path: Path) -> Path:
    """The small world with sizes, a benchmark of the same sums, and published figures."""
    text = world.read_text()
    text = text.replace("model: good.jsonl", "model: good.jsonl, parameters: 2B")
    text = text.replace("model: poor.jsonl", "model: poor.jsonl, parameters: 0.5B")
    text = text.replace("    grader: number\n", "    grader: number\n" + BENCHMARK)
    world.write_text(f"{text}published: figures.yaml\n")
    (tmp_path / "figures.yaml").write_text(PUBLISHED)
    return world


BENCHMARK = """  - name: easy-bench
    path: easy.jsonl
    map: {id: id, prompt: question, target: answer}
    grader: number
    public: true
"""


@pytest.fixture
def run(plan: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> tuple[Path, str]:
    rows = [json.loads(line) for line in (tmp_path / "sums.jsonl").read_text().splitlines()]
    easy = [row for row in rows if row["level"] == "easy"]
    (tmp_path / "easy.jsonl").write_text("".join(json.dumps(row) + "\n" for row in easy))
    assert status(["run", str(plan), "-o", str(tmp_path / "run")]) == 1
    return tmp_path / "run", capfd.readouterr().err


def test_a_run_ends_with_the_ladder_and_the_columns_in_a_line_each(run: tuple[Path, str]) -> None:
    said = run[1]
    assert "ladder: good (2B parameters) is the smallest student that passes" in said
    assert "good: looks fine on public benchmarks, holds at work" in said
    assert "poor: looks fine on public benchmarks, fails at work" in said


def test_the_run_folder_keeps_sizes_steps_and_published_figures(run: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "figures.yaml").unlink()  # the run tells it all
    assert status(["grade", str(run[0]), "-q"]) == 1
    evaluation = RunFolder(run[0]).evaluation()
    assert {m.name: m.parameters for m in evaluation.models} == {"teacher": None, "good": 2e9, "poor": 5e8}
    assert {s.name: s.public for s in evaluation.suites} == {"sums": False, "easy-bench": True}
    assert [(s.model, s.rate) for s in evaluation.published] == [("Large", 0.9), ("good", 0.8)]
    whole = [step for step in evaluation.steps if step.comparison.slice.name == "all"]
    assert [(s.larger, s.comparison.student, s.comparison.suite) for s in whole] == [
        ("good", "poor", "sums"),
        ("good", "poor", "easy-bench"),
    ]
    assert whole[0].comparison.pupil.accuracy == pytest.approx(2 / 3)  # all but the hard third
    assert "parameters" not in evaluation.models[1].described


def test_sizes_change_no_fingerprint_and_ask_nothing_again(
    run: tuple[Path, str], plan: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {m.name: m.fingerprint for m in RunFolder(run[0]).evaluation().models}
    plan.write_text(plan.read_text().replace("0.5B", "1B"))
    status(["run", str(plan), "-o", str(run[0])])
    assert "good 0, poor 0" in capfd.readouterr().err
    assert {m.name: m.fingerprint for m in RunFolder(run[0]).evaluation().models} == before


def test_the_ladder_is_printed(run: tuple[Path, str], capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["ladder", str(run[0])]) == 0
    told = capfd.readouterr()
    assert told.out == ""
    assert "by the number of parameters" in told.err
    assert "good  poor  sums" in " ".join(told.err.split()).replace(" ", "  ")
    assert "level=hard" not in told.err
    assert status(["ladder", str(run[0]), "--slices"]) == 0
    assert "level=hard" in capfd.readouterr().err


def test_as_json_it_holds_ladder_and_columns(run: tuple[Path, str], capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["ladder", str(run[0]), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["ladder"]["smallest"] == "good"
    step = next(s for s in found["ladder"]["steps"] if s["suite"] == "sums" and s["slice"]["name"] == "all")
    assert step["wrong_per_1000"] == pytest.approx(1000 / 3)
    assert [column["name"] for column in found["columns"][0]["columns"]] == ["public", "own"]
    unpaired = found["ladder"]["rungs"][0]["unpaired"]
    assert [(one["beside"], one["delta"]) for one in unpaired] == [
        ("Large", pytest.approx(0.1)),
        ("good", pytest.approx(0.2)),
    ]


def test_other_published_figures_can_take_the_place_of_the_plans(
    run: tuple[Path, str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["ladder", str(run[0]), "--published", EXAMPLE, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)["ladder"]
    assert found["rungs"][0]["model"] == "DeepSeek-R1-Distill-Llama-70B"
    assert found["smallest"] == "good"


def test_published_figures_alone(capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["ladder", "--published", EXAMPLE]) == 0
    said = " ".join(capfd.readouterr().err.split())
    assert "6 published students: figures without items, so nothing is judged" in said
    assert "math500 83.9% 500 DeepSeek-R1 97.3% 0.862 0.825 to 0.897 −13.4 −17.0 to −9.9" in said
    assert "+89 - - shown, unpaired" in said  # 92.8% less 83.9% of 1,000
    assert status(["ladder", "--published", EXAMPLE, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["columns"] == []


def test_nothing_to_show_is_a_usage_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["ladder"]) == 64
    assert "give a RUN, or --published FILE" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("parameters: 0.5B", "parameters: 8x7B", 'plan.yaml:6: "students[2].parameters": give a number of parameters'),
        ("public: true", "public: perhaps", '"suites[2].public"'),
        ("published: figures.yaml", "published: missing.yaml", "missing.yaml: cannot be read"),
    ],
)
def test_mistakes_are_told_before_any_model_is_asked(
    plan: Path, old: str, new: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "easy.jsonl").write_text((tmp_path / "sums.jsonl").read_text())
    plan.write_text(plan.read_text().replace(old, new))
    assert status(["run", str(plan), "-o", str(tmp_path / "none")]) == 64
    assert message in capfd.readouterr().err
    assert not (tmp_path / "none").exists()


def test_imported_benchmarks_can_be_called_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [{"q": f"{n}?", "a": "4", "big": "4", "small": "4"} for n in range(40)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "map.yaml").write_text(
        "name: bench\nsample: {prompt: q, target: a}\nresponses: {big: big, small: small}\ngrader: exact\n"
    )
    given = [str(tmp_path / "rows.jsonl"), "--map", str(tmp_path / "map.yaml"), "--teacher", "big"]
    for more, public in ((["--public"], True), ([], False)):
        assert status(["import", *given, *more, "-o", str(tmp_path / f"run{public}"), "-q"]) in (0, 2)
        assert RunFolder(tmp_path / f"run{public}").evaluation().suites[0].public is public
