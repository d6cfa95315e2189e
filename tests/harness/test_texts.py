"""The texts of a stored run are those of the run in memory, however they are asked for."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.collect import Answer
from harness.errors import StoreError
from harness.records import Check, Grade, Likelihood, LogprobSummary, Message, Response, Sample
from harness.serial import to_text
from harness.tables import BATCH, write_table
from harness.texts import PlacedSample, StoredTexts, Texts

ODD = "</script> \ud800 \u2028 é 👩‍💻 \x00"


def sample(name: str) -> Sample:
    return Sample(id=name, messages=(Message(role="user", content=f"{name} {ODD}"),), target={"a": [1, None]})


def answer(name: str, model: str, attempt: int) -> Answer:
    response = Response(
        key=f"{name} {model} {attempt}", model=model, text=f"to {name}: {ODD.replace(chr(0xD800), '')}", finish="stop",
        tool_calls=({"name": "look", "deep": [{}]},), logprob=LogprobSummary(mean=-0.5, least=-2.0, first=-0.1),
        likelihoods=(Likelihood(logprob=-1.0, greedy=True, tokens=3),), latency_s=0.25,
    )  # fmt: skip
    return Answer(suite="desk", sample=name, attempt=attempt, response=response)


def grade(name: str, model: str, attempt: int) -> Grade:
    return Grade(
        suite="desk", sample=name, model=model, attempt=attempt, outcome="correct", score=1.0, answer="42", reason="",
        grader="number 1", response_keys=(f"{name} {model} {attempt}",), checks=(Check(name="total", kind="field"),),
    )  # fmt: skip


NAMES = [f"sample-{n}" for n in range(7)]
ATTEMPTS = [(name, model, attempt) for attempt in (0, 1) for model in ("large", "small") for name in reversed(NAMES)]


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path, Path]:
    lines = [to_text(PlacedSample(suite="desk", sample=sample(name))) + "\n" for name in NAMES]
    (tmp_path / "samples.jsonl").write_text("".join(lines))
    write_table(tmp_path / "responses.parquet", Answer, [answer(*one) for one in ATTEMPTS])
    write_table(tmp_path / "grades.parquet", Grade, [grade(*one) for one in ATTEMPTS])
    return tmp_path / "samples.jsonl", tmp_path / "responses.parquet", tmp_path / "grades.parquet"


def test_they_are_what_was_written(paths: tuple[Path, Path, Path]) -> None:
    stored = StoredTexts.of(*paths)
    held = Texts.of({"desk": list(map(sample, NAMES))}, (answer(*a) for a in ATTEMPTS), (grade(*a) for a in ATTEMPTS))
    fetched = stored.fetched("desk", ["sample-5", "sample-0"])
    for name in ("sample-5", "sample-0"):
        assert stored.sample("desk", name) == fetched.sample("desk", name) == held.sample("desk", name)
        for model in ("large", "small", "nobody"):
            asked: Sequence[object] = held.responses("desk", name, model)
            assert (
                list(stored.responses("desk", name, model))
                == list(fetched.responses("desk", name, model))
                == list(asked)
            )
            assert list(stored.grades("desk", name, model)) == list(held.grades("desk", name, model))


def test_rows_out_of_several_batches_come_in_the_order_asked(tmp_path: Path) -> None:
    names = [f"{n:05}" for n in range(BATCH + 20)]
    (tmp_path / "samples.jsonl").write_text(
        "".join(to_text(PlacedSample(suite="desk", sample=Sample(id=name))) + "\n" for name in names)
    )
    write_table(tmp_path / "responses.parquet", Answer, [answer(name, "large", 0) for name in names])
    write_table(tmp_path / "grades.parquet", Grade, [])
    stored = StoredTexts.of(*(tmp_path / name for name in ("samples.jsonl", "responses.parquet", "grades.parquet")))
    asked = [names[-1], names[0], names[BATCH], names[BATCH - 1]]
    fetched = stored.fetched("desk", asked)
    assert [[r.key for r in fetched.responses("desk", name, "large")] for name in asked] == [
        [f"{name} large 0"] for name in asked
    ]


def test_a_sample_that_is_not_there_is_named(paths: tuple[Path, Path, Path]) -> None:
    with pytest.raises(StoreError, match=r"samples.jsonl: damaged \(no sample desk: nobody\)"):
        StoredTexts.of(*paths).sample("desk", "nobody")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_file_is_named(paths: tuple[Path, Path, Path], place: int) -> None:
    paths[place].write_text("{")
    with pytest.raises(StoreError, match=paths[place].name):
        StoredTexts.of(*paths)
