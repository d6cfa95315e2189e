import subprocess
import sys

import numpy as np
import pytest

from harness.stats.inputs import check_level, check_margin, cluster_codes, paired_scores


@pytest.mark.parametrize(
    ("clusters", "codes"),
    [
        (None, [0, 1, 2, 3]),
        (["b", "a", "b", "a"], [0, 1, 0, 1]),  # numbered by appearance, not by name
        (["x", None, "x", None], [0, 1, 0, 2]),  # no cluster: alone
        ([1, None, "1", 1], [0, 1, 2, 0]),  # the label 1 is neither item 1 nor "1"
        (np.array([7, 7, 7, 7]), [0, 0, 0, 0]),
    ],
)
def test_cluster_codes(clusters, codes):
    assert cluster_codes(clusters, 4).tolist() == codes


@pytest.mark.parametrize(
    ("teacher", "student", "weights", "clusters", "message"),
    [
        ([], [], None, None, "at least one item"),
        ([1, 0], [1], None, None, "lengths differ: 2 teacher scores, 1 student scores"),
        ([1, 0], [1, 0], [1], None, "1 weights"),
        ([1, 0], [1, 0], None, ["a"], "1 cluster labels for 2 items"),
        ([1, float("nan")], [1, 0], None, None, "teacher scores: item 1 is not finite"),
        ([1, 0], [1, 0], [1, 0], None, "weights must be positive, found 0"),
        ([1, 0], [1, 0], [1, float("inf")], None, "weights: item 1 is not finite"),
        ([[1, 0]], [[1, 0]], None, None, "one dimension"),
    ],
)
def test_what_cannot_be_compared_is_refused(teacher, student, weights, clusters, message):
    with pytest.raises(ValueError, match=message):
        paired_scores(teacher, student, weights, clusters)


@pytest.mark.parametrize(
    ("weights", "clusters", "plain"),
    [
        (None, None, True),
        ([0.1, 0.1, 0.1], ["a", "b", "c"], True),  # said differently, the same thing
        ([1, 2, 1], None, False),
        (None, ["a", "a", "b"], False),
    ],
)
def test_plain_items_stand_for_themselves(weights, clusters, plain):
    assert paired_scores([1, 0, 1], [1, 1, 0], weights, clusters).plain is plain


@pytest.mark.parametrize("level", [0, 1, 95, -0.9, float("nan")])
def test_a_level_is_a_probability(level):
    with pytest.raises(ValueError, match="strictly between"):
        check_level(level)


@pytest.mark.parametrize("margin", [-0.01, 3, float("nan")])
def test_a_margin_is_a_share_not_points(margin):
    with pytest.raises(ValueError, match="3 points are 0.03"):
        check_margin(margin)


def test_importing_the_package_loads_no_heavy_library():
    code = "import sys, harness.stats; print({'numpy', 'scipy', 'statsmodels'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
