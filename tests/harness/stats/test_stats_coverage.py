"""How often the gate errs when the student is exactly the margin worse: enumerated over every table, not simulated.

Newcombe's interval is approximate. The bounds below are what was found (its one-sided error is nominally 5%), so that a
change of method shows; the worst cases have hardly any discordant pairs (all of them losses, and accuracy near a half).
"""

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, multinomial

from harness.records import PairedCells
from harness.stats.clustered import mean_difference, t_interval
from harness.stats.paired import newcombe


@cache
def gate(n):
    """Every table of n pairs, shape (tables, 4), with the limits of its 90% interval, shape (tables, 2)."""
    tables = [(a, b, c, n - a - b - c) for a in range(n + 1) for b in range(n + 1 - a) for c in range(n + 1 - a - b)]
    limits = []
    for a, b, c, d in tables:
        interval = newcombe(PairedCells(both=a, teacher_only=b, student_only=c, neither=d), 0.90)
        limits.append((interval.low, interval.high))
    return np.array(tables), np.array(limits)


def errors(n, margin, discordance):
    """False passes and failures when the true delta is -margin, shape (2, 6): by the share of both right if agreed."""
    tables, limits = gate(n)
    passes, fails = limits[:, 0] > -margin, limits[:, 1] < -margin
    lost, gained = (discordance + margin) / 2, (discordance - margin) / 2
    rates = []
    for share in (0.05, 0.2, 0.5, 0.8, 0.95, 1.0):
        agree = 1 - discordance
        chance = multinomial.pmf(tables, n, [agree * share, lost, gained, agree * (1 - share)])
        rates.append((chance[passes].sum(), chance[fails].sum()))
    return np.array(rates).T


@pytest.mark.parametrize("n", [10, 20, pytest.param(40, marks=pytest.mark.slow)])
@pytest.mark.parametrize("margin", [0.03, 0.05, 0.10, 0.20])
def test_the_gate_errs_about_as_often_as_it_says(n, margin):
    rates = np.stack([errors(n, margin, d) for d in (0.2, 0.3, 0.5) if d > margin])
    assert rates.max() < 0.08
    assert rates.mean() < 0.055


@pytest.mark.parametrize(("n", "margin"), [(10, 0.2), (20, 0.1), pytest.param(40, 0.05, marks=pytest.mark.slow)])
def test_two_expected_losses_and_no_gain_are_too_few_for_the_gate(n, margin):
    false_pass, false_fail = errors(n, margin, margin)
    assert 0.10 < false_pass.max() < 0.13  # unbroken agreement is likely and read as safe
    assert false_fail.max() < 0.05


@pytest.mark.parametrize(("n", "newcombe_errs", "t_errs"), [(100, 0.048, 0.195), (500, 0.035, 0.067)])
def test_a_handful_of_losses_fools_the_t_interval_more_than_newcombe(n, newcombe_errs, t_errs):
    """False passes at 3 points when the teacher is always right and the true loss is just that: summed over losses."""
    lost = np.arange(int(0.03 * n) + 1)
    chance = binom.pmf(lost, n, 0.03)
    tables = [PairedCells(both=n - k, teacher_only=k, student_only=0, neither=0) for k in lost.tolist()]
    scores = [np.r_[np.zeros(k), np.ones(n - k)] for k in lost]
    by_newcombe = [newcombe(table, 0.90).low > -0.03 for table in tables]
    by_t = [t_interval(mean_difference(np.ones(n), student, None, None), 0.90).low > -0.03 for student in scores]
    assert chance[by_newcombe].sum() == pytest.approx(newcombe_errs, abs=1e-3)
    assert chance[by_t].sum() == pytest.approx(t_errs, abs=1e-3)


@pytest.mark.slow
def test_cluster_robust_intervals_cover_with_as_few_as_eight_clusters():
    """4,000 replications, clusters of 5 to 15 items with a shared shift: nominally 95%, standard error 0.35 points."""
    rng = np.random.default_rng(7)
    held = [_covered(rng, clusters=8) for _ in range(4000)]
    assert 0.93 < np.mean(held) < 0.97  # 94.2% found


def _covered(rng, clusters):
    """Whether the 95% interval holds the true delta of -0.1 for scores that are means of three attempts."""
    sizes = rng.integers(5, 16, clusters)
    shift = np.repeat(rng.uniform(-0.2, 0.2, clusters), sizes)
    teacher = rng.binomial(3, 0.6 + shift) / 3
    student = rng.binomial(3, 0.5 + shift + np.repeat(rng.uniform(-0.15, 0.15, clusters), sizes)) / 3
    codes = np.repeat(np.arange(clusters), sizes)
    interval = t_interval(mean_difference(teacher, student, None, codes), 0.95)
    return interval.low <= -0.1 <= interval.high
