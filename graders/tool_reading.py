"""The tool calls of a reply, however its model writes them, and those of a target.

An endpoint hands calls over as such. In plain text they stand between `<tool_call>` tags (Hermes, Qwen), after
`[TOOL_CALLS]` (Mistral) or `<|python_tag|>` (Llama), or are all that the reply says: JSON, perhaps in a fence. It is
read to the letter: a call that no program could parse is no call.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graders.json_reading import VALUE_SHOWN, Unreadable, canonical, read_object
from graders.reading import short
from harness.records import Json, Response

MOST = 200  # calls of a reply that are read

_TAG = "<tool_call>"
_TAGGED = re.compile(r"<tool_call>(.*?)(</tool_call>|\Z)", re.DOTALL)
_LISTED = "[TOOL_CALLS]"
_PYTHON = "<|python_tag|>"
_ENDS = ("</s>", "<|eot_id|>", "<|eom_id|>", "<|im_end|>")
_NAMED = re.compile(r"\s*+([\w.-]{1,100}+)(?:\[CALL_ID\]\w{1,64}+)?(?:\[ARGS\])?(?=\s*+\{)")  # Mistral's newer form
_BETWEEN = re.compile(r"\s*+;?\s*+")  # Llama's calls
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: dict[str, Json]

    def __str__(self) -> str:
        return short(f"{self.name}({canonical(self.arguments)})")

    def json(self) -> dict[str, Json]:
        return {"name": self.name, "arguments": self.arguments}


class Unclosed(Unreadable):
    """A call that does not end."""


def calls_of_target(target: Json) -> tuple[Call, ...]:
    """One call or a list of them, or that as JSON text; an empty list asks for none. Raises ValueError."""
    try:
        given = _value(target) if isinstance(target, str) else target
        return tuple(_call(one) for one in _listed(given))
    except Unreadable as error:
        raise ValueError(f"target {short(repr(target))} is not a list of tool calls: {error}") from None


def calls_of(response: Response) -> tuple[Call, ...]:
    """The calls that a reply makes, in order; none is none. Raises Unreadable."""
    found = list(response.tool_calls) or _written(response.text)
    if len(found) > MOST:
        raise Unreadable(f"more than {MOST} tool calls")
    return tuple(_call(one) for one in found)


def readable_calls(response: Response) -> tuple[Call, ...]:
    """Those of a reply's calls that can be read, where others cannot."""
    try:
        return calls_of(response)
    except Unreadable:
        return tuple(_readable(list(response.tool_calls) or [m[1] for m in _TAGGED.finditer(response.text)]))


def without_calls(text: str) -> str:
    """What a text says besides its calls. Raises Unreadable where these cannot be read."""
    if not _written(text):
        return text
    if _TAG in text:
        return _TAGGED.sub("", text)
    mark = next((mark for mark in (_LISTED, _PYTHON) if mark in text), None)
    return text.partition(mark)[0] if mark else ""


def _readable(parts: Sequence[Json]) -> Iterator[Call]:
    for part in parts:
        try:
            yield _call(_value(part) if isinstance(part, str) else part)
        except Unreadable:
            continue


def _written(text: str) -> list[Json]:
    """The calls in a text, as JSON."""
    if _TAG in text:
        found = list(_TAGGED.finditer(text))
        if not found[-1][2]:
            raise Unclosed("a <tool_call> that does not end")
        return [_value(match[1]) for match in found]
    if _LISTED in text:
        return [call for part in _ended(text).split(_LISTED)[1:] for call in _after_mark(part)]
    if _PYTHON in text:
        return _values(_ended(text).partition(_PYTHON)[2])
    return _alone(_unfenced(_ended(text)))


def _after_mark(text: str) -> list[Json]:
    """A list of calls, or one call as `name{...}`."""
    if named := _NAMED.match(text):
        return [{"name": named[1], "arguments": _value(text[named.end() :])}]
    return _listed(_value(text))


def _alone(text: str) -> list[Json]:
    """The calls of a text that consists of them. JSON that is something else makes none."""
    if not text.startswith(("{", "[")):
        return []
    try:
        found = [call for value in _values(text) for call in _listed(value)]
    except Unreadable:
        if '"name"' in text and ('"arguments"' in text or '"parameters"' in text):
            raise
        return []
    return found if all(map(_looks_like_a_call, found)) else []


def _looks_like_a_call(found: Json) -> bool:
    if not isinstance(found, dict):
        return False
    function = found.get("function", found)
    return isinstance(function, dict) and "name" in function and bool({"arguments", "parameters"} & function.keys())


def _ended(text: str) -> str:
    """The text without the tokens that end a model's turn."""
    text = text.rstrip()
    for mark in _ENDS:
        text = text.removesuffix(mark).rstrip()
    return text


def _unfenced(text: str) -> str:
    text = text.strip()
    language, line_end, inside = text[3:-3].partition("\n")
    fenced = text.startswith("```") and text.endswith("```") and line_end and language.strip() in ("", "json")
    return inside.strip() if fenced else text


def _listed(found: Json) -> list[Json]:
    return found if isinstance(found, list) else [found]


def _value(text: str) -> Json:
    """The one JSON value of a text. Raises Unreadable."""
    found = _values(text)
    if len(found) != 1:
        raise Unreadable("several JSON values" if found else "nothing where JSON should be")
    return found[0]


def _values(text: str) -> list[Json]:
    """The JSON values that a text consists of, by the strict rules of an object's reading. Raises Unreadable."""
    text = text.strip()
    found: list[Json] = []
    at = 0
    while at < len(text):
        try:
            end = _DECODER.raw_decode(text, at)[1]
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"not valid JSON: {error}") from None
        found.append(read_object(f'{{"it": {text[at:end]}}}')["it"])
        if len(found) > MOST:
            raise Unreadable(f"more than {MOST} tool calls")
        at = between.end() if (between := _BETWEEN.match(text, end)) else end
    return found


def _call(found: Json) -> Call:
    """`{name, arguments}`, `{name, parameters}`, or OpenAI's with `function`. Raises Unreadable."""
    called = found.get("function", found) if isinstance(found, dict) else found
    if not isinstance(called, dict) or not isinstance(called.get("name"), str) or not called["name"]:
        raise Unreadable("a tool call without a name")
    name = str(called["name"])
    arguments = called.get("arguments", called.get("parameters", {}))
    if isinstance(arguments, str):
        arguments = _value(arguments) if arguments.strip() else {}
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        raise Unreadable(f"the arguments of {short(name, VALUE_SHOWN)} are no object")
    return Call(name, arguments)
