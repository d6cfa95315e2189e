"""Records to JSON and back, checked on the way in."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from harness.errors import StoreError
from harness.records import Json

T = TypeVar("T")


class NoRecord(StoreError):
    """A value that is no such record: `why`, and at which of its keys (`place`, blank for the whole)."""

    def __init__(self, kind: object, place: str, why: str) -> None:
        super().__init__(f"not a {_named(kind)}: {place}: {why}" if place else f"not a {_named(kind)}: {why}")
        self.place, self.why = place, why


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def to_json(record: object) -> Any:
    """The record as plain JSON values; tuples become lists."""
    return _adapter(record.__class__).dump_python(record, mode="json")


def to_text(record: object) -> str:
    """One line of ASCII: escaped, even half a surrogate pair can be kept. Raises ValueError for NaN and infinities."""
    return json.dumps(to_json(record), ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def from_json(kind: type[T], value: Json) -> T:
    """Raises NoRecord, a StoreError, when the value is no such record."""
    try:
        record: T = _adapter(kind).validate_python(value)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(step) for step in fault["loc"])
        raise NoRecord(kind, place, fault["msg"]) from None
    return record


def from_text(kind: type[T], text: str | bytes) -> T:
    """Raises StoreError when the text is no such record.

    Read in one pass where that goes well: not where there is half a surrogate pair, or an error to tell.
    """
    try:
        record: T = _adapter(kind).validate_json(text)
    except ValidationError:
        return _from_loaded(kind, text)
    return record


def parsed(text: bytes) -> Any:
    """Plain JSON values, read as `from_text` reads. Raises ValueError when the text is no JSON."""
    try:
        return pydantic_core.from_json(text)
    except ValueError:
        return json.loads(text)


def _from_loaded(kind: type[T], text: str | bytes) -> T:
    try:
        return from_json(kind, json.loads(text))
    except ValueError as error:
        raise StoreError(f"not a {_named(kind)}: {error}") from None


def _named(kind: object) -> str:
    return str(getattr(kind, "__name__", kind))
