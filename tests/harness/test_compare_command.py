"""`viva compare` and `viva show` as people read them: losses by cause, checks, what a judge said."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.cli.figures import print_causes, print_checks, print_comparisons
from harness.cli.main import status
from harness.collect import Reply
from harness.records import Check, CheckTally, Comparison, Grade, Interval, Measure, Response, Tally
from harness.runfolder import RunFolder
from harness.tables import write_table

HOSTILE = "[bold]tot\x1b[2Jal\u202e[/bold]"
RATE = Interval(point=0.0, low=None, high=0.0124, level=0.95, method="clopper-pearson-upper")
CHECKS = (
    CheckTally(
        name=HOSTILE, kind="field", n=240,
        teacher=Tally(hits=240, spurious=0, missed=0), pupil=Tally(hits=160, spurious=40, missed=80),
    ),
    CheckTally(
        name="at most 40 words", kind="rule", n=240, teacher=None,
        pupil=Tally(hits=240, spurious=0, missed=0, rate95=RATE),
    ),
)  # fmt: skip
Change = Callable[[Comparison], Comparison]


def rewritten(run: Path, change: Change) -> str:
    folder = RunFolder(run)
    evaluation = folder.evaluation()
    folder.write_evaluation(replace(evaluation, comparisons=tuple(map(change, evaluation.comparisons))))
    return str(run)


@pytest.fixture
def run(world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    replies = [json.loads(line) for line in (tmp_path / "poor.jsonl").read_text().splitlines()]
    for reply in replies[1::3]:  # of the easy ones, half are cut off or declined
        reply["finish"] = "length"
        reply["reply"] = reply["reply"][:10]
    replies[2]["reply"] = "I'm sorry, but I can't help with that."
    (tmp_path / "poor.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    status(["run", str(world), "-o", str(tmp_path / "run")])
    capfd.readouterr()
    return tmp_path / "run"


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    capfd.readouterr()
    assert status([*arguments]) == 0
    return capfd.readouterr().err


def line(text: str, *words: str) -> list[str]:
    """The only line that begins with these words, in words."""
    (found,) = [rest for one in text.splitlines() if (rest := one.split())[: len(words)] == list(words)]
    return found[len(words) :]


def test_every_delta_comes_with_its_causes(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _, causes = said(capfd, "compare", str(run), "--student", "poor").split("loss by cause")
    assert line(causes, "suite", "student", "slice") == [
        "delta", "wrong", "truncated", "unparsed", "refused", "correct",
    ]  # fmt: skip
    assert line(causes, "sums", "poor", "all") == ["−67.1", "−33.3", "−33.3", "-", "−0.4", "-"]
    assert line(causes, "sums", "poor", "level=hard") == ["−100.0", "−100.0", "-", "-", "-", "-"]
    assert "loss by cause" not in said(capfd, "compare", str(run), "--no-causes")


def test_checks_are_of_whole_suites_unless_all_or_none_are_asked_for(
    run: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "fields:" not in said(capfd, "compare", str(run))
    rewritten(run, lambda c: replace(c, checks=CHECKS) if c.student == "poor" else c)
    told = said(capfd, "compare", str(run), "--no-causes")
    assert line(told, "sums", "poor", "all", "[bold]tot\\x1b[2Jal\\u202e[/bold]") == [
        "240", "80.0%", "66.7%", "72.7%", "100.0%", "100.0%", "100.0%",
    ]  # fmt: skip
    assert line(told, "sums", "poor", "all", "at", "most", "40", "words") == ["240", "0.0%", "1.2%", "-", "-"]
    assert told.count("at most 40 words") == 1
    assert said(capfd, "compare", str(run), "--checks").count("at most 40 words") == 3
    assert "40 words" not in said(capfd, "compare", str(run), "--no-checks")
    assert not set(told) & set("\x1b\u202e")


@pytest.mark.parametrize(
    ("measure", "explained", "words"),
    [
        ("agreement", "its agreement with itself, the ceiling", "disagrees"),
        ("preference", "the teacher's own figure is 50%", "not preferred"),
        ("mixed", "Scores of several kinds", "falls short"),
    ],
)
def test_what_is_no_accuracy_is_said_and_nothing_is_wrong(
    run: Path, measure: Measure, explained: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rewritten(run, lambda c: replace(c, measure=measure, cells=None))
    told = said(capfd, "compare", str(run))
    assert f"{measure}: " in told and explained in told and words in told
    assert "wrong" not in told.replace("not accuracy", "")
    assert "measure" not in said(capfd, "compare", rewritten(run, lambda c: replace(c, measure="accuracy")))


def test_two_measures_have_their_own_tables_of_causes(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rewritten(run, lambda c: c if c.student == "good" else replace(c, measure="agreement", cells=None))
    told = said(capfd, "compare", str(run), "--no-slices")
    assert "loss by cause:" in told and "loss by cause (agreement):" in told


def test_a_narrow_terminal_breaks_lines_and_leaves_no_figure_out(run: Path, tmp_path: Path) -> None:
    rewritten(run, lambda c: replace(c, checks=CHECKS))
    written = io.StringIO()
    console = Console(file=written, width=60, markup=False, highlight=False)
    comparisons = [c for c in RunFolder(run).evaluation().comparisons if str(c.slice) == "all"]
    print_comparisons(comparisons, console)
    print_causes(comparisons, console)
    print_checks(comparisons, console, "teacher")
    for words in ("suite", "retention", "gained", "correct", "recall", "100.0%", "at most"):
        assert words in written.getvalue()


def test_nothing_is_said_of_a_difference_without_a_ceiling(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    why = "the teacher answered once, so its agreement with itself is not known"
    share = Tally(hits=8, spurious=2, missed=0, rate95=replace(RATE, point=0.6, high=0.99))
    found = (replace(CHECKS[0], name="total"), CheckTally(name="polite", kind="rule", n=9, teacher=share, pupil=share))
    rewritten(run, lambda c: replace(c, measure="agreement", undecidable=why, cells=None, checks=found))
    told = said(capfd, "compare", str(run), "--no-slices", "--student", "poor")
    assert line(told.partition("fields:")[0], "sums", "poor", "all")[:4] == ["240", "unknown", "32.9%", "-"]
    assert f"sums: no verdict: {why}" in told
    assert "loss by cause" not in told
    assert line(told, "sums", "poor", "all", "total")[-6:] == ["80.0%", "66.7%", "72.7%", "-", "-", "-"]
    assert line(told, "sums", "poor", "all", "polite")[-2:] == ["60.0%", "99.0%"]


def judged(grade: Grade) -> Grade:
    """The grade as a judge of two criteria could have given it, and a rule that the reply kept."""
    found: Sequence[Check] = (
        Check(name="length", kind="rule", hits=1),
        Check(name="tone", kind="share", hits=1, spurious=1),
    )
    return replace(grade, outcome="incorrect", score=0.5, checks=tuple(found))


def test_a_sample_is_shown_with_its_checks_and_what_the_judge_said(
    run: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = RunFolder(run)
    grades = [judged(g) if (g.sample, g.model) == ("s1", "good") else g for g in folder.grades()]
    folder.write_results(grades, folder.pairs())
    response = Response(key="j", model="referee", text="Too \x1b[2Jcurt. Verdict: B")
    reply = Reply(suite="sums", sample="s1", model="good", attempt=0, response=response)
    more = replace(reply, about="follow-up", response=replace(response, model="good", text="Because I added."))
    dead = replace(reply, model="poor", response=replace(response, text="", failure="it timed out"))
    other = replace(reply, sample="s2", response=replace(response, text="of another sample"))
    write_table(run / "replies.parquet", Reply, [reply, more, dead, other])
    told = said(capfd, "show", str(run), "s1")
    good = told[told.index("good (attempt 1)") : told.index("poor (attempt 1)")]
    assert "good (attempt 1): wrong, score 0.5" in good
    assert good.index("share tone: 1 of 2") < good.index("rule length: kept")
    assert "judge referee\nToo \\x1b[2Jcurt. Verdict: B" in good
    assert "asked further: good\nBecause I added." in good
    assert "judge referee\nno reply: it timed out" in told[told.index("poor (attempt 1): truncated") :]
    assert "of another sample" not in told
    assert status(["show", str(run), "s1", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert [one["about"] for one in found if "about" in one] == ["judging", "follow-up", "judging"]
