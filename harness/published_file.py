"""Published figures in YAML, beside a table in CSV or written out: docs/ladder.md explains every key."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from harness import strict_yaml
from harness.errors import DataError, PlanError, nearest
from harness.evaluation import PublishedRole, PublishedScore
from harness.parameters import Parameters, parameters
from harness.policy_terms import Strict, Words
from harness.strict_yaml import Document

ROLES: tuple[PublishedRole, ...] = get_args(PublishedRole)
Row = Mapping[str, str]
EXAMPLE = "docs/ladder.md shows one of published figures"


class Benchmark(Strict):
    """One benchmark's figures: the column they stand in, on how many items, and what 100% is written as."""

    column: Words | None = None
    n: Annotated[int, Field(ge=1)] | None = None
    scale: Literal["percent", "share"] = "percent"


class PublishedModel(Strict):
    """A model with its figures written out, by benchmark."""

    model: Words
    role: PublishedRole
    parameters: Parameters | None = None
    scores: Annotated[dict[str, float], Field(min_length=1)]


class PublishedFile(Strict):
    """Figures of a table, or of models that stand here; `role` is a column or one role for all rows."""

    source: Words
    table: Words | None = None
    model: Words | None = None
    role: Words | None = None
    parameters: Words | dict[str, Parameters] | None = None
    scores: Annotated[dict[str, Benchmark], Field(min_length=1)]
    models: tuple[PublishedModel, ...] = ()

    def fault(self) -> tuple[str, str] | None:
        """What does not go together: the key to look at, and why; None where all is well."""
        if (self.table is None) != bool(self.models):
            return ("models" if self.models else "source"), "give either a `table` or `models`"
        for key, meaning in (("model", "the column of the models' names"), ("role", "a column, or one role for all")):
            if self.table is not None and getattr(self, key) is None:
                return "table", f'the key "{key}" is missing, which a `table` needs: {meaning}'
        for key in ("model", "role", "parameters"):
            if self.table is None and getattr(self, key):
                return key, f"`{key}` tells of a `table`; each of `models` has its own"
        return None


def read_published(paths: Sequence[Path]) -> tuple[PublishedScore, ...]:
    """All figures of the files, in their order; what a table leaves empty was not published.

    Raises PlanError with file and line, or DataError with the table's file and row.
    """
    found: dict[tuple[str, str], PublishedScore] = {}
    for path in paths:
        for score in _read(path):
            if (score.model, score.suite) in found:
                raise DataError(f'{path}: "{score.model}" has a figure for "{score.suite}" already; remove one')
            found[score.model, score.suite] = score
    return tuple(found.values())


def _read(path: Path) -> list[PublishedScore]:
    document = strict_yaml.read(path, EXAMPLE)
    form = document.validate(PublishedFile)
    if (found := form.fault()) is not None:
        key, why = found
        raise PlanError(f"{document.place((key,))}: {why}")
    scores = list(_of_table(form, path.parent) if form.table is not None else _written_out(form, document))
    for name, benchmark in form.scores.items():
        rates = [score.rate for score in scores if score.suite == name]
        if benchmark.scale == "percent" and rates and 0 < max(rates) <= 0.01:
            raise PlanError(f'{document.place(("scores", name))}: no figure of "{name}" is above 1%; `scale: share`?')
    return scores


def _written_out(form: PublishedFile, document: Document) -> Iterator[PublishedScore]:
    for number, told in enumerate(form.models):
        for name, value in told.scores.items():
            where = document.place(("models", number, "scores", name))
            if name not in form.scores:
                raise PlanError(f'{where}: "{name}" is none of the `scores` of this file{nearest(name, form.scores)}')
            yield PublishedScore(
                model=told.model,
                role=told.role,
                suite=name,
                rate=_rate(value, form.scores[name], where),
                n=form.scores[name].n,
                parameters=told.parameters,
                source=form.source,
            )


def _of_table(form: PublishedFile, folder: Path) -> Iterator[PublishedScore]:
    path = folder / Path(form.table or "").expanduser()
    met: dict[str, int] = {}
    for line, row in _rows(path, form):
        model = row[form.model or ""].strip()
        where = f"{path}:{line}"
        if not model:
            raise DataError(f"{where}: the model has no name")
        if model in met:
            raise DataError(f'{where}: the model "{model}" stands already in line {met[model]}')
        met[model] = line
        role, size = _role(row, form, where), _parameters(row, model, form, where)
        for name, benchmark in form.scores.items():
            cell = row[benchmark.column or name].strip()
            if cell:
                yield PublishedScore(
                    model=model,
                    role=role,
                    suite=name,
                    rate=_rate(cell, benchmark, where),
                    n=benchmark.n,
                    parameters=size,
                    source=form.source,
                )
    for name in form.parameters if isinstance(form.parameters, dict) else ():
        if name not in met:
            raise DataError(f'{path}: no row is of the model "{name}", which has `parameters`{nearest(name, met)}')


def _rows(path: Path, form: PublishedFile) -> Iterator[tuple[int, Row]]:
    """The rows with their lines. Raises DataError for a table that cannot be read or lacks a column."""
    wanted = [form.model, *(benchmark.column or name for name, benchmark in form.scores.items())]
    wanted += [form.role] if form.role not in ROLES else []
    wanted += [form.parameters] if isinstance(form.parameters, str) else []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="", strict=True)
            for column in wanted:
                if column not in (reader.fieldnames or ()):
                    raise DataError(f'{path}: no column "{column}"{nearest(str(column), reader.fieldnames or ())}')
            for row in reader:
                if None in row:
                    raise DataError(f"{path}:{reader.line_num}: the row has more cells than there are columns")
                yield reader.line_num, row
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: no CSV in UTF-8 ({error})") from None


def _role(row: Row, form: PublishedFile, where: str) -> PublishedRole:
    given = form.role if form.role in ROLES else row[form.role or ""].strip()
    for role in ROLES:
        if given == role:
            return role
    if not given:
        raise DataError(f'{where}: the row has no role in "{form.role}"; it is one of {", ".join(ROLES)}')
    raise DataError(f'{where}: "{given}" is no role{nearest(str(given), ROLES)}')


def _parameters(row: Row, model: str, form: PublishedFile, where: str) -> float | None:
    if isinstance(form.parameters, dict):
        return form.parameters.get(model)
    cell = row[form.parameters].strip() if form.parameters else ""
    if not cell:
        return None
    try:
        found = parameters(float(cell) if cell.replace(".", "", 1).isdigit() else cell)
    except ValueError as error:
        raise DataError(f'{where}: "{cell}": {error}') from None
    return float(found) if isinstance(found, int | float) else None


def _rate(value: str | float, benchmark: Benchmark, where: str) -> float:
    """A figure in [0, 1]. Raises DataError for anything that is none on this scale."""
    try:
        number = float(value)
    except ValueError:
        raise DataError(f'{where}: "{value}" is no number; leave the cell empty where nothing was published') from None
    most = 100 if benchmark.scale == "percent" else 1
    if not (math.isfinite(number) and 0 <= number <= most):
        raise DataError(f"{where}: {number:g} lies outside 0 to {most} (scale: {benchmark.scale})")
    return number / most
