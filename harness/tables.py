"""Records as Parquet: one column a field, plain values as they are, nested ones as JSON text."""

import json
import types
import typing
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

from harness.errors import StoreError
from harness.serial import from_json, from_text, to_json

if TYPE_CHECKING:
    import pyarrow

T = TypeVar("T")
BATCH = 16_384  # rows that are held together


def write_table(path: Path, kind: type[T], records: Iterable[T]) -> None:
    import pyarrow
    from pyarrow import parquet

    schema = _schema(kind)
    nested = [f.name for f in schema if (f.metadata or {}).get(b"json")]
    rows = [_row(record, nested) for record in records]
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), path, compression="zstd")


def read_table(path: Path, kind: type[T]) -> Iterator[T]:
    """Raises StoreError when the file is not such a table."""
    import pyarrow
    from pyarrow import parquet

    nested = _nested(kind)
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for row in batch.to_pylist():
                    yield from_json(kind, _unpacked(row, nested))
    except (OSError, pyarrow.ArrowException, KeyError, ValueError, StoreError) as error:
        raise StoreError(f"{path}: not a readable table of {kind.__name__} records ({error})") from None


class Rows(Generic[T]):
    """A table kept as columns, whose rows become records when they are asked for: a large one costs little memory.

    Raises StoreError when the file is not such a table.
    """

    def __init__(self, path: Path, kind: type[T]) -> None:
        import pyarrow
        from pyarrow import parquet

        self._path, self._kind = path, kind
        self._nested = _nested(kind)
        known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # only records are stored
        try:
            with parquet.ParquetFile(path) as file:
                columns = [name for name in file.schema_arrow.names if name in known]
                self._batches = list(file.iter_batches(BATCH, columns=columns))
        except (OSError, pyarrow.ArrowException) as error:
            raise self._damaged(error) from None
        self._starts = list(accumulate((batch.num_rows for batch in self._batches), initial=0))

    def column(self, name: str) -> Iterator[Any]:
        """A column of plain values, in the order of the rows."""
        try:
            for batch in self._batches:
                yield from batch.column(name).to_pylist()
        except KeyError as error:
            raise self._damaged(error) from None

    def records(self, rows: Iterable[int]) -> list[T]:
        """The records of these rows, in this order: batch by batch, since taking rows copies what they lie in."""
        placed: dict[int, list[int]] = {}
        for row in dict.fromkeys(wanted := list(rows)):
            placed.setdefault(bisect_right(self._starts, row) - 1, []).append(row)
        found: dict[int, T] = {}
        try:
            for batch, inside in placed.items():
                taken = self._batches[batch].take([row - self._starts[batch] for row in inside])
                for row, values in zip(inside, taken.to_pylist(), strict=True):
                    found[row] = from_json(self._kind, _unpacked(values, self._nested))
        except (KeyError, ValueError, StoreError) as error:
            raise self._damaged(error) from None
        return [found[row] for row in wanted]

    def _damaged(self, why: object) -> StoreError:
        return StoreError(f"{self._path}: not a readable table of {self._kind.__name__} records ({why})")


def _nested(kind: type[Any]) -> dict[str, Any]:
    """The columns that are kept as JSON, with the types of what they hold."""
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in _schema(kind) if (f.metadata or {}).get(b"json")}


def _unpacked(row: dict[str, Any], nested: Mapping[str, Any]) -> dict[str, Any]:
    """Nested values read; tables of an older viva lack the newest columns."""
    for name, kind in nested.items():
        if name in row:
            row[name] = from_text(kind, row[name])
    return row


def _row(record: object, nested: Iterable[str]) -> dict[str, Any]:
    row: dict[str, Any] = to_json(record)
    for name in nested:
        row[name] = json.dumps(row[name], ensure_ascii=True)
    return {name: _writable(value) if isinstance(value, str) else value for name, value in row.items()}


def _writable(text: str) -> str:
    """The text without halves of surrogate pairs, which UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _schema(kind: type[Any]) -> "pyarrow.Schema":
    import pyarrow

    hints = get_type_hints(kind)
    columns = []
    for field in fields(kind):
        arrow = _arrow(hints[field.name])
        columns.append(
            pyarrow.field(field.name, arrow)
            if arrow is not None
            else pyarrow.field(field.name, pyarrow.string(), metadata={"json": "1"})
        )
    return pyarrow.schema(columns)


def _arrow(hint: Any) -> "pyarrow.DataType | None":
    """The Arrow type of a plain annotation (perhaps with None); None for what goes in as JSON."""
    import pyarrow

    if get_origin(hint) in (types.UnionType, typing.Union):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return _arrow(parts[0]) if len(parts) == 1 else None
    if get_origin(hint) is Literal:
        return pyarrow.string()
    plain = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    return plain.get(hint) if isinstance(hint, type) else None
