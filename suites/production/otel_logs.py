"""Spans of OpenTelemetry with `gen_ai.*` attributes, as JSON lines: spans themselves, or OTLP exports that hold many.

Source: the semantic conventions for generative AI (`gen_ai.input.messages`, `gen_ai.output.messages`,
`gen_ai.system_instructions`), and the numbered attributes `gen_ai.prompt.0.content` of older instrumentation.
"""

import json
from collections.abc import Iterator, Mapping

from harness.records import Json, Message
from suites.production.asked import EMPTY, NO_TEXT, TOOL_CALLS, Asked, Fault, content_text, is_request
from suites.rows import Row, as_text

INPUT, OUTPUT, SYSTEM = "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"
OTHER_SPAN = Fault("a span without the messages of a request", "no_request")


def is_otel(row: Row) -> bool:
    return "resourceSpans" in row or isinstance(row.get("attributes"), dict | list)


class OtelLogs:
    def requests(self, row: Row) -> Iterator[Asked | Fault]:
        if not is_otel(row):
            yield Fault("no span: neither `attributes` nor `resourceSpans`")
            return
        for span in _spans(row):
            yield _asked(span)


def _spans(row: Row) -> Iterator[Row]:
    if "resourceSpans" not in row:
        yield row
        return
    for resource in _objects(row["resourceSpans"]):
        for scope in _objects(resource.get("scopeSpans")):
            yield from _objects(scope.get("spans"))


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _asked(span: Row) -> Asked | Fault:
    attributes = _attributes(span.get("attributes"))
    written = _structured(attributes.get(INPUT))
    given = written if written is not None else _numbered(attributes, "gen_ai.prompt")
    if given is None:
        return OTHER_SPAN
    if not isinstance(given, list):
        return Fault("the messages are neither a list nor JSON of one")
    messages = _instructions(attributes.get(SYSTEM))
    for item in given:
        found = _message(item)
        if isinstance(found, Fault):
            return found
        messages.append(found)
    if not is_request(messages):
        return EMPTY
    return Asked(messages=tuple(messages), reply=_reply(attributes), values=_values(attributes))


def _message(item: Json) -> Message | Fault:
    role = item.get("role") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(role, str) or not role:
        return Fault("a message without a role")
    text = _texts(item)
    return text if isinstance(text, Fault) else Message(role=as_text(role) or "", content=text)


def _texts(item: Mapping[str, Json]) -> str | Fault:
    """The texts of a message's parts; parts that hold reasoning are no part of what was said."""
    parts = item.get("parts")
    if not isinstance(parts, list):
        return content_text(item.get("content"))
    spoken: list[Json] = []
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in ("tool_call", "tool_call_response"):
            return TOOL_CALLS
        if kind != "reasoning":
            spoken.append(part)
    return content_text(spoken)


def _instructions(value: Json) -> list[Message]:
    parts = _structured(value)
    text = content_text(parts) if isinstance(parts, list | str) else NO_TEXT
    return [Message(role="system", content=text)] if isinstance(text, str) and text else []


def _reply(attributes: Row) -> str | None:
    given = _structured(attributes.get(OUTPUT)) or _numbered(attributes, "gen_ai.completion")
    first = given[0] if isinstance(given, list) and given else None
    text = _texts(first) if isinstance(first, dict) else None
    return text if isinstance(text, str) and text else None


def _structured(value: Json) -> Json:
    """Instrumentation that knows only flat attributes writes JSON into a text."""
    if not isinstance(value, str):
        return value
    try:
        found: Json = json.loads(value)
    except ValueError:
        return value
    return found


def _numbered(attributes: Row, start: str) -> Json:
    """Messages from `<start>.0.role` and `<start>.0.content`; None where there are none."""
    found: list[Json] = []
    while f"{start}.{len(found)}.content" in attributes:
        name = f"{start}.{len(found)}"
        role = attributes.get(f"{name}.role", "user")
        found.append({"role": role, "content": _structured_parts(attributes[f"{name}.content"])})
    return found or None


def _structured_parts(value: Json) -> Json:
    parts = _structured(value)
    return parts if isinstance(parts, list) else value


def _values(attributes: Row) -> Row:
    """Attributes as fields, the first finish reason and the model also under the names that other formats use."""
    values = {name: value for name, value in attributes.items() if name not in (INPUT, OUTPUT, SYSTEM)}
    reasons = _structured(attributes.get("gen_ai.response.finish_reasons"))
    if isinstance(reasons, list) and reasons:
        values.setdefault("finish_reason", reasons[0])
    model = attributes.get("gen_ai.response.model", attributes.get("gen_ai.request.model"))
    if model is not None:
        values.setdefault("model", model)
    return values


def _attributes(value: Json) -> dict[str, Json]:
    """Attributes by name: an object as it is, or the list of `{key, value: {stringValue: ...}}` of OTLP."""
    if isinstance(value, dict):
        return value
    return {str(item["key"]): _plain(item.get("value")) for item in _objects(value) if "key" in item}


def _plain(value: Json) -> Json:
    if not isinstance(value, dict) or len(value) != 1:
        return value
    (kind, inner), *_ = value.items()
    if kind == "arrayValue" and isinstance(inner, dict):
        items = inner.get("values")
        return [_plain(item) for item in items] if isinstance(items, list) else []
    if kind == "kvlistValue" and isinstance(inner, dict):
        return _attributes(inner.get("values"))
    return inner if kind.endswith("Value") else value
