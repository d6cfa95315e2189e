"""Frozen suites: read back as written, refused when edited, never half written."""

import json
from pathlib import Path

import pytest

from harness.errors import DataError, UsageError
from harness.identity import digest, file_digest
from harness.plan import SuiteSpec
from harness.records import Json, Message, Sample
from harness.suite import make_suite
from suites.production.frozen import SuiteFile, drafted, freeze, keys, load, open_frozen

SAMPLES = [
    Sample(
        id=f"s{n}",
        messages=(Message(role="user", content=f"Half a pair: \ud83d, {n}"),),
        target={"n": n},
        target_source="correction",
        slices={"intent": "a"},
        weight=n + 0.5,
        inclusion=0.25,
    )
    for n in range(5)
]
COUNTS: dict[str, Json] = {"counts": {"drawn": 5, "traffic": 12.5}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with drafted(tmp_path / "suite") as draft:
        (draft / "malformed.jsonl").write_text('{"file": "a", "row": 1}\n')
        freeze(draft, SuiteFile(grader="exact", grader_options={"exact": {}}, slices=("intent",)), SAMPLES, {**COUNTS})
    return tmp_path / "suite"


def spec(folder: Path, **more: object) -> SuiteSpec:
    return SuiteSpec.model_validate({"name": "desk", "source": "frozen", "path": str(folder), **more})


def test_what_was_frozen_is_loaded(folder: Path) -> None:
    loaded = load(spec(folder))
    assert list(loaded.samples) == SAMPLES
    assert (loaded.grader, dict(loaded.grader_options)) == ("exact", {"exact": {}})
    assert loaded.origin["counts"] == COUNTS["counts"]
    assert "5 samples drawn for a traffic of 12.5 logged requests" in loaded.notes[0]
    assert make_suite(spec(folder), loaded).samples == tuple(SAMPLES)
    assert keys == {"path", "size"}


def test_the_first_samples_are_taken_and_a_note_says_so(folder: Path) -> None:
    loaded = load(spec(folder, size=2))
    assert [sample.id for sample in loaded.samples] == ["s0", "s1"]
    assert "The first 2 of 5 samples" in loaded.notes[1]


@pytest.mark.parametrize("edited", [["samples.jsonl"], ["suite.yaml"], ["malformed.jsonl", "samples.jsonl"]])
def test_an_edited_suite_is_refused_by_the_files_that_differ(folder: Path, edited: list[str]) -> None:
    for name in edited:
        with (folder / name).open("a") as file:
            file.write("\n")
    with pytest.raises(DataError, match=f"edited since it was built, .* manifest.json: {', '.join(edited)}; bring"):
        load(spec(folder))


@pytest.mark.parametrize(
    "change",
    [
        {"counts": {"drawn": 5, "traffic": 99.0}},
        {"seed": 3},
        {"seed": float("nan")},
        {"digest": "0" * 40},
        {"digest": None},
    ],
)
def test_an_edited_manifest_is_refused(folder: Path, change: dict[str, object]) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(DataError, match=r"edited since it was built, .* manifest.json: manifest.json; bring"):
        load(spec(folder))


def test_a_manifest_laid_out_otherwise_is_the_same(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True))
    assert len(load(spec(folder)).samples) == 5


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / "samples.jsonl").unlink()
    with pytest.raises(DataError, match="manifest.json: samples.jsonl;"):
        open_frozen(folder)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"files": 3}', '{"files": {"suite.yaml": "x"}}'])
def test_a_damaged_or_foreign_manifest_is_told(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content)
    with pytest.raises(DataError, match=r"manifest.json: damaged|manifest.json is another program"):
        open_frozen(folder)


def test_a_folder_that_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no frozen suite \(manifest.json is missing\); `viva suite build"):
        load(spec(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="needs the `path` of a folder"):
        load(SuiteSpec(name="desk", source="frozen"))


def test_a_line_that_is_no_sample_is_told_though_its_digest_fits(folder: Path) -> None:
    (folder / "samples.jsonl").write_text('{"id": "a", "weight": -1}\n')
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["samples.jsonl"] = file_digest(folder / "samples.jsonl")
    manifest["digest"] = digest({name: value for name, value in manifest.items() if name != "digest"})
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=r"samples.jsonl:1: not a Sample"):
        load(spec(folder))


def test_a_suite_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="power cut"), drafted(tmp_path / "suite") as draft:
        (draft / "samples.jsonl").write_text("{}")
        raise RuntimeError("power cut")
    assert list(tmp_path.iterdir()) == []


def test_a_suite_is_never_overwritten(folder: Path) -> None:
    with pytest.raises(UsageError, match="suites are never overwritten"), drafted(folder):
        pass
    open_frozen(folder)


def test_nothing_in_a_frozen_folder_names_a_time_or_place(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        assert str(tmp_path) not in path.read_text("utf-8")
