"""Do the intervals hold the truth, and does the gate pass inferior students, as often as they claim?

Plain pairs of up to 100 items are enumerated: every table, weighted by its probability. Everything else is simulated,
with a seed. `python -m benchmarks.stats.coverage [REPLICATIONS]` prints the tables of docs/statistics.md.

In every cell the student's true loss is exactly the margin, so every pass is an error (nominal 5%) and the 95% interval
should hold minus the margin.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy
from scipy.stats import t as student_t

from harness.stats.clustered import t_interval
from harness.stats.grouped import mean_differences
from harness.stats.inputs import PairedScores
from harness.stats.paired import limits, newcombe_limits
from harness.stats.wild import wild_bootstrap, wild_harm_p_value, wild_interval, wild_safe_p_value

Floats = NDArray[np.float64]
Limits = Callable[[NDArray[np.int64], float], tuple[Floats, Floats]]

MARGINS = (0.02, 0.03, 0.05, 0.10, 0.20)
BEYOND = (0.0, 0.01, 0.03, 0.05, 0.10, 0.20, 0.30)  # discordance above the margin
SHARES = (0.02, 0.2, 0.5, 0.8, 0.95, 1.0)  # of the pairs on which the models agree, those that both got right
PAIRS = (10, 20, 30, 40, 60, 80, 100)
LARGER = (30, 100, 300, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares of samples: 95% interval holds the truth, gate passes (an error), gate fails (the student is no worse)."""

    coverage: float
    false_pass: float
    false_fail: float


def every_table(n: int) -> NDArray[np.int64]:
    """All tables of n pairs, shape (tables, 4)."""
    cells = np.indices((n + 1,) * 3).reshape(3, -1)
    cells = cells[:, cells.sum(axis=0) <= n]
    return np.vstack([cells, n - cells.sum(axis=0)]).T


def exact(n: int, find: Limits) -> Iterator[tuple[tuple[float, float, float], Rates]]:
    """Rates of one method for every (margin, discordance, share), by enumeration."""
    tables = every_table(n)
    ways = gammaln(n + 1) - gammaln(tables + 1).sum(axis=1)
    (low95, high95), (low90, high90) = find(tables, 0.95), find(tables, 0.90)
    for margin in MARGINS:
        for discordance in (margin + more for more in BEYOND):
            for share in SHARES:
                agree = 1 - discordance
                lost, gained = (discordance + margin) / 2, (discordance - margin) / 2
                chances = np.array([agree * share, lost, gained, agree * (1 - share)])
                weight = np.exp(ways + xlogy(tables, chances).sum(axis=1))
                yield (
                    (margin, discordance, share),
                    Rates(
                        coverage=float(weight[(low95 <= -margin) & (high95 >= -margin)].sum()),
                        false_pass=float(weight[low90 > -margin].sum()),
                        false_fail=float(weight[high90 < -margin].sum()),
                    ),
                )


def simulated(n: int, margin: float, discordance: float, runs: int, find: Limits) -> Rates:
    """Rates for plain pairs of which 80% of the agreed are right."""
    rng = np.random.default_rng(n)
    lost, gained, agree = (discordance + margin) / 2, (discordance - margin) / 2, 1 - discordance
    drawn = rng.multinomial(n, [0.8 * agree, lost, gained, 0.2 * agree], size=runs)
    tables, times = np.unique(drawn, axis=0, return_counts=True)
    (low95, high95), (low90, high90) = find(tables, 0.95), find(tables, 0.90)
    return Rates(
        coverage=float(times[(low95 <= -margin) & (high95 >= -margin)].sum()) / runs,
        false_pass=float(times[low90 > -margin].sum()) / runs,
        false_fail=float(times[high90 < -margin].sum()) / runs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Clusters of `sizes` items that are lost, gained or left with rates that vary by cluster.

    `likeness` is the intracluster correlation of the outcomes: the rates are Dirichlet. Scores are means of `repeats`.
    """

    sizes: NDArray[np.int64]
    margin: float
    discordance: float
    likeness: float
    repeats: int = 1


def draw(setting: Setting, runs: int, seed: int) -> tuple[PairedScores, NDArray[np.intp]]:
    """All replications in one table of items, with the replication of each item."""
    rng = np.random.default_rng(seed)
    lost, gained = (setting.discordance + setting.margin) / 2, (setting.discordance - setting.margin) / 2
    clusters, n = setting.sizes.size, int(setting.sizes.sum())
    rates = np.broadcast_to([lost, gained], (runs, clusters, 2))
    if setting.likeness:
        spread = 1 / setting.likeness - 1
        shapes = np.maximum(np.array([lost, gained, 1 - lost - gained]) * spread, 1e-9)
        rates = rng.dirichlet(shapes, size=(runs, clusters))[:, :, :2]
    of = np.repeat(np.arange(clusters), setting.sizes)
    luck = rng.random((setting.repeats, runs, n))
    down = luck < rates[:, of, 0]
    up = ~down & (luck < rates.sum(axis=2)[:, of])
    replication = np.repeat(np.arange(runs), n)
    scores = PairedScores(
        teacher=np.zeros(runs * n),  # only the difference counts
        student=(up.mean(axis=0) - down.mean(axis=0)).ravel(),
        weights=np.ones(runs * n),
        codes=replication * clusters + np.tile(of, runs),
    )
    return scores, replication


def clustered(setting: Setting, runs: int, bootstraps: int) -> dict[str, Rates]:
    """The shipped interval and the usual one (CR1 with t, no guard) on the same samples; the wild bootstrap on some."""
    scores, replication = draw(setting, runs, seed=int(setting.sizes.sum()) + int(1000 * setting.likeness))
    found = mean_differences(scores, replication, runs)
    shipped = [(t_interval(found.estimate(run), 0.95), t_interval(found.estimate(run), 0.90)) for run in range(runs)]
    limits95 = np.array([(wide.low, wide.high) for wide, _ in shipped])
    limits90 = np.array([(narrow.low, narrow.high) for _, narrow in shipped])
    methods = {
        "shipped": _rates(limits95, limits90, setting.margin),
        "CR1": _rates(*usual(scores, replication, runs, setting.sizes.size), setting.margin),
    }
    if bootstraps:
        methods["wild"] = wild(scores, replication, bootstraps, setting.margin)
    return methods


def usual(scores: PairedScores, replication: NDArray[np.intp], runs: int, clusters: int) -> tuple[Floats, Floats]:
    """Limits of the cluster-robust t interval with the CR1 variance, at 95% and 90%, shape (runs, 2) each."""
    n = replication.size // runs
    difference = (scores.student - scores.teacher).reshape(runs, n)
    point = difference.mean(axis=1)
    sums = np.bincount(scores.codes, (difference - point[:, None]).ravel(), minlength=runs * clusters)
    se = np.sqrt((sums.reshape(runs, clusters) ** 2).sum(axis=1) * clusters / (clusters - 1)) / n
    wide, narrow = (student_t.isf(tail, clusters - 1) * se for tail in (0.025, 0.05))
    return np.column_stack([point - wide, point + wide]), np.column_stack([point - narrow, point + narrow])


def wild(scores: PairedScores, replication: NDArray[np.intp], runs: int, margin: float) -> Rates:
    held = passed = failed = 0
    n = int((replication == 0).sum())
    for run in range(runs):
        mine = slice(run * n, (run + 1) * n)
        found = wild_bootstrap(
            scores.teacher[mine], scores.student[mine], None, scores.codes[mine], seed=run, draws=499
        )
        wide = wild_interval(found, 0.95)
        held += (wide.low is None or wide.low <= -margin) and (wide.high is None or wide.high >= -margin)
        passed += wild_safe_p_value(found, margin) <= 0.05
        failed += wild_harm_p_value(found, margin) <= 0.05
    return Rates(coverage=held / runs, false_pass=passed / runs, false_fail=failed / runs)


def _rates(limits95: Floats, limits90: Floats, margin: float) -> Rates:
    return Rates(
        coverage=float(np.mean((limits95[:, 0] <= -margin) & (limits95[:, 1] >= -margin))),
        false_pass=float(np.mean(limits90[:, 0] > -margin)),
        false_fail=float(np.mean(limits90[:, 1] < -margin)),
    )


def sizes(kind: str, clusters: int) -> NDArray[np.int64]:
    """Clusters of 10 items each; of 40 falling to 2; lognormal; or one with a third of all items, the others 5."""
    if kind == "equal":
        return np.full(clusters, 10)
    if kind == "falling":
        return np.geomspace(40, 2, clusters).round(9).astype(np.int64)
    if kind == "lognormal":
        return np.random.default_rng(99).lognormal(2, 1, clusters).astype(np.int64).clip(min=1)
    return np.r_[5 * (clusters - 1) // 2, np.full(clusters - 1, 5)]


def report_exact() -> None:
    print("| n | method | lowest coverage | most false passes | most false failures |")
    print("|---|---|---|---|---|")
    for n in PAIRS:
        for name, find in (("Newcombe", newcombe_limits), ("guarded", limits)):
            found = list(exact(n, find))
            coverage = min(found, key=lambda cell: cell[1].coverage)
            passed = max(found, key=lambda cell: cell[1].false_pass)
            failed = max(found, key=lambda cell: cell[1].false_fail)
            print(
                f"| {n} | {name} | {coverage[1].coverage:.1%} {_at(coverage[0])} "
                f"| {passed[1].false_pass:.1%} {_at(passed[0])} | {failed[1].false_fail:.1%} |",
                flush=True,
            )


def _at(cell: tuple[float, float, float]) -> str:
    margin, discordance, _ = cell
    return f"({margin * 100:g}, {discordance * 100:g})"


def report_simulated(runs: int) -> None:
    print("| n | margin | discordance | coverage | false passes | false failures |")
    print("|---|---|---|---|---|---|")
    for n in LARGER:
        for margin, discordance in ((0.03, 0.04), (0.03, 0.10), (0.05, 0.10), (0.05, 0.30)):
            r = simulated(n, margin, discordance, 10 * runs, limits)
            where = f"{n} | {margin:.0%} | {discordance:.0%}"
            print(f"| {where} | {r.coverage:.1%} | {r.false_pass:.1%} | {r.false_fail:.1%} |")


def report_clustered(runs: int) -> None:
    methods = ("shipped", "CR1", "wild")
    print("| clusters | items | likeness | margin, discordance | " + " | ".join(methods) + " |")
    print("|---|---|---|---|---|---|---|")
    for kind in ("equal", "falling", "one large"):
        for clusters in (8, 12, 25, 100):
            for margin, discordance in ((0.05, 0.10), (0.05, 0.20), (0.03, 0.04)):
                for likeness in (0.0, 0.05, 0.2):
                    size = sizes(kind, clusters)
                    setting = Setting(sizes=size, margin=margin, discordance=discordance, likeness=likeness)
                    found = clustered(setting, runs, bootstraps=runs // 5)
                    shown = " | ".join(f"{found[m].coverage:.1%} {found[m].false_pass:.1%}" for m in methods)
                    where = f"{clusters} {kind} | {size.sum()} | {likeness:g} | {margin * 100:g}, {discordance * 100:g}"
                    print(f"| {where} | {shown} |", flush=True)


def report_held_out(runs: int) -> None:
    """Settings at which nobody looked while the degrees of freedom and the guard were chosen."""
    found = []
    for clusters in (10, 15, 40):
        for kind in ("lognormal", "falling"):
            for discordance in (0.08, 0.15):
                for likeness in (0.02, 0.1):
                    size = sizes(kind, clusters)
                    setting = Setting(sizes=size, margin=0.04, discordance=discordance, likeness=likeness)
                    found.append(clustered(setting, runs, bootstraps=0))
    for name in ("shipped", "CR1"):
        rates = [settings[name] for settings in found]
        least, most = min(r.coverage for r in rates), max(r.false_pass for r in rates)
        print(f"{name}: lowest coverage {least:.1%}, most false passes {most:.1%} of {len(rates)} settings")


def report_repeats(runs: int) -> None:
    print("| items | attempts | margin, discordance | coverage | false passes |")
    print("|---|---|---|---|---|")
    for n in LARGER:
        for margin, discordance in ((0.03, 0.10), (0.03, 0.04)):
            # Attempts at one item are alike, items are not: every item is a cluster of one.
            size = np.ones(n, dtype=np.int64)
            setting = Setting(sizes=size, margin=margin, discordance=discordance, likeness=0.4, repeats=4)
            r = clustered(setting, runs, bootstraps=0)["shipped"]
            print(f"| {n} | 4 | {margin * 100:g}, {discordance * 100:g} | {r.coverage:.1%} | {r.false_pass:.1%} |")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for title, report in (
        ("Plain pairs, enumerated: worst case over margins, discordances and accuracies", report_exact),
        (f"Plain pairs, {10 * runs} replications", lambda: report_simulated(runs)),
        (f"Four attempts at each item, {runs} replications", lambda: report_repeats(runs)),
        (f"Clusters, settings not used for choosing, {runs} replications", lambda: report_held_out(runs)),
        (f"Clusters, {runs} replications ({runs // 5} of the bootstrap)", lambda: report_clustered(runs)),
    ):
        print(f"\n## {title}\n")
        report()


if __name__ == "__main__":
    main()
