"""Checks values against JSON Schemas; run as a process by `graders.timed`, one JSON line for another.

A question is `{"schema": ..., "value": ...}`, both as JSON text. The answer lists the first few violations.
"""

import json
import sys
from functools import lru_cache
from heapq import nsmallest
from typing import Any

from graders.json_schema import validator
from graders.worker_process import serve

LISTED = 5  # violations; a hostile value can have any number of them
_SHOWN = 150  # characters of what the library says, which quotes the value
_FRAMES = 10_000  # a value may be nested as deep as `json_reading` reads


@lru_cache(maxsize=64)
def prepared(schema: str) -> Any:
    return validator(json.loads(schema))


def violations(schema: str, value: str) -> list[str]:
    """In the order of their places: the library's own order is not the same in every process."""
    try:
        found = ((error.json_path, error.message) for error in prepared(schema).iter_errors(json.loads(value)))
        return [f"{place[:_SHOWN]}: {message[:_SHOWN]}" for place, message in nsmallest(LISTED, found)]
    except OverflowError:  # whether 10^400 is a multiple of 0.01, for one
        return ["$: a number is too large to be checked"]


def warm() -> None:
    """Load the library, and let values be as deep as they may."""
    sys.setrecursionlimit(_FRAMES)
    violations("{}", "{}")


if __name__ == "__main__":
    serve(violations, warm)
