import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compared import PairedCells
from harness.stats.paired import interval
from harness.stats.power import items_needed, power_at, unbroken


@pytest.mark.parametrize(
    ("discordance", "margin", "items"), [(0.10, 0.03, 687), (0.10, 0.05, 248), (0.20, 0.03, 1374), (0.20, 0.05, 495)]
)
def test_items_needed(discordance, margin, items):
    assert items_needed(discordance, margin) == items


def test_power_of_common_sizes():
    assert power_at(500, 0.10, 0.03) == pytest.approx(0.68, abs=0.005)
    assert power_at(198, 0.10, 0.03) < 0.4
    assert power_at(30, 0.10, 0.03) < 0.15


def test_more_certainty_costs_more_items():
    assert items_needed(0.1, 0.03, power=0.9) == 952  # (1.64485 + 1.28155)^2 * 0.1 / 0.0009 = 951.5
    assert items_needed(0.1, 0.03, alpha=0.025) == 873  # (1.95996 + 0.84162)^2 * 0.1 / 0.0009 = 872.1


@pytest.mark.parametrize(("margin", "items"), [(0.03, 99), (0.05, 59), (0.10, 29), (1.0, 1)])
def test_agreement_alone_proves_little(margin, items):
    assert unbroken(margin) == items == items_needed(0.0, margin)
    assert power_at(items, 0.0, margin) == 1.0
    if items > 1:
        assert power_at(items - 1, 0.0, margin) == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.1, 0.0), "margin 0"),
        ((0.1, 3), "3 points are 0.03"),
        ((1.1, 0.03), "discordance"),
        ((-0.1, 0.03), "discord"),
    ],
)
def test_what_has_no_size_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        items_needed(*arguments)


def test_no_items_have_no_power():
    with pytest.raises(ValueError, match="0 items"):
        power_at(0, 0.1, 0.03)


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 1), st.floats(0.01, 1), st.floats(0.1, 0.99))
def test_the_items_needed_have_the_power(discordance, margin, power):
    n = items_needed(discordance, margin, power=power)
    assert power_at(n, discordance, margin) >= power - 1e-9
    fewer = n - 1
    assert fewer < unbroken(margin) or power_at(fewer, discordance, margin) < power + 1e-6


def test_the_formula_agrees_with_the_gate_it_plans():
    """2,000 drawn tables of 687 items at d = 10%: the gate at 3 points passes about 80% (se 0.9 points)."""
    rng = np.random.default_rng(11)
    drawn = rng.multinomial(687, [0.6, 0.05, 0.05, 0.3], size=2000)
    passed = [
        interval(PairedCells(both=a, teacher_only=b, student_only=c, neither=d), 0.90).low > -0.03
        for a, b, c, d in drawn.tolist()
    ]
    assert np.mean(passed) == pytest.approx(0.8, abs=0.03)
