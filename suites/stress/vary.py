"""The stress variants of a suite."""

from collections.abc import Callable, Mapping, Sequence

from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Sample

FAMILIES: Mapping[str, Callable[[Sample], Sequence[Sample]]] = {}


def vary(spec: SuiteSpec, samples: Sequence[Sample]) -> Loaded:
    """The variants of these samples."""
    return Loaded(samples=[variant for family in FAMILIES.values() for sample in samples for variant in family(sample)])
