"""OpenAI chat rows: `messages`, and the reply as their last one or as a `response`; also as files for fine-tuning."""

from collections.abc import Iterator

from harness.records import Json
from suites.production.asked import Asked, Fault, completion, conversation
from suites.rows import Row


def is_chat(row: Row) -> bool:
    return isinstance(_request(row).get("messages"), list)


class ChatLogs:
    def requests(self, row: Row) -> Iterator[Asked | Fault]:
        request = _request(row)
        if "messages" not in request:
            yield Fault("no `messages`")
            return
        found = conversation(request["messages"])
        if isinstance(found, Fault):
            yield found
            return
        messages, last = found
        reply, known = completion(_response(row))
        yield Asked(
            messages=messages,
            reply=reply if last is None else last,
            tools=tools_of(request),
            values={**known, **row},
        )


def tools_of(request: Row) -> tuple[Json, ...]:
    tools = request.get("tools")
    return tuple(tools) if isinstance(tools, list) else ()


def _request(row: Row) -> Row:
    """The row itself, or the request that it holds beside the response."""
    inner = row.get("request")
    return inner if "messages" not in row and isinstance(inner, dict) else row


def _response(row: Row) -> Json:
    for name in ("response", "completion"):
        value = row.get(name)
        if isinstance(value, dict) and isinstance(value.get("body"), dict):
            return value["body"]
        if isinstance(value, dict | str):
            return value
    return dict(row) if "choices" in row else None
