"""Three ways to put the same questions to the same loaded models: viva, a bare script, lm-eval."""

import json
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.engines.loaded import MAX_TOKENS, Clock, Loaded, prompts
from harness.cli import wiring
from harness.plan import Plan
from harness.records import Sample
from harness.runfolder import RunFolder, open_run
from harness.workflow import prepare, run


def viva(plan: Plan, loaded: Loaded, folder: Path) -> tuple[float, Clock, dict[str, list[str]]]:
    """A whole run (ask, store, grade, compare, report): seconds, its steps, and the texts by model."""
    parts = replace(wiring.parts(), engines={"vllm": loaded})
    clock = Clock()
    began = perf_counter()
    job = prepare(plan, {}, parts)
    with open_run(folder) as place:
        run(job, parts, place, clock)
    took = perf_counter() - began
    texts: dict[str, list[str]] = {}
    for answer in RunFolder(folder).answers():
        texts.setdefault(answer.response.model, []).append(answer.response.text)
    return took, clock, texts


def bare(loaded: Loaded, samples: list[Sample]) -> tuple[float, dict[str, list[str]]]:
    """All prompts to `LLM.generate` at once, model after model: seconds, and the texts by model."""
    from vllm import SamplingParams

    params = SamplingParams(temperature=0, max_tokens=MAX_TOKENS)
    began = perf_counter()
    texts = {
        name: [out.outputs[0].text for out in engine.llm.generate(prompts(engine, samples), params, use_tqdm=False)]
        for name, engine in loaded.engines.items()
    }
    return perf_counter() - began, texts


def lm_eval(loaded: Loaded, samples: list[Sample], folder: Path) -> tuple[float, dict[str, list[str]]]:
    """`simple_evaluate` over each loaded model with exact match: seconds, and the texts by model."""
    from lm_eval import simple_evaluate
    from lm_eval.api.task import ConfigurableTask

    rows = folder / "samples.jsonl"
    rows.write_text(
        "".join(json.dumps({"prompt": s.messages[-1].content, "target": json.dumps(s.target)}) + "\n" for s in samples)
    )
    config: dict[str, Any] = {
        "task": "desk",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(rows)}, "cache_dir": str(folder / "cache")},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "{{prompt}}",
        "doc_to_target": "{{target}}",
        "generation_kwargs": {"until": [], "max_gen_toks": MAX_TOKENS, "do_sample": False},
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    }
    began = perf_counter()
    texts: dict[str, list[str]] = {}
    for name, engine in loaded.engines.items():
        task = ConfigurableTask(config=config)
        told = simple_evaluate(model=_model(engine.llm), tasks=[task], apply_chat_template=True, log_samples=True)
        logged = sorted(told["samples"]["desk"], key=lambda sample: sample["doc_id"])
        texts[name] = [sample["resps"][0][0] for sample in logged]
    return perf_counter() - began, texts


def _model(llm: Any) -> Any:
    """lm-eval's view of a loaded model: every request to the engine at once, as its own vLLM model does."""
    from lm_eval.api.model import TemplateLM
    from vllm import SamplingParams

    class LoadedModel(TemplateLM):  # type: ignore[misc]  # lm-eval has no type information
        tokenizer_name = "demo"

        @property
        def eot_token_id(self) -> int:
            return int(llm.get_tokenizer().eos_token_id)

        def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
            rendered: str = llm.get_tokenizer().apply_chat_template(
                chat_history, add_generation_prompt=add_generation_prompt, tokenize=False
            )
            return rendered

        def chat_template(self, chat_template: object = False) -> str:
            return str(llm.get_tokenizer().chat_template)

        def tok_encode(self, string: str, **more: object) -> list[int]:
            return list(llm.get_tokenizer().encode(string))

        def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
            params = SamplingParams(temperature=0, max_tokens=MAX_TOKENS)
            answers = llm.generate([request.args[0] for request in requests], params, use_tqdm=False)
            return [answer.outputs[0].text for answer in answers]

        def _loglikelihood_tokens(self, requests: list[Any], **more: object) -> list[tuple[float, bool]]:
            raise NotImplementedError("the benchmark only generates")

        def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = False) -> list[float]:
            raise NotImplementedError("the benchmark only generates")

    return LoadedModel()
