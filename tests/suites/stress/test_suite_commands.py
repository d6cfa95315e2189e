"""`viva suite show` and `viva suite list`: what they print, and one clear line for what is wrong."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from harness.cli.main import status
from harness.cli.suite_show_command import beside
from tests.suites.stress.rows import BAKERY, problem

PLAN = """name: bags
teacher: {name: teacher, engine: scripted, model: replies.jsonl}
students: [{name: small, engine: scripted, model: replies.jsonl}]
suites:
  - name: bags
    path: bags.jsonl
    map: {id: id, prompt: text, target: answer, solution: worked, slices: [level]}
    grader: number
    stress: {families: [renumber, casing], variants: 2}
"""
ROW = {
    "id": "bags-1",
    "text": "Mira bakes 48 rolls and sells 18. She packs the rest into bags of 6. How many bags does she fill?",
    "answer": "5",
    "worked": "<<48-18=30>>30\n<<30/6=5>>5\n#### 5",
    "level": "one",
}
OPEN = {"id": "open-2", "text": "Say \u001b[31m how many.", "answer": "7", "worked": "", "level": "two"}


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "bags.jsonl").write_text(f"{json.dumps(ROW)}\n{json.dumps(OPEN)}\n")
    (tmp_path / "replies.jsonl").write_text(json.dumps({"prompt": "?", "reply": "?"}) + "\n")
    return tmp_path


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = status(["suite", *arguments])
    out, err = capfd.readouterr()
    return code, out, err


def test_base_and_variant_stand_side_by_side(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capfd, "show", "plan.yaml", "--sample", "bags", "--family", "casing")
    assert (code, out) == (0, "")
    assert "bags: bags-1" in err and "level=one" in err
    assert "casing 1" in err and "casing 2" in err and "casing 3" not in err
    assert "base" in err and "MIRA BAKES" in err.upper() and "reference: 5" in err


def test_it_fits_eighty_columns() -> None:
    base = problem(BAKERY)
    variant = problem(BAKERY, id=f"{base.id}~renumber1", family="renumber", target="9")
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(beside(base, variant, console.width))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) > 6
    assert any("reference: 5" in line and "reference: 9" in line for line in lines)


def test_json_holds_samples_with_their_variants(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, "show", "plan.yaml:bags", "--json")
    (bags,) = json.loads(out)  # the other sample has no variant
    assert code == 0 and bags["suite"] == "bags" and bags["sample"]["id"] == "bags-1"
    assert [v["id"] for v in bags["variants"]] == [f"bags-1~{f}{n}" for f in ("renumber", "casing") for n in (1, 2)]


def test_a_limit_counts_samples(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, "show", "plan.yaml", "--limit", "1", "--json")
    assert code == 0 and [one["sample"]["id"] for one in json.loads(out)] == ["bags-1"]


def test_it_says_why_there_is_no_variant(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capfd, "show", "plan.yaml", "--sample", "open-2", "--family", "renumber")
    assert code == 0 and "without a worked solution" in err and "open-2" in err
    code, _, err = run(capfd, "show", "plan.yaml", "--family", "exception_pair")
    assert code == 0 and "exception_pair: 0 of 2 samples; left out: 2 not made by a template" in err


def test_what_would_rewrite_the_screen_is_written_out(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capfd, "show", "plan.yaml", "--sample", "open", "--family", "hidden_instruction")
    assert code == 0 and "\x1b" not in err and "\\x1b[31m" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "plans.yaml"), "plans.yaml: there is no such plan"),
        (("show", "plan.yaml:bag"), 'no suite "bag"; did you mean "bags"?'),
        (("show", "plan.yaml", "--family", "casin"), 'stress family "casin" is unknown; did you mean "casing"?'),
        (("show", "plan.yaml", "--sample", "bogs-1"), 'no sample "bogs-1"; did you mean "bags-1"?'),
        (("show", "."), "no suite.yaml"),
        (("list", "plans.yaml"), "plans.yaml"),
        (("show", "plan.yaml", "--limit", "0"), "--limit"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    plan: Path, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = run(capfd, *arguments)
    assert code == 64 and out == "" and told in err and err.count("\n") == 1, err


def test_a_plan_of_several_suites_asks_for_a_name(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    more = PLAN.replace("    stress:", "  - {name: tins, source: demo}\n#")
    (plan / "plan.yaml").write_text(more)
    code, _, err = run(capfd, "show", "plan.yaml")
    assert code == 64 and "2 suites; name one: plan.yaml:bags, plan.yaml:tins" in err
    code, _, err = run(capfd, "show", "plan.yaml:bags")
    assert code == 0 and "[user] Mira bakes" in err and "reference: 7" in err


def test_the_sources_are_listed_with_what_they_read(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capfd, "list")
    assert code == 0 and "samples from a file of the team's own" in err and "map, path" in err
    code, out, _ = run(capfd, "list", "--json")
    sources = {source["name"]: source for source in json.loads(out)}
    assert code == 0 and {"rows", "demo"} <= set(sources)
    assert all(source["reads"] for source in sources.values())


def test_the_suites_of_a_plan_are_listed_with_their_variants(plan: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, "list", "plan.yaml", "--json")
    bags, stress = json.loads(out)
    assert code == 0
    assert (bags["name"], bags["kind"], bags["n"], bags["graders"]) == ("bags", "workload", 2, ["number"])
    assert (stress["name"], stress["kind"]) == ("bags.stress", "stress")
    assert stress["slices"] == ["family", "level"]
    code, _, err = run(capfd, "list", "plan.yaml")
    assert code == 0 and "bags.stress: renumber: 1 of 2 samples (2 variants)" in err
