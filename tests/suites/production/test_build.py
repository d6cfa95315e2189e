"""`viva suite build`, end to end: what is written, what never is, weights, the same bytes. All texts are invented."""

import json
import math
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import status
from suites.production.frozen import open_frozen

Row = dict[str, Any]
Build = Callable[..., int]
MAILS = [f"ada.byron{n}@post.example.org" for n in range(40)]
NOUNS = ("parcel", "invoice", "refund", "password", "garden chair", "receipt", "voucher", "catalogue", "lamp", "kettle")
VERBS = ("arrived broken", "never came", "is missing a part", "was billed twice", "has the wrong colour", "is too loud")


def rows(count: int) -> list[Row]:
    """Chat rows of two intents (nine to one), with addresses, and a few that repeat with another case."""
    rng = random.Random(11)
    made: list[Row] = []
    for n in range(count):
        words = " ".join(rng.sample(NOUNS, 3)) + " " + " and ".join(rng.sample(VERBS, 2))
        text = f"Case {n}: the {words}; write to {rng.choice(MAILS)}" if n % 10 else "Please cancel my order today."
        text = text.upper() if n % 20 == 0 else text
        reply = {"role": "assistant", "content": f"We wrote to {MAILS[n % 40]}."}
        made.append(
            {
                "messages": [{"role": "user", "content": text}, reply],
                "intent": "rare" if n % 10 == 3 else "common",
                "agent": MAILS[n % 3],
                "feedback": "up" if n % 4 == 1 else "",
            }
        )
    return made


def write_lines(path: Path, lines: list[Row | str]) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    lines: list[Row | str] = list(rows(400))
    lines.insert(7, '{"messages": [{"role": "user", "content": "ada.hidden@post.example.org')
    lines.insert(50, {"messages": [{"role": "system", "content": "x"}]})
    lines.insert(90, {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]})
    return write_lines(tmp_path / "log.jsonl", lines)


@pytest.fixture
def build(tmp_path: Path, log: Path) -> Build:
    (tmp_path / "salt").write_bytes(b"a salt for tests, 32 bytes long.")

    def run(out: str = "suite", *more: str, logs: tuple[Path, ...] = (log,), salt: bool = True) -> int:
        known = ["--salt-file", str(tmp_path / "salt")] if salt else []
        size = [] if "--size" in more else ["--size", "60"]
        return status(["suite", "build", *map(str, logs), "-o", str(tmp_path / out), *size, *known, *more])

    return run


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def manifest(folder: Path) -> Row:
    found: Row = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def test_a_suite_from_logs(build: Build, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "targets.yaml").write_text("accepted: {field: feedback, values: [up]}\n")
    assert build("suite", "--by", "intent", "--targets", str(tmp_path / "targets.yaml"), "--grader", "exact") == 0
    told = capfd.readouterr()
    frozen = open_frozen(tmp_path / "suite")
    samples = list(frozen.samples())
    counts = manifest(tmp_path / "suite")["counts"]
    assert {name: counts[name] for name in ("read", "malformed", "unsupported", "no_request", "requests")} == {
        "read": 403,
        "malformed": 1,
        "unsupported": 1,
        "no_request": 1,
        "requests": 400,
    }
    assert counts["drawn"] == len(samples) == 60
    assert counts["near_duplicates"] >= 39  # the order to cancel, in either case
    assert math.fsum(sample.weight for sample in samples) == counts["traffic"] == 400
    assert all(sample.inclusion and 0 < sample.inclusion <= 1 for sample in samples)
    assert Counter(sample.slices["intent"] for sample in samples)["rare"] >= 20
    assert {sample.target_source for sample in samples} == {"accepted", None}
    assert all((sample.target is None) == (sample.target_source is None) for sample in samples)
    assert (frozen.suite.grader, frozen.suite.slices) == ("exact", ("intent",))
    assert len({sample.id for sample in samples}) == 60
    assert "byron" not in told.out + told.err
    assert "email" in told.err


def test_nothing_personal_is_written(build: Build, tmp_path: Path) -> None:
    assert build("suite", "--by", "agent,intent") == 0
    for name, content in written(tmp_path / "suite").items():
        assert b"byron" not in content, name
        assert b"hidden" not in content, name
        assert b"salt for tests" not in content, name
    found = manifest(tmp_path / "suite")
    assert found["scrubbed"]["email"] > 100
    assert {stratum["labels"]["agent"][-16:] for stratum in found["strata"]} == {"@example.invalid"}
    malformed = (tmp_path / "suite" / "malformed.jsonl").read_text("utf-8").splitlines()
    assert [(json.loads(line)["row"], json.loads(line)["kind"]) for line in malformed] == [
        (8, "malformed"),
        (91, "unsupported"),
    ]


def test_a_file_name_is_scrubbed_too(build: Build, tmp_path: Path, log: Path) -> None:
    named = log.rename(tmp_path / "of ada.byron@post.example.org.jsonl")
    assert build(logs=(named,)) == 0
    assert all(b"byron" not in content for content in written(tmp_path / "suite").values())


def test_the_same_inputs_and_salt_give_the_same_bytes(build: Build, tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert build(out, "--by", "clusters:4,length") == 0
    assert written(tmp_path / "one") == written(tmp_path / "two")
    assert build("three", "--by", "clusters:4,length", "--seed", "8") == 0
    assert written(tmp_path / "one")["samples.jsonl"] != written(tmp_path / "three")["samples.jsonl"]


def test_without_a_salt_file_pseudonyms_differ_and_the_manifest_says_so(build: Build, tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert build(out, salt=False) == 0
    one, two = ([s.messages for s in open_frozen(tmp_path / out).samples()] for out in ("one", "two"))
    assert one != two
    assert "random, not kept" in manifest(tmp_path / "one")["salt"]


def test_small_strata_are_warned_of(build: Build, capfd: pytest.CaptureFixture[str]) -> None:
    assert build("suite", "--by", "intent", "--size", "30", "--floor", "5") == 0
    assert "1 of 2 strata have under 20 samples: intent=rare" in capfd.readouterr().err


def test_json_is_the_manifest(build: Build, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert build("suite", "--json", "-q") == 0
    told = capfd.readouterr()
    assert json.loads(told.out) == manifest(tmp_path / "suite")
    assert told.err == ""


def test_batches_from_end_to_end(build: Build, tmp_path: Path) -> None:
    asked = [row["messages"] for row in rows(60)]
    inputs: list[Row | str] = [
        {"custom_id": f"r{n}", "body": {"model": "m", "messages": talk[:1]}} for n, talk in enumerate(asked)
    ]
    outputs: list[Row | str] = [
        {"custom_id": f"r{n}", "response": {"status_code": 200, "body": {"choices": [{"message": talk[1]}]}}}
        for n, talk in reversed(list(enumerate(asked)))
    ]
    files = (write_lines(tmp_path / "out.jsonl", outputs), write_lines(tmp_path / "in.jsonl", inputs))
    (tmp_path / "targets.yaml").write_text("rules: [{reply: 'wrote to (.*)\\.$'}]\n")
    assert build("suite", "--size", "30", "--targets", str(tmp_path / "targets.yaml"), logs=files) == 0
    samples = list(open_frozen(tmp_path / "suite").samples())
    assert all(str(sample.target).endswith("@example.invalid") for sample in samples)
    assert {sample.source.split(":")[0] for sample in samples if sample.source} == {"in.jsonl"}


REFUSED: dict[str, tuple[list[str], str]] = {
    "a field that no row has": (["--by", "intnet"], 'no row has a field "intnet"; did you mean "intent"?'),
    "too few samples": (["--by", "intent", "--size", "1"], "1 samples cannot stand for 2 strata"),
    "an unknown grader": (["--grader", "exakt"], '--grader "exakt" is unknown; did you mean "exact"?'),
    "an unknown country": (["--phone-region", "us"], '--phone-region "us": no country code'),
    "no salt": (["--salt-file", "nowhere"], "nowhere: the salt cannot be read"),
    "no rules": (["--by", "rules"], "give the file that holds them with --rules FILE"),
    "the name of the whole": (["--by", "all"], "the whole suite is called so"),
    "another format": (["--format", "otel"], "no row gives a request that could be used"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_nothing_behind(
    build: Build, tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    options, fault = REFUSED[name]
    assert build("suite", *options) == 64
    assert fault in capfd.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_an_existing_folder_is_refused(build: Build, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "suite").mkdir()
    assert build("suite") == 64
    assert "suites are never overwritten" in capfd.readouterr().err
    assert list((tmp_path / "suite").iterdir()) == []


def test_cluster_names_hold_no_part_of_personal_data(tmp_path: Path, build: Build) -> None:
    """Names of clusters are words of texts; a scrubber that sees these one by one finds no address in them."""
    people = ("quillon", "zephyrine", "wolfram")
    rng = random.Random(5)
    lines: list[Row | str] = []
    for n in range(300):
        mail, phone = f"{people[n % 3]}.vantongeren@{people[n % 3]}post.example.net", f"+1 (415) 555-26{n % 3}7"
        noun, verb = rng.choice(NOUNS[n % 3 * 3 : n % 3 * 3 + 3]), rng.choice(VERBS)
        text = f"{mail} and {phone}: the {noun} {verb} {rng.randint(1, 9)} times"
        lines.append({"messages": [{"role": "user", "content": text}]})
    log = write_lines(tmp_path / "persons.jsonl", lines)
    for out in ("suite", "again"):
        assert build(out, "--by", "clusters:3", logs=(log,)) == 0
    assert written(tmp_path / "suite") == written(tmp_path / "again")
    for name, content in written(tmp_path / "suite").items():
        parts = set(re.split(r"[^a-z0-9]+", content.decode().lower()))
        assert not parts & {*people, *(f"{who}post" for who in people), "vantongeren", "net", "415", "555"}, name
        assert not parts & {"2607", "2617", "2627"}, name
    rows = [json.loads(line) for line in (tmp_path / "suite" / "samples.jsonl").read_text().splitlines()]
    named = " ".join({row["slices"]["clusters"] for row in rows})
    assert set(named.split()) & {word for noun in NOUNS for word in noun.split()}
    assert not any(c.isdigit() for c in named)


def test_samples_without_a_target_are_warned_of(
    build: Build, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert build() == 0
    assert "60 of 60 samples have no target, and graders need one; --targets FILE" in " ".join(
        capfd.readouterr().err.split()
    )
    (tmp_path / "targets.yaml").write_text("rules:\n  - {target: shipping}\n")
    build("known", "--targets", str(tmp_path / "targets.yaml"))
    assert "have no target" not in capfd.readouterr().err


def test_a_pattern_that_matches_anything_leaves_the_roles(build: Build, tmp_path: Path) -> None:
    (tmp_path / "names.yaml").write_text("patterns: ['[a-z]+']\n")
    assert build("suite", "--names", str(tmp_path / "names.yaml")) == 0
    lines = (tmp_path / "suite" / "samples.jsonl").read_text("utf-8").splitlines()
    roles = {message["role"] for line in lines for message in json.loads(line)["messages"]}
    assert roles <= {"system", "user", "assistant"} and "user" in roles


def test_a_word_without_end_names_no_cluster(tmp_path: Path, build: Build) -> None:
    lines: list[Row | str] = [
        {"messages": [{"role": "user", "content": f"Where is parcel {n}? {'x' * 5000 if n % 2 else 'Please.'}"}]}
        for n in range(80)
    ]
    write_lines(tmp_path / "long.jsonl", lines)
    assert build("named", "--by", "clusters:2", logs=(tmp_path / "long.jsonl",)) == 0
    labels = {str(s["labels"]) for s in manifest(tmp_path / "named")["strata"]}  # type: ignore[index,union-attr]
    assert labels and max(map(len, labels)) < 200
