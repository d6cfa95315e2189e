"""Strata of texts that are about the same, found by k-means and named by the words that tell them apart.

TF-IDF of words (English function words left out; in other languages the commonest words weigh little), made dense by a
truncated SVD (latent semantic analysis), then mini-batch k-means. Everything is seeded and runs on one thread, since
several add up in an order that changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import DataError
from suites.production.records import Logged
from suites.production.texts import words

SAMPLE = 50_000  # texts that are enough to learn from
TERMS = 3  # words in a name
_TOPICS = 100  # dimensions
_FEATURES = 20_000  # words
_BATCH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterKind:
    """As many clusters as were asked for."""

    count: int
    name: str = "clusters"
    needs_sample: bool = True

    def fit(self, rows: Sequence[Logged], seed: int) -> "TextClusters":
        """Learn the clusters; of more than 50,000 rows an even selection. Raises DataError for too few texts."""
        step = -(-len(rows) // SAMPLE) or 1
        texts = [row.text for row in rows[::step]]
        distinct = len(dict.fromkeys(" ".join(words(text)) for text in texts) | {"": None}) - 1
        if distinct < self.count:
            raise DataError(
                f"--by clusters:{self.count}: only {distinct} different texts; ask for fewer clusters or more rows"
            )
        return _fitted(texts, self.count, seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClusters:
    """Fitted clusters; `names[k]` is the label of cluster k."""

    names: tuple[str, ...]
    project: Any
    model: Any
    name: str = "clusters"

    def labels(self, rows: Sequence[Logged]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(rows), _BATCH):
            texts = [row.text for row in rows[start : start + _BATCH]]
            found += [self.names[k] for k in _nearest(self.model, self.project.transform(texts))]
        return found

    def label(self, row: Logged) -> str:
        return self.labels([row])[0]


def _fitted(texts: Sequence[str], count: int, seed: int) -> TextClusters:
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer
    from threadpoolctl import threadpool_limits

    def telling(text: str) -> list[str]:
        return [word for word in words(text) if word not in ENGLISH_STOP_WORDS] or [""]

    common = 0.5 if len(texts) >= 100 else 1.0  # what half of all texts say tells nothing
    frequency = TfidfVectorizer(
        analyzer=telling, sublinear_tf=True, max_df=common, max_features=_FEATURES, dtype=np.float32
    )
    with threadpool_limits(limits=1):
        terms = frequency.fit_transform(texts)
        topics = max(1, min(_TOPICS, terms.shape[1] - 1, terms.shape[0] - 1))
        project = make_pipeline(TruncatedSVD(topics, random_state=seed), Normalizer(copy=False))
        dense = project.fit_transform(terms)
        model = MiniBatchKMeans(count, random_state=seed, n_init=5, batch_size=_BATCH).fit(dense)
    codes = _nearest(model, dense)
    return TextClusters(
        names=_names(terms, codes, frequency.get_feature_names_out(), count),
        project=make_pipeline(frequency, project),
        model=model,
    )


def _nearest(model: Any, dense: NDArray[np.float32]) -> NDArray[np.intp]:
    """The nearest centre of each row. Written out: sums on one thread, so that a tie never falls otherwise."""
    from threadpoolctl import threadpool_limits

    centres = model.cluster_centers_
    with threadpool_limits(limits=1):
        distance = (centres**2).sum(axis=1) - 2 * (dense @ centres.T)
    return np.asarray(distance.argmin(axis=1))


def _names(terms: Any, codes: NDArray[np.intp], features: NDArray[np.object_], count: int) -> tuple[str, ...]:
    """Each cluster by the words whose mean TF-IDF stands out most against all texts; a number keeps names apart."""
    overall = np.asarray(terms.mean(axis=0)).ravel()
    names: list[str] = []
    for k in range(count):
        members = np.flatnonzero(codes == k)
        mean = np.asarray(terms[members].mean(axis=0)).ravel() if members.size else overall
        best = np.argsort(-(mean - overall), kind="stable")[:TERMS]
        name = " ".join(str(features[i]) for i in best if mean[i] > overall[i]).strip() or "anything else"
        names.append(f"{name} ({k + 1})" if name in names else name)
    return tuple(names)
