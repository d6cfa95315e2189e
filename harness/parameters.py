"""How many parameters a model has: as plans write it, as people read it, and as a folder of weights shows it."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

UNITS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_WRITTEN = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ?([KMBT])", flags=re.ASCII | re.IGNORECASE)
_PLAIN = frozenset({"F64", "F32", "F16", "BF16"})  # whole parameters; integers may hold several packed ones
_LONGEST_HEADER = 100_000_000  # bytes; the format's own limit


def parameters(given: object) -> object:
    """`7B`, `0.27M` or a number. Raises ValueError for anything else."""
    if given is None or (isinstance(given, int | float) and not isinstance(given, bool) and 1 <= given <= 1e16):
        return given
    read = _WRITTEN.fullmatch(given.strip()) if isinstance(given, str) else None
    if read is None or float(read[1]) == 0:
        raise ValueError("give a number of parameters, such as 7B, 0.27M or 7000000000")
    return round(float(read[1]) * UNITS[read[2].upper()])


Parameters = Annotated[float, BeforeValidator(parameters)]


def in_words(count: float) -> str:
    """Three digits and a unit: 671B, 1.5B, 271K."""
    unit = next((name for name, size in reversed(UNITS.items()) if count >= size), "K")
    return f"{count / UNITS[unit]:.3g}{unit}"


def in_folder(folder: Path) -> float | None:
    """The parameters in a folder's safetensors files as `transformers` names them, read from their headers alone.

    None where that is not certain: no such files, or tensors of other than plain floats, which may be packed.
    """
    try:
        sizes = [size for file in _files(folder) for size in _tensors(_header(file))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return float(sum(sizes)) or None


def _files(folder: Path) -> list[Path]:
    """The files that hold the weights. Others beside them may hold the same weights again."""
    index = folder / "model.safetensors.index.json"
    if not index.exists():
        return [folder / "model.safetensors"]
    return [folder / name for name in dict.fromkeys(json.loads(index.read_bytes())["weight_map"].values())]


def _header(file: Path) -> Mapping[str, Any]:
    """Raises ValueError where the file is none of safetensors. Its format: a length of 8 bytes, then JSON."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if length > _LONGEST_HEADER:
            raise ValueError("no safetensors header")
        header: Mapping[str, Any] = json.loads(opened.read(length))
    return header


def _tensors(header: Mapping[str, Any]) -> Iterator[int]:
    """The number of values of each tensor. Raises ValueError where they may be packed."""
    for name, told in header.items():
        if name == "__metadata__":
            continue
        if told["dtype"] not in _PLAIN:
            raise ValueError(f"{name}: packed, perhaps")
        yield math.prod(told["shape"])
