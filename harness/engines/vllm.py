"""vLLM in this process, on a GPU or a CPU. The only file that knows vLLM.

Requests go to the engine together (continuous batching keeps the batch full) and answers come back as each is done.
vLLM and its native libraries write to the process's output: while a model is loaded, that goes to a log file.
"""

import gc
import math
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from harness.engines.interrupts import held_back
from harness.engines.model_files import fingerprint, version
from harness.engines.quiet import in_a_line, output_to
from harness.engines.thinking import split_thinking
from harness.engines.vllm_scores import Scores
from harness.errors import EngineError
from harness.plan import ModelSpec
from harness.records import Decoding, Finish, LogprobSummary, Request, Response

AT_ONCE = 256  # prompts that are tokenized together
IN_FLIGHT = 1024  # enough to keep any batch full without holding every prompt's tokens at once


class VllmKind:
    """The engine `vllm` of a plan."""

    def fault(self, model: ModelSpec) -> str | None:
        if model.endpoint is not None:
            return "an `endpoint` needs `engine: openai`; vLLM runs in this process"
        for path in (model.model, model.adapter):
            if path and Path(path).is_absolute() and not Path(path).exists():
                return f"{path} is not there; give a folder with weights, or a name on the Hugging Face Hub"
        if model.chat_template and not Path(model.chat_template).is_file():
            return f"{model.chat_template} is not there; give a Jinja file, or take `chat_template` out"
        if Path(model.model).is_absolute() and not (Path(model.model) / "config.json").is_file():
            return f"{model.model} holds no config.json; give a folder in Hugging Face format"
        return None

    def check_ready(self, model: ModelSpec) -> None:
        """Raises UsageError when vLLM is not installed."""
        version()

    def fingerprint(self, model: ModelSpec) -> str:
        return fingerprint(model)

    @contextmanager
    def load(self, model: ModelSpec, log_file: Path) -> Iterator["VllmEngine"]:
        with output_to(log_file):
            try:
                llm, adapter = _start(model)
            except Exception as error:  # the boundary: whatever vLLM raises, this model fails and the run goes on
                raise EngineError(f'model "{model.name}" did not load: {in_a_line(error)}; see {log_file}') from error
            try:
                template = model.chat_template and Path(model.chat_template).read_text(encoding="utf-8")
                yield VllmEngine(model, llm, adapter, template or None)
            finally:
                llm.llm_engine.engine_core.shutdown()
                del llm
                gc.collect()


@dataclass(slots=True)
class VllmEngine:
    spec: ModelSpec
    llm: Any
    adapter: Any = None
    template: str | None = None
    spent: float = 0.0
    ready: int = 0
    _begun: dict[str, tuple[Request, float]] = field(default_factory=dict)
    _scores: Scores | None = None

    def generate(self, requests: Sequence[Request]) -> Iterator[Response]:
        engine = self.llm.llm_engine
        # Long prompts tend to have long answers: begun first, none of them is left to be finished alone at the end.
        waiting = self._tokenized(sorted(requests, key=_length, reverse=True))
        try:
            while True:
                for request, tokens in islice(waiting, max(0, IN_FLIGHT - len(self._begun))):
                    refused = self._submit(request, tokens)
                    if refused:
                        yield refused
                if not self._begun:
                    return
                yield from self._handed_over([output for output in engine.step() if output.finished])
        finally:
            self._abort(list(self._begun))  # interrupted: the engine must not go on with what nobody waits for

    def _handed_over(self, outputs: Sequence[Any]) -> Iterator[Response]:
        """All that one step finished; an interruption waits until it is saved."""
        with held_back():
            responses = [response for output in outputs if (response := self._answered(output))]
            for number, response in enumerate(responses, 1):
                self.ready = len(responses) - number
                yield response

    def _answered(self, output: Any) -> Response | None:
        request = self._begun[output.request_id][0]
        try:
            return self._response(output)
        except Exception as error:  # the boundary: what cannot be read is that request's failure, not its neighbours'
            self._abort([output.request_id])
            return Response(key=request.key, model=self.spec.name, text="", failure=in_a_line(error))

    def _tokenized(self, requests: Sequence[Request]) -> Iterator[tuple[Request, list[int] | None]]:
        """Each request with the tokens of its conversation, for many at once; None where it must be done alone."""
        for first in range(0, len(requests), AT_ONCE):
            some = requests[first : first + AT_ONCE]
            yield from zip(some, self._tokens_of_all(some), strict=True)

    def _tokens_of_all(self, requests: Sequence[Request]) -> Sequence[list[int] | None]:
        if not all(request.messages for request in requests):
            return [None] * len(requests)
        try:
            texts = [self._written(request) for request in requests]
            found: Sequence[list[int]] = self.llm.get_tokenizer()(texts, add_special_tokens=False)["input_ids"]
        except Exception:  # one of them cannot be written; which one is found out when each is done alone
            return [None] * len(requests)
        return found

    def _submit(self, request: Request, tokens: list[int] | None) -> Response | None:
        """Hand one request over; a prompt that vLLM refuses (too long, say) fails alone."""
        parts: dict[str, list[int]] = {}
        try:
            if request.kind == "score":
                parts = self._scoring().begin(request)
            else:
                parts = {request.key: self._tokens(request) if tokens is None else tokens}
            how = request.decoding
            params = _sampling(request.kind, how, how.seed + request.attempt if how.temperature > 0 else None)
            for name, ids in parts.items():
                prompt = {"prompt_token_ids": ids}
                self.llm.llm_engine.add_request(name, prompt, params, lora_request=self.adapter)
                self._begun[name] = (request, time.monotonic())
        except Exception as error:  # the boundary: one bad request is that request's failure
            self._abort(parts)
            return Response(key=request.key, model=self.spec.name, text="", failure=in_a_line(error))
        return None

    def _abort(self, names: Iterable[str]) -> None:
        begun = [name for name in names if self._begun.pop(name, None)]
        if begun:
            self.llm.llm_engine.abort_request(begun, internal=False)
        if self._scores:
            self._scores.forget(names)

    def _scoring(self) -> Scores:
        if self._scores is None:
            self._scores = Scores(self.llm.get_tokenizer(), self.llm.llm_engine.model_config.max_model_len)
        return self._scores

    def _tokens(self, request: Request) -> list[int]:
        tokenizer = self.llm.get_tokenizer()
        if request.prompt is not None:
            return list(tokenizer.encode(request.prompt + (request.prefill or "")))
        return list(tokenizer.encode(self._written(request), add_special_tokens=False))

    def _written(self, request: Request) -> str:
        """A conversation as the model's template writes it."""
        text: str = self.llm.get_tokenizer().apply_chat_template(
            [{"role": m.role, "content": m.content} for m in request.messages],
            tools=list(request.tools) or None,
            chat_template=self.template,
            add_generation_prompt=True,
            tokenize=False,
            **self.spec.chat_template_kwargs,
        )
        return text + (request.prefill or "")

    def _response(self, output: Any) -> Response | None:
        """The answer; None while other continuations of a request for scores are under way."""
        request, began = self._begun.pop(output.request_id)
        if request.kind == "score":
            return self._scored(output, began)
        best = output.outputs[0]
        reasoning, text = None, best.text
        if self.spec.thinking:
            reasoning, text = split_thinking(text, self.spec.thinking.open, self.spec.thinking.close)
        return Response(
            key=request.key,
            model=self.spec.name,
            text=text,
            reasoning=reasoning,
            finish=_finish(best.finish_reason),
            prompt_tokens=len(output.prompt_token_ids or ()),
            completion_tokens=len(best.token_ids),
            logprob=_summary(best),
            latency_s=round(time.monotonic() - began, 4),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            served_model=self.spec.model,
        )

    def _scored(self, output: Any, began: float) -> Response | None:
        scored = self._scoring().take(output)
        if scored is None:
            return None
        return Response(
            key=scored.request.key,
            model=self.spec.name,
            text="",
            finish="stop",
            prompt_tokens=scored.tokens,
            completion_tokens=0,
            likelihoods=scored.likelihoods,
            latency_s=round(time.monotonic() - began, 4),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            served_model=self.spec.model,
            failure=scored.failure,
        )


def _start(model: ModelSpec) -> tuple[Any, Any]:
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    from vllm.platforms import current_platform

    if current_platform.is_cpu():
        # One process loads ten times faster, and 1 GiB holds the cache of any model a CPU can serve in reasonable time.
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    from vllm import LLM
    from vllm.lora.request import LoRARequest

    extra: dict[str, Any] = {"revision": model.revision} if model.revision else {}
    if current_platform.is_cpu():
        # vLLM cannot wind a CPU generator back, which a seeded request needs when its prompt is read in two chunks.
        extra["enable_chunked_prefill"] = False
    if model.adapter:
        extra["enable_lora"] = True
    llm = LLM(model=model.model, **{**extra, **model.args})
    return llm, LoRARequest(model.name, 1, model.adapter) if model.adapter else None


def _length(request: Request) -> int:
    """Of the prompt, in characters."""
    texts = [m.content for m in request.messages] or [c.context + c.text for c in request.continuations]
    return sum(map(len, texts)) + len(request.prompt or "")


@lru_cache(64)
def _sampling(kind: str, how: Decoding, seed: int | None) -> Any:
    """Requests that are drawn alike share one object: making it takes as long as rendering a prompt."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    final = RequestOutputKind.FINAL_ONLY  # nobody reads half an answer, and making it takes time at every step
    if kind == "score":  # of every token that stands there, and of the likeliest
        return SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=1, detokenize=False, output_kind=final)
    return SamplingParams(
        temperature=how.temperature,
        top_p=how.top_p,
        max_tokens=how.max_tokens,
        stop=list(how.stop) or None,
        seed=seed,
        logprobs=how.logprobs,
        output_kind=final,
    )


def _finish(reason: str | None) -> Finish:
    return "stop" if reason == "stop" else "length" if reason == "length" else "unknown"


def _summary(output: Any) -> LogprobSummary | None:
    if not output.logprobs:
        return None
    chosen = [step[token].logprob for step, token in zip(output.logprobs, output.token_ids, strict=False)]
    if not all(math.isfinite(value) for value in chosen):  # -inf: a token that was forced
        return None
    return LogprobSummary(mean=sum(chosen) / len(chosen), least=min(chosen), first=chosen[0])
