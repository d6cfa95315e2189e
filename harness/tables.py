"""Records as Parquet: one column a field, plain values as they are, nested ones as JSON text."""

import json
import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from harness.errors import StoreError
from harness.serial import from_json, to_json

if TYPE_CHECKING:
    import pyarrow

T = TypeVar("T")


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

    schema = _schema(kind)
    nested = [f.name for f in schema if (f.metadata or {}).get(b"json")]
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for row in batch.to_pylist():
                    for name in nested:
                        if name in row:  # tables of an older viva lack the newest columns
                            row[name] = json.loads(row[name])
                    yield from_json(kind, row)
    except (OSError, pyarrow.ArrowException, KeyError, ValueError, StoreError) as error:
        raise StoreError(f"{path}: not a readable table of {kind.__name__} records ({error})") from None


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
