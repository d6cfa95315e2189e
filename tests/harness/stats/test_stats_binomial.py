import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from harness.stats.binomial import unseen_rate, wilson


def test_wilson_on_a_published_example():
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (successes, n), limits in published.items():
        interval = wilson(successes, n, 0.95)
        assert (interval.low, interval.high) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes, n):
    with pytest.raises(ValueError, match=f"{successes} successes of {n}"):
        wilson(successes, n, 0.95)


def test_all_right_leaves_doubt_and_all_wrong_too():
    assert wilson(10, 10, 0.95).low < 1 == wilson(10, 10, 0.95).high
    assert wilson(0, 10, 0.95).high > 0 == wilson(0, 10, 0.95).low


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.999))
def test_wilson_holds_its_point_mirrors_and_agrees_with_scipy(trial, level):
    successes, n = trial
    interval, mirror = wilson(successes, n, level), wilson(n - successes, n, level)
    assert 0 <= interval.low <= interval.point <= interval.high <= 1
    assert (1 - mirror.high, 1 - mirror.low) == pytest.approx((interval.low, interval.high), abs=1e-12)
    scipys = binomtest(successes, n).proportion_ci(level, method="wilson")
    assert (interval.low, interval.high) == pytest.approx(tuple(scipys), abs=1e-12)


def test_the_rule_of_three():
    assert unseen_rate(300, 0.05) == pytest.approx(3 / 300, rel=0.01)
    assert unseen_rate(1, 0.05) == pytest.approx(0.95)
    assert (1 - unseen_rate(99, 0.05)) ** 99 == pytest.approx(0.05)


def test_no_trials_show_nothing():
    with pytest.raises(ValueError, match="can show nothing"):
        unseen_rate(0, 0.05)
