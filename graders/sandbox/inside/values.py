"""Python values as JSON and back, so that nothing a program made is ever compared, unpickled or called elsewhere.

What comes out is of plain types only: an object that claims to equal everything arrives as an `Opaque`, which equals
nothing. Tuples stay tuples and sets stay sets, since `(1, 2) != [1, 2]`.
"""

import json
from typing import Any, NoReturn


class Opaque:
    """A value of a type that does not travel. Equal to nothing else."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __repr__(self) -> str:
        return f"<{self.type_name}>"


def dump(value: object) -> str:
    """Raises RecursionError for what is nested too deeply, and ValueError for integers of thousands of digits."""
    return json.dumps(_plain(value))


def load(text: str | bytes) -> Any:
    """What `dump` wrote. Raises ValueError, also for what it would not have written; RecursionError as `dump`."""
    return _value(json.loads(text))


def load_to_compare(text: str | bytes) -> Any:
    """As `load`, for what is compared with JSON: sets, and dicts with other keys than texts, are opaque.

    None of them could equal a JSON value, and nothing that a program chose is hashed but texts, whose hashes it cannot
    foresee: a set of thousands of integers with one hash takes minutes to build.
    """
    return _value(_unhashed(json.loads(text)))


def _unhashed(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_unhashed(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    for kind in ("set", "frozenset"):
        if kind in plain:
            return {"opaque": kind}
    if "dict" in plain and not _has_text_keys(plain["dict"]):
        return {"opaque": "dict"}
    return {kind: _unhashed(held) for kind, held in plain.items()}


def _has_text_keys(held: Any) -> bool:
    """Of the pairs that a dict is sent as."""
    pairs = held if isinstance(held, list) else [None]
    return all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs)


def _plain(value: Any) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, list):
        return [_plain(item) for item in list.__iter__(value)]
    if isinstance(value, dict):
        return {"dict": [[_plain(key), _plain(held)] for key, held in dict.items(value)]}
    if isinstance(value, tuple):
        return {"tuple": [_plain(item) for item in tuple.__iter__(value)]}
    if isinstance(value, set):
        return {"set": [_plain(item) for item in set.__iter__(value)]}
    if isinstance(value, frozenset):
        return {"frozenset": [_plain(item) for item in frozenset.__iter__(value)]}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, bytes):
        return {"bytes": bytes.hex(value)}
    return {"opaque": type(value).__name__}


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_value(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) != 1:
        _strange()
    ((kind, held),) = plain.items()
    try:
        return _made(kind, held)
    except (TypeError, OverflowError):  # an unhashable key or member, a part of the wrong type or too large for it
        _strange()


def _made(kind: str, held: Any) -> Any:
    match kind:
        case "dict":
            return {_value(key): _value(item) for key, item in held}
        case "tuple":
            return tuple(_value(item) for item in held)
        case "set":
            return {_value(item) for item in held}
        case "frozenset":
            return frozenset(_value(item) for item in held)
        case "complex":
            return complex(*held)
        case "bytes":
            return bytes.fromhex(held)
        case "opaque":
            return Opaque(str(held))
        case _:
            _strange()


def _strange() -> NoReturn:
    raise ValueError("not a value that was sent whole")
