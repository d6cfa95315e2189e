"""A task of lm-eval as a grader: its own filters and metric, and what is no answer."""

from pathlib import Path

import pytest

from graders import lm_eval
from harness.protocols import Grader
from harness.records import Continuation, Finish, Json, Judgement, Likelihood, Response, Sample

TOTAL = r"""
task: total
dataset_path: no/such/data
test_split: test
output_type: generate_until
doc_to_text: question
doc_to_target: answer
process_docs: !function parts.never
generation_kwargs: {until: ["Q:", "\n\n"]}
filter_list:
  - name: marked
    filter:
      - {function: regex, regex_pattern: 'Total: (\d+)'}
      - {function: take_first}
  - name: worded
    filter:
      - {function: regex, regex_pattern: 'sum of (\w+)', fallback: nothing}
      - {function: take_first}
  - name: whole
    filter: [{function: take_first}]
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
"""
PARTS = """
def never(docs):
    raise AssertionError("the data set is not needed")

def worth(doc, results):
    return {"worth": float(results[0])}
"""
DOC: dict[str, Json] = {"question": "Q: 2 + 2?\nA:", "answer": "4"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "total.yaml").write_text(TOTAL)
    (tmp_path / "parts.py").write_text(PARTS)
    return tmp_path


def make(folder: Path, metric: str, file: str = "total.yaml") -> Grader:
    return lm_eval.make({"task": "t", "file": file, "metric": metric, "include_path": str(folder)})


def judged(
    folder: Path, text: str, metric: str = "exact_match,marked", finish: Finish = "stop", file: str = "total.yaml"
) -> Judgement:
    sample = Sample(id="1", prompt="Q", target={"gold": "4", "doc": DOC})
    return make(folder, metric, file)(sample, Response(key="k", model="m", text=text, finish=finish))


@pytest.mark.parametrize(
    ("text", "finish", "outcome", "answer"),
    [
        ("2 + 2 = 4\nTotal: 4", "stop", "correct", "4"),
        ("Total: 4", "length", "correct", "4"),
        ("Total: 4\n\nQ: 3 + 3? Total: 6", "length", "correct", "4"),  # it went on by itself
        ("Total: 44", "stop", "incorrect", "44"),
        ("Total: 5\n\nTotal: 4", "stop", "incorrect", "5"),
        ("Total: 5. Q: what?", "length", "incorrect", "5"),  # ended by a stop text before it was cut off
        ("Total: 5", "length", "truncated", None),
        ("Total:", "length", "truncated", None),
        ("4", "stop", "unparsed", None),
        ("\n\nTotal: 4", "stop", "unparsed", None),
        ("", "stop", "unparsed", None),
        ("", "length", "truncated", None),
        ("I'm sorry, but I can't help with that.", "stop", "refused", None),
        ("", "refusal", "refused", None),
        ("", "error", "failed", None),
    ],
)
def test_generation_truth_table(folder: Path, text: str, finish: Finish, outcome: str, answer: str | None) -> None:
    found = judged(folder, text, finish=finish)
    assert (found.outcome, found.answer) == (outcome, answer)


def test_the_filter_and_its_own_words_for_nothing(folder: Path) -> None:
    assert judged(folder, "4", "exact_match,whole").outcome == "correct"
    assert judged(folder, "four", "exact_match,whole").outcome == "incorrect"
    assert judged(folder, "four", "exact_match,worded").outcome == "unparsed"
    assert judged(folder, "sum of ten", "exact_match,worded").outcome == "incorrect"
    assert judged(folder, "Total: 4", "exact_match").outcome == "correct"  # the first filter


@pytest.mark.parametrize(
    ("text", "outcome", "score"), [("0", "incorrect", 0.0), ("0.25", "incorrect", 0.25), ("1", "correct", 1.0)]
)
def test_a_part_of_the_score(folder: Path, text: str, outcome: str, score: float) -> None:
    (folder / "own.yaml").write_text("include: total.yaml\ntask: own\nprocess_results: !function parts.worth\n")
    found = judged(folder, text, "worth,whole", file="own.yaml")
    assert (found.outcome, found.score) == (outcome, score)


def test_a_metric_that_is_no_score_is_our_failure(folder: Path) -> None:
    (folder / "own.yaml").write_text("include: total.yaml\ntask: own\nprocess_results: !function parts.worth\n")
    for text in ("7", "nan", "-0.5"):
        with pytest.raises(ValueError, match="between 0 and 1"):
            judged(folder, text, "worth,whole", file="own.yaml")
    with pytest.raises(ValueError, match='no "near", only worth'):
        judged(folder, "1", "near,whole", file="own.yaml")
    with pytest.raises(ValueError, match='no filter "hole"; known: marked, worded, whole'):
        judged(folder, "1", "worth,hole", file="own.yaml")


CHOICE = """
task: choice
dataset_path: no/such/data
test_split: test
output_type: multiple_choice
doc_to_text: question
doc_to_choice: options
doc_to_target: label
metric_list:
  - {metric: acc, higher_is_better: true}
  - {metric: acc_norm, higher_is_better: true}
  - {metric: acc_bytes, higher_is_better: true}
"""


@pytest.mark.parametrize(
    ("metric", "logprobs", "label", "outcome", "answer"),
    [
        ("acc", (-1.0, -2.0), 0, "correct", "no"),
        ("acc", (-1.0, -2.0), 1, "incorrect", "no"),
        ("acc_norm", (-1.0, -2.0), 1, "correct", "caf\u00e9 s"),  # 2 and 6 characters
        ("acc_bytes", (-1.0, -3.2), 1, "correct", "caf\u00e9 s"),  # 2 and 7 bytes
        ("acc_norm", (-1.0, -3.2), 0, "correct", "no"),
        ("acc", (-1.0, -1.0), 0, "correct", "no"),  # of equals the first, as in lm-eval
    ],
)
def test_choice_truth_table(
    folder: Path, metric: str, logprobs: tuple[float, float], label: int, outcome: str, answer: str
) -> None:
    (folder / "choice.yaml").write_text(CHOICE)
    options = ("no", "caf\u00e9 s")
    sample = Sample(
        id="1",
        continuations=tuple(Continuation(context="Q", text=f" {option}") for option in options),
        choices=options,
        target={"gold": options[label], "doc": {"question": "Q", "options": list(options), "label": label}},
    )
    likelihoods = tuple(Likelihood(logprob=value, greedy=False, tokens=1) for value in logprobs)
    grade = make(folder, f"{metric},none", "choice.yaml")
    found = grade(sample, Response(key="k", model="m", text="", likelihoods=likelihoods))
    assert (found.outcome, found.answer) == (outcome, answer)
    with pytest.raises(ValueError, match="1 likelihoods for 2 continuations"):
        grade(sample, Response(key="k", model="m", text="", likelihoods=likelihoods[:1]))
    assert grade(sample, Response(key="k", model="m", text="", failure="too long")).outcome == "failed"


def test_a_single_continuation(folder: Path) -> None:
    (folder / "word.yaml").write_text(
        "task: word\ndataset_path: no/such/data\ntest_split: test\noutput_type: loglikelihood\n"
        'doc_to_text: question\ndoc_to_target: " {{answer}}"\nmetric_list: [{metric: acc, higher_is_better: true}]\n'
    )
    sample = Sample(id="1", continuations=(Continuation(context="2 + 2 =", text=" 4"),), target={"doc": DOC})
    for greedy, outcome, answer in ((True, "correct", "4"), (False, "incorrect", "(something else)")):
        said = (Likelihood(logprob=-1.0, greedy=greedy, tokens=1),)
        found = make(folder, "acc,none", "word.yaml")(sample, Response(key="k", model="m", text="", likelihoods=said))
        assert (found.outcome, found.answer) == (outcome, answer)


@pytest.mark.parametrize("target", [None, "4", {"gold": "4"}, {"doc": "4"}, [DOC]])
def test_a_target_without_the_document(folder: Path, target: Json) -> None:
    with pytest.raises(ValueError, match='holds no "doc"'):
        make(folder, "exact_match")(Sample(id="1", prompt="Q", target=target), Response(key="k", model="m", text="4"))


def test_options_that_cannot_be_used(folder: Path) -> None:
    with pytest.raises(ValueError, match='unknown option "metrik"; did you mean "metric"'):
        lm_eval.make({"metrik": "acc"})
    with pytest.raises(ValueError, match="suites of the source `lm_eval`"):
        lm_eval.make({"metric": "acc"})
    with pytest.raises(ValueError, match=r"nowhere\.yaml is not there"):
        judged(folder, "4", file="nowhere.yaml")


def test_gold_cannot_be_checked_beforehand() -> None:
    assert lm_eval.gold(Sample(id="1", prompt="Q", target={"gold": "4", "doc": DOC})) is None


def test_nothing_of_the_tasks_is_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "parts.py").write_text(PARTS.replace('return {"worth"', 'print("worth"); return {"worth"'))
    (folder / "own.yaml").write_text("include: total.yaml\ntask: own\nprocess_results: !function parts.worth\n")
    assert judged(folder, "1", "worth,whole", file="own.yaml").score == 1
    assert capfd.readouterr() == ("", "")
