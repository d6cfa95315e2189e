"""How often interval and gate err when the student is exactly the margin worse.

Plain pairs are enumerated over every table, not simulated. The bounds are what was found, so that a change of method
shows. `benchmarks/stats/coverage.py` has the whole grid; the table is in docs/statistics.md.
"""

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from benchmarks.stats.coverage import Setting, clustered, every_table, exact, simulated, sizes
from harness.compared import PairedCells
from harness.stats.clustered import mean_difference, t_interval
from harness.stats.paired import interval, limits, newcombe_limits, safe_p_value


@cache
def worst(n, find):
    """Lowest coverage, most false passes and most false failures over the grid."""
    rates = [found for _, found in exact(n, find)]
    return (
        min(r.coverage for r in rates),
        max(r.false_pass for r in rates),
        max(r.false_fail for r in rates),
    )


def test_the_tables_are_all_there_and_their_chances_add_up():
    tables = every_table(7)
    assert len(tables) == len(np.unique(tables, axis=0)) == 120 and (tables.sum(axis=1) == 7).all()
    always = exact(7, lambda counts, level: (np.full(len(counts), -2.0), np.full(len(counts), 2.0)))
    assert all((r.coverage, r.false_pass, r.false_fail) == pytest.approx((1, 0, 0)) for _, r in always)


@pytest.mark.parametrize(
    "n", [20, 30, 40, pytest.param(60, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.slow)]
)
def test_plain_pairs_hold_what_the_gate_promises(n):
    coverage, false_pass, false_fail = worst(n, limits)
    assert coverage > 0.94
    assert false_pass < 0.065 and false_fail < 0.06


def test_ten_pairs_are_too_few_for_the_promise():
    coverage, false_pass, false_fail = worst(10, limits)  # the gate asks for 20 anyway
    assert 0.92 < coverage < 0.93 and 0.07 < false_pass < 0.08 and false_fail < 0.07


@pytest.mark.parametrize("n", [20, 40])
def test_without_the_guard_newcombes_interval_breaks_it(n):
    coverage, false_pass, _ = worst(n, newcombe_limits)
    assert coverage < 0.91 and false_pass > 0.12


def test_the_p_value_errs_as_its_interval_does():
    """3 points at 60 pairs, no gains, half of the pairs right: Newcombe's 16% of false passes come down to none."""
    lost = np.arange(61)
    chance = binom.pmf(lost, 60, 0.03)
    pairs = [PairedCells(both=30 - k // 2, teacher_only=k, student_only=0, neither=30 - (k + 1) // 2) for k in lost]
    by_p = np.array([safe_p_value(p, 0.03) <= 0.05 for p in pairs])
    by_interval = np.array([interval(p, 0.90).low > -0.03 for p in pairs])
    assert (by_p == by_interval).all() and chance[by_p].sum() < 0.05


@pytest.mark.parametrize(("n", "errs"), [(100, 0.048), (500, 0.036)])
def test_a_handful_of_losses_does_not_fool_the_t_interval(n, errs):
    """False passes at 3 points: the teacher is always right and the true loss is just that; unguarded 19.5%, 6.7%."""
    lost = np.arange(int(0.03 * n) + 1)
    scores = [np.r_[np.zeros(k), np.ones(n - k)] for k in lost]
    passes = [t_interval(mean_difference(np.ones(n), student, None, None), 0.90).low > -0.03 for student in scores]
    assert binom.pmf(lost, n, 0.03)[passes].sum() <= errs


def at_most(rate, runs, bound):
    """Whether the binomial interval of a simulated rate holds the bound or lies below it."""
    return binomtest(round(rate * runs), runs).proportion_ci(0.95).low <= bound


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 100, 300, 1000])
@pytest.mark.parametrize(("margin", "discordance"), [(0.03, 0.04), (0.03, 0.1), (0.05, 0.2)])
def test_larger_samples_of_plain_pairs(n, margin, discordance):
    """20,000 replications."""
    rates = simulated(n, margin, discordance, 20_000, limits)
    assert at_most(1 - rates.coverage, 20_000, 0.07)
    assert at_most(rates.false_pass, 20_000, 0.065)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["equal", "falling", "one large"])
@pytest.mark.parametrize("clusters", [8, 12, 25, 100])
@pytest.mark.parametrize("likeness", [0.0, 0.05])
def test_clusters_hold_what_the_gate_promises(kind, clusters, likeness):
    """2,000 replications of a loss of 5 points with a discordance of 10%."""
    setting = Setting(sizes=sizes(kind, clusters), margin=0.05, discordance=0.1, likeness=likeness)
    rates = clustered(setting, 2000, bootstraps=0)["shipped"]
    assert at_most(1 - rates.coverage, 2000, 0.07)
    assert at_most(rates.false_pass, 2000, 0.065)


def test_one_clustered_setting_in_every_run_of_the_tests():
    """600 replications of 12 unequal clusters; the usual interval (CR1) is the one that fails."""
    setting = Setting(sizes=sizes("one large", 12), margin=0.05, discordance=0.1, likeness=0.2)
    rates = clustered(setting, 600, bootstraps=0)
    assert at_most(1 - rates["shipped"].coverage, 600, 0.07) and at_most(rates["shipped"].false_pass, 600, 0.065)
    assert not at_most(rates["CR1"].false_pass, 600, 0.065)
