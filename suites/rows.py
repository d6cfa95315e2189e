"""Rows of JSON Lines, JSON, CSV or Parquet files, plain or gzipped, and dotted paths into them."""

import csv
import datetime
import decimal
import gzip
import io
import json
import math
import zlib
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import IO

from harness.errors import DataError, nearest
from harness.identity import sample_id
from harness.plan import RowMap
from harness.records import Json, Message, Sample

Row = Mapping[str, Json]
Refuse = Callable[[int, str], None]
ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")


def read_rows(
    path: Path, refuse: Refuse | None = None, wanted: Container[int] | None = None
) -> Iterator[tuple[int, Row]]:
    """(number, row) of a file; the number is that of the line for text formats. Raises DataError.

    `refuse` is told of every row that cannot be used, by its number and a reason that quotes nothing of it, and reading
    goes on behind it; without it, the first such row raises DataError. Of JSON Lines only the `wanted` numbers are
    parsed and yielded, where they are given; other kinds of file leave out the others in the same way.
    """
    name = path.name.removesuffix(".gz")
    last = 0
    try:
        for number, row in _rows(path, name, refuse, wanted):
            last = number
            if wanted is None or number in wanted:
                yield number, row
    except (OSError, EOFError, zlib.error) as error:
        if refuse is None or not last:
            raise DataError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
        refuse(last + 1, "the file cannot be read from here on; is it cut off?")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text (byte {error.start})") from None


def _rows(path: Path, name: str, refuse: Refuse | None, wanted: Container[int] | None) -> Iterator[tuple[int, Row]]:
    if name.endswith(".parquet"):
        yield from _parquet(path)
        return
    told = _raiser(path) if refuse is None else refuse
    with _text(path, "strict" if refuse is None else "surrogateescape") as file:
        if name.endswith((".jsonl", ".ndjson")):
            yield from _json_lines(file, told, wanted)
        elif name.endswith(".json"):
            yield from _json(path, file, refuse)
        elif name.endswith((".csv", ".tsv")):
            yield from _csv(path, file, "\t" if name.endswith(".tsv") else ",", told)
        else:
            raise DataError(f"{path}: unknown kind of file; rows are read from {', '.join(ENDINGS)} (.gz too)")


def _raiser(path: Path) -> Refuse:
    def refuse(number: int, reason: str) -> None:
        raise DataError(f"{path}:{number}: {reason}")

    return refuse


def fetch(row: Row, path: str) -> Json:
    """The value at a dotted path (`code.0.text`; a key may hold dots itself). Raises KeyError with the missing part."""
    if path in row:
        return row[path]
    value: Json = dict(row)
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise KeyError(step)
    return value


def fetch_or_refuse(row: Row, path: str, where: str) -> Json:
    """The value at a path; DataError names the row and what it does hold."""
    try:
        return plain(fetch(row, path), where)
    except KeyError:
        raise DataError(f'{where}: no field "{path}"{nearest(path, row)}') from None


def plain(value: object, where: str) -> Json:
    """A value as JSON: tables also hold dates, decimals and bytes. Raises DataError for what has no JSON form."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | decimal.Decimal):
        if math.isfinite(value):  # a decimal may be an id longer than a float is exact
            return value if isinstance(value, float) else str(value)
        raise DataError(f"{where}: {value} is no number that could be compared")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(item, where) for item in value]
    if isinstance(value, dict):
        return {str(name): plain(item, where) for name, item in value.items()}
    raise DataError(f"{where}: a value of type {type(value).__name__} is neither text, number, list nor object")


def as_text(value: Json) -> str | None:
    """A field as text: strings as they are, other values as JSON, None as None. Lone surrogates become U+FFFD."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def sample_of(row: Row, how: RowMap, where: str, source: str) -> Sample:
    """The sample of one row. Raises DataError for a missing field or an empty prompt."""

    def optional(path: str | None) -> Json:
        return fetch_or_refuse(row, path, where) if path else None

    def listed(path: str | None, name: str) -> list[Json]:
        values = optional(path)
        if values is not None and not isinstance(values, list):
            raise DataError(f"{where}: the {name} are no list")
        return values or []

    messages = _messages(fetch_or_refuse(row, how.prompt, where), where)
    target = optional(how.target)
    options = tuple(as_text(choice) or "" for choice in listed(how.choices, "choices"))
    tools = tuple(_tool(tool, where) for tool in listed(how.tools, "tools"))
    weight = optional(how.weight)
    if weight is not None and (isinstance(weight, bool | str) or not isinstance(weight, int | float)):
        weight = _number(weight, where)
    name = as_text(optional(how.id))
    try:
        return Sample(
            id=name or sample_id(messages, target, options),
            messages=messages,
            target=target,
            target_source="gold" if target is not None else None,
            solution=as_text(optional(how.solution)),
            choices=options,
            tools=tools,
            slices={n: as_text(fetch_or_refuse(row, p, where)) or "(none)" for n, p in how.slice_paths().items()},
            weight=1.0 if weight is None else float(weight),
            cluster=as_text(optional(how.cluster)) or None,
            context=as_text(optional(how.context)) or None,
            source=source,
        )
    except ValueError as error:
        raise DataError(f"{where}: {error}") from None


def _number(value: Json, where: str) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise DataError(f"{where}: the weight {value!r} is no number") from None


def _tool(tool: Json, where: str) -> Json:
    """A definition as chat APIs take it. Raises DataError for anything else."""
    if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
        return tool
    raise DataError(f"{where}: a tool is not {{type: function, function: {{name: ..., parameters: ...}}}}")


def _messages(prompt: Json, where: str) -> tuple[Message, ...]:
    """A prompt is one user message, or a list of `{role, content}`."""
    if prompt == []:
        raise DataError(f"{where}: the prompt is empty")
    if isinstance(prompt, list):
        return tuple(_message(message, where) for message in prompt)
    text = as_text(prompt)
    if not text or not text.strip():
        raise DataError(f"{where}: the prompt is empty")
    return (Message(role="user", content=text),)


def _message(message: Json, where: str) -> Message:
    if isinstance(message, dict) and isinstance(message.get("role"), str) and isinstance(message.get("content"), str):
        return Message(role=str(message["role"]), content=as_text(message["content"]) or "")
    raise DataError(f"{where}: a message of the prompt is not {{role: ..., content: text}}")


def _text(path: Path, errors: str) -> IO[str]:
    if path.name.endswith(".gz"):
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding="utf-8-sig", errors=errors, newline="")
    return path.open(encoding="utf-8-sig", errors=errors, newline="")


def _json_lines(file: IO[str], refuse: Refuse, wanted: Container[int] | None) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(file, 1):
        if (wanted is None or number in wanted) and line.strip():
            row = _parsed(line)
            if isinstance(row, str):
                refuse(number, row)
            else:
                yield number, row


def _json(path: Path, file: IO[str], refuse: Refuse | None) -> Iterator[tuple[int, Row]]:
    try:
        rows = json.load(file)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(rows, list) or (refuse is None and not all(isinstance(row, dict) for row in rows)):
        raise DataError(f"{path}: expected a list of objects; for one object a line name the file .jsonl")
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            yield number, row
        elif refuse is not None:
            refuse(number, f"expected an object, found {type(row).__name__}")


def _parsed(line: str) -> Row | str:
    """The row, or why it is none."""
    if not is_text(line):
        return "not UTF-8 text"
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not valid JSON: {error}; is the file cut off?"
    return row if isinstance(row, dict) else f"expected an object, found {type(row).__name__}"


def is_text(text: str) -> bool:
    """Whether it holds no half of a surrogate pair, by which bytes that are no UTF-8 are read."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _csv(path: Path, file: IO[str], delimiter: str, refuse: Refuse) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(1 << 30)
    reader = csv.DictReader(file, delimiter=delimiter, strict=True)
    try:
        twice = [name for name, n in Counter(reader.fieldnames or ()).items() if name and n > 1]
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: not valid CSV: {error}") from None
    if twice:
        raise DataError(f'{path}:1: two columns are called "{twice[0]}"; rename one')
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refuse(reader.reader.line_num, f"not valid CSV: {error}")
            continue
        fault = _fault_of_cells(row)
        if fault is None:
            yield reader.line_num, row
        else:
            refuse(reader.line_num, fault)


def _fault_of_cells(row: Mapping[str | None, str | None]) -> str | None:
    if None in row:
        return "more fields than the header names"
    if None in row.values():
        return "fewer fields than the header names; is the file cut off?"
    return None if is_text("".join(str(cell) for cell in row.values())) else "not UTF-8 text"


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    import pyarrow
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except pyarrow.ArrowException as error:
        raise DataError(f"{path}: not a readable Parquet file ({error})") from None
