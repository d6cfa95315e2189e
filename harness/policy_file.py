"""A gate policy as a file: read strictly, and names that turn out to be wrong later are told with their line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import strict_yaml
from harness.errors import PlanError, PolicyNameError
from harness.policy import Policy
from harness.strict_yaml import Document

EXAMPLE = "`margin_points: 3` is a whole policy, and docs/gate.md shows one with more"


def load_policy(path: Path) -> Policy:
    """Read a gate policy: a file of its own, or the `gate:` of a whole plan. Raises PlanError."""
    return _gate_of(path).validate(Policy)


@contextmanager
def lines_of(path: Path | None) -> Iterator[None]:
    """Raises PlanError, with file and line, where a name of the policy read from `path` is found to be wrong within.

    Which suites, slices, rules and students there are is only known once data or a run is read. None: no file holds the
    policy.
    """
    try:
        yield
    except PolicyNameError as error:
        if path is None:
            raise
        raise PlanError(f"{_gate_of(path).place(error.place)}: {error}") from None


def _gate_of(path: Path) -> Document:
    document = strict_yaml.read(path, EXAMPLE)
    is_plan = isinstance(document.value, dict) and "teacher" in document.value
    return document.section("gate") if is_plan else document
