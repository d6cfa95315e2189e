"""YAML read strictly: every fault is one message with file, line and the mend.

Duplicate keys, unknown keys and wrong values are refused; the line is that of the key or value at fault.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import PlanError, nearest
from harness.records import Json

M = TypeVar("M", bound=BaseModel)
Place = Sequence[str | int]
_DEEPEST = 100  # levels; far below what the recursion of the parser can bear


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and the nodes that know their lines."""

    path: Path
    value: Json
    node: yaml.Node

    def place(self, place: Place) -> str:
        """`file:line` of the value at `place`, or of the nearest thing around it that exists."""
        return f"{self.path}:{self._find(place).start_mark.line + 1}"

    def validate(self, model: type[M]) -> M:
        """The value as a model. Raises PlanError for the first fault, unknown keys first."""
        if not isinstance(self.value, dict):
            raise PlanError(f"{self.place(())}: expected keys and values, like `name: my evaluation`")
        try:
            return model.model_validate(self.value)
        except ValidationError as error:
            faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
            raise PlanError(self._message(faults[0], model)) from None

    def section(self, key: str) -> "Document":
        """The document below a key, empty if the key is not there."""
        value = self.value.get(key, {}) if isinstance(self.value, dict) else {}
        return Document(self.path, value, self._find((key,)))

    def _find(self, place: Place) -> yaml.Node:
        node = self.node
        for step in place:
            following = _child(node, step)
            if following is None:
                break
            node = following
        return node

    def _message(self, fault: ErrorDetails, model: type[BaseModel]) -> str:
        place = self._written(fault)
        name = _dotted(place)
        where = self.place(place)
        if fault["type"] == "extra_forbidden":
            key = str(place[-1])
            return f'{where}: unknown key "{name}"{nearest(key, _known_keys(model, place[:-1]))}'
        if fault["type"] == "missing":
            return f'{where}: the key "{name}" is missing'
        return f'{where}: "{name}": {_plain(fault)}' if name else f"{where}: {_plain(fault)}"

    def _written(self, fault: ErrorDetails) -> list[str | int]:
        """The place of a fault without pydantic's names for the parts of a union, which stand in no file."""
        place: list[str | int] = []
        value = self.value
        for step in fault["loc"]:
            inner = _items(value)
            if str(step) in inner:
                place.append(step)
                value = inner[str(step)]
        return [*place, fault["loc"][-1]] if fault["type"] == "missing" else place


class _Loader(yaml.SafeLoader):
    """The safe loader, with a marked error where it would end in one of Python's."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {_DEEPEST} levels", problem_mark=self.get_mark())
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return _sound(super().construct_object(node, deep))
        except (ValueError, KeyError, AttributeError) as error:  # 2024-13-45, !!bool 5, !!timestamp 5
            kind = node.tag.rsplit(":", 1)[-1]
            raise yaml.MarkedYAMLError(problem=f"no {kind} ({error})", problem_mark=node.start_mark) from None


def _sound(value: Any) -> Any:
    """Raises ValueError for what neither JSON nor a path can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it must be finite")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("it holds a zero byte")
    return value


def read(path: Path, example: str = "") -> Document:
    """Parse a YAML (or JSON) file. Raises PlanError when it cannot be read or is not YAML.

    `example` says where one to start from is found, for a file that is empty.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise PlanError(f"{path}: not UTF-8 text (byte {error.start})") from None
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise PlanError(f"{path}: the file is empty{example and f'; {example}'}")
        _refuse_duplicates(node, path)
        return Document(path, yaml.load(text, Loader=_Loader), node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlanError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise PlanError(f"{path}: not valid YAML: {error}") from None


def _refuse_duplicates(node: yaml.Node, path: Path, around: tuple[yaml.Node, ...] = ()) -> None:
    if node in around:
        raise PlanError(f"{path}:{node.start_mark.line + 1}: an alias stands within what it repeats; write it out")
    around = (*around, node)
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicates(item, path, around)
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = str(key.value)
            if name in lines:
                raise PlanError(f'{path}:{line}: the key "{name}" stands already in line {lines[name]}')
            lines[name] = line
            _refuse_duplicates(value, path, around)


def _items(value: Json) -> dict[str, Json]:
    """What a value holds, by key or by number."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {str(name): item for name, item in pairs}


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                # A block begins one line below its key; people look for the key.
                return value if isinstance(value, yaml.ScalarNode) else _begun_at(value, key)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    return None


def _begun_at(node: yaml.Node, key: yaml.Node) -> yaml.Node:
    return type(node)(node.tag, node.value, key.start_mark, node.end_mark)


def _dotted(place: Place) -> str:
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _known_keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that are allowed at `place`, following annotations from `model` down."""
    current = model
    for step in place:
        if isinstance(step, int):
            continue
        field = current.model_fields.get(step)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return []
        current = inner
    return list(current.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found:
            return found
    return None


def _plain(fault: ErrorDetails) -> str:
    """Pydantic's message with the value that was given, shortened; whole sections stand in the file for all to see."""
    if fault["loc"] and fault["loc"][-1] == "key_env":  # perhaps the key itself, pasted by mistake
        return "give the name of an environment variable, not a key"
    told = fault["msg"].removeprefix("Value error, ")
    message = told[0].lower() + told[1:]
    if isinstance(fault["input"], BaseModel | dict) and fault["type"] == "value_error":
        return message
    return f"{message} (given: {_shown(fault['input'])})"


def _shown(value: object) -> str:
    """A value in YAML's words, on one line."""
    if isinstance(value, dict | list | tuple):
        return "keys and values" if isinstance(value, dict) else "a list"
    words = {None: "nothing", True: "true", False: "false"}
    shown = words[value] if value is None or isinstance(value, bool) else str(value)
    shown = repr(shown) if isinstance(value, str) else shown
    return shown if len(shown) <= 60 else shown[:57] + "..."
