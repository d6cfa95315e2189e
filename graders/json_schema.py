"""Whether a value keeps to a JSON Schema (draft 2020-12), by the jsonschema library.

The schema stands in the plan and is trusted; the value is a model's. Alternatives that refer to themselves take
exponential time on nested values, as some patterns do on long texts. So values are checked in a process with limits
(`graders.timed`). No reference leads out of the schema: nothing is ever fetched.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from graders.reading import short
from graders.timed import TimedWorker
from harness.records import Json

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SECONDS = 5  # of processor time, for one value
MEMORY = 2 << 30  # bytes that the checking process may use


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema that is known to be one; `text` is it as JSON."""

    text: str

    def violations(self, value: Json) -> tuple[str, ...]:
        """Some of the things in which the value breaks the schema, each with its place; none if it keeps to it.

        Raises `timed.OverspentError` where that cannot be told in SECONDS, OSError where no process can be started.
        """
        found = _worker().ask({"schema": self.text, "value": json.dumps(value)})
        assert isinstance(found, list)
        return tuple(short(str(violation)) for violation in found)


def schema(given: Json) -> Schema:
    """Raises ValueError for what is not a schema, or refers to anything outside of itself."""
    from jsonschema.exceptions import SchemaError

    if not isinstance(given, dict):
        raise ValueError(f"{short(repr(given))} is not a JSON Schema; write the schema itself, as a mapping")
    if given.get("$schema", DRAFT) != DRAFT:
        raise ValueError(f"$schema {given['$schema']!r} is not {DRAFT}, the draft that is checked")
    try:
        validator(given).check_schema(given)
        _resolve(given)
        list(validator(given).iter_errors({}))
    except SchemaError as error:
        raise ValueError(f"not a JSON Schema: at {error.json_path}, {short(error.message)}") from None
    except RecursionError:
        raise ValueError("a JSON Schema that refers to itself without end") from None
    return Schema(json.dumps(given))


def validator(given: dict[str, Json]) -> Any:
    """A validator of the library's that knows the schema and the published drafts, and fetches nothing."""
    from jsonschema import Draft202012Validator
    from jsonschema_specifications import REGISTRY

    return Draft202012Validator(given, registry=REGISTRY)


def names(given: Json) -> Iterator[str]:
    """The names of the fields that a schema lists, such as "address.city"; those of a list's elements as of a field."""
    if not isinstance(given, dict):
        return
    yield from names(given.get("items"))
    listed = given.get("properties")
    for name, inner in listed.items() if isinstance(listed, dict) else ():
        yield name
        yield from (f"{name}.{below}" for below in names(inner))


def _resolve(given: dict[str, Json]) -> None:
    """Raises ValueError for a reference that leads nowhere."""
    from jsonschema_specifications import REGISTRY
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    root = DRAFT202012.create_resource(given)
    pending = [(root, REGISTRY.resolver_with_root(root))]
    while pending:
        part, resolver = pending.pop()
        pending += [(inner, resolver.in_subresource(inner)) for inner in part.subresources()]
        named = part.contents if isinstance(part.contents, dict) else {}  # true and false are schemas, too
        for keyword in named.keys() & {"$ref", "$dynamicRef"}:
            try:
                resolver.lookup(named[keyword])
            except Unresolvable:
                raise ValueError(f"{keyword} {named[keyword]!r} leads nowhere; schemas are not fetched") from None


@lru_cache(maxsize=1)
def _worker() -> TimedWorker:
    """One process for all graders; it starts with the first value."""
    return TimedWorker(Path(__file__).with_name("json_schema_worker.py"), SECONDS, MEMORY)
