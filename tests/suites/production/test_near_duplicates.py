"""Near-duplicates: signatures that estimate the Jaccard index, and clusters as a comparison of all pairs finds them."""

import random
import string
import time
import tracemalloc

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from suites.production.near_duplicates import (
    SIZE,
    band_keys,
    clusters,
    rows_per_band,
    signature,
    signatures,
    similarity,
)
from suites.production.texts import normal, words


def invented(rng: random.Random, length: int) -> str:
    return " ".join("".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(length))


def shingles(text: str) -> set[str]:
    padded = f" {normal(text)} "
    return {padded[start : start + 5] for start in range(len(padded) - 4)}


def jaccard(left: str, right: str) -> float:
    return len(shingles(left) & shingles(right)) / len(shingles(left) | shingles(right))


def unlike(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 32, (count, SIZE), dtype=np.uint32)


def changed(row: np.ndarray, places: range) -> np.ndarray:
    other = row.copy()
    other[list(places)] ^= np.uint32(1)
    return other


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Where is my parcel?", "  where IS\tmy\n\nparcel? "),
        ("Stra\u00dfe gesperrt", "STRASSE GESPERRT"),
        ("caf\u00e9 closed", "cafe\u0301 closed"),
        ("\uff21\uff22\uff23 123", "abc 123"),
        ("", " \n"),
    ],
)
def test_case_spaces_and_unicode_forms_make_no_difference(left: str, right: str) -> None:
    assert np.array_equal(signature(left), signature(right))


@pytest.mark.parametrize("text", ["", "a", "ok", "\U0001f600", "\ud800 half a character", "\u79c1", "a" * 10_000])
def test_every_text_has_a_signature(text: str) -> None:
    signed = signature(text)
    assert signed.shape == (SIZE,)
    assert signed.dtype == np.uint32


def test_a_signature_never_changes_its_meaning() -> None:
    """Its numbers come from SHAKE-256, whose output is fixed (FIPS 202), and from no generator that may be improved."""
    assert signature("Where is my parcel?")[:3].tolist() == [261518657, 267302386, 41960669]


def test_the_share_of_equal_numbers_estimates_the_jaccard_index() -> None:
    rng = random.Random(3)
    errors, squares = [], []
    for _ in range(300):
        left = invented(rng, 20).split()
        keep = rng.randint(5, 20)
        right = [*left[:keep], *invented(rng, 20 - keep).split()]
        true = jaccard(" ".join(left), " ".join(right))
        found = float(similarity(signature(" ".join(left)), signature(" ".join(right))))
        errors.append(found - true)
        squares.append((found - true) ** 2 / max(true * (1 - true) / SIZE, 1e-4))
    assert abs(np.mean(errors)) < 3 * 0.05 / np.sqrt(300)
    assert 0.7 < np.mean(squares) < 1.4  # the spread is that of a share of 64


WAITING = "My parcel has not arrived and I am waiting since Monday"
JAPANESE = "\u79c1\u306e\u8377\u7269\u306f\u3044\u3064\u5c4a\u304d\u307e\u3059\u304b\u6559\u3048\u3066"


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        (WAITING, WAITING.replace("arrived", "arived"), True),
        (JAPANESE, f"{JAPANESE}\u3002", True),
        ("I want a refund", "I do not want a refund", False),
        ("\u8377\u7269\u304c\u5c4a\u3044\u305f", "\u8377\u7269\u304c\u58ca\u308c\u305f", False),
        ("Cancel my order", "Track my order", False),
    ],
)
def test_what_is_near(left: str, right: str, near: bool) -> None:
    assert (float(similarity(signature(left), signature(right))) >= 0.8) == near


def test_clusters_are_those_of_a_comparison_of_all_pairs() -> None:
    rng = random.Random(5)
    texts = [invented(rng, 30) for _ in range(150)]
    for _ in range(250):
        copied = list(rng.choice(texts[:150]))
        copied[rng.randrange(len(copied))] = "#"
        texts.append("".join(copied))
    rng.shuffle(texts)
    signed = signatures(texts)
    near = np.array([similarity(signed, row) >= 0.8 for row in signed])
    count, labels = connected_components(near, directed=False)
    found = clusters(signed)
    assert 100 < count <= 150
    assert len(np.unique(found)) == count
    assert all(found[row] == np.flatnonzero(labels == labels[row])[0] for row in range(len(texts)))


def test_a_cluster_is_called_by_its_first_row_and_reaches_through_chains() -> None:
    first = unlike(1)[0]
    second = changed(first, range(0, 10))
    third = changed(second, range(30, 40))  # 44 of 64 in common with the first: near to the second only
    other = unlike(1, seed=9)[0]
    assert clusters(np.stack([third, other, first, second])).tolist() == [0, 1, 0, 0]
    assert clusters(np.stack([third, other, first])).tolist() == [0, 1, 2]


def test_the_threshold_decides() -> None:
    first = unlike(1)[0]
    pair = np.stack([first, changed(first, range(0, 20))])  # 44 of 64: 0.69
    assert clusters(pair, 0.8).tolist() == [0, 1]
    assert clusters(pair, 0.6).tolist() == [0, 0]
    assert clusters(np.stack([first, first]), 1.0).tolist() == [0, 0]


@pytest.mark.parametrize("count", [0, 1])
def test_few_rows(count: int) -> None:
    assert clusters(unlike(count)).tolist() == list(range(count))


def test_a_band_that_all_rows_share_costs_no_pairs_of_all() -> None:
    """200,000 rows that agree in half of their numbers: 20 thousand million pairs if all were compared."""
    signed = unlike(200_000)
    signed[:, :32] = signed[0, :32]
    signed[100_000:150_000] = signed[7]
    began = time.monotonic()
    tracemalloc.start()
    found = clusters(signed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found[100_000:150_000] == 7).all()
    assert len(np.unique(found)) == 150_000
    assert peak < 200 * len(signed) + (80 << 20)
    assert time.monotonic() - began < 60  # 3 s on two cores


def test_bands_are_as_wide_as_their_chance_to_miss_allows() -> None:
    for threshold, width in ((0.5, 2), (0.8, 4), (0.95, 8), (1.0, 64)):
        assert rows_per_band(threshold) == width
        assert (1 - threshold**width) ** (SIZE // width) <= 0.01
    assert (1 - 0.8**8) ** 8 > 0.01


def test_band_keys_are_equal_where_the_bands_are() -> None:
    first = unlike(1)[0]
    keys = band_keys(np.stack([first, changed(first, range(4, 5))]), 4)
    assert keys.shape == (2, 16)
    assert np.flatnonzero(keys[0] != keys[1]).tolist() == [1]


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1])
def test_a_threshold_outside_its_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="outside"):
        clusters(unlike(2), threshold)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        clusters(np.zeros((2, 32), dtype=np.uint32))


def test_words_are_found_where_no_spaces_stand() -> None:
    assert words("Where's my ORDER-4711?") == ["where", "s", "my", "order", "4711"]
    assert words("\u79c1\u306ePC ok") == ["\u79c1", "\u306e", "pc", "ok"]
