"""Near-duplicates among many texts: MinHash signatures, banded by sorting.

A text is the set of its shingles, five characters long. Characters rather than words, because a customer's message has
few words: with word shingles one typo changes them all, and some languages put no spaces. A Han, kana or Hangul
character counts as two, since it holds as much as several letters. The share of equal numbers in two signatures
estimates the Jaccard index of their sets; its standard error at 0.8 is 0.05.

Sources: Broder (1997), On the resemblance and containment of documents; Leskovec, Rajaraman and Ullman (2014), Mining
of Massive Datasets, chapter 3 (banding).
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from suites.production.texts import WIDE_RANGES, normal

SIZE = 64  # numbers in a signature
SHINGLE = 5  # characters
_BLOCK = 4096  # shingles hashed at a time: 1 MiB of numbers
_PAIRS = 1 << 16  # pairs compared at a time: 32 MiB of numbers
_NEIGHBOURS = 4  # rows of a band that are compared with each row, beside the band's first
_MISSED = 0.01  # the chance that no band holds a pair which is just as similar as asked

_PRIME = np.uint64(0x9E3779B97F4A7C15)


@cache
def _numbers(purpose: str, kind: type[np.uint32] | type[np.uint64]) -> NDArray[np.unsignedinteger]:
    """Random numbers that are part of what a signature means, shape (64,), the same with every version of NumPy."""
    size = np.dtype(kind).itemsize
    drawn = hashlib.shake_256(f"viva near-duplicates 1: {purpose}".encode()).digest(SIZE * size)
    return np.frombuffer(drawn, dtype=f"<u{size}").astype(kind)


def signature(text: str) -> NDArray[np.uint32]:
    """The MinHash signature of a text, shape (64,). Case, spacing and Unicode form make no difference."""
    hashed = _shingles(text)
    factors, shifts = _numbers("factors", np.uint32) | np.uint32(1), _numbers("shifts", np.uint32)
    least = np.full(SIZE, np.iinfo(np.uint32).max, dtype=np.uint32)
    for start in range(0, hashed.size, _BLOCK):
        block = factors[:, None] * hashed[start : start + _BLOCK]
        block += shifts[:, None]
        np.minimum(least, block.min(axis=1), out=least)
    return least


def signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    """The signatures of n texts, shape (n, 64)."""
    found = np.empty((len(texts), SIZE), dtype=np.uint32)
    for row, text in enumerate(texts):
        found[row] = signature(text)
    return found


def similarity(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Estimated Jaccard index of signatures, row by row: shapes (..., 64) to (...)."""
    return np.asarray((left == right).mean(axis=-1))


def clusters(signatures: NDArray[np.uint32], threshold: float = 0.8) -> NDArray[np.int64]:
    """For each of n signatures, shape (n, 64), the smallest row of its cluster of near-duplicates, shape (n,).

    Rows are near-duplicates when they share a band and their estimated Jaccard index is at least `threshold`; clusters
    are what such pairs connect. Within a band a row is compared with the band's first row and with the four before it,
    so that a band of a million rows costs no more than a million bands. Memory beside the input: about 100 bytes a row.
    Raises ValueError for a threshold outside (0, 1] and for another shape.
    """
    if signatures.ndim != 2 or signatures.shape[1] != SIZE:
        raise ValueError(f"signatures have the shape (n, {SIZE}), not {signatures.shape}")
    roots = np.arange(len(signatures), dtype=np.int64)
    keys = band_keys(signatures, SIZE)  # equal signatures first: whatever follows is skipped for them
    _join_bands(signatures, (keys[:, 0], keys[:, 0]), roots, threshold)
    keys = band_keys(signatures, rows_per_band(threshold))
    for band in range(keys.shape[1]):
        _join_bands(signatures, (keys[:, band], keys[:, (band + 1) % keys.shape[1]]), roots, threshold)
    return roots


def rows_per_band(threshold: float) -> int:
    """The widest bands (fewest chance meetings) in which a pair as similar as `threshold` meets in 99% of cases.

    A pair of Jaccard index s shares one of b bands of r numbers with probability 1 - (1 - s^r)^b. Raises ValueError for
    a threshold outside (0, 1].
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"the threshold {threshold} is outside (0, 1]")
    widths = [r for r in (64, 32, 16, 8, 4, 2, 1) if (1 - threshold**r) ** (SIZE // r) <= _MISSED]
    return widths[0] if widths else 1


def band_keys(signatures: NDArray[np.uint32], width: int) -> NDArray[np.uint64]:
    """One number for each band of `width` numbers, shape (n, 64 // width), equal where the bands are."""
    weights = _numbers("weights", np.uint64) | np.uint64(1)
    keys = np.zeros((len(signatures), SIZE // width), dtype=np.uint64, order="F")
    for column in range(SIZE):
        keys[:, column // width] += signatures[:, column].astype(np.uint64) * weights[column]
    return keys


def _shingles(text: str) -> NDArray[np.uint32]:
    """The hashes of a text's shingles, at least one. Both ends of a text are ends of words."""
    codes = np.frombuffer(f" {normal(text)} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if codes.max() >= WIDE_RANGES[0][0]:
        codes = np.repeat(codes, 1 + _is_wide(codes))
    if codes.size < SHINGLE:
        codes = np.pad(codes, (0, SHINGLE - codes.size))
    length = codes.size - SHINGLE + 1
    mixed = np.zeros(length, dtype=np.uint64)
    for start in range(SHINGLE):
        mixed *= _PRIME
        mixed += codes[start : start + length]
    # The finish of MurmurHash3 (Appleby, 2011): every bit of the shingle reaches every bit of the hash.
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _is_wide(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    wide = np.zeros(codes.size, dtype=np.int64)
    for low, high in WIDE_RANGES:
        wide |= (codes >= low) & (codes <= high)
    return wide


def _join_bands(
    signatures: NDArray[np.uint32],
    keys: tuple[NDArray[np.uint64], NDArray[np.uint64]],
    roots: NDArray[np.int64],
    threshold: float,
) -> None:
    """Join the clusters (`roots`, changed in place) of similar rows whose first key is equal.

    Rows of one band stand in the order of the second key: similar rows often share that, too, and become neighbours.
    """
    first, second = keys
    order = np.lexsort((second, first))
    sorted_keys = first[order]
    fresh = np.r_[True, sorted_keys[1:] != sorted_keys[:-1]] if order.size else np.zeros(0, dtype=bool)
    heads = np.maximum.accumulate(np.where(fresh, np.arange(order.size), 0))
    place = np.arange(order.size)
    for other in (heads, *(np.maximum(heads, place - lag) for lag in range(1, _NEIGHBOURS + 1))):
        for here in _blocks(place[other < place]):
            left, right = order[other[here]], order[here]
            apart = roots[left] != roots[right]
            left, right = left[apart], right[apart]
            alike = similarity(signatures[left], signatures[right]) >= threshold
            _join(roots, left[alike], right[alike])


def _blocks(rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    for start in range(0, rows.size, _PAIRS):
        yield rows[start : start + _PAIRS]


def _join(roots: NDArray[np.int64], left: NDArray[np.intp], right: NDArray[np.intp]) -> None:
    """Union-find on arrays: the larger root of each pair points to the smaller until all pairs agree."""
    while left.size:
        low, high = np.minimum(roots[left], roots[right]), np.maximum(roots[left], roots[right])
        np.minimum.at(roots, high, low)
        _flatten(roots)
        apart = roots[left] != roots[right]
        left, right = left[apart], right[apart]


def _flatten(roots: NDArray[np.int64]) -> None:
    """Let every row point to a root that points to itself."""
    while True:
        above = roots[roots]
        if np.array_equal(above, roots):
            return
        roots[:] = above
