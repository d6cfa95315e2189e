"""The tool calls of a reply, however its model writes them, and those of a target.

An endpoint hands calls over as such. In plain text they stand between `<tool_call>` tags (Hermes, Qwen), after
`[TOOL_CALLS]` (Mistral) or `<|python_tag|>` (Llama), or are all that the reply says: a JSON object or list, perhaps in
a fence. JSON is read to the letter: a call that no program could parse is no call.
"""

import re
from dataclasses import dataclass

from graders.json_reading import Unreadable, canonical, read_object
from graders.reading import short
from harness.records import Json, Response

MOST = 200  # calls of a reply that are compared
_TAGGED = re.compile(r"<tool_call>(.*?)(</tool_call>|\Z)", re.DOTALL)
_FENCED = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_LISTED = "[TOOL_CALLS]"
_PYTHON = "<|python_tag|>"
_ENDED = re.compile(r"<\|(?:eot_id|eom_id|im_end|end)\|>")


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: dict[str, Json]

    def __str__(self) -> str:
        return short(f"{self.name}({canonical(self.arguments)})")


class Unclosed(Unreadable):
    """A call that does not end."""


def calls_of_target(target: Json) -> tuple[Call, ...]:
    """One call or a list of them; an empty list asks for none. Raises ValueError."""
    given = target if isinstance(target, list) else [target]
    try:
        return tuple(_call(one) for one in given)
    except Unreadable as error:
        raise ValueError(f"target {short(repr(target))} is not a list of tool calls: {error}") from None


def calls_of(response: Response) -> tuple[Call, ...]:
    """The calls that a reply makes, in order; none is none. Raises Unreadable."""
    found = list(response.tool_calls) or _written(response.text)
    if len(found) > MOST:
        raise Unreadable(f"{len(found)} tool calls; no more than {MOST} are read")
    return tuple(_call(one) for one in found)


def _written(text: str) -> list[Json]:
    """The calls in a text, as JSON."""
    if "<tool_call>" in text:
        found = list(_TAGGED.finditer(text))
        if not found[-1][2]:
            raise Unclosed("a <tool_call> that does not end")
        return [_json(match[1]) for match in found]
    for mark in (_LISTED, _PYTHON):
        if mark in text:
            called = _ENDED.sub("", text.partition(mark)[2])
            return _listed(_json(called))
    fenced = _FENCED.match(text)
    alone = (fenced[1] if fenced else text).strip()
    if not alone.startswith(("{", "[")):
        return []
    try:
        found_alone = _listed(_json(alone))
    except Unreadable:
        return []
    return found_alone if found_alone and all(_looks_like_a_call(one) for one in found_alone) else []


def _listed(found: Json) -> list[Json]:
    return found if isinstance(found, list) else [found]


def _looks_like_a_call(found: Json) -> bool:
    if not isinstance(found, dict):
        return False
    return "function" in found or ("name" in found and bool({"arguments", "parameters"} & found.keys()))


def _json(text: str) -> Json:
    """Any JSON value, by the strict rules of an object's reading. Raises Unreadable."""
    return read_object(f'{{"it": {text.strip() or "null"}}}')["it"]


def _call(found: Json) -> Call:
    """`{name, arguments}`, `{name, parameters}`, or OpenAI's with `function`. Raises Unreadable."""
    called = found.get("function", found) if isinstance(found, dict) else found
    if not isinstance(called, dict) or not isinstance(called.get("name"), str) or not called["name"]:
        raise Unreadable("a tool call without a name")
    arguments = called.get("arguments", called.get("parameters", {}))
    if isinstance(arguments, str):
        arguments = _json(arguments) if arguments.strip() else {}
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        raise Unreadable(f"the arguments of {short(str(called['name']), 60)} are no object")
    return Call(str(called["name"]), arguments)
