"""Log-likelihoods through vLLM: how texts are encoded, and the same metric as lm-eval's own vLLM class."""

import importlib.util
import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.engines.vllm_scores import Scores, encode, likelihood
from harness.records import Continuation, Request
from suites.demo.workload import take

ROOT = Path(__file__).parents[2]
TEACHER = ROOT / "suites" / "demo" / "models" / "teacher"
needs_vllm = pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed")


def tokenizer(beginning: str | None, *, adds_it: bool = False) -> Any:
    """A real tokenizer of words and characters, with or without a token that begins texts."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = ["<s>", "</s>", "2", " 2", "+", " +", " ", "=", " =", "4", " 4", "44", "a", "ab"]
    inner = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="a"))
    inner.pre_tokenizer = pre_tokenizers.Split(Regex(" ?[24+=]+|ab|a| "), "isolated")
    if adds_it:
        inner.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(tokenizer_object=inner, bos_token=beginning, eos_token="</s>")


def spelled(context: str, text: str, using: Any) -> tuple[list[str], list[str]]:
    found = encode(Continuation(context=context, text=text), using)
    tokens = using.convert_ids_to_tokens(found.tokens)
    return tokens[: found.start], tokens[found.start :]


@pytest.mark.parametrize(
    ("context", "text", "before", "behind"),
    [
        ("2 +", " 2", ["2", " +"], [" 2"]),
        ("2 + ", "2", ["2", " +"], [" 2"]),  # white space at the end goes to the text
        ("2 =  ", "2", ["2", " ="], [" ", " 2"]),
        ("4", "4", ["4"], []),  # joined to one token: there is nothing left to be likely
        ("a", "b", ["a"], []),
        ("", " 2", ["<s>"], [" 2"]),
        ("  ", "2", ["<s>"], [" ", " 2"]),
        ("", "<s> 2", ["<s>"], [" 2"]),
        ("<s>2", " 2", ["<s>", "2"], [" 2"]),
    ],
)
def test_context_and_text_are_encoded_together(context: str, text: str, before: list[str], behind: list[str]) -> None:
    using = tokenizer("<s>")
    if not behind:
        with pytest.raises(ValueError, match="no token of its own"):
            spelled(context, text, using)
        return
    assert spelled(context, text, using) == (before, behind)


def test_a_tokenizer_that_begins_texts_itself() -> None:
    using = tokenizer("<s>", adds_it=True)
    assert spelled("2 +", " 2", using) == (["<s>", "2", " +"], [" 2"])
    assert spelled("<s>2 +", " 2", using) == (["<s>", "2", " +"], [" 2"])  # not twice behind a chat template
    assert spelled("", " 2", using) == (["<s>"], [" 2"])


def test_a_model_without_a_beginning_begins_with_its_end() -> None:
    assert spelled("", " 2", tokenizer(None)) == (["</s>"], [" 2"])


@dataclass
class Known:
    """What vLLM tells of a token (vllm.logprobs.Logprob)."""

    logprob: float


@dataclass
class Output:
    """What vLLM hands over (vllm.outputs.RequestOutput), as far as it is read."""

    request_id: str
    prompt_logprobs: list[dict[int, Known] | None]


def told(tokens: list[int], logprobs: list[float], best: list[float]) -> list[dict[int, Known] | None]:
    """Log-probabilities per position, of the token there and of the likeliest other; the first is not known."""
    rest = zip(tokens[1:], logprobs, best, strict=True)
    return [None, *({token: Known(own), 999: Known(other)} for token, own, other in rest)]


def test_a_likelihood_is_the_sum_over_the_text_only() -> None:
    using = tokenizer("<s>")
    one = encode(Continuation(context="2 +", text=" 2 ="), using)
    found = likelihood(one, told(one.tokens, [-9.0, -1.0, -0.5], [-0.1, -1.5, -0.5]))
    assert (found.logprob, found.greedy, found.tokens) == (-1.5, True, 2)  # as likely as another: still the likeliest
    found = likelihood(one, told(one.tokens, [-0.1, -1.0, -0.5], [-3.0, -0.9, -1.0]))
    assert (found.logprob, found.greedy) == (-1.5, False)


def score(key: str, *texts: str, context: str = "2 +") -> Request:
    return Request(key=key, kind="score", continuations=tuple(Continuation(context=context, text=t) for t in texts))


def test_a_request_is_done_when_its_last_likelihood_is_back() -> None:
    scores = Scores(tokenizer("<s>"), 100)
    parts = scores.begin(score("k", " 2", " 4"))
    other = scores.begin(score("l", " 2"))
    assert list(parts) == ["k/0", "k/1"] and list(other) == ["l/0"]
    assert scores.take(Output("k/1", told(parts["k/1"], [-1.0, -4.0], [-1.0, -1.0]))) is None
    done = scores.take(Output("k/0", told(parts["k/0"], [-1.0, -2.0], [-1.0, -2.5])))
    assert done is not None and done.request.key == "k" and done.failure is None and done.tokens == 6
    assert [(one.logprob, one.greedy) for one in done.likelihoods] == [(-2.0, True), (-4.0, False)]


def test_a_likelihood_that_is_no_number_fails_its_request() -> None:
    scores = Scores(tokenizer("<s>"), 100)
    parts = scores.begin(score("k", " 2"))
    done = scores.take(Output("k/0", told(parts["k/0"], [-1.0, -math.inf], [-1.0, -1.0])))
    assert done is not None and done.failure == "a log-likelihood is no finite number" and done.likelihoods == ()


def test_what_the_model_cannot_read_whole_is_refused() -> None:
    tokens = 3  # two of the context, one of the text; one more is generated
    Scores(tokenizer("<s>"), tokens + 1).begin(score("k", " 2"))
    with pytest.raises(ValueError, match="3 tokens long, and the model reads at most 2; raise max_model_len"):
        Scores(tokenizer("<s>"), tokens).begin(score("k", " 2"))


QUOTES = """
task: quotes
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/quotes.jsonl}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: answer
generation_kwargs: {{until: ["\\n\\n"], max_gen_toks: 60, do_sample: false}}
filter_list:
  - name: total
    filter:
      - {{function: regex, regex_pattern: 'Total: \\$(\\d+)'}}
      - {{function: take_first}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
"""
WINDOWS = """
task: windows
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/windows.jsonl}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "<|bos|><|user|>{{{{question}}}}<|end|><|assistant|>Decision:"
doc_to_choice: ["accept", "reject"]
doc_to_target: label
metric_list:
  - {{metric: acc, aggregation: mean, higher_is_better: true}}
  - {{metric: acc_norm, aggregation: mean, higher_is_better: true}}
"""
# lm-eval asks for the version of a package `vllm`, which the CPU build is not called.
COMPARE = """
import importlib.metadata, json, os, sys
from pathlib import Path

os.environ |= {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_NO_USAGE_STATS": "1"}
from vllm.platforms import current_platform

current_platform.is_cpu()
version = importlib.metadata.version
importlib.metadata.version = lambda name: version("vllm-cpu" if name == "vllm" else name)
from lm_eval.models.vllm_causallms import VLLM

importlib.metadata.version = version
from lm_eval.evaluator import simple_evaluate
from lm_eval.tasks import TaskManager

from graders import lm_eval as grader
from harness.collect import request_for
from harness.engines.vllm import VllmKind
from harness.identity import keyed
from harness.plan import ModelSpec, SuiteSpec
from harness.records import Continuation, Decoding, Request
from suites import lm_eval as suite

folder, model = Path(sys.argv[1]), sys.argv[2]
args = {"dtype": "float32", "max_model_len": 256, "enforce_eager": True}
chat = {"apply_chat_template": True, "fewshot_as_multiturn": True}
theirs = VLLM(pretrained=model, enable_chunked_prefill=False, **args)
manager = TaskManager(include_path=str(folder), include_defaults=False)
found = {}
for task, how in (("quotes", chat), ("windows", {})):
    found[task] = simple_evaluate(model=theirs, tasks=[task], task_manager=manager, bootstrap_iters=0, **how)
theirs.model.llm_engine.engine_core.shutdown()

out = {}
spec = ModelSpec(name="teacher", model=model, args=args)
with VllmKind().load(spec, folder / "log") as engine:
    long = Request(key="long", kind="score", continuations=(Continuation(context="Total " * 400, text="a"),))
    for task in ("quotes", "windows"):
        loaded = suite.load(SuiteSpec.model_validate({"name": task, "lm_eval": task, "include_path": str(folder)}))
        asked = [keyed(request_for(s, spec, loaded.decoding or Decoding()), "f") for s in loaded.samples]
        answers = {r.key: r for r in engine.generate([long, *asked])}
        judge = grader.make(loaded.grader_options["lm_eval"])
        key = loaded.grader_options["lm_eval"]["metric"]
        rows = {row["doc_hash"][:16]: row for row in found[task]["samples"][task]}
        out[task] = {
            "metric": found[task]["results"][task][key],
            "long": answers["long"].failure,
            "items": [
                {
                    "score": judge(sample, answers[request.key]).score,
                    "theirs": rows[sample.id][key.partition(",")[0]],
                    "text": answers[request.key].text,
                    "resps": rows[sample.id]["resps"],
                    "likelihoods": [[x.logprob, x.greedy] for x in answers[request.key].likelihoods],
                    "tokens": answers[request.key].prompt_tokens,
                }
                for sample, request in zip(loaded.samples, asked)
            ],
        }
(folder / "out.json").write_text(json.dumps(out))
"""
NEAR = 1e-3  # log-likelihoods that differ by less could be ordered either way by another batch


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Both tasks through lm-eval and through viva, in a process of its own: vLLM changes a process for good."""
    folder = tmp_path_factory.mktemp("tasks")
    requests = take(240, 11)
    quotes = [{"question": r.prompt, "answer": r.target} for r in requests if r.task == "quote"][:20]
    labels = ("accept", "reject")
    windows = [{"question": r.prompt, "label": labels.index(str(r.target))} for r in requests if r.task == "window"][
        :20
    ]
    for name, rows, task in (("quotes", quotes, QUOTES), ("windows", windows, WINDOWS)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / f"{name}.yaml").write_text(task.format(folder=folder))
    cache = {"HF_DATASETS_CACHE": str(folder / "cache"), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", COMPARE, str(folder), str(TEACHER)]
    done = subprocess.run(command, env={**os.environ, **cache}, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads((folder / "out.json").read_text())
    return found


@pytest.mark.vllm
@needs_vllm
def test_a_generation_task_gives_lm_evals_own_metric(compared: dict[str, Any]) -> None:
    task = compared["quotes"]
    items = task["items"]
    assert [item["text"].partition("\n\n")[0] for item in items] == [item["resps"][0][0] for item in items]
    assert [item["score"] for item in items] == [item["theirs"] for item in items]
    assert len(items) == 20 and task["metric"] > 0.8
    assert sum(item["score"] for item in items) / 20 == pytest.approx(task["metric"])


@pytest.mark.vllm
@needs_vllm
def test_a_choice_task_gives_lm_evals_own_metric(compared: dict[str, Any]) -> None:
    task = compared["windows"]
    items = task["items"]
    for item in items:
        logged = [float(one[0][0]) for one in item["resps"]]
        assert [value for value, _ in item["likelihoods"]] == pytest.approx(logged, abs=NEAR)
        assert [str(greedy) for _, greedy in item["likelihoods"]] == [str(one[0][1]) for one in item["resps"]]
        assert item["tokens"] > 0
    near = [item for item in items if abs(item["likelihoods"][0][0] - item["likelihoods"][1][0]) < NEAR]
    apart = [item for item in items if item["score"] != item["theirs"]]
    assert all(item in near for item in apart), f"not near-ties: {apart}"
    mean = sum(item["score"] for item in items) / 20
    assert mean == pytest.approx(task["metric"], abs=len(near) / 20 + 1e-9)
    assert task["metric"] > 0 and len({item["score"] for item in items}) >= 1


@pytest.mark.vllm
@needs_vllm
def test_a_request_that_is_too_long_fails_alone(compared: dict[str, Any]) -> None:
    for task in compared.values():
        assert "the model reads at most 255; raise max_model_len" in task["long"]
