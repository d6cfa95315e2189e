"""A suite in memory: its samples, unique by id, how they are asked and graded, and how much of it is asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.errors import DataError, nearest
from harness.evaluation import ALL
from harness.identity import suite_fingerprint
from harness.plan import STRESS, Plan, SuiteSpec
from harness.protocols import Loaded, SuiteSource
from harness.records import Decoding, Json, Sample, SuiteKind

Vary = Callable[[SuiteSpec, Sequence[Sample]], Loaded]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Loaded samples, unique by id. `decoding` and `repeats` are the suite's own, which a plan may overrule."""

    spec: SuiteSpec
    samples: tuple[Sample, ...]
    fingerprint: str
    kind: SuiteKind = "workload"
    decoding: Decoding | None = None
    repeats: int | None = None
    origin: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    limit: int | None = None

    @property
    def asked(self) -> tuple[Sample, ...]:
        """The samples that models are asked: all, or the first `limit`."""
        return self.samples[: self.limit]


def load_suites(plan: Plan, sources: Mapping[str, SuiteSource], vary: Vary, limit: int | None) -> tuple[Suite, ...]:
    """Every suite of a plan, each followed by its stress variants.

    Raises DataError for an empty suite and for samples that share an id.
    """
    return tuple(suite for spec in plan.suites for suite in _with_variants(spec, sources[spec.source], vary, limit))


def make_suite(spec: SuiteSpec, loaded: Loaded, kind: SuiteKind = "workload") -> Suite:
    samples = loaded.samples
    if not samples:
        raise DataError(
            f'suite "{spec.name}": no samples{f" in {spec.path}; every sample is a row of it" if spec.path else ""}'
        )
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
    return Suite(
        spec=_completed(spec, loaded),
        samples=tuple(samples),
        fingerprint=suite_fingerprint(samples),
        kind=kind,
        decoding=loaded.decoding,
        repeats=loaded.repeats,
        origin=loaded.origin,
        notes=loaded.notes,
    )


def _with_variants(spec: SuiteSpec, source: SuiteSource, vary: Vary, limit: int | None) -> Iterator[Suite]:
    loaded = source.load(spec)
    suite = make_suite(spec, loaded, "retain" if spec.retain else "workload")
    yield replace(suite, limit=limit)
    if spec.stress is None:
        return
    made = vary(spec, suite.samples)
    if not made.samples:
        raise DataError(f'suite "{spec.name}": no stress variant could be made: {" ".join(made.notes)}')
    place = {sample.id: number for number, sample in enumerate(suite.samples)}
    variants = sorted(made.samples, key=lambda variant: place[variant.variant_of or ""])
    asked = None if limit is None else sum(place[v.variant_of or ""] < limit for v in variants)
    own = replace(loaded, samples=variants, origin=made.origin, notes=made.notes)
    slices = None if spec.slices is None else (*spec.slices, "family")
    own_words = {"name": f"{spec.name}{STRESS}", "stress": None, "slices": slices, "crossings": (), "difficulty": None}
    named = suite.spec.model_copy(update=own_words)
    yield replace(make_suite(named, own, "stress"), limit=asked)


def _completed(spec: SuiteSpec, loaded: Loaded) -> SuiteSpec:
    """The plan's words, and the suite's own where the plan says nothing."""
    options = {
        name: {**loaded.grader_options.get(name, {}), **spec.grader_options.get(name, {})}
        for name in (*loaded.grader_options, *spec.grader_options)
    }
    if spec.grader is None and ":" in (loaded.grader or ""):
        raise DataError(
            f'suite "{spec.name}": it names the file of a grader, {loaded.grader}; only a plan may: data brings no code'
        )
    public = loaded.public if spec.public is None else spec.public
    return spec.model_copy(
        update={"grader": spec.grader or loaded.grader, "grader_options": options, "public": public or None}
    )


def _check_slices(spec: SuiteSpec, samples: Sequence[Sample]) -> None:
    declared = dict.fromkeys(name for sample in samples for name in sample.slices)
    if ALL in declared:
        raise DataError(f'suite "{spec.name}": a slice may not be called "{ALL}", the name of the whole; rename it')
    crossed = (name for pair in spec.crossings for name in pair)
    for name in (*(spec.slices or ()), *crossed, *((spec.difficulty,) if spec.difficulty else ())):
        if name not in declared:
            raise DataError(f'suite "{spec.name}": no sample has a slice "{name}"{nearest(name, declared)}')
