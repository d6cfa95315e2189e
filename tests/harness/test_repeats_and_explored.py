"""Repeats, crossings and what was explored, from the plan to what `viva compare` prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import status
from harness.runfolder import RunFolder
from tests.harness.conftest import write_world


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two answers each; the poor student errs on hard sums, so on hard even and hard odd ones."""
    folder = tmp_path_factory.mktemp("world")
    plan = write_world(folder, repeats=2)
    rows = [json.loads(line) for line in (folder / "sums.jsonl").read_text().splitlines()]
    told = [{**row, "parity": ("even", "odd")[n % 2], "steps": n % 8} for n, row in enumerate(rows)]
    (folder / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told))
    written = plan.read_text().replace("slices: [level]", "slices: [level, parity, steps]")
    plan.write_text(written.replace("grader: number", "grader: number\n    crossings: [[level, parity]]"))
    status(["run", str(plan), "-o", str(folder / "run")])
    return folder / "run"


def said(capfd: pytest.CaptureFixture[str], run: Path, *options: str) -> str:
    capfd.readouterr()
    assert status(["compare", str(run), "--no-causes", "--no-mimicry", *options]) == 0
    return capfd.readouterr().err


def printed_json(capfd: pytest.CaptureFixture[str], run: Path, *options: str) -> Any:
    capfd.readouterr()
    assert status(["compare", str(run), "--json", *options]) == 0
    return json.loads(capfd.readouterr().out)


def words_of(text: str, *start: str) -> list[str]:
    """The only line that begins with these words."""
    (found,) = [words for line in text.splitlines() if (words := line.split())[: len(start)] == list(start)]
    return found[len(start) :]


def test_crossings_are_compared_and_judged_as_advice(finished: Path) -> None:
    folder = RunFolder(finished)
    crossed = {str(c.slice): c for c in folder.evaluation().comparisons if c.slice.crossed and c.student == "poor"}
    assert list(crossed) == [f"level={level} & parity={p}" for level in ("easy", "hard") for p in ("even", "odd")]
    assert crossed["level=hard & parity=odd"].n == 40
    judged = {str(s.slice): s for s in folder.verdict().students[1].slices}
    assert (judged["level=hard & parity=odd"].tier, judged["level=hard & parity=odd"].decision) == ("advisory", "fail")
    assert "level=hard &amp; parity=odd" in (finished / "junit.xml").read_text()


def test_repeats_are_shown_on_whole_suites_unless_all_or_none_are_asked_for(
    finished: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    floor, attempts = said(capfd, finished).split("noise floor:")[1].split("k attempts:")
    assert words_of(floor, "sums", "poor", "all")[:4] == ["240", "0.0%", "33.3%", "+33.3"]
    rows = [line.split() for line in attempts.splitlines() if line.startswith("sums")]
    assert [row[:5] for row in rows if row[1] == "poor"] == [
        ["sums", "poor", "all", kind, k] for kind in ("pass", "majority") for k in ("1", "2")
    ]
    assert "level=hard & parity=odd" in said(capfd, finished, "--repeats").split("noise floor:")[1]
    assert "noise floor" not in said(capfd, finished, "--no-repeats")


def test_what_was_confirmed_is_printed_and_all_of_it_where_asked(
    finished: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    short = said(capfd, finished, "--no-repeats")
    found = "sums, poor: a slice that the search found and confirmed: level=hard (+100.0 points of loss beyond the rest"
    assert found in short
    assert "slices tried" not in short
    told = said(capfd, finished, "--no-repeats", "--explored", "--student", "good")
    assert "sums, good: " in told and "none of them loses more than the rest" in told and "sums, poor: " not in told
    assert "no cliff along steps" in told and "steps 7: teacher 100.0%, student 100.0%, delta 0.0 (n = 30)" in told
    assert "the search found" not in said(capfd, finished, "--no-explored")


def test_json_is_a_list_until_more_is_asked_for(finished: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plain = printed_json(capfd, finished, "--no-slices", "--student", "poor")
    assert [(c["noise"]["n"], len(c["at_k"])) for c in plain] == [(240, 4)]
    more = printed_json(capfd, finished, "--no-slices", "--student", "poor", "--explored")
    assert list(more) == ["comparisons", "explored"] and more["comparisons"] == plain
    (one,) = more["explored"]
    assert (one["suite"], one["student"], one["difficulty"]) == ("sums", "poor", "steps")
    assert one["search"]["found"][0]["conditions"] == [["level", "hard"]]


def test_what_is_explored_stands_beside_the_teacher_only(finished: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["compare", str(finished), "--explored", "--incumbent", "good"]) == 64
    assert "leave out --incumbent" in capfd.readouterr().err


def test_what_is_asked_for_and_not_there_is_said(
    tmp_path: Path, finished: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status(["run", str(write_world(tmp_path)), "-o", str(tmp_path / "once"), "-q"])
    asked = ("--repeats", "--checks", "--explored")
    told = said(capfd, tmp_path / "once", *asked)
    assert [word for word in asked if f"nothing to show for {word}; " in told] == ["--repeats", "--checks"]
    assert "it takes several answers to an item (`repeats: 3` in the plan)" in " ".join(told.split())
    assert "nothing to show" not in said(capfd, tmp_path / "once") + said(capfd, finished, "--repeats", "--explored")


def test_an_incumbent_stands_beside_others_only(finished: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["compare", str(finished), "--incumbent", "good", "--student", "good"]) == 64
    assert '--student "good": beside the incumbent "good" stand the other students: poor' in capfd.readouterr().err


def test_a_crossing_of_a_slice_that_is_not_there_stops_the_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = write_world(tmp_path)
    plan.write_text(plan.read_text().replace("grader: number", "grader: number\n    crossings: [[level, levle]]"))
    assert status(["run", str(plan), "-o", str(tmp_path / "run")]) == 64
    assert 'no sample has a slice "levle"; did you mean "level"?' in capfd.readouterr().err
    assert not (tmp_path / "run").exists()
