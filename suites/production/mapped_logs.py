"""Rows of any shape, by a map of their fields: docs/production.md explains the keys."""

from collections.abc import Iterator
from pathlib import Path

from harness import strict_yaml
from harness.errors import DataError
from harness.plan import RowMap
from harness.policy import Strict
from harness.records import Json
from suites.production.asked import EMPTY, Asked, Fault, is_request
from suites.rows import Row, as_text, fetch, plain, sample_of


class LogMap(Strict):
    """Where a row of a log holds the request and the reply."""

    sample: RowMap
    reply: str | None = None


def load_log_map(path: Path) -> LogMap:
    """Raises PlanError with file, line and the mend."""
    return strict_yaml.read(path, "docs/production.md shows a map").validate(LogMap)


class MappedLogs:
    """A field that a row lacks is unknown; only the prompt must be there."""

    def __init__(self, how: LogMap) -> None:
        self.how = how
        self._prompt = RowMap(prompt=how.sample.prompt)
        self._slices = how.sample.slice_paths()

    def requests(self, row: Row) -> Iterator[Asked | Fault]:
        sample = self.how.sample
        try:
            fetch(row, sample.prompt)
        except KeyError:
            yield Fault(f'no field "{sample.prompt}"')
            return
        try:
            yield self._asked(row)
        except DataError:  # its words may quote the row
            yield Fault(f'a value that does not fit the map ("{sample.prompt}", the choices, the tools or the weight)')

    def _asked(self, row: Row) -> Asked | Fault:
        sample = self.how.sample
        prompt = _found(row, sample.prompt)
        if prompt is None or (isinstance(prompt, str) and not prompt.strip()):
            return EMPTY
        messages = sample_of(row, self._prompt, "row", "").messages
        if not is_request(list(messages)):
            return EMPTY
        target = _found(row, sample.target)
        return Asked(
            messages=messages,
            reply=_text(row, self.how.reply),
            choices=_choices(_found(row, sample.choices)),
            context=_text(row, sample.context),
            tools=_tools(_found(row, sample.tools)),
            id=_text(row, sample.id),
            cluster=_text(row, sample.cluster),
            target=None if target == "" else target,
            solution=_text(row, sample.solution),
            traffic=_weight(_found(row, sample.weight)),
            values=row,
            named={name: _found(row, path) for name, path in self._slices.items()},
        )


def _found(row: Row, path: str | None) -> Json:
    """The value at a path; None where the row has none. Raises DataError for what has no JSON form."""
    if path is None:
        return None
    try:
        return plain(fetch(row, path), "row")
    except KeyError:
        return None


def _text(row: Row, path: str | None) -> str | None:
    return as_text(_found(row, path)) or None


def _choices(value: Json) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise DataError("the choices are no list")
    return tuple(as_text(choice) or "" for choice in value)


def _tools(value: Json) -> tuple[Json, ...]:
    """Raises DataError for what is no list."""
    if value is not None and not isinstance(value, list):
        raise DataError("the tools are no list")
    return tuple(value or ())


def _weight(value: Json) -> float:
    """Raises DataError for what is no positive number."""
    try:
        weight = 1.0 if value is None else float(str(value))
    except ValueError:
        raise DataError("the weight is no number") from None
    if isinstance(value, bool) or not 0 < weight < float("inf"):
        raise DataError("the weight is no positive number")
    return weight
