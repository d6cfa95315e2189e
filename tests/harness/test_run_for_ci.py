"""What a run leaves for CI servers, and `viva compare --against`: from the command line to the files and back."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.cli.main import status
from harness.runfolder import RunFolder
from harness.workflow import keep, read_back


@pytest.fixture
def run(world: Path, tmp_path: Path) -> Path:
    assert status(["run", str(world), "-o", str(tmp_path / "run"), "-q"]) == 1
    return tmp_path / "run"


def failures(run: Path) -> list[tuple[str, str]]:
    root = ElementTree.parse(run / "junit.xml").getroot()
    return [(t.attrib["classname"], t.attrib["name"]) for t in root.iter("testcase") if t.find("failure") is not None]


def test_a_run_leaves_its_verdict_for_ci_servers(run: Path) -> None:
    assert failures(run) == [("poor", "verdict"), ("poor: sums", "whole suite"), ("poor: sums", "level=hard")]
    assert (run / "summary.md").read_text("utf-8").startswith("## sums: Fail\n\n- May replace teacher: good\n")


@pytest.mark.parametrize("command", [["gate", "--policy"], ["grade", "-q", "--policy"]])
def test_another_policy_renews_them(run: Path, command: list[str], tmp_path: Path) -> None:
    policy = tmp_path / "lax.yaml"
    policy.write_text("margin_points: 99\nslice_margin_points: 99.9\nadvisory: [level=hard]\n")
    assert status([command[0], str(run), *command[1:], str(policy)]) == 0
    assert failures(run) == []
    assert (run / "summary.md").read_text("utf-8").startswith("## sums: Pass\n")


def test_new_answers_in_an_old_folder_take_its_verdict_away(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Cut off before they are judged, they would else stand beside figures that are not theirs."""
    folder = RunFolder(run)
    keep(read_back(folder), folder.manifest().plan, folder)
    left = {str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()}
    assert {"manifest.json", "samples.jsonl", "responses.parquet", "replies.parquet"} <= left
    assert not left & {"verdict.json", "evaluation.json", "junit.xml", "summary.md", "report/index.html"}
    for command in ("gate", "compare", "report"):
        assert status([command, str(run)]) == 64
        assert "the run is not finished" in capfd.readouterr().err


def test_compare_against_an_earlier_run_tells_who_moved(
    run: Path, world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    replies = [json.loads(line) for line in (tmp_path / "teacher.jsonl").read_text().splitlines()]
    for reply in replies[:40]:
        reply["reply"] = "The answer is 99999."
    (tmp_path / "teacher.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    status(["run", str(world), "-o", str(tmp_path / "later"), "-q"])
    capfd.readouterr()
    assert status(["compare", str(tmp_path / "later"), "--against", str(run)]) == 0
    told = capfd.readouterr()
    assert "sums, poor: the teacher moved; the student is not shown to have" in told.err
    assert "sums, teacher: worse on 40: s0, s1," in told.err
    assert told.out == ""
    assert status(["compare", str(tmp_path / "later"), "--against", str(run), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert {move["moved"] for move in found["moves"]} == {"teacher"}
    assert len(found["flips"]) == 40


@pytest.mark.parametrize(
    "options",
    [["--explored"], ["--no-repeats"], ["--student", "good"], ["--no-slices"], ["--findings"], ["--incumbent", "good"]],
)
def test_options_of_one_run_are_refused_beside_an_earlier_run(
    run: Path, options: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["compare", str(run), "--against", str(run), *options]) == 64
    assert f"viva: {options[0]}: only --json goes with --against" in capfd.readouterr().err


@pytest.mark.parametrize("command", ["gate", "grade", "report"])
def test_a_page_of_changes_goes_with_its_report_and_that_is_said(
    run: Path, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    page = run / "report" / "changes.html"
    assert status(["report", str(run), "--against", str(run)]) == 0
    assert page.is_file() and "changes.html" not in capfd.readouterr().err
    for told in (f"changes.html is gone; `viva report {run} --against EARLIER` writes it anew", ""):
        status([command, str(run)])
        found = " ".join(capfd.readouterr().err.split())
        assert told in found if told else "changes.html" not in found
        assert not page.exists()


def test_an_earlier_run_that_is_none_is_told(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["compare", str(run), "--against", str(run / "nowhere")]) == 64
    assert "not a run folder" in capfd.readouterr().err
