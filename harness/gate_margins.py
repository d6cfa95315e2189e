"""A loss held against a margin: the tests that the gate decides slices by, and what is too small to be tested."""

from harness.compare import FEWEST_CLUSTERS
from harness.evaluation import ALL, Comparison, Slice
from harness.policy import Policy
from harness.stats import clustered, paired


def undecidable(c: Comparison, policy: Policy) -> str | None:
    """Why no verdict can come of a comparison's scores, or None."""
    return f"{where(c)}: {c.undecidable}" if c.undecidable else too_few(c, policy)


def too_few(c: Comparison, policy: Policy) -> str | None:
    """Why a comparison is too small for a verdict, or None."""
    if c.effective_n < policy.min_items:
        counted = f"{c.effective_n:.0f} effective items" if c.effective_n < c.n else f"{c.n:,} items"
        return f"{where(c)}: no verdict from {counted}; at least {policy.min_items} are asked for"
    if c.clusters is not None and c.clusters < FEWEST_CLUSTERS:
        return f"{where(c)}: no verdict from {c.clusters} clusters; at least {FEWEST_CLUSTERS} are needed"
    return None


def harm(c: Comparison, margin: float) -> float:
    """One-sided p-value against a loss of at most the margin."""
    return paired.harm_p_value(c.cells, margin) if c.cells else clustered.t_harm_p_value(_estimate(c), margin)


def safe(c: Comparison, margin: float) -> float:
    """One-sided p-value against a loss of at least the margin."""
    return paired.safe_p_value(c.cells, margin) if c.cells else clustered.t_safe_p_value(_estimate(c), margin)


def spread(c: Comparison) -> float:
    """Mean squared difference of an item, at most 1: the discordant share of plain pairs; 1 / n where none was seen."""
    squared = c.flips if c.cells else c.se**2 * c.effective_n + delta(c) ** 2
    return min(1.0, squared) or 1 / c.n


def delta(c: Comparison) -> float:
    return c.pupil.accuracy - c.teacher.accuracy


def where(c: Comparison) -> str:
    return place(c.suite, c.slice)


def place(suite: str, part: Slice) -> str:
    return suite if part.name == ALL else f"{suite}, {part}"


def _estimate(c: Comparison) -> clustered.ClusterEstimate:
    return clustered.ClusterEstimate(
        point=delta(c),
        se=c.se,
        df=c.df or 0.0,
        clusters=c.clusters if c.clusters is not None else c.n,
        effective=c.units,
        moved=c.flips,
    )
