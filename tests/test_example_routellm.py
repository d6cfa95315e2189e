"""The script of examples/routellm on a few rows of our own: three policies, three exit codes, valid JUnit."""

import csv
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree  # lm-eval brings it

ROOT = Path(__file__).parents[1]
SCHEMA = etree.XMLSchema(etree.parse(ROOT / "tests" / "harness" / "junit.xsd"))
STRONG, WEAK = "gpt-4-1106-preview", "mistralai/Mixtral-8x7B-Instruct-v0.1"
WORDS = {"short": 12, "medium": 40, "long": 70}
ROWS, LOST = 60, 9  # of each length; 15% lost everywhere: beyond 3 points, short of 25, and 15 cannot be told


def write_answers(path: Path) -> None:
    """Rows in the schema of RouteLLM's file; the strong model is always right."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["prompt", WEAK, STRONG, f"{WEAK}_response", f"{STRONG}_response"])
        for words in WORDS.values():
            for n in range(ROWS):
                question = f"{n} of {words} words:" + " word" * (words - 4)
                table.writerow([question, n >= LOST, True, "A sum,\nand its result.", "The result."])


def run(answers: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / "routellm" / "run.py"), str(answers), "-o", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("routellm")
    write_answers(folder / "answers.csv")
    return run(folder / "answers.csv", folder / "out"), folder / "out"


def test_three_policies_end_in_three_exit_codes(finished: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ended, out = finished
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        f"replace.yaml: exit code 1, fail ({out}/junit-replace.xml)",
        f"router.yaml: exit code 2, inconclusive ({out}/junit-router.xml)",
        f"fallback.yaml: exit code 0, pass ({out}/junit-fallback.xml)",
    ]
    assert "gsm8k, length=short: 15.0 points worse" in ended.stderr


@pytest.mark.parametrize(
    ("policy", "found"), [("replace", "failure"), ("router", "error"), ("fallback", "passed")], ids=str
)
def test_each_verdict_is_kept_as_valid_junit(
    policy: str, found: str, finished: tuple[subprocess.CompletedProcess[str], Path]
) -> None:
    path = finished[1] / f"junit-{policy}.xml"
    SCHEMA.assertValid(etree.parse(path))
    (verdict,) = [case for case in ElementTree.parse(path).iter("testcase") if case.attrib["name"] == "verdict"]
    assert next((inner.tag for inner in verdict), "passed") == found


def test_an_input_that_cannot_be_read_ends_with_vivas_own_code(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("prompt,answer\nWhat is 1 + 1?,2\n")
    ended = run(tmp_path / "other.csv", tmp_path / "out")
    assert ended.returncode == 64
    assert 'no row has the field "gpt-4-1106-preview_response"' in ended.stderr
