"""`viva suite coverage` and `viva suite overlap`, from the command line to the folder that they write."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import status
from harness.cli.suite_coverage_command import verdict
from harness.identity import file_digest
from harness.records import Interval, Message, Sample
from suites.production.frozen import SuiteFile, drafted, freeze, open_frozen

NOUNS = ("lamp", "chair", "table", "sofa", "desk", "shelf", "mirror", "carpet")
ASKS = ("where is my {} please", "the {} is broken again", "i want to return the {}", "is the {} still in stock")
TAX = ("which tax applies to a {} from norway", "do you invoice the {} without value added tax")
USAGE = 64


def asked(seed: int, count: int, forms: Sequence[str] = ASKS) -> list[str]:
    rng = random.Random(seed)
    return [
        f"{rng.choice(forms).format(rng.choice(NOUNS))}, order {rng.randint(100, 999)} of {rng.choice(NOUNS)}"
        for _ in range(count)
    ]


def chats(path: Path, texts: Sequence[str], queue: str = "shop") -> Path:
    rows = [{"messages": [{"role": "user", "content": text}], "metadata": {"queue": queue}} for text in texts]
    with path.open("a") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows))
    return path


def samples(texts: Sequence[str], queue: str, weight: float = 1.0) -> list[Sample]:
    return [
        Sample(
            id=f"{queue}-{n}",
            messages=(Message(role="user", content=text),),
            slices={"queue": queue, "language": "en"},
            weight=weight,
        )
        for n, text in enumerate(texts)
    ]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a frozen suite, logs like it, and training data that know nothing of taxes."""
    shop, tax = asked(1, 120), asked(2, 30, TAX)
    with drafted(tmp_path / "suite") as draft:
        (draft / "malformed.jsonl").write_text('{"file": "old.jsonl", "row": 3, "reason": "no messages"}\n')
        made = [*samples(shop, "shop"), *samples(tax, "tax", 2.0)]
        freeze(draft, SuiteFile(slices=("queue", "language")), made, {"counts": {"drawn": 150, "traffic": 180.0}})
    chats(tmp_path / "logs.jsonl", asked(3, 200))
    chats(tmp_path / "logs.jsonl", asked(4, 100, TAX), "tax")
    chats(tmp_path / "train.jsonl", [*asked(5, 400), *shop[:7]])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> int:
    return status(["suite", *words])


def told(capfd: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert run(*words, "--json") == 0
    found: dict[str, Any] = json.loads(capfd.readouterr().out)
    return found


@pytest.mark.usefixtures("here")
def test_overlap_finds_what_stands_in_the_training_data(capfd: pytest.CaptureFixture[str]) -> None:
    found = told(capfd, "overlap", "suite", "--train", "train.jsonl")
    exact = [seen["sample"] for seen in found["seen"] if "exact" in seen["ways"]]
    assert exact == [f"shop-{n}" for n in range(7)]
    assert found["seen"][0]["where"]["exact"] == "train.jsonl:401"
    assert (found["samples"], found["texts"], found["traffic"]) == (150, 407, 180.0)
    assert run("overlap", "suite", "--train", "train.jsonl") == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "exact" in err and "shop-0" in err and "407 training texts read" in err


def test_overlap_writes_a_suite_with_the_slice_and_leaves_the_old_one(here: Path) -> None:
    before = {path.name: path.read_bytes() for path in (here / "suite").iterdir()}
    assert (
        run("overlap", "suite", "--train", "train.jsonl", "--similarity", "1", "--share", "1", "-o", "seen", "-q") == 0
    )
    assert {path.name: path.read_bytes() for path in (here / "suite").iterdir()} == before
    old, new = open_frozen(here / "suite"), open_frozen(here / "seen")
    marks = {sample.id: sample.slices["seen_in_training"] for sample in new.samples()}
    assert [name for name, mark in marks.items() if mark == "yes"] == [f"shop-{n}" for n in range(7)]
    assert set(marks.values()) == {"yes", "no"}
    assert [(s.id, s.messages, s.weight) for s in new.samples()] == [
        (s.id, s.messages, s.weight) for s in old.samples()
    ]
    assert new.suite.slices == ("queue", "language", "seen_in_training")
    assert new.manifest["parent"]["folder"] == "suite"
    assert new.manifest["tagged"][0]["train"] == [file_digest(here / "train.jsonl")]
    assert (here / "seen" / "malformed.jsonl").read_bytes() == before["malformed.jsonl"]


def test_slices_add_up_over_commands_and_bytes_are_the_same_each_time(here: Path) -> None:
    assert run("overlap", "suite", "--train", "train.jsonl", "-o", "seen", "-q") == 0
    for out in ("both", "again"):
        assert run("coverage", "seen", "--train", "train.jsonl", "-o", out, "-q") == 0
    both = open_frozen(here / "both")
    assert both.suite.slices[-2:] == ("seen_in_training", "unfamiliar")
    assert [made["slice"] for made in both.manifest["tagged"]] == ["seen_in_training", "unfamiliar"]
    assert [(here / "both" / name).read_bytes() for name in ("samples.jsonl", "manifest.json")] == [
        (here / "again" / name).read_bytes() for name in ("samples.jsonl", "manifest.json")
    ]


def test_coverage_marks_what_training_lacks(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = told(capfd, "coverage", "suite", "--train", "train.jsonl", "-o", "tagged")
    assert "traffic" not in found
    shares = {(s["slice"]["name"], s["slice"]["value"]): s["share"]["point"] for s in found["training"]["shares"]}
    assert shares["queue", "tax"] > 0.9
    assert shares["queue", "shop"] < 0.12
    marks = [sample.slices["unfamiliar"] for sample in open_frozen(here / "tagged").samples()]
    assert marks == [("no", "yes")[sample["unfamiliar"]] for sample in found["training"]["samples"]]


@pytest.mark.usefixtures("here")
def test_coverage_puts_the_suite_beside_the_logs(capfd: pytest.CaptureFixture[str]) -> None:
    found = told(capfd, "coverage", "suite", "logs.jsonl")["traffic"]
    queue, language = found["slices"]
    assert {v["slice"]["value"]: round(v["logs"], 3) for v in queue["values"]} == {"shop": 0.667, "tax": 0.333}
    assert queue["moved"] == pytest.approx(0)
    assert language["values"][0]["slice"]["value"] == "en"
    assert found["apart"]["auc"]["low"] < 0.5 < found["apart"]["auc"]["high"] + 0.02
    assert run("coverage", "suite", "logs.jsonl", "--train", "train.jsonl") == 0
    err = capfd.readouterr().err
    assert "150 samples beside 300 logged requests" in err
    assert "queue=tax" in err


def test_traffic_that_has_changed_is_told(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    changed = ("the voucher for the {} does not work", "how do i redeem a voucher for the {}")
    chats(here / "logs.jsonl", asked(6, 300, changed), "vouchers")
    assert run("coverage", "suite", "logs.jsonl") == 0
    err = capfd.readouterr().err
    assert "they differ clearly" in err
    assert "voucher" in err
    (line,) = [line for line in err.splitlines() if line.startswith("vouchers")]
    assert line.split() == ["vouchers", "0.0%", "50.0%", "+50.0", "differs"]


def test_rows_are_read_by_a_map(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "train.csv").write_text("q\n" + "\n".join(f'"{text}"' for text in asked(1, 5)) + "\n")
    (here / "map.yaml").write_text("sample: {prompt: q}\n")
    found = told(capfd, "overlap", "suite", "--train", "train.csv", "--map", "map.yaml")
    assert sum("exact" in seen["ways"] for seen in found["seen"]) == 5
    mixed = told(capfd, "coverage", "suite", "logs.jsonl", "--train", "train.jsonl", "--seed", "3")
    assert set(mixed) == {"traffic", "training"}


def test_rows_that_give_no_request_are_counted(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (here / "train.jsonl").open("a") as file:
        file.write('{"messages": [{"role": "assistant", "content": "hello"}]}\nnot json\n')
    assert run("overlap", "suite", "--train", "train.jsonl") == 0
    assert "2 rows gave no request; the first: train.jsonl:408" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["coverage", "suite"], "say what the suite is put beside"),
        (["coverage", "suite", "logs.jsonl", "-o", "x"], "needs --train"),
        (["coverage", "suite", "logs.jsonl", "--train-map", "map.yaml"], "--train-map is for"),
        (["coverage", "suite", "logs.jsonl", "--map", "map.yaml", "--format", "chat"], "either --format or --map"),
        (["coverage", "suite", "none.jsonl"], "there is no such file"),
        (["coverage", "none", "logs.jsonl"], "manifest.json is missing"),
        (["coverage", "suite", "empty.jsonl", "--format", "chat"], "no request in these logs"),
        (["coverage", "suite", "--train", "empty.jsonl", "--format", "chat"], "only 0 different training texts"),
        (["overlap", "suite"], "--train"),
        (["overlap", "suite", "--train", "train.jsonl", "-o", "suite"], "never overwritten"),
        (["overlap", "suite", "--train", "train.jsonl", "--share", "0"], "--share"),
        (["overlap", "suite", "--train", "train.jsonl", "--similarity", "0.1"], "--similarity"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    words: list[str], message: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (here / "empty.jsonl").write_text("\n")
    (here / "map.yaml").write_text("sample: {prompt: q}\n")
    assert run(*words) == USAGE
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err and len(err.strip().splitlines()) == 1


def test_an_edited_suite_is_refused(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = here / "suite" / "samples.jsonl"
    path.write_text(path.read_text().replace("lamp", "lump"))
    for words in (["overlap", "suite", "--train", "train.jsonl"], ["coverage", "suite", "logs.jsonl"]):
        assert run(*words) == USAGE
        assert "samples.jsonl" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.4, 0.6, "no difference shows"),
        (0.2, 0.45, "they differ in how often"),
        (0.52, 0.6, "differ a little"),
        (0.65, 0.8, "differ clearly"),
    ],
)
def test_the_verdict_says_on_which_side_of_chance_the_interval_lies(low: float, high: float, says: str) -> None:
    assert says in verdict(Interval(point=(low + high) / 2, low=low, high=high, level=0.95, method="test"))
