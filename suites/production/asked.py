"""What one entry of a log asks, whatever the log's format; and the parts that several formats share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from harness.records import Json, Message
from suites.rows import Row, as_text

TEXT_PARTS = ("text", "input_text", "output_text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, and what the log knows of it.

    `values` is where logged fields are looked up by their paths; `named` are fields that have names of their own.
    `traffic` is the number of requests that the row stands for.
    """

    messages: tuple[Message, ...]
    reply: str | None = None
    tools: tuple[Json, ...] = ()
    choices: tuple[str, ...] = ()
    context: str | None = None
    id: str | None = None
    cluster: str | None = None
    target: Json = None
    solution: str | None = None
    traffic: float = 1.0
    values: Row = field(default_factory=dict)
    named: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row gives no request, in words that quote nothing of it.

    `malformed`: it is not what its format says. `unsupported`: a suite cannot hold it. `no_request`: it is something
    else, like a span of a database.
    """

    reason: str
    kind: Literal["malformed", "unsupported", "no_request"] = "malformed"


class Format(Protocol):
    """A way to read requests from rows; a row may hold none, or several."""

    def requests(self, row: Row) -> Iterator[Asked | Fault]: ...


EMPTY = Fault("no message of a user", "no_request")
TOOL_CALLS = Fault("a message with tool calls, which a suite cannot hold", "unsupported")
NO_TEXT = Fault("a part that is no text, which a suite cannot hold", "unsupported")


def conversation(value: Json) -> tuple[tuple[Message, ...], str | None] | Fault:
    """The messages of a request, and the reply where the last message is the assistant's."""
    if not isinstance(value, list):
        return Fault("the messages are no list")
    reply: str | None = None
    last = value[-1] if value else None
    if isinstance(last, dict) and last.get("role") == "assistant":
        value, reply = value[:-1], reply_text(last)
    messages: list[Message] = []
    for item in value:
        found = _message(item)
        if isinstance(found, Fault):
            return found
        messages.append(found)
    return (tuple(messages), reply) if is_request(messages) else EMPTY


def is_request(messages: list[Message]) -> bool:
    return any(message.role == "user" and message.content.strip() for message in messages)


def reply_text(message: Json) -> str | None:
    """The text of an assistant's message; None for one that only calls tools, or that holds something else."""
    text = content_text(message.get("content")) if isinstance(message, dict) else None
    return text if isinstance(text, str) and text else None


def completion(body: Json) -> tuple[str | None, dict[str, Json]]:
    """The reply of a chat completion, and what else is known of it: model, finish reason, tokens."""
    if isinstance(body, str):
        return body or None, {}
    if not isinstance(body, dict):
        return None, {}
    known: dict[str, Json] = {name: body[name] for name in ("model", "usage") if name in body}
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict):
        return None, known
    return reply_text(first.get("message")), {**known, "finish_reason": first.get("finish_reason")}


def content_text(content: Json) -> str | Fault:
    """A message's content as text: a text, or a list of parts that are texts."""
    if content is None:
        return ""
    if isinstance(content, str):
        return as_text(content) or ""
    if not isinstance(content, list):
        return Fault("a message whose content is neither text nor parts")
    texts: list[str] = []
    for part in content:
        text = _part_text(part)
        if text is None:
            return NO_TEXT
        texts.append(text)
    return "\n".join(texts)


def _part_text(part: Json) -> str | None:
    if isinstance(part, str):
        return as_text(part)
    if not isinstance(part, dict) or part.get("type", "text") not in TEXT_PARTS:
        return None
    text = part.get("text", part.get("content"))  # OpenTelemetry says `content`
    return as_text(text) if isinstance(text, str) else None


def _message(item: Json) -> Message | Fault:
    if not isinstance(item, dict) or not isinstance(item.get("role"), str) or not item["role"]:
        return Fault("a message without a role")
    if item.get("tool_calls") or item.get("function_call"):
        return TOOL_CALLS
    text = content_text(item.get("content"))
    return text if isinstance(text, Fault) else Message(role=as_text(item["role"]) or "", content=text)
