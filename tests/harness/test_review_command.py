"""`viva review`: from a run over a draw and exported marks to figures; grades and verdict stay as they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import status
from harness.runfolder import RunFolder


@pytest.fixture
def run(world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    assert status(["run", str(world), "-o", str(tmp_path / "run"), "-q"]) == 1
    capfd.readouterr()
    return tmp_path / "run"


def export(run: Path, path: Path, reviewer: str, wrong: int = 0, **how: Any) -> Path:
    """Marks on both grades of every drawn pair; of the first `wrong` lost pairs, the student's are wrong."""
    folder = RunFolder(run)
    (drawn,) = folder.draws()
    lost = [item.sample for item in drawn.items if item.kind == "lost"][:wrong]
    marks = [
        {"suite": i.suite, "student": i.student, "sample": i.sample, "model": model, "attempt": 0,
         "mark": "wrong" if model != "teacher" and i.sample in lost else "right", "note": "", "blind": False,
         "draw": drawn.id, "at": "2026-11-02T10:00:00Z"}
        for i in drawn.items
        for model in ("teacher", i.student)
    ]  # fmt: skip
    marks.append(marks[0] | {"draw": None, "note": "\x1b[2Jan odd [bold]one[/bold]"})
    written = {"viva_marks": 1, "evaluation": folder.evaluation_digest(), "run": "sums", "reviewer": reviewer}
    path.write_text(json.dumps({**written, "exported_at": "2026-11-02T10:00:00Z", "marks": marks, **how}))
    return path


def results(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in ("grades.parquet", "evaluation.json", "verdict.json")}


def test_marks_come_in_and_figures_come_out(run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = results(run)
    assert status(["review", "draw", str(run), "--n", "40", "--student", "poor"]) == 0
    (drawn,) = RunFolder(run).draws()
    told = capfd.readouterr()
    assert drawn.id in told.out
    assert f"draw {drawn.id}: 40 pairs (" in told.err
    ann, bob = (export(run, tmp_path / f"{name}.json", name, wrong) for name, wrong in (("ann", 4), ("bob", 2)))
    assert status(["review", "import", str(run), str(ann), str(bob)]) == 0
    assert "162 marks read: 162 new or newer, 0 known already" in capfd.readouterr().err
    assert status(["review", "import", str(run), str(ann)]) == 0
    assert "81 marks read: 0 new or newer, 81 known already" in capfd.readouterr().err
    assert status(["review", "show", str(run)]) == 0
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "reviewed lost pairs of poor hold a grade marked wrong" in shown.err
    assert "ann, bob" in shown.err
    assert r"(ann): \x1b[2Jan odd [bold]one[/bold]" in shown.err
    assert status(["review", "show", str(run), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert len(found["wrong"]) == 6
    assert len(found["comments"]) == 2
    assert results(run) == before


@pytest.mark.parametrize(
    ("how", "says"),
    [({"evaluation": "e" * 40}, "marks of another evaluation"), ({"marks": [{}]}, 'mark 1: "suite": field required')],
)
def test_one_bad_file_and_nothing_is_stored(
    how: dict[str, Any], says: str, run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["review", "draw", str(run), "--n", "8"]) == 0
    good, bad = export(run, tmp_path / "a.json", "ann"), export(run, tmp_path / "b.json", "bob", **how)
    assert status(["review", "import", str(run), str(good), str(bad)]) == 64
    assert f"viva: {bad}: {says}" in capfd.readouterr().err
    assert RunFolder(run).marks() == []


def test_marks_outlive_a_new_grading_and_then_count_nowhere(
    run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["review", "draw", str(run), "--n", "8"]) == 0
    assert status(["review", "import", str(run), str(export(run, tmp_path / "a.json", "ann"))]) == 0
    (run / "evaluation.json").write_text((run / "evaluation.json").read_text() + " \n")
    capfd.readouterr()
    assert status(["review", "show", str(run)]) == 0
    told = capfd.readouterr().err
    assert "17 marks were made of an earlier evaluation of this run and are left out" in told
    assert "grades marked wrong" not in told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--n", "100000"], "there are only 480 pairs to draw from"),
        (["--student", "pore"], '--student "pore": not in this run; did you mean "poor"?'),
        (["--suite", "plus"], '--suite "plus": not in this run'),
        (["--student", "teacher"], '--student "teacher": it is the teacher, whose answer stands in every pair; name a'),
        (["--n", "x"], "'x' is not a valid whole number"),
    ],
)
def test_a_draw_that_cannot_be_made_leaves_nothing(
    words: list[str], says: str, run: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["review", "draw", str(run), *words]) == 64
    assert says in capfd.readouterr().err
    assert RunFolder(run).draws() == []


def test_the_base_is_there_but_not_drawn(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    written = json.loads((run / "evaluation.json").read_text("utf-8"))
    next(model for model in written["models"] if model["name"] == "poor")["role"] = "base"
    (run / "evaluation.json").write_text(json.dumps(written))
    assert status(["review", "draw", str(run), "--student", "poor"]) == 64
    assert '--student "poor": it is the base of this run, of which no pairs are drawn; name a' in capfd.readouterr().err


def test_a_draw_of_a_newer_viva_is_not_read(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["review", "draw", str(run), "--n", "8"]) == 0
    (path,) = (run / "reviews").glob("draw-*.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"viva_draw": 2}))
    capfd.readouterr()
    for words in (["show", str(run)], ["import", str(run), str(path)]):
        assert status(["review", *words]) != 0
        assert f"{path.name}: written by a newer viva; update viva to read it" in capfd.readouterr().err


def test_damaged_marks_are_told(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (run / "reviews").mkdir()
    (run / "reviews" / "marks.jsonl").write_text("{}\n")
    assert status(["review", "show", str(run)]) == 64
    assert "marks.jsonl: damaged (" in capfd.readouterr().err
