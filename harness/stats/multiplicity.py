"""Adjusted p-values for families of claims: Holm for claims of failure, Benjamini-Hochberg for exploration.

A slice that was not tested has the p-value None: it stays None and does not make the family larger.
"""

from collections.abc import Sequence

from statsmodels.stats.multitest import multipletests


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm-adjusted p-values in the order given; they hold the probability of any false claim of the family.

    Raises ValueError for a p-value outside [0, 1]. Source: Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    return _adjusted(p_values, "holm")


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg-adjusted p-values in the order given; they hold the expected share of false discoveries.

    Raises ValueError for a p-value outside [0, 1]. Source: Benjamini and Hochberg (1995), JRSS B 57:289-300.
    """
    return _adjusted(p_values, "fdr_bh")


def _adjusted(p_values: Sequence[float | None], method: str) -> list[float | None]:
    tested = [float(p) for p in p_values if p is not None]
    for p in tested:
        if not 0 <= p <= 1:
            raise ValueError(f"p-value {p} is outside [0, 1]; write None for a test that was not made")
    if not tested:
        return [None] * len(p_values)
    corrected = iter(multipletests(tested, method=method)[1])
    return [None if p is None else float(next(corrected)) for p in p_values]
