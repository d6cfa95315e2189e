"""What a plan's margins need, before any model is asked: how many items, and what chance the items there are have.

Only the items on which teacher and student disagree carry doubt, so the share of those (the discordance) and the margin
are all it takes (`harness.stats.power`). Nobody knows that share before a run: it is assumed, or taken from an earlier
one. All is reckoned for 0/1 scores and a student without loss: one that does lose needs more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.compare import FEWEST_CLUSTERS, slices_of
from harness.evaluation import Evaluation, Slice
from harness.gate_margins import spread
from harness.policy import Policy, Tier
from harness.records import Sample, SuiteKind
from harness.stats import clustered, power
from harness.suite import Suite

ASSUMED = (0.05, 0.1, 0.2)
ENOUGH = 0.8  # the chance that items are reckoned for


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """At a discordance: the items that clear a student without loss with a chance of 80%, and the chance there is.

    `chance_at_worst`: the same if the items of a cluster are right or wrong together; None where no two share one.
    `seen`: the student of an earlier run whose discordance it is; None for an assumed one.
    """

    discordance: float
    items: int
    chance: float
    chance_at_worst: float | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """A slice of a suite held against its margin (a share, in [0, 1]).

    `effective`: equally heavy items that would tell as much as the weighted ones. `decided_up_to`: the highest
    discordance that the items decide; None where they decide nothing. `sentence` says it all.
    """

    suite: str
    slice: Slice
    kind: SuiteKind
    tier: Tier
    margin: float
    items: int
    effective: float
    clusters: int | None
    needs: tuple[Need, ...]
    decided_up_to: float | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How much a student of an earlier run disagreed with its teacher."""

    student: str
    discordance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What a slice's verdict would rest on."""

    items: int
    effective: float
    at_worst: float
    clusters: int | None
    margin: float
    policy: Policy

    @classmethod
    def of(cls, samples: Sequence[Sample], margin: float, policy: Policy) -> "_Ground":
        weights, given = [s.weight for s in samples], [s.cluster for s in samples]
        known = any(label is not None for label in given)
        return cls(
            items=len(samples),
            effective=clustered.effective_n(weights, None),
            at_worst=clustered.effective_n(weights, given),
            clusters=len({label if label is not None else (n,) for n, label in enumerate(given)}) if known else None,
            margin=margin,
            policy=policy,
        )

    @property
    def fewest(self) -> int:
        """Items without which nothing passes, even where the models never disagree."""
        return max(self.policy.min_items, power.unbroken(self.margin, self.policy.alpha))

    @property
    def is_clustered(self) -> bool:
        return self.clusters is not None and self.clusters < self.items

    @property
    def too_few_clusters(self) -> bool:
        return self.clusters is not None and self.clusters < FEWEST_CLUSTERS

    def needed(self, discordance: float) -> int:
        """In items that weigh as unequally as these."""
        return power.as_weighted(self._equal_items(discordance), self.items, self.effective)

    def chance(self, discordance: float, effective: float) -> float:
        if self.too_few_clusters or effective < self.fewest:
            return 0.0
        return power.power_at(int(effective), discordance, self.margin, self.policy.alpha)

    def decided_up_to(self) -> float | None:
        """Items needed are proportional to the discordance."""
        if self.too_few_clusters or self.effective < self.fewest:
            return None
        return min(1.0, self.effective / power.items_needed(1.0, self.margin, self.policy.alpha, ENOUGH))

    def _equal_items(self, discordance: float) -> int:
        needed = power.items_needed(discordance, self.margin, self.policy.alpha, ENOUGH)
        return max(self.policy.min_items, needed)


def size(
    suites: Sequence[Suite], policy: Policy, seen: Mapping[tuple[str, Slice], Seen] | None = None
) -> tuple[Sizing, ...]:
    """Every suite and slice, each whole suite first; `seen` adds the discordance of an earlier run, where known."""
    return tuple(
        _sizing(suite, piece, policy, (seen or {}).get((suite.spec.name, piece)))
        for suite in suites
        for piece in (Slice(), *slices_of(suite))
    )


def seen_in(evaluation: Evaluation) -> dict[tuple[str, Slice], Seen]:
    """The discordance of each slice of an earlier run: that of the student that disagreed most."""
    students = {model.name for model in evaluation.models if model.role == "student"}
    found: dict[tuple[str, Slice], Seen] = {}
    for c in evaluation.comparisons:
        here = found.get((c.suite, c.slice))
        if c.student in students and c.undecidable is None and (here is None or spread(c) > here.discordance):
            found[c.suite, c.slice] = Seen(student=c.student, discordance=spread(c))
    return found


def _sizing(suite: Suite, piece: Slice, policy: Policy, seen: Seen | None) -> Sizing:
    name = suite.spec.name
    samples = [s for s in suite.samples if piece.holds(s.slices)]
    ground = _Ground.of(samples, policy.margin(name, piece), policy)
    needs = tuple(_need(ground, Seen(student="", discordance=d)) for d in ASSUMED)
    if seen is not None:
        needs = (*needs, _need(ground, seen))
    return Sizing(
        suite=name,
        slice=piece,
        kind=suite.kind,
        tier=policy.tier(name, piece, suite.kind),
        margin=ground.margin,
        items=ground.items,
        effective=ground.effective,
        clusters=ground.clusters,
        needs=needs,
        decided_up_to=ground.decided_up_to(),
        sentence=_sentence(ground, needs),
    )


def _need(ground: _Ground, seen: Seen) -> Need:
    share = seen.discordance
    return Need(
        discordance=share,
        items=ground.needed(share),
        chance=ground.chance(share, ground.effective),
        chance_at_worst=ground.chance(share, ground.at_worst) if ground.is_clustered else None,
        seen=seen.student or None,
    )


def _sentence(ground: _Ground, needs: Sequence[Need]) -> str:
    points = f"{ground.margin * 100:g} points"
    if ground.too_few_clusters:
        return (
            f"{ground.items:,} items in {ground.clusters} clusters decide nothing: at least {FEWEST_CLUSTERS} clusters "
            "are needed"
        )
    told = "; ".join([_decided(ground, needs, points), *_asides(ground)])
    return f"{ground.items:,} items {told}"


def _decided(ground: _Ground, needs: Sequence[Need], points: str) -> str:
    most = ground.decided_up_to()
    if most is None:
        fewest = power.as_weighted(ground.fewest, ground.items, ground.effective)
        return f"cannot decide a margin of {points}: {fewest:,} are needed even where the models never disagree"
    missing = [need for need in needs if need.discordance > most]
    if not missing:
        highest = max(need.discordance for need in needs)
        return f"decide a margin of {points}, even where the models disagree on {_share(highest)} of them"
    more = ", ".join(f"{need.items:,} at {_share(need.discordance)}{_whose(need)}" for need in missing)
    return (
        f"decide a margin of {points} only if the models disagree on at most {_share(most)} of them; needed are {more}"
    )


def _whose(need: Need) -> str:
    return "" if need.seen is None else f", which is what {need.seen} showed in the earlier run"


def _asides(ground: _Ground) -> Iterator[str]:
    if ground.effective < ground.items * 0.995:
        yield f"by their weights they tell as much as {ground.effective:,.0f} equally heavy ones"
    if ground.is_clustered:
        yield f"they come in {ground.clusters:,} clusters, and more are needed the more alike the items of one fare"


def _share(share: float) -> str:
    return f"{share * 100:.1f}".removesuffix(".0") + "%"
