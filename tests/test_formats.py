"""Holds docs/formats.md and the JSON Schemas to the records, and the schemas to what a run writes."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest

from harness.cli.main import status
from harness.collect import Answer
from harness.desk import Reply
from harness.evaluation import Evaluation, Pair
from harness.records import Grade
from harness.review import Draw, ReviewMark
from harness.review_marks import Export
from harness.runfolder import Manifest, PlacedSample
from harness.verdict import Verdict
from scripts.schemas import FILES, FOLDER, schema
from tests.harness.conftest import write_world

PAGE = Path(__file__).parents[1] / "docs" / "formats.md"
ROOTS = (Evaluation, Verdict, Manifest, PlacedSample, Answer, Reply, Grade, Pair, Draw, ReviewMark, Export)


def records(*kinds: Any) -> Iterator[type]:
    """The dataclasses in these types, at any depth."""
    seen: dict[type, None] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop(0)
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            if kind not in seen:
                seen[kind] = None
                waiting += get_type_hints(kind).values()
        else:
            waiting += get_args(kind)
    yield from seen


def documented() -> dict[str, list[str]]:
    """The fields in the table of each record's section."""
    sections = re.split(r"^### ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {text.split("\n", 1)[0]: re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE) for text in sections}


def test_every_record_and_field_is_documented_and_no_other() -> None:
    found = {kind.__name__: [field.name for field in dataclasses.fields(kind)] for kind in records(*ROOTS)}
    assert len(found) > 40
    told = documented()
    assert sorted(told) == sorted(found)
    for name, fields in found.items():
        assert told[name] == fields, name


@pytest.mark.parametrize("name", FILES)
def test_the_committed_schema_is_that_of_the_record(name: str) -> None:
    committed = json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8"))
    assert committed == schema(FILES[name]), "make schemas renews it"
    jsonschema.Draft202012Validator.check_schema(committed)


def test_every_schema_is_linked_and_there_is_no_other() -> None:
    names = sorted(path.name for path in FOLDER.iterdir())
    assert names == sorted(f"{name}.schema.json" for name in FILES)
    assert sorted(re.findall(r"\(schemas/([\w.-]+)\)", PAGE.read_text("utf-8"))) == names


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with everything that a scripted one can have: repeats, a slice by difficulty, a draw and a mark."""
    folder = tmp_path_factory.mktemp("formats")
    plan = write_world(folder, n=60, repeats=2)
    assert status(["run", str(plan), "-o", str(folder / "run"), "-q"]) in (1, 2)
    assert status(["review", "draw", str(folder / "run"), "--n", "8"]) == 0
    return folder / "run"


def valid(name: str, value: Any) -> None:
    jsonschema.Draft202012Validator(schema(FILES[name])).validate(value)


@pytest.mark.parametrize("name", ["evaluation", "verdict", "manifest"])
def test_what_a_run_writes_fits_its_schema(name: str, run: Path) -> None:
    valid(name, json.loads((run / f"{name}.json").read_text("utf-8")))


def test_draws_and_marks_fit_theirs(run: Path, tmp_path: Path) -> None:
    (path,) = (run / "reviews").glob("draw-*.json")
    drawn = json.loads(path.read_text("utf-8"))
    valid("draw", drawn)
    item = drawn["items"][0]
    mark = {
        "suite": item["suite"], "student": item["student"], "sample": item["sample"], "model": "teacher", "attempt": 0,
        "mark": "right", "note": "", "blind": True, "draw": drawn["id"], "at": "2026-11-02T10:00:00Z",
    }  # fmt: skip
    exported = {"viva_marks": 1, "evaluation": drawn["evaluation"], "run": "sums", "reviewer": "ann", "marks": [mark]}
    valid("exported-marks", exported)
    (tmp_path / "marks.json").write_text(json.dumps(exported))
    assert status(["review", "import", str(run), str(tmp_path / "marks.json")]) == 0
    (line,) = (run / "reviews" / "marks.jsonl").read_text("utf-8").splitlines()
    valid("mark", json.loads(line))


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda value: value.pop(key)


def spoil(value: dict[str, Any]) -> None:
    value["comparisons"][0]["delta95"]["low"] = "low"


@pytest.mark.parametrize("change", [drop("comparisons"), drop("models"), spoil])
def test_what_is_no_evaluation_does_not_fit(change: Callable[[dict[str, Any]], None], run: Path) -> None:
    value = json.loads((run / "evaluation.json").read_text("utf-8"))
    change(value)
    with pytest.raises(jsonschema.ValidationError):
        valid("evaluation", value)
