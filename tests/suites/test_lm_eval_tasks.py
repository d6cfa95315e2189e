"""lm-eval tasks as suites: their requests and metrics equal lm-eval's own, and what cannot be a suite is refused."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from graders import lm_eval as grader
from harness.collect import request_for
from harness.errors import DataError
from harness.plan import ModelSpec, SuiteSpec
from harness.protocols import Loaded
from harness.records import Continuation, Decoding, Json, Likelihood, Message, Request, Response
from suites import lm_eval as suite
from suites.imports.lm_eval import read_lm_eval
from suites.imports.logs import Wanted
from suites.lm_eval_tasks import code_digest, find, quietly

SUMS: dict[str, Any] = {
    "output_type": "generate_until",
    "doc_to_text": "Q: What is {{a}} + {{b}}?\nA:",
    "doc_to_target": "{{a + b}}",
    "generation_kwargs": {"until": ["Q:", "\n\n"], "max_gen_toks": 40, "do_sample": False},
    "filter_list": [
        {"name": "strict", "filter": [{"function": "regex", "regex_pattern": r"answer is (\d+)"}, "take_first"]},
        {"name": "last", "filter": [{"function": "regex", "regex_pattern": r"\d+", "group_select": -1}, "take_first"]},
    ],
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
}
SHOTS = {**SUMS, "num_fewshot": 2, "fewshot_split": "test", "description": "Add.\n\n"}
PICK: dict[str, Any] = {
    "output_type": "multiple_choice",
    "doc_to_text": "{{a}} + {{b}} =",
    "doc_to_choice": "{{[(a + b)|string, (a + b + 1)|string, 'none']}}",
    "doc_to_target": 0,
    "metric_list": [{"metric": name, "higher_is_better": True} for name in ("acc", "acc_norm")],
}
BLANK = {  # as winogrande: the options stand in the context
    **PICK,
    "doc_to_text": "{{0 if a < 5 else 1}}",
    "doc_to_choice": "{{[a|string ~ ' is small', a|string ~ ' is large']}}",
    "doc_to_target": ", as we said",
    "metric_list": [{"metric": "acc", "higher_is_better": True}],
}
WORD = {
    "output_type": "loglikelihood",
    "doc_to_text": "{{a}} and then",
    "doc_to_target": " {{b}}",
    "metric_list": [
        {"metric": "perplexity", "higher_is_better": False},
        {"metric": "acc", "higher_is_better": True},
    ],
}
SEVERAL = {
    **SUMS,
    "doc_to_target": "{{[(a + b)|string, 'The answer is ' ~ (a + b)]}}",
    "filter_list": [{"name": "none", "filter": ["take_first"]}],
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
}
OWN = {**SUMS, "process_results": "!function parts.half", "process_docs": "!function parts.turned"}
PARTS = """
import random

def turned(docs):
    return docs.map(lambda doc: {**doc, "a": doc["b"], "b": doc["a"], "mark": random.random()})

def half(doc, results):
    return {"near": 0.5 * (results[0] != "[invalid]") + 0.5 * (results[0] == str(doc["a"] + doc["b"]))}
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SuiteSpec]:
    """A task `mine` with forty sums below the include path; returns the suite that asks it."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    tasks = tmp_path / "tasks"
    tasks.mkdir()
    docs = [{"a": n, "b": n * 7 % 11, "parity": ("even", "odd")[n % 2]} for n in range(40)]
    (tasks / "docs.jsonl").write_text("".join(json.dumps(doc) + "\n" for doc in docs))
    (tasks / "parts.py").write_text(PARTS)

    def task(config: dict[str, Any], **suite_keys: Any) -> SuiteSpec:
        data = {"dataset_path": "json", "dataset_kwargs": {"data_files": {"test": str(tasks / "docs.jsonl")}}}
        steps = [
            {**f, "filter": [{"function": s} if isinstance(s, str) else s for s in f["filter"]]}
            for f in config.get("filter_list", ())
        ]
        whole = {"task": "mine", "test_split": "test", **data, **config, **({"filter_list": steps} if steps else {})}
        text = re.sub(r"'(!function [\w.]+)'", r"\1", yaml.safe_dump(whole))
        (tasks / "mine.yaml").write_text(text)
        return SuiteSpec.model_validate({"name": "s", "lm_eval": "mine", "include_path": str(tasks), **suite_keys})

    return task


def reply(prompt: str) -> str:
    """A model that adds; now and then it errs, rambles, or goes on asking itself."""
    a, b = map(int, re.findall(r"What is (\d+) \+ (\d+)", prompt)[-1])
    drawn = hashlib.sha256(prompt.encode()).digest()[0] % 4
    return (
        f"The answer is {a + b}",
        f"The answer is {a + b + 1}.",
        f"{a + b}, I think",
        f"The answer is {a + b}\n\nQ: What is 1 + 1? The answer is 2",
    )[drawn]


def likelihood(context: str, text: str) -> tuple[float, bool]:
    drawn = hashlib.sha256(f"{context}|{text}".encode()).digest()
    return -(1 + drawn[0] / 16), drawn[1] % 2 == 0


def theirs(spec: SuiteSpec, **how: bool) -> dict[str, Any]:
    """What lm-eval's own evaluator makes of the same task and the same answers."""
    with quietly():
        from lm_eval.api.model import LM
        from lm_eval.evaluator import simple_evaluate
        from lm_eval.tasks import TaskManager

        class Known(LM):
            tokenizer_name = "none"

            def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
                return [until(reply(r.args[0]), r.args[1]["until"]) for r in requests]

            def loglikelihood(self, requests: Any, disable_tqdm: bool = False) -> list[tuple[float, bool]]:
                return [likelihood(*r.args) for r in requests]

            def loglikelihood_rolling(self, requests: Any, disable_tqdm: bool = False) -> list[float]:
                raise NotImplementedError

            def apply_chat_template(self, chat_history: Any, add_generation_prompt: bool = True) -> str:
                return json.dumps(chat_history)

            def chat_template(self, chat_template: bool | str = False) -> str:
                return ""

        manager = TaskManager(include_path=spec.include_path, include_defaults=False)
        found: dict[str, Any] = simple_evaluate(
            model=Known(), tasks=["mine"], task_manager=manager, bootstrap_iters=0, limit=spec.size, **how
        )
    return found


def until(text: str, stops: Sequence[str]) -> str:
    """What an engine that is given stop texts returns."""
    return min((text.partition(stop)[0] for stop in stops), key=len, default=text)


def answer(request: Request) -> Response:
    if request.kind == "score":
        found = [likelihood(c.context, c.text) for c in request.continuations]
        likelihoods = tuple(Likelihood(logprob=value, greedy=greedy, tokens=1) for value, greedy in found)
        return Response(key="k", model="m", text="", likelihoods=likelihoods, finish="stop")
    shown = json.dumps([{"role": m.role, "content": m.content} for m in request.messages])
    text = reply(shown if request.prompt is None else request.prompt)
    return Response(key="k", model="m", text=until(text, request.decoding.stop), finish="stop")


def ours(loaded: Loaded) -> dict[str, float | None]:
    """Score by sample, from the suite's own grader."""
    judge = grader.make(loaded.grader_options["lm_eval"])
    model = ModelSpec(name="m", model="m")
    requests = [request_for(sample, model, loaded.decoding or Decoding()) for sample in loaded.samples]
    return {s.id: judge(s, answer(r)).score for s, r in zip(loaded.samples, requests, strict=True)}


@pytest.mark.parametrize(
    ("config", "chat", "metric"),
    [
        (SUMS, True, "exact_match,strict"),
        (SUMS, False, "exact_match,strict"),
        (SUMS, False, "exact_match,last"),
        (SHOTS, True, "exact_match,strict"),
        (SHOTS, False, "exact_match,strict"),
        (SEVERAL, False, "exact_match,none"),
        (OWN, True, "near,strict"),
        (PICK, None, "acc,none"),
        (PICK, None, "acc_norm,none"),
        ({**PICK, "metric_list": [{"metric": "acc_mutual_info"}]}, None, "acc_mutual_info,none"),
        (BLANK, None, "acc,none"),
        (WORD, None, "acc,none"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_scores_are_those_of_lm_evals_own_evaluator(
    write: Callable[..., SuiteSpec], config: dict[str, Any], chat: bool | None, metric: str
) -> None:
    keys: dict[str, Any] = {} if chat is None else {"chat": chat}
    spec = write(config, grader_options={"lm_eval": {"metric": metric}}, **keys)
    loaded = suite.load(spec)
    expected = theirs(spec, apply_chat_template=bool(chat), fewshot_as_multiturn=bool(chat))
    name, _, under = metric.partition(",")
    by_doc = {row["doc_hash"][:16]: float(row[name]) for row in expected["samples"]["mine"] if row["filter"] == under}
    scores = ours(loaded)
    assert scores == by_doc
    assert len(scores) == 40 and len(set(scores.values())) > 1
    known = [score for score in scores.values() if score is not None]
    assert sum(known) / 40 == pytest.approx(expected["results"]["mine"][metric])
    assert loaded.origin["metric"] == metric


def test_a_chat_has_examples_as_turns_and_the_description_as_system_message(write: Callable[..., SuiteSpec]) -> None:
    loaded = suite.load(write(SHOTS, size=3))
    messages = loaded.samples[0].messages
    assert [m.role for m in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert messages[0].content.startswith("Add.")
    assert messages[-1] == Message(role="user", content="Q: What is 0 + 0?\nA:")
    assert loaded.decoding == Decoding(max_tokens=40)  # a thought may hold "Q:", so the grader ends the answer there
    assert len(loaded.samples) == 3 and loaded.origin["documents"] == 40


def test_tasks_of_a_folder_are_the_teams_own(write: Callable[..., SuiteSpec]) -> None:
    assert suite.load(write(SHOTS, size=3)).public is False


def test_a_raw_prompt_is_lm_evals_own(write: Callable[..., SuiteSpec]) -> None:
    loaded = suite.load(write(SHOTS, chat=False))
    prompt = loaded.samples[5].prompt
    assert prompt and prompt.startswith("Add.") and prompt.endswith("\n\nQ: What is 5 + 2?\nA:")
    assert loaded.decoding == Decoding(max_tokens=40, stop=("Q:", "\n\n"))


def test_options_become_continuations(write: Callable[..., SuiteSpec]) -> None:
    sample = suite.load(write(PICK)).samples[3]
    assert sample.choices == ("13", "14", "none")
    assert sample.continuations == tuple(Continuation(context="3 + 10 =", text=f" {x}") for x in sample.choices)
    assert sample.target == {"gold": "13", "doc": {"a": 3, "b": 10, "parity": "odd"}}
    assert [c.context for c in suite.load(write(BLANK)).samples[3].continuations] == ["3 is small", "3 is large"]


def test_the_same_task_gives_the_same_samples(write: Callable[..., SuiteSpec]) -> None:
    spec = write({**OWN, **{k: SHOTS[k] for k in ("num_fewshot", "fewshot_split")}})
    first, second = suite.load(spec), suite.load(spec)
    assert first.samples == second.samples and first.grader_options == second.grader_options
    target = first.samples[0].target
    assert isinstance(target, dict) and "mark" in str(target["doc"])  # drawn by the task from global random numbers


def test_slices_are_fields_of_the_documents(write: Callable[..., SuiteSpec]) -> None:
    assert suite.load(write(SUMS)).samples[1].slices == {}
    assert suite.load(write(SUMS, slices=["parity"])).samples[1].slices == {"parity": "odd"}
    with pytest.raises(DataError, match='no such field; did you mean "parity"'):
        suite.load(write(SUMS, slices=["paritty"]))
    with pytest.raises(DataError, match=r"no such field"):
        suite.load(write(SUMS, slices=["a.b"]))


def test_a_field_with_a_value_for_each_document_is_no_slice(
    write: Callable[..., SuiteSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "VALUES_PER_SLICE", 39)
    with pytest.raises(DataError, match="40 different values, a slice at most 39"):
        suite.load(write(SUMS, slices=["a"]))


VOTES = [
    {"name": "maj", "filter": ["majority_vote", "take_first"]},
    {"name": "first", "filter": ["take_first"]},
]
DRAWN = {"until": ["Q:"], "do_sample": True, "temperature": 0.5, "top_p": 0.9}


def test_attempts_of_a_task_that_samples(write: Callable[..., SuiteSpec]) -> None:
    drawn = suite.load(write({**SUMS, "generation_kwargs": DRAWN, "repeats": 8}))
    assert drawn.repeats == 8
    assert drawn.decoding == Decoding(temperature=0.5, top_p=0.9, max_tokens=256)
    assert any("asks 8 times: each is graded by itself" in note for note in drawn.notes)
    assert any("256 tokens" in note for note in drawn.notes)
    greedy = suite.load(write({**SUMS, "repeats": 8}))
    assert greedy.repeats is None and any("greedily: once tells as much" in note for note in greedy.notes)


@pytest.mark.parametrize(
    ("config", "keys", "message"),
    [
        ({**WORD, "output_type": "loglikelihood_rolling"}, {}, "loglikelihood_rolling"),
        ({**SUMS, "unsafe_code": True}, {}, "unsafe_code"),
        ({**SUMS, "doc_to_image": "a"}, {}, "text only"),
        ({**SUMS, "class": "!function parts.half"}, {}, "written as a Python class"),
        ({**SUMS, "gen_prefix": "The"}, {}, "write `chat: false`"),
        (PICK, {"chat": True}, "take `chat` out"),
        (WORD, {}, r'"perplexity" is better when lower.*usable: acc '),
        ({**PICK, "metric_list": [{"metric": "f1"}, {"metric": "acc"}]}, {}, '"f1" has no number per document'),
        ({**PICK, "metric_list": [{"metric": "brier_score"}]}, {}, "brier_score"),
        ({**SUMS, "filter_list": VOTES}, {}, r'filter "maj" \(majority_vote\).*do not: first'),
        ({**SUMS, "generation_kwargs": {**DRAWN, "top_k": 5}}, {}, "generation_kwargs `top_k: 5`"),
        (SUMS, {"grader_options": {"lm_eval": {"metric": "exact_mach"}}}, 'did you mean "exact_match"'),
        (SUMS, {"grader_options": {"lm_eval": {"metric": "exact_match,strikt"}}}, 'did you mean "strict"'),
        ({**SUMS, "doc_to_text": "{{nothing.at.all}}"}, {}, "could not be loaded"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_a_suite_is_refused_by_name(
    write: Callable[..., SuiteSpec], config: dict[str, Any], keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message) as refused:
        suite.load(write(config, **keys))
    assert '"mine"' in str(refused.value) and "\n" not in str(refused.value)


def test_a_decoding_of_the_suites_own_takes_the_place_of_what_cannot_be_asked(write: Callable[..., SuiteSpec]) -> None:
    spec = write({**SUMS, "generation_kwargs": {**DRAWN, "top_k": 5}}, decoding={"temperature": 0.5})
    assert len(suite.load(spec).samples) == 40


def test_data_that_are_not_there_name_both_mends(write: Callable[..., SuiteSpec]) -> None:
    spec = write({**SUMS, "dataset_kwargs": {"data_files": {"test": "/nowhere/docs.jsonl"}}})
    with pytest.raises(DataError, match=r"data set could not be had .*connect to the network .*`data_files` are local"):
        suite.load(spec)


def test_lm_evals_own_tasks_are_found_by_name() -> None:
    def refused(name: str) -> str:
        with pytest.raises(DataError) as error:
            suite.load(SuiteSpec.model_validate({"name": "s", "lm_eval": name}))
        return str(error.value)

    assert 'did you mean "gpqa_diamond_cot_zeroshot"?' in refused("gpqa_diamond_cot_zeroshto")
    assert "`lm-eval ls tasks` lists them" in refused("qqqqqq")
    assert "a tag of 2 tasks" in refused("ai2_arc") and "arc_challenge, arc_easy" in refused("ai2_arc")
    assert re.search(r"a group of \d+ tasks.*mmlu_abstract_algebra", refused("mmlu_stem"))
    assert "Python class" in refused("squadv2")
    assert "unsafe_code" in refused("humaneval")
    assert "loglikelihood_rolling" in refused("wikitext")


@pytest.mark.parametrize("changed", ["shared/base.yaml", "shared/deeper/more.yaml", "shared/deeper/parts.py"])
def test_grades_hang_on_what_a_task_includes(write: Callable[..., SuiteSpec], tmp_path: Path, changed: str) -> None:
    spec = write({**SUMS, "include": ["../shared/base.yaml"]})
    deeper = tmp_path / "shared" / "deeper"
    deeper.mkdir(parents=True)
    (deeper / "more.yaml").write_text("process_results: !function parts.half\n")
    (deeper / "parts.py").write_text(PARTS)
    (tmp_path / "shared" / "base.yaml").write_text("include: deeper/more.yaml\n")
    found = find("mine", spec.include_path)
    before = code_digest(found)
    assert code_digest(found) == before
    with (tmp_path / changed).open("a") as file:
        file.write("# another\n")
    assert code_digest(found) != before


def test_an_include_path_that_is_not_there() -> None:
    with pytest.raises(DataError, match="/nowhere is not there"):
        suite.load(SuiteSpec.model_validate({"name": "s", "lm_eval": "mine", "include_path": "/nowhere"}))


def test_samples_have_the_ids_that_imported_logs_of_the_task_have(
    write: Callable[..., SuiteSpec], tmp_path: Path
) -> None:
    spec = write(SUMS)
    rows: list[dict[str, Json]] = theirs(spec)["samples"]["mine"]
    log = tmp_path / "logs" / "samples_mine_2026-01-01T00-00-00.jsonl"
    log.parent.mkdir()
    log.write_text("".join(json.dumps({**row, "filter": row["filter"]}, default=str) + "\n" for row in rows))
    (imported,), _ = read_lm_eval([log.parent], Wanted())
    assert {item.sample.id for item in imported.items} == {sample.id for sample in suite.load(spec).samples}
