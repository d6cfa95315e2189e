"""A random sample of a stream whose length nobody knows before it ends."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def reservoir(items: Iterable[T], size: int, seed: int) -> tuple[list[T], int]:
    """At most `size` items, each with the same probability, in random order, and how many there were.

    Source: Vitter (1985), Random sampling with a reservoir, algorithm R.
    """
    rng = np.random.default_rng(seed)
    kept: list[T] = []
    count = 0
    for count, item in enumerate(items, 1):
        if len(kept) < size:
            kept.append(item)
        elif (place := int(rng.integers(count))) < size:
            kept[place] = item
    return [kept[place] for place in rng.permutation(len(kept))], count
