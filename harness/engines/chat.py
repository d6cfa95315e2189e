"""Chat completions as they go over the wire: the body of a request, and a response made of what came back.

Servers are not trusted to send what the format promises: everything is looked at before it enters a record. An answer
that cannot be one raises Broken; it is asked for again.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from harness.engines.thinking import split_thinking
from harness.plan import EndpointSpec, ModelSpec
from harness.records import Finish, Json, LogprobSummary, Request, Response

OPENAI_URL = "https://api.openai.com/v1"
TOKENS_PER_MESSAGE = 16  # more than any chat template is known to put around a message
FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "refusal",
}
# A server that shuts down, fails or is overloaded amid an answer says so: vLLM and SGLang, OpenRouter, DeepSeek.
CUT_OFF = ("abort", "error", "insufficient_system_resource")
REASONING = ("reasoning_content", "reasoning")  # DeepSeek's and SGLang's name; OpenRouter's and newer vLLM's


class Broken(Exception):
    """What came back is no complete answer. `error` is what the server said, if it said so within an answer."""

    def __init__(self, text: str, error: object = None) -> None:
        super().__init__(text)
        self.error = error


def endpoint_of(model: ModelSpec) -> EndpointSpec:
    return model.endpoint or EndpointSpec()


def base_url(model: ModelSpec) -> str:
    """Where the model is, in one spelling."""
    parts = urlsplit(endpoint_of(model).url or OPENAI_URL)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, parts.fragment))


def is_openais_own(model: ModelSpec) -> bool:
    return base_url(model) == OPENAI_URL


def unsupported(request: Request) -> str | None:
    """Why a chat endpoint cannot answer this request."""
    if request.kind != "generate":
        return "an endpoint cannot tell the log-likelihood of a given text; use the engine vllm"
    if request.prompt is not None:
        return "an endpoint takes messages, not a raw prompt; use the engine vllm"
    if request.prefill is not None:
        return "an endpoint cannot go on with the beginning of a reply; use the engine vllm"
    return None


def body(model: ModelSpec, request: Request) -> dict[str, Any]:
    """The fields of the request. What a plan's `args` say wins, and a null takes a field away."""
    how, streams = request.decoding, endpoint_of(model).stream
    fields = {
        "model": model.model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "temperature": how.temperature,
        "top_p": how.top_p,
        length_field(model): how.max_tokens,
        "stop": list(how.stop) or None,
        "seed": how.seed + request.attempt if how.temperature > 0 else None,
        "logprobs": None if how.logprobs is None else True,
        "top_logprobs": how.logprobs,
        "tools": list(request.tools) or None,
        "stream": streams or None,
        "stream_options": {"include_usage": True} if streams else None,
        "chat_template_kwargs": model.chat_template_kwargs or None,
        **model.args,
    }
    return {name: value for name, value in fields.items() if value is not None}


def length_field(model: ModelSpec) -> str:
    """OpenAI's newer models refuse `max_tokens`; other servers know nothing else."""
    return "max_completion_tokens" if is_openais_own(model) else "max_tokens"


def most_tokens(fields: Mapping[str, Any]) -> int | None:
    """The length that a body allows an answer; None without a limit."""
    limits = [fields.get(name) for name in ("max_completion_tokens", "max_tokens")]
    given = [limit for limit in limits if limit is not None]
    return max(given) if given and all(type(limit) is int and limit > 0 for limit in given) else None


def worst_prompt_tokens(model: ModelSpec, fields: Mapping[str, Any]) -> int:
    """An upper bound: no tokenizer makes more tokens than there are bytes, and every message has its frame."""
    messages = fields["messages"]
    beside = [fields[name] for name in ("tools", "chat_template_kwargs", *model.args) if name in fields]
    return (
        sum(_bytes(message["content"]) for message in messages)
        + TOKENS_PER_MESSAGE * len(messages)
        + sum(_bytes(json.dumps(value, ensure_ascii=False)) for value in beside)
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def completion(content: bytes) -> dict[str, Any]:
    """The whole answer of a server that does not stream. Raises Broken."""
    reply = _parsed(content)
    choices = _items(reply.get("choices"))
    if not choices or not isinstance(choices[0].get("message"), dict):
        raise Broken("the answer has no choices")
    if choices[0].get("error"):
        raise Broken("the server sent an error", error=choices[0])
    return reply


@dataclass(slots=True)
class Assembly:
    """An answer put together from the chunks of a stream; raises Broken for what is no such stream."""

    ended: bool = False
    _rest: bytes = b""
    _top: dict[str, Any] = field(default_factory=dict)
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _calls: dict[int, dict[str, Any]] = field(default_factory=dict)
    _logprobs: list[Any] = field(default_factory=list)
    _finish: str | None = None

    def feed(self, chunk: bytes) -> None:
        # Lines end with a line feed only: a text within may hold any other character that Python takes for a line end.
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._line(line.strip())

    def completion(self) -> dict[str, Any]:
        """The answer in the form in which it comes from servers that do not stream."""
        self._line(self._rest.strip())
        if self._finish is None:
            raise Broken("the stream ended without a finish_reason")
        message: dict[str, Any] = {name: "".join(texts) for name, texts in self._texts.items()}
        message["tool_calls"] = [self._calls[index] for index in sorted(self._calls)]
        choice = {"message": message, "finish_reason": self._finish, "logprobs": {"content": self._logprobs}}
        return {**self._top, "choices": [choice]}

    def _line(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name != b"data" or self.ended:
            return
        if value.strip() == b"[DONE]":
            self.ended = True
            return
        chunk = _parsed(value)
        self._top |= {name: chunk[name] for name in ("model", "system_fingerprint", "usage") if chunk.get(name)}
        for choice in _items(chunk.get("choices")):
            if choice.get("index") in (0, None):
                self._choice(choice)

    def _choice(self, choice: Mapping[str, Any]) -> None:
        delta = _fields(choice.get("delta"))
        for name in ("content", "refusal", *REASONING):
            if isinstance(delta.get(name), str):
                self._texts.setdefault(name, []).append(delta[name])
        for call in _items(delta.get("tool_calls")):
            self._call(self._index(call), call)
        if delta.get("function_call"):
            self._call(0, {"type": "function", "function": delta["function_call"]})
        self._logprobs += _items(_fields(choice.get("logprobs")).get("content"))
        if choice.get("error"):
            raise Broken("the server sent an error", error=choice)
        if isinstance(choice.get("finish_reason"), str):
            self._finish = choice["finish_reason"] or self._finish  # some gateways send "" until the end

    def _index(self, call: Mapping[str, Any]) -> int:
        """Which call a delta belongs to; servers that send each call whole leave the number out."""
        index = call.get("index")
        if isinstance(index, int):
            return index
        last = max(self._calls, default=-1)
        return last + 1 if call.get("id") or last < 0 else last

    def _call(self, index: int, delta: Mapping[str, Any]) -> None:
        call = self._calls.setdefault(index, {"function": {"name": "", "arguments": ""}})
        call |= {name: delta[name] for name in ("id", "type") if delta.get(name)}
        for name, value in _fields(delta.get("function")).items():
            if name in ("name", "arguments") and isinstance(value, str):
                call["function"][name] += value


def response(reply: Mapping[str, Any], model: ModelSpec, key: str, latency_s: float) -> Response:
    """The answer as a record; what is missing or of the wrong kind stays unknown. Raises Broken for half an answer."""
    choice = _items(reply["choices"])[0]
    if choice.get("finish_reason") in CUT_OFF:
        raise Broken(f"the server ended the answer early ({choice['finish_reason']})")
    message, usage = _fields(choice.get("message")), _fields(reply.get("usage"))
    refusal = _text(message.get("refusal"))
    reasoning, text = _reasoning_and_text(message, model)
    return Response(
        key=key,
        model=model.name,
        text=refusal or text,
        reasoning=reasoning,
        tool_calls=tuple(_tool_calls(message)),
        finish="refusal" if refusal else FINISHES.get(str(choice.get("finish_reason")), "unknown"),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        logprob=_summary(_items(_fields(choice.get("logprobs")).get("content"))),
        latency_s=round(latency_s, 4),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        served_model=_text(reply.get("model")) or None,
        system_fingerprint=_text(reply.get("system_fingerprint")) or None,
    )


def _reasoning_and_text(message: Mapping[str, Any], model: ModelSpec) -> tuple[str | None, str]:
    text = _text(message.get("content"))
    for name in REASONING:
        if reasoning := _text(message.get(name)):
            return reasoning, text
    return split_thinking(text, model.thinking.open, model.thinking.close) if model.thinking else (None, text)


def _tool_calls(message: Mapping[str, Any]) -> Iterator[Json]:
    calls = _items(message.get("tool_calls"))
    if message.get("function_call"):
        calls = [*calls, {"function": message["function_call"]}]
    for call in calls:
        function = _fields(call.get("function"))
        arguments = function.get("arguments", "")
        yield {
            "id": _text(call.get("id")) or None,
            "type": "function",
            "function": {
                "name": _text(function.get("name")),
                "arguments": _text(arguments) if isinstance(arguments, str) else json.dumps(arguments),
            },
        }


def _summary(tokens: list[dict[str, Any]]) -> LogprobSummary | None:
    values = [token.get("logprob") for token in tokens]
    numbers = [float(v) for v in values if isinstance(v, int | float) and math.isfinite(v)]
    if not numbers or len(numbers) < len(values):
        return None
    return LogprobSummary(mean=sum(numbers) / len(numbers), least=min(numbers), first=numbers[0])


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content, parse_float=_finite, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        raise Broken(f"the answer is no JSON: {content[:200].decode('utf-8', 'replace')}") from None
    if not isinstance(value, dict):
        raise Broken(f"the answer is no JSON object: {content[:200].decode('utf-8', 'replace')}")
    if value.get("error"):
        raise Broken("the server sent an error", error=value)
    return value


def _finite(digits: str) -> float | None:
    """JSON knows no infinity, but 1e999 is one, and no record holds it."""
    return float(digits) if math.isfinite(float(digits)) else None


def _fields(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """A text, or the texts of a list of parts, with surrogate pairs joined that came in two chunks."""
    if not isinstance(value, str):
        return "".join(_text(part.get("text")) for part in _items(value))
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
