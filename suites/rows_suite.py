"""The suite source `rows`: samples from a file of the team's own, by a map of its fields."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from harness.errors import DataError
from harness.plan import SuiteSpec
from harness.records import Sample
from suites.rows import read_rows, sample_of


def load_rows(suite: SuiteSpec) -> Sequence[Sample]:
    """The first `size` samples of the file, or all. Raises DataError."""
    if suite.path is None or suite.map is None:
        raise DataError(f'suite "{suite.name}": source "rows" needs a `path` and a `map`')
    path = Path(suite.path)
    rows = islice(read_rows(path), suite.size)
    return [sample_of(row, suite.map, f"{path}:{number}", path.name) for number, row in rows]
