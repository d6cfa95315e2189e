import numpy as np
import pytest

from harness.stats.multiplicity import benjamini_hochberg, holm


def test_holm_by_hand():
    # sorted .01 .02 .03 .04 times 4 3 2 1, then never below an earlier one
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.0312, 0.9, 0.8, 0.7, 0.6]) == pytest.approx([0.156, 1.0, 1.0, 1.0, 1.0])


def test_benjamini_hochberg_by_hand():
    # sorted .01 .02 .03 .5 times 4/1 4/2 4/3 4/4, then never above a later one
    assert benjamini_hochberg([0.5, 0.03, 0.01, 0.02]) == pytest.approx([0.5, 0.04, 0.04, 0.04])


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [([], []), ([None], [None]), ([None, 0.04, None], [None, 0.04, None]), ([0.0, 1.0], [0.0, 1.0])],
)
def test_what_was_not_tested_does_not_count(adjust, p_values, adjusted):
    assert adjust(p_values) == adjusted


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_only_probabilities_are_adjusted(p):
    with pytest.raises(ValueError, match="write None"):
        holm([0.5, p])


@pytest.mark.parametrize("seed", range(6))  # few, because statsmodels collects garbage at every call
def test_holm_is_the_stricter_and_both_keep_the_order(seed):
    p_values = np.random.default_rng(seed).beta(0.5, 2, 12).tolist()
    p_values[seed] = None
    strict, mild = holm(p_values), benjamini_hochberg(p_values)
    assert [p is None for p in strict] == [p is None for p in mild] == [p is None for p in p_values]
    triples = sorted((p, m, s) for p, m, s in zip(p_values, mild, strict, strict=True) if p is not None)
    assert all(p <= m <= s <= 1 for p, m, s in triples)
    for column in (1, 2):
        values = [triple[column] for triple in triples]
        assert values == sorted(values)
