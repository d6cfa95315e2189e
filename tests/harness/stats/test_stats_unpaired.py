import pytest

from harness.stats.unpaired import difference_from_published


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
