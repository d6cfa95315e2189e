"""Where distillation data do not cover the traffic: samples that are far from every training text.

A text is a TF-IDF vector of its pieces (`texts.pieces`), fitted on training texts and suite together, so that words
which training lacks count. How familiar a sample is, is the cosine to its nearest training text. What "far" is, the
training data say themselves: 1,000 of them are compared with all others, their own copies apart, and what is less
familiar than 95% of these is unfamiliar. If the traffic were like the training data, that would be at most about 5% of
it: less where requests repeat word for word, since a sample's copy among the training texts counts.

Source: split conformal p-values for outliers, Bates, Candès, Lei, Romano and Sesia (2023), Annals of Statistics
51:149-178 (here each held-out text is compared with all others rather than with one fixed half).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import DataError
from harness.evaluation import ALL, Slice
from harness.records import Interval, Sample
from harness.stats.clustered import mean_difference, t_interval
from suites.production.overlap import Text, user_text
from suites.production.reservoir import reservoir
from suites.production.texts import normal, pieces

RATE = 0.05  # of texts like the training data that are called unfamiliar
HELD_OUT = 1000
RESERVOIR = 20_000  # training texts that the vectors are fitted on
FEWEST = 20  # different training texts, below which nothing can be below the limit
_BATCH = 1000
_BLOCK = 2000  # vectors compared with a batch at a time: 16 MB of similarities
_CHARS = 20_000  # of a text
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Familiar:
    """A sample, its cosine to the nearest training text, where that stands, and whether that is too far."""

    sample: str
    similarity: float
    nearest: str
    unfamiliar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfamiliarShare:
    """The share of a slice's traffic that is unfamiliar, in [0, 1], with its 95% interval."""

    slice: Slice
    n: int
    share: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Familiarity:
    """All samples in the order of the suite; `limit` is the cosine below which one is unfamiliar."""

    texts: int
    held_out: int
    limit: float
    samples: tuple[Familiar, ...]
    shares: tuple[UnfamiliarShare, ...]


def find_unfamiliar(samples: Sequence[Sample], train: Callable[[], Iterable[Text]], seed: int) -> Familiarity:
    """Compare the samples with the training texts, which `train` gives afresh at each call; they are read twice.

    Memory: a sample of 20,000 training texts and one batch. Raises DataError for fewer than 20 different texts.
    """
    held_back, _ = reservoir((text.text for text in train()), RESERVOIR, seed)
    held_out = list({normal(text): text for text in held_back}.values())[:HELD_OUT]
    if len(held_out) < FEWEST:
        raise DataError(f"only {len(held_out)} different training texts; {FEWEST} are needed to tell what is familiar")
    asked = [user_text(sample) for sample in samples]
    vectorizer = _vectorizer().fit([*held_back, *asked])
    search = _Search(vectorizer, [*asked, *held_out], apart=len(asked))
    texts = 0
    stream = iter(train())
    while batch := list(islice(stream, _BATCH)):
        texts += len(batch)
        search.look(batch)
    limit = familiar_limit(search.best[len(asked) :])
    found = tuple(
        Familiar(sample=sample.id, similarity=float(best), nearest=where, unfamiliar=bool(best < limit))
        for sample, best, where in zip(samples, search.best, search.where, strict=False)
    )
    shares = tuple(unfamiliar_shares(samples, [f.unfamiliar for f in found]))
    return Familiarity(texts=texts, held_out=len(held_out), limit=limit, samples=found, shares=shares)


def familiar_limit(held_out: Floats) -> float:
    """The k-th smallest of m similarities, k = floor(0.05 (m + 1)): one more text falls below it with 5% at most."""
    k = int(RATE * (held_out.size + 1))
    return float(np.sort(held_out)[k - 1]) if k else 0.0


def unfamiliar_shares(samples: Sequence[Sample], flags: Sequence[bool]) -> Iterator[UnfamiliarShare]:
    """The share of the traffic in all, then of each slice in the order in which slices come."""
    parts: dict[Slice, list[int]] = {Slice(): list(range(len(samples)))}
    for number, sample in enumerate(samples):
        for name, value in sample.slices.items():
            parts.setdefault(Slice(name=name, value=value), []).append(number)
    for part, members in sorted(parts.items(), key=lambda item: (item[0].name != ALL, item[0].name)):
        marked = np.array([float(flags[n]) for n in members])
        weights = np.array([samples[n].weight for n in members])
        estimate = mean_difference(np.zeros(len(members)), marked, weights, None)
        interval = t_interval(estimate, 0.95)
        low, high = (min(max(limit or 0.0, 0.0), 1.0) for limit in (interval.low, interval.high))
        share = Interval(point=interval.point, low=low, high=high, level=0.95, method=interval.method)
        yield UnfamiliarShare(slice=part, n=len(members), share=share)


class _Search:
    """The nearest training text of each of n texts; those from number `apart` on are not compared with their copies."""

    def __init__(self, vectorizer: Any, texts: Sequence[str], apart: int) -> None:
        self.vectorizer = vectorizer
        self.vectors = vectorizer.transform(texts)
        self.best = np.full(len(texts), -1.0)
        self.where = [""] * len(texts)
        self.copies: Mapping[str, int] = {normal(text): n for n, text in enumerate(texts[apart:], apart)}

    def look(self, batch: Sequence[Text]) -> None:
        theirs = self.vectorizer.transform([text.text for text in batch]).T.tocsr()
        same = [(self.copies[key], n) for n, text in enumerate(batch) if (key := normal(text.text)) in self.copies]
        for start in range(0, self.best.size, _BLOCK):
            block = (self.vectors[start : start + _BLOCK] @ theirs).toarray()
            for ours, other in same:
                if start <= ours < start + len(block):
                    block[ours - start, other] = -1.0
            self._keep(block, start, batch)

    def _keep(self, block: NDArray[np.float32], start: int, batch: Sequence[Text]) -> None:
        nearest = block.argmax(axis=1)
        values = block[np.arange(len(block)), nearest]
        for row in np.flatnonzero(values > self.best[start : start + len(block)]).tolist():
            self.best[start + row] = values[row]
            self.where[start + row] = batch[nearest[row]].where


def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=lambda text: pieces(text[:_CHARS]) or [""], sublinear_tf=True, dtype=np.float32)
