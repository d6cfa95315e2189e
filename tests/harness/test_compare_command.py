"""`viva compare` and `viva show` as people read them: losses by cause, checks, mimicry, what a judge said."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.cli.console import SafeConsole
from harness.cli.figures import print_causes, print_checks, print_comparisons
from harness.cli.main import status
from harness.cli.summary import finish
from harness.compared import CheckTally, Tally
from harness.desk import Reply
from harness.evaluation import Comparison, Finding, Profile, Slice, Style
from harness.records import Check, Grade, Interval, Measure, Response
from harness.runfolder import RunFolder
from harness.tables import write_table
from harness.workflow import Outcome

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
    _, causes = said(capfd, "compare", str(run), "--student", "poor", "--no-mimicry").split("loss by cause")
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
        ("agreement", "its agreement with itself, the ceiling", "agrees in half or less"),
        ("preference", "the teacher's own figure is 50%", "not preferred"),
        ("mixed", "Scores of several kinds", "falls short"),
    ],
)
def test_what_is_no_accuracy_is_said_and_nothing_is_wrong(
    run: Path, measure: Measure, explained: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rewritten(run, lambda c: replace(c, measure=measure, cells=None))
    told = said(capfd, "compare", str(run), "--no-mimicry")
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


def test_of_two_samples_with_one_id_the_suite_is_named(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """And a reference that is no text is shown as JSON."""
    rows = [json.loads(line) for line in (tmp_path / "sums.jsonl").read_text().splitlines()]
    again = "".join(json.dumps(row | {"answer": [f"{row['answer']}", "näh"]}) + "\n" for row in rows)
    (tmp_path / "again.jsonl").write_text(again)
    another = "  - {name: again, path: again.jsonl, map: {id: id, prompt: question, target: answer}, grader: exact}\n"
    world.write_text(world.read_text().replace("repeats:", f"{another}repeats:"))
    run = str(tmp_path / "two")
    status(["run", str(world), "-o", run, "--limit", "3", "-q"])
    capfd.readouterr()
    assert status(["show", run, "s1"]) == 64
    assert '"s1" names 2 samples of this run (sums: s1, again: s1); name its --suite' in capfd.readouterr().err
    assert 'reference: ["2", "näh"]' in said(capfd, "show", run, "s1", "--suite", "again")
    assert "reference: 2" in said(capfd, "show", run, "s1", "--suite", "sums")


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


PROFILE = Profile(
    suite="sums",
    student="poor",
    slice=Slice(),
    label="SUPERFICIAL MIMICRY",
    reason="the teacher's style, and less behind it: trace and support are flagged",
    style=Style(
        distance=0.094, floor=0.01, threshold=0.35, close=True,
        auc=Interval(point=0.59, low=0.57, high=0.61, level=0.95, method="m"),
    ),
    flagged=("trace", "support"),
    overrated=Interval(point=0.281, low=0.25, high=0.31, level=0.95, method="m"),
)  # fmt: skip
UNKNOWN = replace(
    PROFILE,
    student="good",
    label="INCONCLUSIVE",
    reason="neither a loss nor its absence is shown",
    style=Style(distance=None, floor=None, threshold=0.35, close=None, auc=None),
    flagged=(),
    overrated=None,
    missing=(f"support: {HOSTILE}",),
)
FOUND = Finding(
    detector="false equations", suite="sums", student="poor", slice=Slice(), state="flagged", group="trace",
    estimate=Interval(point=0.799, low=0.775, high=None, level=0.9, method="m"), p_adjusted=1e-30, reason=HOSTILE,
)  # fmt: skip
HOLLOW = replace(FOUND, detector="hollow reasoning", state="clear", group=None, p_adjusted=None)
HARD = Slice(name="level", value="hard")


@pytest.fixture
def profiled(run: Path) -> str:
    """The run with profiles and findings made by hand, on the whole suite and on one slice."""
    folder = RunFolder(run)
    profiles = (PROFILE, replace(PROFILE, slice=HARD, label="WEAKER"), UNKNOWN)
    findings = (FOUND, HOLLOW, replace(FOUND, slice=HARD, state="abstained", estimate=None, p_adjusted=None))
    folder.write_evaluation(replace(folder.evaluation(), profiles=profiles, findings=findings))
    return str(run)


def test_profiles_are_of_whole_suites_unless_all_or_none_are_asked_for(
    profiled: str, capfd: pytest.CaptureFixture[str]
) -> None:
    told = said(capfd, "compare", profiled, "--no-causes", "--no-explored").partition("mimicry:")[2]
    assert line(told, "sums", "poor", "all") == [
        "SUPERFICIAL", "MIMICRY", "0.09", "close", "0.59", "+28.1", "trace,", "support",
    ]  # fmt: skip
    assert line(told, "sums", "good", "all") == ["INCONCLUSIVE", "-", "-", "-", "-"]
    assert f"poor, sums: SUPERFICIAL MIMICRY: {PROFILE.reason}" in told
    assert "missing: support: [bold]tot\\x1b[2Jal\\u202e[/bold]" in told
    assert "level=hard" not in told and "findings:" not in told
    assert line(said(capfd, "compare", profiled, "--mimicry").partition("mimicry:")[2], "sums", "poor", "level=hard")
    assert "level=hard" not in said(capfd, "compare", profiled, "--mimicry", "--no-slices", "--no-explored")
    assert "mimicry:" not in said(capfd, "compare", profiled, "--no-mimicry")
    only = said(capfd, "compare", profiled, "--student", "good").partition("mimicry:")[2]
    assert "good, sums" in only and "poor, sums" not in only


def test_a_run_without_profiles_has_no_table_of_them(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = RunFolder(run)
    folder.write_evaluation(replace(folder.evaluation(), profiles=(), findings=()))
    told = said(capfd, "compare", str(run), "--mimicry", "--findings")
    assert "mimicry:" not in told and "findings:" not in told


def test_findings_come_with_their_reasons_and_diagnostics_have_no_state(
    profiled: str, capfd: pytest.CaptureFixture[str]
) -> None:
    told = said(capfd, "compare", profiled, "--findings", "--no-causes").partition("findings:")[2]
    assert line(told, "sums", "poor", "all", "trace") == [
        "false", "equations", "flagged", "+79.9", "+77.5", "to", "unbounded", "<", "0.001",
        "[bold]tot\\x1b[2Jal\\u202e[/bold]",
    ]  # fmt: skip
    assert line(told, "sums", "poor", "all", "diagnostic", "hollow", "reasoning")[:2] == ["-", "+79.9"]
    assert "level=hard" not in told and not set(told) & set("\x1b\u202e")
    every = said(capfd, "compare", profiled, "--findings", "--mimicry").partition("findings:")[2]
    assert line(every, "sums", "poor", "level=hard", "trace")[2:6] == ["abstained", "-", "-", "-"]


def printed(capfd: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert status([*arguments, "--json"]) == 0
    return json.loads(capfd.readouterr().out)


def test_json_is_a_list_of_comparisons_until_mimicry_is_asked_for(
    profiled: str, capfd: pytest.CaptureFixture[str]
) -> None:
    plain = printed(capfd, "compare", profiled)
    assert isinstance(plain, list) and printed(capfd, "compare", profiled, "--no-mimicry") == plain
    asked = printed(capfd, "compare", profiled, "--mimicry")
    assert list(asked) == ["comparisons", "profiles"] and asked["comparisons"] == plain
    assert [p["label"] for p in asked["profiles"]] == ["SUPERFICIAL MIMICRY", "WEAKER", "INCONCLUSIVE"]
    narrow = printed(capfd, "compare", profiled, "--findings", "--no-slices", "--student", "poor")
    assert [p["slice"]["name"] for p in narrow["profiles"]] == ["all"]
    assert [f["detector"] for f in narrow["findings"]] == ["false equations", "hollow reasoning"]
    assert {c["student"] for c in narrow["comparisons"]} == {"poor"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--mimicry", "--incumbent", "good"], "leave out --incumbent"),
        (["--findings", "--incumbent", "good"], "leave out --incumbent"),
        (["--findings", "--no-mimicry"], "leave out --no-mimicry"),
    ],
)
def test_options_that_contradict_one_another_are_refused(
    profiled: str, options: list[str], expected: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["compare", profiled, *options]) == 64
    assert expected in capfd.readouterr().err


def test_beside_an_incumbent_there_are_no_profiles(profiled: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert "mimicry:" not in said(capfd, "compare", profiled, "--incumbent", "good")


def test_a_run_ends_with_labels_and_warnings(profiled: str, capfd: pytest.CaptureFixture[str]) -> None:
    folder = RunFolder(Path(profiled))
    verdict = folder.verdict()
    warnings = tuple(f"warning {n} {HOSTILE}" for n in range(8))
    warned = replace(verdict, students=tuple(replace(s, warnings=warnings) for s in verdict.students[:1]))
    ended = Outcome(evaluation=folder.evaluation(), verdict=warned, report=Path("report"))
    written = io.StringIO()
    finish(ended, SafeConsole(file=written, width=160, markup=False, highlight=False), as_json=False)
    told = written.getvalue()
    assert f"poor, sums: SUPERFICIAL MIMICRY: {PROFILE.reason}\n" in told
    assert told.count("poor, sums: ") == 1 and "WEAKER" not in told
    assert told.index("poor, sums: ") < told.index("warning: warning 0 [bold]tot\\x1b[2Jal")
    assert [told.count(f"warning: warning {n} ") for n in range(8)] == [1] * 8
