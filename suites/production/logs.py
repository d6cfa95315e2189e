"""Production logs, read row by row: OpenAI chat rows and batches, OpenTelemetry spans, or anything with a map.

Rows that cannot be used are told to whoever reads and never end the reading. Nothing is held but the row at hand.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from harness.errors import DataError
from harness.identity import file_digest
from harness.progress import Advance
from harness.records import Json
from suites.production.asked import Asked, Fault, Format
from suites.production.batch_logs import BatchLogs, is_batch
from suites.production.chat_logs import ChatLogs, is_chat
from suites.production.mapped_logs import LogMap, MappedLogs
from suites.production.otel_logs import OtelLogs, is_otel
from suites.production.records import Logged
from suites.rows import Row, as_text, fetch, plain, read_rows

FORMATS = ("chat", "batch", "otel")
_TELLS: Mapping[str, Callable[[Row], bool]] = {"batch": is_batch, "otel": is_otel, "chat": is_chat}
_LOOKED_AT = 20  # rows that tell the format

Told = Callable[[int, int, Fault], None]
Wanted = Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A request and where it stands: number of the file (from 0), of its row (from 1) and within the row (from 0)."""

    file: int
    row: int
    part: int
    logged: Logged
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """Files of one format. `names` are what the suite calls them: without folders, where that tells them apart."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    kind: str
    format: Format

    def requests(self) -> Iterator[Logged]:
        """Every request, with all of its fields. Raises DataError for a file that cannot be read at all."""
        self.join()
        for read in self.read(_ignore):
            yield read.logged

    def read(self, told: Told, wanted: Wanted | None = None, fields: Sequence[str] | None = None) -> Iterator[Read]:
        """Requests in the order of files and rows, only the `wanted` rows of each file, where they are given.

        `told` hears of what cannot be used. `fields` are the logged fields to keep; None keeps all. Batches must have
        been joined before.
        """
        for number, path in enumerate(self.paths):
            if wanted is not None and number not in wanted:
                continue
            refuse = _refuser(told, number)
            for row_number, row in read_rows(path, refuse, None if wanted is None else wanted[number]):
                for part, found in enumerate(_requests(self.format, row)):
                    if isinstance(found, Fault):
                        told(number, row_number, found)
                        continue
                    where = f"{self.names[number]}:{row_number}" + (f"#{part}" if part else "")
                    logged = Logged(
                        where=where, messages=found.messages, reply=found.reply, fields=_fields(found, fields)
                    )
                    yield Read(file=number, row=row_number, part=part, logged=logged, asked=found)

    def join(self) -> None:
        """Learn which requests and replies of a batch belong together; other formats have nothing to join."""
        if isinstance(self.format, BatchLogs):
            self.format.index(self._rows())

    def join_replies(self, wanted: Wanted) -> None:
        """Hold the replies of a batch to the wanted rows."""
        if isinstance(self.format, BatchLogs):
            self.format.remember(self._rows(), self._rows(wanted))

    def unjoined(self) -> dict[str, int]:
        """Requests of a batch without their reply: none was found, or several could be it."""
        if not isinstance(self.format, BatchLogs):
            return {}
        return {"unanswered": self.format.unanswered, "ambiguous": self.format.ambiguous}

    def _rows(self, wanted: Wanted | None = None) -> Iterator[Row]:
        for number, path in enumerate(self.paths):
            if wanted is None or number in wanted:
                for _, row in read_rows(path, lambda *fault: None, None if wanted is None else wanted[number]):
                    yield row


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of the log: its digest and about how many rows it has."""

    name: str
    digest: str
    rows: int


def open_logs(paths: Sequence[Path], kind: str | None = None, how: LogMap | None = None) -> Logs:
    """The logs, their format told by the first rows unless it is named or a map is given. Raises DataError."""
    for path in paths:
        if not path.is_file():
            raise DataError(f"{path}: there is no such file")
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        names = [path.as_posix() for path in paths]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{twice}: the file is given twice; its traffic would count twice")
    kind = "map" if how is not None else kind or _told_kind(paths)
    return Logs(paths=tuple(paths), names=tuple(names), kind=kind, format=_format(kind, how))


def sources(logs: Logs, advance: Advance) -> tuple[Source, ...]:
    """Every file with its digest; `advance` is called once a file."""
    found: list[Source] = []
    for path, name in zip(logs.paths, logs.names, strict=True):
        found.append(Source(name=name, digest=file_digest(path), rows=_count(path)))
        advance(1)
    return tuple(found)


def _format(kind: str, how: LogMap | None) -> Format:
    if how is not None:
        return MappedLogs(how)
    if kind == "batch":
        return BatchLogs()
    return OtelLogs() if kind == "otel" else ChatLogs()


def _told_kind(paths: Sequence[Path]) -> str:
    for path in paths:
        for _, row in islice(read_rows(path, lambda *fault: None), _LOOKED_AT):
            for kind, tells in _TELLS.items():
                if tells(row):
                    return kind
    raise DataError(
        f"{paths[0]}: the first rows tell no format; name it with --format {'|'.join(FORMATS)}, "
        "or say with --map where a row holds what"
    )


def _requests(form: Format, row: Row) -> Iterator[Asked | Fault]:
    try:
        yield from form.requests(row)
    except (RecursionError, DataError):  # nested as deep as the parser could bear, or a value without JSON form
        yield Fault("a value that cannot be read: nested too deep, or neither text, number, list nor object")


def _fields(asked: Asked, names: Sequence[str] | None) -> dict[str, str]:
    """Logged values as text, by name; a name may also be that of a field of `metadata`."""
    found: dict[str, str] = {}
    for name in _names(asked) if names is None else names:
        text = _field(asked, name)
        if text is not None:
            found[name] = text
    return found


def _names(asked: Asked) -> Iterator[str]:
    yield from asked.named
    for name, value in asked.values.items():
        if isinstance(value, dict):
            yield from (key if name == "metadata" else f"{name}.{key}" for key in value)
        else:
            yield name


def _field(asked: Asked, name: str) -> str | None:
    if name in asked.named:
        return _scalar(asked.named[name])
    for path in (name, f"metadata.{name}"):
        try:
            return _scalar(fetch(asked.values, path))
        except KeyError:
            continue
    return None


def _scalar(value: Json) -> str | None:
    """Only what is one value makes a slice."""
    if isinstance(value, dict | list):
        return None
    try:
        return as_text(plain(value, ""))
    except DataError:
        return None


def _refuser(told: Told, number: int) -> Callable[[int, str], None]:
    return lambda row, reason: told(number, row, Fault(reason))


def _ignore(file: int, row: int, fault: Fault) -> None:
    """What cannot be used is left out."""


def _count(path: Path) -> int:
    """The rows of a table, the lines of a text."""
    if path.name.removesuffix(".gz").endswith(".parquet"):
        from pyarrow import parquet

        return int(parquet.read_metadata(path).num_rows)
    lines = 0
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            while block := file.read(1 << 20):
                lines += block.count(b"\n")
    except (OSError, EOFError):  # cut off; reading it will tell
        pass
    return lines
