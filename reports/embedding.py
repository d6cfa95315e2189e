"""JSON for scripts and data blocks of a page: plain ASCII in which no markup can begin, whatever the texts hold.

Data scripts hand over JSON as a string, which the page parses: in an object literal the name `__proto__` would be lost.
Lone surrogates survive as escapes.
"""

import json
import re

import pydantic_core

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def block(value: object) -> str:
    """For a `<script type="application/json">`. Raises ValueError for what is no number."""
    return _without_markup(json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")))


def block_of(json_text: str) -> str:
    """The same of JSON that is written already."""
    return _without_markup(_BEYOND_ASCII.sub(lambda run: json.dumps(run[0])[1:-1], json_text))


def call(function: str, name: str, json_text: str) -> str:
    """A line of script that hands a JSON text over: `viva.index("1-2", "...");`."""
    return f"viva.{function}({literal(name)},{literal(json_text)});\n"


def literal(text: str) -> str:
    """A text as a string of JavaScript."""
    return _without_markup(json.dumps(text, ensure_ascii=True))


def inner(value: object) -> str:
    """JSON that goes into `call`: not escaped twice. What is no number becomes null."""
    try:
        return pydantic_core.to_json(value, inf_nan_mode="null").decode()
    except ValueError:  # half a surrogate pair
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _without_markup(text: str) -> str:
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
