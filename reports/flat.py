"""Flat tables as CSV and Parquet: for spreadsheets, notebooks and whatever else reads rows.

Names and answers are hostile. A spreadsheet runs a cell that begins like a formula, so in CSV such a text gets an
apostrophe in front (OWASP, "CSV injection"); numbers stay numbers, and Parquet holds every text as it is.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Cell = str | float | int | bool | None
Row = Mapping[str, Cell]
Kind = Literal["text", "number", "count", "flag"]

_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
_SEPARATORS = frozenset(";\t\r\n")  # that a spreadsheet may split at, beside the comma, which is always quoted
_SKIPPED = re.compile(r"[;\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_BREAKS = ("\t", "\r", "\n")
_HARMLESS = re.compile(r"[0-9A-Za-z][^;\t\r\n\ud800-\udfff]*+")  # most cells: written as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, its unit at the end of its name, and what it tells in words."""

    name: str
    kind: Kind
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatTable:
    """A table by its file name, what a row is, and its rows; every row has every column, None where unknown."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]


def text(name: str, about: str) -> Column:
    return Column(name=name, kind="text", about=about)


def number(name: str, about: str) -> Column:
    return Column(name=name, kind="number", about=about)


def count(name: str, about: str) -> Column:
    return Column(name=name, kind="count", about=about)


def flag(name: str, about: str) -> Column:
    return Column(name=name, kind="flag", about=about)


def write(table: FlatTable, folder: Path) -> None:
    """`NAME.csv` and `NAME.parquet` into this folder. Raises KeyError for a row that lacks a column."""
    rows = [[row[column.name] for column in table.columns] for row in table.rows()]
    write_csv(table.columns, rows, folder / f"{table.name}.csv")
    write_parquet(table.columns, rows, folder / f"{table.name}.parquet")


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], path: Path) -> None:
    """UTF-8, a header, lines that end with a newline alone; newlines inside of a cell stay, in quotes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([guarded(column.name) for column in columns])
        writer.writerows([_written(cell) for cell in row] for row in rows)


def write_parquet(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    kinds = {"text": pyarrow.string(), "number": pyarrow.float64(), "count": pyarrow.int64(), "flag": pyarrow.bool_()}
    arrays = [
        pyarrow.array([sound(row[place]) for row in rows], type=kinds[column.kind])
        for place, column in enumerate(columns)
    ]
    schema = pyarrow.schema(
        [pyarrow.field(str(sound(c.name)), kinds[c.kind], metadata={"about": str(sound(c.about))}) for c in columns]
    )
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def guarded(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: not after what cannot be seen, nor where it may be split."""
    if _HARMLESS.fullmatch(cell):
        return cell
    found = str(sound(cell))
    begins = _SKIPPED.match(found)
    place = begins.end() if begins else 0
    is_formula = found.startswith(_BREAKS) or found[place : place + 1] in _FORMULA
    return ("'" if is_formula else "") + _SKIPPED.sub(_after_separator, found)


def _after_separator(skipped: re.Match[str]) -> str:
    follows = skipped.string[skipped.end() : skipped.end() + 1]
    is_split = skipped.start() > 0 and not _SEPARATORS.isdisjoint(skipped[0])
    return f"{skipped[0]}'" if is_split and follows in _FORMULA else skipped[0]


def sound(cell: Cell) -> Cell:
    """Lone surrogates, which UTF-8 cannot hold, as escapes."""
    if not isinstance(cell, str) or cell.isascii():
        return cell
    return cell.encode("utf-8", "backslashreplace").decode("utf-8")


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else repr(cell)
