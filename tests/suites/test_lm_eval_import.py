"""Logs of lm-evaluation-harness: what is taken over, what is judged by which metric, and what is refused.

Every file is written here, in the schema of lm-eval 0.4, with texts of our own.
"""

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import status
from harness.collect import Collected
from harness.compare import compare
from harness.errors import DataError
from harness.policy import Policy
from harness.runfolder import RunFolder
from suites.imports.lm_eval import UNTOLD, read_lm_eval
from suites.imports.logs import Log, Wanted, assemble

Row = dict[str, Any]
Write = Callable[..., Path]
BIG, SMALL = "acme/big", "acme/small"
NOON, EVENING = "2026-01-02T12-00-00.000001", "2026-01-02T18-00-00.000001"
STRICT, LOOSE = "exact_match,strict-match", "exact_match,flexible-extract"


def doc_hash(doc: object) -> str:
    """As lm-eval 0.4 makes it."""
    return hashlib.sha256(json.dumps(doc, indent=2, ensure_ascii=False).encode()).hexdigest()


def written(number: int, score: Any, under: str = "none", metric: str = "exact_match", **more: Any) -> Row:
    """A row of a generate_until task."""
    doc = more.pop("doc", {"question": f"How many are {number} pears?", "level": "odd" if number % 2 else "even"})
    text = more.pop("text", f"I count {number}.")
    row = {
        "doc_id": number,
        "doc": doc,
        "target": str(number),
        "arguments": {
            "gen_args_0": {"arg_0": f"<user>{number} pears?", "arg_1": {"until": ["\n"], "do_sample": False}}
        },
        "resps": [[text]],
        "filtered_resps": [str(number)],
        "filter": under,
        "metrics": [metric],
        "doc_hash": doc_hash(doc),
        "prompt_hash": doc_hash(text),
        "target_hash": doc_hash(str(number)),
        metric: score,
    }
    return row | more


def weighed(number: int, score: float, likelihoods: Sequence[float], **more: Any) -> Row:
    """A row of a multiple_choice task."""
    options = ["pear", "a very long plum", "fig"]
    filtered = [[str(value), "False"] for value in likelihoods]
    asked = {f"gen_args_{n}": {"arg_0": f"Fruit {number}?", "arg_1": f" {option}"} for n, option in enumerate(options)}
    resps: Row = {"resps": [[one] for one in filtered], "filtered_resps": filtered, "arguments": asked}
    return written(number, score, metric="acc", **resps) | {"target": "0"} | more


def older(row: Row) -> Row:
    """The row as lm-eval 0.4.2 wrote it."""
    return {key: value for key, value in row.items() if key not in ("filter", "metrics")}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the output folder of one run, the header's values taken from the rows if not given; returns the folder."""

    def put(model: str, tasks: Mapping[str, Sequence[Row]], stamp: str = NOON, **header: Any) -> Path:
        folder = tmp_path / model.rpartition("/")[2] / model.replace("/", "__")
        folder.mkdir(parents=True, exist_ok=True)
        for task, rows in tasks.items():
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"samples_{task}_{stamp}.jsonl").write_text("".join(lines))
        content = {"results": {task: reported(rows) for task, rows in tasks.items()}, "model_name": model} | header
        (folder / f"results_{stamp}.json").write_text(json.dumps(content, indent=2))
        return folder

    return put


def reported(rows: Sequence[Row]) -> Row:
    """What lm-eval's header says of these rows: the means."""
    values: dict[str, list[float]] = {}
    for row in rows:
        for metric in row.get("metrics", []):
            number = row.get(metric)
            values.setdefault(f"{metric},{row['filter']}", []).append(number if isinstance(number, int | float) else 0)
    means = {key: sum(found) / len(found) for key, found in values.items()}
    return {"alias": "x"} | means | {key.replace(",", "_stderr,"): "N/A" for key in means}


def read(folder: Path, metric: str | None = None, **slices: str) -> Log:
    logs, _ = read_lm_eval([folder], Wanted(metric=metric, slices=slices))
    (log,) = logs
    return log


def join(*folders: Path, teacher: str = BIG, metric: str | None = None) -> Collected:
    return assemble(*read_lm_eval(folders, Wanted(metric=metric)), teacher)


def pairs(found: Collected) -> dict[tuple[str, str], tuple[float, float, int]]:
    """Accuracy of teacher and student, and the number of pairs, by suite and student."""
    comparisons, _ = compare(found, found.grades, Policy())
    whole = [c for c in comparisons if str(c.slice) == "all"]
    return {(c.suite, c.student): (c.teacher.accuracy, c.pupil.accuracy, c.n) for c in whole}


def refused(*paths: Path, metric: str | None = None, **slices: str) -> str:
    with pytest.raises(DataError) as error:
        read_lm_eval(paths, Wanted(metric=metric, slices=slices))
    assert "\n" not in str(error.value)
    return str(error.value)


def two_filters(strict: Sequence[float], loose: Sequence[float]) -> list[Row]:
    rows = [written(n, score, "strict-match") for n, score in enumerate(strict)]
    return rows + [written(n, score, "flexible-extract") for n, score in enumerate(loose)]


def test_two_models_at_one_task_pair_by_document_under_one_filter(write: Write) -> None:
    big, small = (
        write(BIG, {"pears": two_filters([1, 0, 1], [1, 1, 1])}),
        write(SMALL, {"pears": two_filters([0, 0, 1], [0, 1, 1])}),
    )
    found = join(big, small)
    assert pairs(found) == {("pears", SMALL): (2 / 3, 1 / 3, 3)}
    assert {g.grader for g in found.grades} == {STRICT}
    assert f'Task "pears": judged by {STRICT}; its log also holds {LOOSE} (--metric).' in found.notes
    assert pairs(join(big, small, metric=LOOSE)) == {("pears", SMALL): (1, 2 / 3, 3)}
    assert pairs(join(big, small, metric="exact_match")) == {("pears", SMALL): (2 / 3, 1 / 3, 3)}


def test_a_generated_row_keeps_the_text_and_the_filtered_answer(write: Write) -> None:
    row = written(7, 1.0, text="Well.\nSeven, so 7.", resps=[["Well.\nSeven, so 7.", "again"]])
    (item,) = read(write(BIG, {"pears": [row]})).items
    sample = item.sample
    assert (sample.id, sample.target, sample.target_source) == (doc_hash(row["doc"])[:16], "7", "lm-eval")
    assert [(m.role, m.content) for m in sample.messages] == [("user", "<user>7 pears?")]
    assert (sample.source, sample.choices, item.answer, item.outcome, item.score) == ("pears", (), "7", "correct", 1)
    assert item.response is not None
    assert (item.response.text, item.response.finish, item.attempt) == ("Well.\nSeven, so 7.", "unknown", 0)


@pytest.mark.parametrize(
    ("value", "score", "outcome"),
    [
        (True, 1, "correct"),
        (False, 0, "incorrect"),
        (1, 1, "correct"),
        (0.25, 0.25, "incorrect"),
        ("1.0", 1, "correct"),
        (math.nan, None, "failed"),
        (math.inf, None, "failed"),
        ("nan", None, "failed"),
        (None, None, "failed"),
    ],
)
def test_a_value_becomes_a_score(write: Write, value: Any, score: float | None, outcome: str) -> None:
    log = read(write(BIG, {"pears": [written(0, value), written(1, 1)]}))
    assert (log.items[0].score, log.items[0].outcome) == (score, outcome)
    assert ("no number" in log.items[0].reason) == (score is None)


def test_a_sample_without_a_number_is_left_out_of_means_and_counted(write: Write) -> None:
    big = write(BIG, {"pears": [written(0, 1), written(1, 1), written(2, 0)]})
    missing = {key: value for key, value in written(2, 0).items() if key != "exact_match"}
    small = write(SMALL, {"pears": [written(0, 0), written(1, math.nan), missing]})
    comparisons, _ = compare(join(big, small), join(big, small).grades, Policy())
    assert [(c.n, c.teacher.accuracy, c.pupil.accuracy) for c in comparisons] == [(1, 1, 0)]
    assert sum(comparisons[0].dropped.values()) == 2
    assert not [note for note in join(big, small).notes if "header" in note]


def test_what_the_filter_did_not_find_is_unparsed(write: Write) -> None:
    rows = [written(0, 0, filtered_resps=["[invalid]"]), written(1, 0, filtered_resps=["9"])]
    assert [item.outcome for item in read(write(BIG, {"pears": rows})).items] == ["unparsed", "incorrect"]


def test_of_choices_the_likeliest_is_the_answer(write: Write) -> None:
    folder = write(BIG, {"fruit": [weighed(0, 1, [-9.5, -10.5, -30]), weighed(1, 0, [-30, -9, -10])]})
    first, second = read(folder).items
    assert first.sample.choices == (" pear", " a very long plum", " fig")
    assert (first.answer, first.response, first.score) == (" pear", None, 1)
    assert (second.answer, second.outcome, second.sample.messages[0].content) == (
        " a very long plum",
        "incorrect",
        "Fruit 1?",
    )


def test_acc_norm_weighs_likelihoods_by_length(write: Write) -> None:
    row = weighed(0, 1, [-9.5, -10.5, -30]) | {"metrics": ["acc", "acc_norm"], "acc_norm": 0.0}
    folder = write(BIG, {"fruit": [row]})
    assert [read(folder, metric).items[0].answer for metric in ("acc", "acc_norm")] == [" pear", " a very long plum"]


@pytest.mark.parametrize("likelihoods", [[["-1.0", "False"]], "nonsense", [["?"], ["-1"], ["-2"]], [["nan"]] * 3])
def test_likelihoods_that_tell_nothing_leave_the_answer_open(write: Write, likelihoods: Any) -> None:
    (item,) = read(write(BIG, {"fruit": [weighed(0, 1, [-1, -2, -3], filtered_resps=likelihoods)]})).items
    assert (item.answer, item.score) == (None, 1)


@pytest.mark.parametrize(("greedy", "answer"), [("True", " nine"), ("False", None), (True, " nine"), (False, None)])
def test_one_continuation_is_the_answer_only_if_the_model_would_write_it(
    write: Write, greedy: Any, answer: str | None
) -> None:
    row = written(0, int(answer is not None), metric="acc", arguments=[["4 + 5 =", " nine"]])
    row |= {"resps": [[["-0.1", greedy]]], "filtered_resps": [["-0.1", greedy]]}
    (item,) = read(write(BIG, {"sums": [row]})).items
    assert (item.answer, item.sample.choices, item.response) == (answer, (), None)
    assert item.sample.messages[0].content == "4 + 5 ="


def test_older_rows_pair_with_newer_ones(write: Write) -> None:
    old = older(written(3, 0)) | {"target": 3, "arguments": [["<user>3 pears?", {"until": ["\n"]}]]}
    big = write(BIG, {"pears": [written(3, 1)]})
    small = write(SMALL, {"pears": [old]}, results={"pears": {"exact_match,none": 0.0}})
    found = join(big, small)
    assert pairs(found) == {("pears", SMALL): (1, 0, 1)}
    assert [a.response.text for a in found.answers] == ["I count 3."] * 2


def test_golds_pair_whether_or_not_they_were_written_as_text(write: Write) -> None:
    old = older(written(0, 0, target=["pear", "plum"]))
    big = write(BIG, {"pears": [written(0, 1, target="['pear', 'plum']")]})
    assert pairs(join(big, write(SMALL, {"pears": [old]}))) == {("pears", SMALL): (1, 0, 1)}


def test_older_rows_of_two_filters_are_told_apart_by_order_if_the_header_agrees(write: Write) -> None:
    rows = [older(row) for row in two_filters([1, 0, 0], [1, 1, 0])]
    folder = write(BIG, {"pears": rows}, results={"pears": {STRICT: 1 / 3, LOOSE: 2 / 3}})
    assert [item.score for item in read(folder).items] == [1, 0, 0]
    assert [item.score for item in read(folder, LOOSE).items] == [1, 1, 0]
    disagrees = write(BIG, {"pears": rows}, results={"pears": {STRICT: 2 / 3, LOOSE: 1 / 3}})
    assert "its rows do not name their filters" in refused(disagrees)
    unknown = write(BIG, {"pears": rows}, results={})
    assert 'document 0 under "none" stands already in' in refused(unknown)


def test_a_metric_of_the_whole_corpus_is_passed_over_or_refused_when_named(write: Write) -> None:
    row = written(0, 1) | {"metrics": ["micro_f1", "exact_match"], "micro_f1": [["a", "b"], ["a"]]}
    folder = write(BIG, {"pears": [row]})
    log = read(folder)
    assert log.scorer == "exact_match,none"
    assert 'Task "pears": micro_f1,none has no number per sample' in " ".join(log.notes)
    message = refused(folder, metric="micro_f1")
    assert "micro_f1,none has no number per sample" in message and "usable: exact_match,none" in message
    assert f"samples_pears_{NOON}.jsonl" in message


@pytest.mark.parametrize("value", [37.5, -0.5, {"gold": 1}, "N/A", [1, 2]])
def test_what_is_no_score_is_passed_over_or_refused_when_named(write: Write, value: Any) -> None:
    rows = [written(n, 1) | {"metrics": ["bleu", "exact_match"], "bleu": value} for n in range(2)]
    folder = write(BIG, {"pears": rows})
    assert read(folder).scorer == "exact_match,none"
    assert 'Task "pears": bleu,none' in read(folder).notes[0]
    assert "usable: exact_match,none" in refused(folder, metric="bleu")


def test_a_metric_that_is_better_when_lower_is_no_score(write: Write) -> None:
    rows = [written(0, 1) | {"metrics": ["cer", "exact_match"], "cer": 0.5}]
    folder = write(BIG, {"pears": rows}, higher_is_better={"pears": {"cer": False, "exact_match": True}})
    assert read(folder).scorer == "exact_match,none"
    assert "cer,none is better when lower" in refused(folder, metric="cer")


def test_the_headers_order_of_metrics_decides(write: Write) -> None:
    row = weighed(0, 1, [-1, -2, -3]) | {"metrics": ["acc", "acc_norm"], "acc_norm": 0.0}
    folder = write(BIG, {"fruit": [row]}, results={"fruit": {"acc_norm,none": 0.0, "acc,none": 1.0}})
    assert read(folder).scorer == "acc_norm,none"


def test_a_task_without_a_usable_metric_is_left_out_with_its_reason(write: Write) -> None:
    tasks = {"pears": [written(0, 1)], "prose": [written(0, [-3.5, 10], metric="word_perplexity")]}
    found = join(write(BIG, tasks), write(SMALL, tasks))
    assert list(pairs(found)) == [("pears", SMALL)]
    told = " ".join(found.notes)
    assert "word_perplexity,none has no number per sample" in told
    assert 'Task "prose" is left out: its log has no metric that can be paired' in told


def test_a_task_without_the_named_metric_is_left_out(write: Write) -> None:
    tasks = {"pears": [written(0, 1)], "fruit": [weighed(0, 1, [-1, -2, -3])]}
    found = join(write(BIG, tasks), write(SMALL, tasks), metric="acc")
    assert list(pairs(found)) == [("fruit", SMALL)]
    assert 'Task "pears" is left out: its log has no "acc", only exact_match,none' in " ".join(found.notes)
    assert 'no "f2", only acc,none' in refused(write(BIG, {"fruit": tasks["fruit"]}, stamp=EVENING), metric="f2")


@pytest.mark.parametrize("name", ["doc_id", "doc_hash", "target", "exact_match_stderr"])
def test_what_is_no_metric_is_not_taken_for_one(write: Write, name: str) -> None:
    folder = write(BIG, {"pears": [older(written(0, 1) | {name: 1})]}, results={"pears": {f"{name},none": 1.0}})
    assert read(folder).scorer == "exact_match,none"


def test_a_mean_that_the_header_does_not_confirm_is_told(write: Write) -> None:
    rows = [written(0, 1), written(1, 0)]
    notes = read(write(BIG, {"pears": rows}, results={"pears": {"exact_match,none": 0.75}})).notes
    assert [n for n in notes if "the mean of its samples is 0.5, its header says 0.75" in n and "exact_match,none" in n]
    assert read(write(BIG, {"pears": rows}, results={"pears": {"exact_match,none": 0.5000005}})).notes == ()
    assert read(write(BIG, {"pears": rows}, results={"pears": {"exact_match,none": "N/A"}})).notes == ()


def test_limited_and_incomplete_runs_are_told(write: Write) -> None:
    rows = [written(0, 1), written(1, 0)]
    sizes = {"original": 13812, "effective": 3}
    limited = read(write(BIG, {"pears": rows}, **{"n-samples": {"pears": sizes}})).notes
    assert limited[0] == 'Task "pears": 3 of 13,812 samples were run.'
    assert "3 samples were run, its log holds 2" in limited[1]
    whole = {"pears": {"original": 2, "effective": 2}}
    assert read(write(BIG, {"pears": rows}, **{"n-samples": whole})).notes == ()


def test_groups_have_no_samples_and_are_ignored(write: Write) -> None:
    results = {"fruits": {"exact_match,none": 1.0}, "pears": {"exact_match,none": 1.0}}
    logs, notes = read_lm_eval([write(BIG, {"pears": [written(0, 1)]}, results=results)], Wanted())
    assert ([log.task for log in logs], notes) == (["pears"], [UNTOLD])


def test_two_runs_of_one_model_are_two_candidates(write: Write) -> None:
    write(BIG, {"pears": [written(0, 1), written(1, 1)]})
    folder = write(BIG, {"pears": [written(0, 0), written(1, 1)]}, stamp=EVENING)
    found = join(folder, teacher=f"big@{NOON}")
    assert pairs(found) == {("pears", f"{BIG}@{EVENING}"): (1, 0.5, 2)}
    with pytest.raises(DataError, match="could be"):
        join(folder)


def test_paths_that_overlap_are_read_once(write: Write, tmp_path: Path) -> None:
    big, small = write(BIG, {"pears": [written(0, 1)]}), write(SMALL, {"pears": [written(0, 0)]})
    os.symlink(big, tmp_path / "small" / "link")
    found = join(tmp_path, big, small, big / f"results_{NOON}.json")
    assert pairs(found) == {("pears", SMALL): (1, 0, 1)}


def test_links_are_followed(write: Write, tmp_path: Path) -> None:
    folder = write(BIG, {"pears": [written(0, 1)]})
    (tmp_path / "links").mkdir()
    os.symlink(folder, tmp_path / "links" / ".run")
    os.symlink(tmp_path / "links", tmp_path / "links" / "loop")
    assert read(tmp_path / "links").model == BIG


def test_a_results_file_brings_the_samples_of_its_own_time(write: Write) -> None:
    write(BIG, {"pears": [written(0, 1)]})
    folder = write(BIG, {"pears": [written(0, 0)]}, stamp=EVENING)
    log = read(folder / f"results_{EVENING}.json")
    assert (log.run, [item.score for item in log.items]) == (EVENING, [0])


def test_two_results_files_of_one_time_are_refused(write: Write) -> None:
    folder = write(BIG, {"pears": [written(0, 1)]})
    (folder / f"results_again_{NOON}.json").write_text('{"results": {}}')
    assert f"the time in its name is that of results_{NOON}.json" in refused(folder)


def test_a_task_that_only_one_model_has_is_left_out(write: Write) -> None:
    big = write(BIG, {"pears": [written(0, 1)], "plums": [written(0, 1)]})
    found = join(big, write(SMALL, {"pears": [written(0, 1)]}))
    assert list(pairs(found)) == [("pears", SMALL)]
    assert f'Task "plums" is left out: only {BIG} answered it.' in found.notes


def test_rows_without_hashes_pair_with_hashed_ones(write: Write) -> None:
    bare = [{key: value for key, value in written(n, 0).items() if not key.endswith("_hash")} for n in (5, 3)]
    big = write(BIG, {"pears": [written(n, 1) for n in (3, 4, 5)]})
    found = join(big, write(SMALL, {"pears": [*bare, written(4, 0)]}))
    assert pairs(found) == {("pears", SMALL): (1, 0, 3)}
    assert [note for note in found.notes if "rows without a doc_hash are paired by the hash of their documents" in note]


def test_what_cannot_be_told_apart_is_refused(write: Write) -> None:
    row = {key: value for key, value in written(0, 1).items() if key not in ("doc", "doc_hash")}
    message = refused(write(BIG, {"pears": [written(1, 1), row]}))
    assert message.endswith(f"samples_pears_{NOON}.jsonl:2: neither doc nor doc_hash, so nothing to pair it by")


def test_the_same_document_twice_is_two_samples(write: Write) -> None:
    doc = {"question": "Once more?"}
    rows = [written(n, score, doc=doc, target="yes") for n, score in ((0, 1), (1, 0), (2, 1))]
    ids = [item.sample.id for item in read(write(BIG, {"pears": rows})).items]
    assert ids == [doc_hash(doc)[:16], f"{doc_hash(doc)[:16]}-1", f"{doc_hash(doc)[:16]}-2"]
    shuffled = write(SMALL, {"pears": [rows[2], rows[0], rows[1]]})
    assert pairs(join(write(BIG, {"pears": rows}), shuffled)) == {("pears", SMALL): (2 / 3, 2 / 3, 3)}
    assert [item.sample.id for item in read(shuffled).items] == ids


def test_a_document_that_a_filter_judged_twice_is_refused(write: Write) -> None:
    message = refused(write(BIG, {"pears": [written(0, 1), written(0, 0)]}))
    assert ":2: document 0" in message and message.endswith(".jsonl:1")


def test_another_gold_for_the_same_document_is_not_paired(write: Write) -> None:
    big = write(BIG, {"pears": [written(0, 1), written(1, 1)]})
    found = join(big, write(SMALL, {"pears": [written(0, 1), written(1, 1, target="12")]}))
    assert pairs(found) == {("pears", SMALL): (1, 1, 1)}


def test_slices_are_fields_of_documents(write: Write) -> None:
    docs: list[Row] = [{"meta": {"area": "north"}}, {"meta": {}}, {"meta": {"area": 7}}, {"meta": {"area": None}}]
    tasks = {"pears": [written(n, 1, doc=doc | {"n": n}) for n, doc in enumerate(docs)], "plums": [written(0, 1)]}
    folder = write(BIG, tasks)
    logs, _ = read_lm_eval([folder], Wanted(slices={"where": "meta.area"}))
    assert [item.sample.slices["where"] for item in logs[0].items] == ["north", "(none)", "7", "(none)"]
    assert logs[1].items[0].sample.slices == {}
    message = refused(folder, where="metta")
    assert '--slice where: no document has the field "metta"; did you mean "meta"?' in message


def test_what_the_header_tells_of_a_model_is_kept(write: Write) -> None:
    config = {"model_args": {"pretrained": BIG, "dtype": "bfloat16"}, "gen_kwargs": {}}
    header = {"model_source": "hf", "lm_eval_version": "0.4.9", "git_hash": None, "config": config}
    log = read(write(BIG, {"pears": [written(0, 1)]}, **header, **{"n-shot": {"pears": 0}, "versions": {"pears": 3.0}}))
    assert log.described == {
        "model_source": "hf",
        "lm_eval_version": "0.4.9",
        "model_args": '{"pretrained": "acme/big", "dtype": "bfloat16"}',
        "n-shot of pears": "0",
        "version of pears": "3.0",
    }
    assert (log.run, log.task, log.path.name) == (NOON, "pears", f"samples_pears_{NOON}.jsonl")


@pytest.mark.parametrize(
    ("header", "model"),
    [
        ({}, BIG),
        ({"model_name": ""}, "acme__big"),
        ({"model_name": None, "config": {"model_args": "dtype=auto,pretrained=acme/other"}}, "acme/other"),
        ({"model_name": None, "config": {"model_args": {"model": "acme/api", "num": 3}}}, "acme/api"),
        ({"model_name": None, "config": {"model_args": "pretrained=acme/other,peft=acme/lora"}}, "acme/lora"),
        ({"model_name": ["odd"], "config": "odd"}, "acme__big"),
    ],
)
def test_the_models_name(write: Write, header: Row, model: str) -> None:
    assert read(write(BIG, {"pears": [written(0, 1)]}, **header)).model == model


def test_samples_without_a_results_file_are_read(write: Write) -> None:
    folder = write(BIG, {"pears_of_may": [written(0, 1), written(1, 0)]})
    (folder / f"results_{NOON}.json").unlink()
    (log,), notes = read_lm_eval([folder], Wanted())
    assert (log.model, log.task, log.run, log.scorer) == ("acme__big", "pears_of_may", NOON, "exact_match,none")
    assert [note for note in notes if 'samples without a results file; "acme__big"' in note]


def test_names_may_hold_colons(write: Write, tmp_path: Path) -> None:
    stamp = "2024-02-03T04:05:06.123"
    folder = write("acme/big:v1", {"pears:hard": [written(0, 1)]}, stamp=stamp)
    log = read(folder)
    assert (log.model, log.task, log.run) == ("acme/big:v1", "pears:hard", stamp)


def test_a_run_without_samples_is_told_and_none_at_all_is_refused(write: Write) -> None:
    big, bare = write(BIG, {"pears": [written(0, 1)]}), write(SMALL, {}, results={"pears": {"exact_match,none": 1.0}})
    _, notes = read_lm_eval([big, bare], Wanted())
    assert f"{bare / f'results_{NOON}.json'}: no samples were logged; run lm-eval with --log_samples." in notes
    assert "run lm-eval with --log_samples" in refused(bare)


def test_a_folder_of_something_else_is_refused(write: Write, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert refused(tmp_path).endswith("no results_*.json or samples_*.jsonl of lm-evaluation-harness")
    assert refused(tmp_path / "notes.txt").endswith("no results_*.json or samples_*.jsonl of lm-evaluation-harness")


def test_files_that_are_cut_off_are_refused_with_their_line(write: Write) -> None:
    folder = write(BIG, {"pears": [written(0, 1), written(1, 1)]})
    samples, results = folder / f"samples_pears_{NOON}.jsonl", folder / f"results_{NOON}.json"
    samples.write_text(samples.read_text()[:-20])
    message = refused(folder)
    assert message.startswith(f"{samples}:2: not valid JSON") and message.endswith("is the file cut off?")
    results.write_text(results.read_text()[:-20])
    message = refused(folder)
    assert message.startswith(f"{results}:") and message.endswith("is the file cut off?")
    assert message.removeprefix(f"{results}:")[0].isdigit()


def test_an_empty_samples_file_is_left_out_and_told(write: Write) -> None:
    assert 'Task "pears" is left out' in refused(write(BIG, {"pears": []}))


@pytest.mark.parametrize(
    "row",
    [
        [],
        "text",
        {},
        {"doc_id": "zero"},
        {"doc_id": 0},
        {"doc_id": 0, "filter": "none", "exact_match": 1},
        {"doc_id": 0, "doc": {}, "filter": ["none"], "metrics": [["x"], None]},
    ],
)
def test_rows_of_another_shape_are_refused(write: Write, row: Any) -> None:
    folder = write(BIG, {})
    (folder / f"samples_pears_{NOON}.jsonl").write_text(json.dumps(row) + "\n")
    assert f"samples_pears_{NOON}.jsonl" in refused(folder)


def test_a_row_without_a_doc_id_is_refused(write: Write) -> None:
    message = refused(write(BIG, {"pears": [written(0, 1), written(1, 1, doc_id="1")]}))
    assert ":2: no doc_id; is this a samples file of lm-evaluation-harness?" in message


@pytest.mark.parametrize("content", [[], "x", {}, {"results": []}, {"results": {"pears": 3}}, {"results": None}])
def test_headers_of_another_shape_are_refused(write: Write, content: Any) -> None:
    folder = write(BIG, {"pears": [written(0, 1)]})
    (folder / f"results_{NOON}.json").write_text(json.dumps(content))
    assert f"results_{NOON}.json" in refused(folder)


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [[]], [None], {"gen_args_0": 3}, {"gen_args_0": {}}, [["", ""]]])
@pytest.mark.parametrize("field", ["arguments", "resps", "filtered_resps", "metrics", "target", "doc"])
def test_odd_fields_of_a_row_never_break_the_import(write: Write, field: str, odd: Any) -> None:
    folder = write(BIG, {"pears": [written(0, 1)]})
    (folder / f"samples_pears_{NOON}.jsonl").write_text(json.dumps(written(0, 1) | {field: odd}) + "\n")
    log = read(folder)
    assert (log.items[0].score, log.items[0].sample.messages[0].role) == (1, "user")


@pytest.mark.parametrize("section", ["n-samples", "n-shot", "versions", "config", "higher_is_better", "model_name"])
@pytest.mark.parametrize("odd", [None, 3, "x", [], {"pears": 3}, {"pears": {"original": "many", "effective": None}}])
def test_odd_sections_of_a_header_never_break_the_import(write: Write, section: str, odd: Any) -> None:
    log = read(write(BIG, {"pears": [written(0, 1)]}, **{section: odd}))
    assert [item.score for item in log.items] == [1]


def test_without_a_prompt_the_document_is_shown(write: Write) -> None:
    row = written(0, 1, arguments=[["", {"until": []}]])
    assert read(write(BIG, {"pears": [row]})).items[0].sample.messages[0].content == json.dumps(row["doc"])


def test_hostile_text_does_not_break_the_import(write: Write, tmp_path: Path) -> None:
    half = '"\\ud800 <script>"'
    odd = written(0, 0, text="@@", target="@@", filtered_resps=["@@"], doc={"q": "@@"}, doc_hash=None)
    row = json.dumps(odd).replace('"@@"', half)
    for model in (BIG, SMALL):
        folder = write(model, {"pears": []}, results={"pears": {"exact_match,none": 0.0}})
        (folder / f"samples_pears_{NOON}.jsonl").write_text(row + "\n")
    run = tmp_path / "run"
    code = status(
        ["import", "--lm-eval", str(tmp_path / "big"), str(tmp_path / "small"), "--teacher", BIG, "-o", str(run)]
    )
    assert code in (0, 1, 2)
    assert "\ufffd <script>" in RunFolder(run).answers()[0].response.text


@pytest.mark.parametrize("depth", [5_000, 100_000])  # from Python 3.12 on, the first can be read but not hashed
def test_rows_nested_without_end_are_refused(write: Write, depth: int) -> None:
    folder = write(BIG, {"pears": []})
    row = {key: value for key, value in written(0, 1, doc="@@").items() if key != "doc_hash"}
    deep = json.dumps(row).replace('"@@"', "[" * depth + "]" * depth)
    (folder / f"samples_pears_{NOON}.jsonl").write_text(deep + "\n")
    message = refused(folder)
    assert ":1: not valid JSON" in message or "nested too deeply" in message


def test_an_import_on_the_command_line(write: Write, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    right = {"pears": [1, 1, 0, 1], "plums": [1, 0, 0, 0]}
    big = write(BIG, {task: [written(n, score) for n, score in enumerate(scores)] for task, scores in right.items()})
    wrong = {"pears": [1, 0, 1, 0], "plums": [1, 0, 0, 0]}
    small = write(
        SMALL, {task: [written(n, score) for n, score in enumerate(scores)] for task, scores in wrong.items()}
    )
    run = tmp_path / "run"
    options = ["--teacher", "big", "--slice", "level", "-o", str(run)]
    assert status(["import", "--lm-eval", str(big), str(small), *options]) in (1, 2)
    comparisons = {(c.suite, str(c.slice)): c for c in RunFolder(run).evaluation().comparisons}
    cells = {
        key: c.cells and (c.cells.both, c.cells.teacher_only, c.cells.student_only, c.cells.neither)
        for key, c in comparisons.items()
    }
    assert cells == {
        ("pears", "all"): (1, 2, 1, 0),
        ("pears", "level=even"): (1, 0, 1, 0),
        ("pears", "level=odd"): (0, 2, 0, 0),
        ("plums", "all"): (1, 0, 0, 3),
        ("plums", "level=even"): (1, 0, 0, 1),
        ("plums", "level=odd"): (0, 0, 0, 2),
    }
    assert UNTOLD in RunFolder(run).evaluation().notes
    assert "big" in (run / "report" / "index.html").read_text()
    assert status(["import", "--lm-eval", str(big), "--teacher", "big", "-o", str(tmp_path / "other")]) == 64
    assert "only acme/big answered it" in capfd.readouterr().err
