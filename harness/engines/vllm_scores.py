"""Log-likelihoods of given texts through vLLM: what a model would have had to write, token by token, and how likely.

Texts are encoded as lm-evaluation-harness encodes them (`lm_eval.api.model.TemplateLM._encode_pair`), so that scores
are those of lm-eval: context and text together, since a tokenizer may join the two where they meet. vLLM does not read
its prefix cache for such requests (the cache holds no log-probabilities), so a context that options share is read anew
for each. A request that is longer than the model's context fails alone; lm-eval would cut its beginning off.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.records import Continuation, Likelihood, Request


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids; the first `start` are the context, and there is at least one of them."""

    tokens: list[int]
    start: int


@dataclass(slots=True)
class _Job:
    """A request under way: the likelihoods that are back, by place."""

    request: Request
    encoded: Sequence[Encoded]
    found: dict[int, Likelihood] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """A request that is done: its likelihoods in its order, how many tokens were read, and what is wrong with them."""

    request: Request
    likelihoods: tuple[Likelihood, ...]
    tokens: int
    failure: str | None


@dataclass(slots=True)
class Scores:
    """The requests for scores under way. Each is one request of the engine per continuation."""

    tokenizer: Any
    longest: int
    _parts: dict[str, tuple[_Job, int]] = field(default_factory=dict)

    def begin(self, request: Request) -> dict[str, list[int]]:
        """What the engine is to read: token ids by the engine's id. Raises ValueError for what it could not."""
        job = _Job(request, [self._fitting(continuation) for continuation in request.continuations])
        ids = {f"{request.key}/{place}": place for place in range(len(job.encoded))}
        self._parts |= {name: (job, place) for name, place in ids.items()}
        return {name: job.encoded[place].tokens for name, place in ids.items()}

    def take(self, output: Any) -> Scored | None:
        """One of the engine's outputs; the whole request when it was the last one missing."""
        job, place = self._parts.pop(output.request_id)
        job.found[place] = likelihood(job.encoded[place], output.prompt_logprobs)
        if len(job.found) < len(job.encoded):
            return None
        in_order = tuple(job.found[place] for place in range(len(job.encoded)))
        finite = all(math.isfinite(one.logprob) for one in in_order)
        failure = None if finite else "a log-likelihood is no finite number"
        return Scored(job.request, in_order if finite else (), sum(len(one.tokens) for one in job.encoded), failure)

    def forget(self, names: Iterable[str]) -> None:
        """Requests that the engine will not finish."""
        for name in names:
            self._parts.pop(name, None)

    def _fitting(self, continuation: Continuation) -> Encoded:
        one = encode(continuation, self.tokenizer)
        if len(one.tokens) >= self.longest:  # the engine must generate a token, if only to throw it away
            raise ValueError(
                f"context and continuation are {len(one.tokens)} tokens long, and the model reads at most "
                f"{self.longest - 1}; raise max_model_len, or leave this sample out"
            )
        return one


def encode(continuation: Continuation, tokenizer: Any) -> Encoded:
    """The token ids of a continuation behind its context. Raises ValueError where the text has no token of its own.

    White space at the context's end goes to the text. Nothing before the text means: the token that begins texts, or
    the one that ends them for models that have none.
    """
    context = continuation.context.rstrip()
    text = continuation.context[len(context) :] + continuation.text
    beginning = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    if context:
        before, tokens = _ids(tokenizer, context, beginning), _ids(tokenizer, context + text, beginning)
        start = len(before)
    else:
        tokens = list(tokenizer.encode(text, add_special_tokens=False))
        tokens, start = (tokens if tokens[:1] == [beginning] else [beginning, *tokens]), 1
    if start >= len(tokens) or not start:
        raise ValueError(f"the continuation {continuation.text[:80]!r} has no token of its own behind its context")
    return Encoded(tokens, start)


def _ids(tokenizer: Any, text: str, beginning: int | None) -> list[int]:
    """With the tokenizer's special tokens, but none twice: a chat template has written the first one already."""
    written = beginning is not None and text.startswith(tokenizer.decode([beginning]))
    return list(tokenizer.encode(text, add_special_tokens=False) if written else tokenizer.encode(text))


def likelihood(encoded: Encoded, prompt_logprobs: Sequence[Any]) -> Likelihood:
    """From vLLM's log-probabilities, per position the token that stands there and the likeliest one, by token id."""
    total, greedy = 0.0, True
    for token, known in zip(encoded.tokens[encoded.start :], prompt_logprobs[encoded.start :], strict=True):
        own = known[token].logprob
        total += own
        greedy = greedy and own >= max(other.logprob for other in known.values())
    return Likelihood(logprob=total, greedy=greedy, tokens=len(encoded.tokens) - encoded.start)
