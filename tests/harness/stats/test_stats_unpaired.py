import pytest
from scipy.stats import binom

from harness.stats.unpaired import difference_from_published, retention_of_published


@pytest.mark.parametrize(
    ("ours", "theirs", "limits"),
    [  # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((10, 10), (0, 10), (0.6075, 1.0000)),
    ],
)
def test_published_examples(ours, theirs, limits):
    found = difference_from_published(ours[0] / ours[1], ours[1], theirs[0] / theirs[1], theirs[1], 0.95)
    assert (found.low, found.high) == pytest.approx(limits, abs=5e-5)
    assert found.point == pytest.approx(ours[0] / ours[1] - theirs[0] / theirs[1])


def test_an_unknown_number_of_items_gives_no_interval():
    assert difference_from_published(0.8, 500, 0.85, None, 0.95) is None


@pytest.mark.parametrize(
    "arguments", [(80, 500, 0.85, 500), (0.8, 500, 85.0, None), (0.8, 0, 0.8, 9), (0.8, 9, 0.8, 0)]
)
def test_points_for_shares_and_no_items_are_refused(arguments):
    with pytest.raises(ValueError, match=r"outside \[0, 1\]|tells nothing"):
        difference_from_published(*arguments, 0.95)


def test_retention_by_hand():
    """60 of 100 beside 80 of 100; Wilson's limits are .502004 to .690598 and .711171 to .866633.

    A limit r is as far from 0 as both rates' limits together: |60% - r 80%| is the root of the summed squares.
    """
    found = retention_of_published(0.6, 100, 0.8, 100, 0.95)
    assert found.point == pytest.approx(0.75)
    assert found.low < 0.75 < found.high
    assert (0.6 - found.low * 0.8) ** 2 == pytest.approx(0.097996**2 + (found.low * 0.066633) ** 2, abs=1e-6)
    assert (found.high * 0.8 - 0.6) ** 2 == pytest.approx(0.090598**2 + (found.high * 0.088829) ** 2, abs=1e-6)


@pytest.mark.parametrize(
    ("rate", "published", "limits"),
    [(1.0, 1.0, (0.8865, 1.1280)), (0.0, 0.8, (0.0, 0.1453)), (1.0, 0.8, (1.0521, 1.5950)), (0.0, 0.1, (0.0, 1.5005))],
)
def test_retention_stays_finite_where_all_or_none_is_right(rate, published, limits):
    found = retention_of_published(rate, 30, published, 30, 0.95)
    assert (found.low, found.high) == pytest.approx(limits, abs=2e-3)


def test_retention_of_nothing_or_on_unknown_items_has_no_interval():
    assert retention_of_published(0.5, 30, 0.0, 30, 0.95) is None
    assert retention_of_published(0.5, 30, 0.5, None, 0.95) is None


@pytest.mark.parametrize("truth", [(0.3, 0.8), (0.5, 0.9), (0.75, 0.8), (0.9, 0.95), (0.1, 0.3)])
def test_retention_covers_by_exact_enumeration(truth):
    """All outcomes of 30 and 30 items, where the published model is right somewhere: at least 93% hold the truth."""
    ours, theirs = (binom.pmf(range(31), 30, rate) for rate in truth)
    held = sum(
        ours[i] * theirs[j]
        for i in range(31)
        for j in range(1, 31)
        if ours[i] * theirs[j] > 1e-7
        and (found := retention_of_published(i / 30, 30, j / 30, 30, 0.95))
        and found.low <= truth[0] / truth[1] <= found.high
    )
    assert held / (1 - theirs[0]) >= 0.93
