"""The demo's invented log and the suite that was built from it: both can be made again, and nothing private is left."""

import gzip
import json
from pathlib import Path

import pytest

from harness.cli import wiring
from harness.cli.main import status
from harness.grading import assign, check_gold
from harness.plan import SuiteSpec
from harness.suite import make_suite
from suites.demo.traffic import ROWS, rows
from suites.demo.workload import is_held_out
from suites.production import frozen

DEMO = Path(__file__).parents[2] / "suites" / "demo"
BUILD = (
    *("--size", "240", "--by", "channel,length", "--floor", "16", "--similarity", "0.9", "--grader", "number", "-q"),
    *("--targets", str(DEMO / "targets.yaml"), "--salt-file", str(DEMO / "salt.txt")),
)


def test_the_log_is_what_its_program_draws() -> None:
    with gzip.open(DEMO / "traffic.jsonl.gz", "rt", encoding="utf-8") as file:
        assert [json.loads(line) for line in file] == list(rows())


def test_the_suite_is_what_the_log_gives(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "suite"
    assert status(["suite", "build", str(DEMO / "traffic.jsonl.gz"), "-o", str(out), *BUILD]) == 0, capfd.readouterr()
    for name in ("suite.yaml", "samples.jsonl"):
        assert (out / name).read_bytes() == (DEMO / "traffic_suite" / name).read_bytes(), name


def test_the_suite_stands_for_the_traffic_and_holds_nobodys_data() -> None:
    spec = SuiteSpec(name="traffic", source="frozen", path=str(DEMO / "traffic_suite"))
    suite = make_suite(spec, frozen.load(spec))
    assert sum(sample.weight for sample in suite.samples) == pytest.approx(ROWS)
    texts = [sample.messages[0].content for sample in suite.samples]
    assert any("@example.invalid" in text for text in texts)
    assert not [text for text in texts if "mail.example" in text or "7946" in text or "4539" in text]
    assert {sample.target_source for sample in suite.samples} == {"correction", "rule"}
    check_gold(assign((suite,), wiring.parts().graders))


def test_no_request_of_the_log_was_trained_on() -> None:
    plain = [str(row["messages"][0]["content"]) for row in rows()]  # type: ignore[index,call-overload]  # JSON
    bare = [text.replace(".  ", ". ") for text in plain if not any(c in text for c in ("@", "+44", "4539"))]
    assert bare
    assert all(is_held_out(text) for text in bare)
