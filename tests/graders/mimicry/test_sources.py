"""Which numbers may be used after others were read."""

from fractions import Fraction

import pytest

from graders.mimicry.sources import Sources, numbers


@pytest.mark.parametrize(
    ("told", "worth"),
    [
        ("17", "17"),
        ("35%", "0.35"),
        ("0.35", "35"),
        ("35%", "65"),
        ("0.35", "0.65"),
        ("35%", "0.65"),
        ("35%", "1.35"),
        ("five", "5"),
        ("54", "50"),
        ("1,254", "200"),
        ("1,254", "54"),
        ("nothing", "24"),  # the clock and the calendar are known
    ],
)
def test_a_number_and_what_goes_with_it_is_held(told: str, worth: str) -> None:
    assert Sources.of([told]).holds(Fraction(worth))


@pytest.mark.parametrize(("told", "worth"), [("17", "18"), ("35%", "36"), ("35%", "1.36"), ("54", "5"), ("1.5", "15")])
def test_others_are_not(told: str, worth: str) -> None:
    assert not Sources.of([told]).holds(Fraction(worth))


def test_numbers_are_found_with_their_places() -> None:
    text = "4 lamps, 1,200.50 in all, x2"
    assert [(worth, text[a:b]) for worth, a, b in numbers(text)] == [
        (4, "4"),
        (Fraction("1200.5"), "1,200.50"),
        (2, "2"),
    ]
