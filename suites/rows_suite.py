"""The suite source `rows`: samples from a file of the team's own, by a map of its fields."""

from itertools import islice
from pathlib import Path

from harness.errors import DataError
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from suites.rows import read_rows, sample_of

keys = frozenset({"path", "map"})


def load(suite: SuiteSpec) -> Loaded:
    """The first `size` samples of the file, or all. Raises DataError."""
    if suite.path is None or suite.map is None:
        raise DataError(f'suite "{suite.name}": source "rows" needs a `path` and a `map`')
    path = Path(suite.path)
    rows = islice(read_rows(path), suite.size)
    return Loaded(samples=[sample_of(row, suite.map, f"{path}:{number}", path.name) for number, row in rows])
