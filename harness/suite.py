"""A suite in memory: its samples, unique by id, and how much of it is asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.errors import DataError, nearest
from harness.identity import suite_fingerprint
from harness.plan import SuiteSpec
from harness.protocols import SuiteLoader
from harness.records import ALL, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Loaded samples, unique by id, and how they are to be graded."""

    spec: SuiteSpec
    samples: tuple[Sample, ...]
    fingerprint: str
    limit: int | None = None

    @property
    def asked(self) -> tuple[Sample, ...]:
        """The samples that models are asked: all, or the first `limit`."""
        return self.samples[: self.limit]


def load_suites(
    specs: Iterable[SuiteSpec], sources: Mapping[str, SuiteLoader], limit: int | None = None
) -> tuple[Suite, ...]:
    """Raises DataError for an empty suite and for samples that share an id."""
    return tuple(replace(make_suite(spec, sources[spec.source](spec)), limit=limit) for spec in specs)


def make_suite(spec: SuiteSpec, samples: Sequence[Sample]) -> Suite:
    if not samples:
        raise DataError(f'suite "{spec.name}": no samples{f" in {spec.path}" if spec.path else ""}')
    first: dict[str, int] = {}
    for number, sample in enumerate(samples, 1):
        if sample.id in first:
            where = f"{spec.path}: " if spec.path else ""
            raise DataError(
                f'{where}suite "{spec.name}": samples {first[sample.id]} and {number} share the id "{sample.id}"; '
                "remove one, or map an id that tells them apart"
            )
        first[sample.id] = number
    _check_slices(spec, samples)
    return Suite(spec=spec, samples=tuple(samples), fingerprint=suite_fingerprint(samples))


def _check_slices(spec: SuiteSpec, samples: Sequence[Sample]) -> None:
    declared = dict.fromkeys(name for sample in samples for name in sample.slices)
    if ALL in declared:
        raise DataError(f'suite "{spec.name}": a slice may not be called "{ALL}", the name of the whole; rename it')
    for name in spec.slices or ():
        if name not in declared:
            raise DataError(f'suite "{spec.name}": no sample has a slice "{name}"{nearest(name, declared)}')
