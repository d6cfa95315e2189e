"""Adjusted p-values for families of claims: Holm for claims of failure, Benjamini-Hochberg for exploration.

A slice that was not tested has the p-value None: it stays None and does not make the family larger.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

Adjust = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm-adjusted p-values in the order given; they hold the probability of any false claim of the family.

    Raises ValueError for a p-value outside [0, 1]. Source: Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    return _adjusted(p_values, _holm)


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg-adjusted p-values in the order given; they hold the expected share of false discoveries.

    Raises ValueError for a p-value outside [0, 1]. Source: Benjamini and Hochberg (1995), JRSS B 57:289-300.
    """
    return _adjusted(p_values, false_discovery_control)


def _holm(tested: NDArray[np.float64]) -> NDArray[np.float64]:
    # statsmodels has it too, and collects garbage at every call: a third of a second with two models in memory.
    order = np.argsort(tested, kind="stable")
    stepped = np.maximum.accumulate(tested[order] * np.arange(len(tested), 0, -1))
    adjusted = np.empty_like(tested)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _adjusted(p_values: Sequence[float | None], adjust: Adjust) -> list[float | None]:
    tested = [float(p) for p in p_values if p is not None]
    for p in tested:
        if not 0 <= p <= 1:
            raise ValueError(f"p-value {p} is outside [0, 1]; write None for a test that was not made")
    if not tested:
        return [None] * len(p_values)
    corrected = iter(adjust(np.array(tested)))
    return [None if p is None else float(next(corrected)) for p in p_values]
