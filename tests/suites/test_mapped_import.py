"""Rows with the responses of several models: what is taken over, what is missing, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.collect import Collected
from harness.compare import compare
from harness.errors import DataError, PlanError
from harness.grading import assign
from harness.policy import Policy
from harness.records import Json
from suites.imports.mapped import ImportMap, import_rows, load_map

MAP = """\
name: desk
sample:
  id: id
  prompt: question
  target: gold
responses:
  big: big.text
  small: small.text
grader: number
"""
SCORED = MAP.replace("grader: number\n", "scores:\n  big: big.ok\n  small: small.ok\n")
Row = dict[str, Json]


def row(name: str, big: Row | None = None, small: Row | None = None) -> Row:
    made: Row = {"id": name, "question": f"{name}?", "gold": "4"}
    made.update({model: reply for model, reply in (("big", big), ("small", small)) if reply is not None})
    return made


def reply(text: Json = "4", **more: Json) -> Row:
    return {"text": text, **more}


LoadMap = Callable[[str], ImportMap]
Import = Callable[..., Collected]


@pytest.fixture
def load(tmp_path: Path) -> LoadMap:
    def read(content: str) -> ImportMap:
        path = tmp_path / "map.yaml"
        path.write_text(content)
        return load_map(path)

    return read


@pytest.fixture
def take(tmp_path: Path, load: LoadMap) -> Import:
    """Import these rows by this map, with `big` as the teacher."""

    def read(*rows: Row, by: str = MAP, teacher: str = "big", name: str = "log.jsonl") -> Collected:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return import_rows([path], load(by), teacher)

    return read


def test_a_row_becomes_a_sample_and_two_answers(take: Import) -> None:
    found = take(row("a", reply("4"), reply("The answer is 5.")))
    (suite,) = found.suites
    assert (suite.spec.name, suite.spec.grader, [s.id for s in suite.samples]) == ("desk", "number", ["a"])
    assert [(a.suite, a.sample, a.attempt, a.response.model, a.response.text) for a in found.answers] == [
        ("desk", "a", 0, "big", "4"),
        ("desk", "a", 0, "small", "The answer is 5."),
    ]
    assert {a.response.finish for a in found.answers} == {"unknown"}
    assert [(m.name, m.role) for m in found.models] == [("big", "teacher"), ("small", "student")]
    assert (found.grades, found.ungraded()) == ([], found.answers)
    assert [note.startswith("Imported responses: what the models were is declared") for note in found.notes] == [True]


def test_the_teacher_comes_first_whatever_the_maps_order(take: Import) -> None:
    assert [(m.name, m.role) for m in take(row("a", reply(), reply()), teacher="small").models] == [
        ("small", "teacher"),
        ("big", "student"),
    ]


def test_answers_that_are_no_text_are_taken_as_json(take: Import) -> None:
    found = take(row("a", reply(4), reply({"queue": "returns"})))
    assert [a.response.text for a in found.answers] == ["4", '{"queue": "returns"}']


def test_missing_responses_are_counted_and_named(take: Import) -> None:
    rows = [row(f"r{n}", reply(), reply() if n > 6 else None) for n in range(9)]
    rows += [row("null", reply(None), reply())]
    found = take(*rows)
    assert [s.id for s in found.suites[0].samples] == [r["id"] for r in rows]
    assert "small: no response in 7 of 10 rows (r0, r1, r2, r3, r4, ...); left out of its pairs." in found.notes
    assert "big: no response in 1 of 10 rows (null); left out of its pairs." in found.notes
    assert len([a for a in found.answers if a.response.model == "small"]) == 3


def test_missing_responses_are_dropped_from_the_comparison_in_the_open(take: Import) -> None:
    scored = {"ok": True}
    rows = [row("a", reply(**scored), reply(**scored)), row("b", reply(**scored)), row("c", None, reply(**scored))]
    found = take(*rows, by=SCORED)
    comparison = compare(found, found.grades, Policy())[0][0]
    assert (comparison.n, comparison.dropped) == (1, {"small: no response": 1, "big: no response": 1})


def test_an_empty_text_is_an_answer(take: Import) -> None:
    assert [a.response.text for a in take(row("a", reply(""), reply())).answers] == ["", "4"]


def test_an_empty_cell_is_no_response(tmp_path: Path, load: LoadMap) -> None:
    (tmp_path / "log.csv").write_text("id,question,gold,big,small\na,2+2?,4,4,\n")
    found = import_rows([tmp_path / "log.csv"], load(MAP.replace(".text", "")), "big")
    assert [a.response.model for a in found.answers] == ["big"]


def test_a_response_field_that_no_row_has_is_a_mistake_of_the_map(take: Import) -> None:
    rows = [row(f"r{n}", reply(), reply()) for n in range(3)]
    with pytest.raises((DataError, PlanError), match="smal.text"):
        take(*rows, by=MAP.replace("small.text", "smal.text"))


@pytest.mark.parametrize(
    ("given", "score"),
    [
        (True, 1.0),
        (False, 0.0),
        ("true", 1.0),
        ("False", 0.0),
        ("correct", 1.0),
        (" Incorrect ", 0.0),
        (1, 1.0),
        (0, 0.0),
        ("1", 1.0),
        (0.5, 0.5),
        ("0.25", 0.25),
        ("1e-3", 0.001),
        (None, None),
        ("", None),
    ],
)
def test_scores(take: Import, given: Json, score: float | None) -> None:
    grade = take(row("a", reply(ok=given), reply(ok=1)), by=SCORED).grades[0]
    assert (grade.score, grade.by, grade.model, grade.sample) == (score, "imported", "big", "a")
    assert grade.outcome == {1.0: "correct", None: "failed"}.get(score, "incorrect")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("NaN", "scores lie between 0 and 1"),
        (float("nan"), "scores lie between 0 and 1"),
        ("inf", "scores lie between 0 and 1"),
        (1.5, "scores lie between 0 and 1"),
        (-0.1, "scores lie between 0 and 1"),
        (100, "scores lie between 0 and 1"),
        ("yes", "not a number"),
        ([1], "not a number"),
        ({"value": 1}, "not a number"),
    ],
)
def test_what_is_no_score_is_refused_with_its_row(take: Import, given: Json, why: str) -> None:
    with pytest.raises(DataError) as caught:
        take(row("a", reply(ok=1), reply(ok=1)), row("b", reply(ok=1), reply(ok=given)), by=SCORED)
    assert 'log.jsonl:2: the score "small.ok" is ' in str(caught.value)
    assert why in str(caught.value)


def test_a_missing_score_is_our_failure_not_a_wrong_answer(take: Import) -> None:
    grades = take(row("a", reply(), reply(ok=True)), by=SCORED).grades
    assert [(g.model, g.outcome, g.score, g.reason) for g in grades] == [
        ("big", "failed", None, "the row holds no score"),
        ("small", "correct", 1.0, "scored 1 by the imported file"),
    ]


def test_a_score_without_a_response_counts_for_nothing(take: Import) -> None:
    found = take(row("a", {"ok": True}, reply(ok=True)), row("b", reply(ok=True), reply(ok=True)), by=SCORED)
    assert [(g.sample, g.model) for g in found.grades] == [("a", "small"), ("b", "big"), ("b", "small")]
    assert [a.response.model for a in found.answers] == ["small", "big", "small"]


def test_imported_scores_are_not_graded_again_and_the_others_are(take: Import) -> None:
    found = take(row("a", reply(ok=0), reply()), by=MAP + "scores: {big: big.ok}\n")
    assert [a.response.model for a in found.ungraded()] == ["small"]
    assert "Scores as imported, not graded here: big." in found.notes
    assert list(assign(found.suites, {}, only=())) == []


def test_a_sample_that_stands_twice_is_refused_with_both_rows(take: Import, tmp_path: Path, load: LoadMap) -> None:
    with pytest.raises(DataError) as caught:
        take(row("a", reply(), reply()), row("b", reply(), reply()), row("a", reply(), reply()))
    path = tmp_path / "log.jsonl"
    assert str(caught.value) == f'{path}:3: the sample "a" stands already in {path}:1; remove one'
    without_id = load(MAP.replace("  id: id\n", ""))
    path.write_text(json.dumps(row("a", reply(), reply())) + "\n" + json.dumps(row("a", reply("5"), reply())) + "\n")
    with pytest.raises(DataError, match="map an `id` that tells them apart"):
        import_rows([path], without_id, "big")


def test_a_sample_may_not_stand_in_two_files(take: Import, tmp_path: Path, load: LoadMap) -> None:
    take(row("a", reply(), reply()), name="one.jsonl")
    take(row("b", reply(), reply()), name="two.jsonl")
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert [s.id for s in import_rows([two, one], load(MAP), "big").suites[0].samples] == ["b", "a"]
    with pytest.raises(DataError, match=r'one\.jsonl:1: the sample "a" stands already in .*one\.jsonl:1'):
        import_rows([one, one], load(MAP), "big")


def test_a_response_is_known_by_file_model_sample_and_text(take: Import) -> None:
    def keys(*rows: Row) -> list[str]:
        return [a.response.key for a in take(*rows).answers]

    same = row("a", reply("4"), reply("4"))
    first = keys(same)
    assert len(set(first)) == 2
    assert keys(same) == first
    assert not set(keys(row("a", reply("5"), reply("4")))) & set(first)


def test_models_are_known_by_their_files(take: Import) -> None:
    one = take(row("a", reply("4"), reply("4"))).models
    same = take(row("a", reply("4"), reply("4")), name="copy.jsonl").models
    other = take(row("a", reply("4"), reply("5"))).models
    assert [m.fingerprint for m in one] == [m.fingerprint for m in same]
    assert one[0].fingerprint != other[0].fingerprint != one[1].fingerprint
    assert all(m.fingerprint.startswith("imported:") and m.described["imported"] is True for m in one)


def test_a_teacher_that_is_no_model_of_the_map(take: Import) -> None:
    with pytest.raises(DataError, match='--teacher "bgi": no such model in the map; did you mean "big"'):
        take(row("a", reply(), reply()), teacher="bgi")


def test_no_rows_are_no_suite(take: Import) -> None:
    with pytest.raises(DataError, match=r"log\.jsonl: no rows; every sample is a row with its responses"):
        take()


def test_an_object_that_holds_several_replies_is_no_reply(take: Import) -> None:
    together = MAP.replace("big.text", "answers.big").replace("small.text", "answers")
    rows: Row = {"id": "a", "question": "a?", "gold": "4", "answers": {"big": "4", "tiny": "5"}}
    with pytest.raises(DataError, match=':1: the reply of "small" is all of "answers", which holds "answers.big"'):
        take(rows, by=together)


def test_a_path_that_no_row_has_is_told_with_its_neighbours(take: Import) -> None:
    by = MAP.replace("big.text", "answers.big").replace("small.text", "answers.small")
    rows: Row = {"id": "a", "question": "a?", "gold": "4", "answers": {"big": "4", "tiny": "5"}}
    with pytest.raises(DataError, match='no row has the field "answers.small"; .*"?answers\\.(big|tiny)'):
        take(rows, by=by)


def test_a_sample_field_that_is_not_there_is_told_with_the_nearest(take: Import) -> None:
    with pytest.raises(DataError, match=r'log\.jsonl:1: no field "qestion"; did you mean "question"'):
        take(row("a", reply(), reply()), by=MAP.replace("prompt: question", "prompt: qestion"))


FAULTS = {
    "one model": (
        MAP.replace("  small: small.text\n", ""),
        'map.yaml:6: "responses": dictionary should have at least 2 items',
    ),
    "an unknown key": (MAP + "score: {}\n", 'map.yaml:10: unknown key "score"; did you mean "scores"?'),
    "an unknown key of the sample": (
        MAP.replace("  target: gold", "  traget: gold"),
        'map.yaml:5: unknown key "sample.traget"; did you mean "target"?',
    ),
    "no prompt": (MAP.replace("  prompt: question\n", ""), 'map.yaml:2: the key "sample.prompt" is missing'),
    "scores of nobody": (
        MAP + "scores:\n  smal: small.ok\n",
        'map.yaml:11: scores of "smal", which has no responses; did you mean "small"?',
    ),
    "neither grader nor scores": (
        MAP.replace("grader: number\n", ""),
        "map.yaml: no grader, and no scores for big, small; name a `grader` or map their `scores`",
    ),
    "scores of one model and no grader": (
        SCORED.replace("  small: small.ok\n", ""),
        "map.yaml: no grader, and no scores for small;",
    ),
    "a name that is no file name": (MAP.replace("name: desk", "name: a/b"), 'map.yaml:1: "name": string should match'),
    "an empty map": ("", "map.yaml: the file is empty"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_map_is_told_with_its_line(load: LoadMap, fault: str) -> None:
    content, expected = FAULTS[fault]
    with pytest.raises(PlanError) as caught:
        load(content)
    assert expected in str(caught.value)
