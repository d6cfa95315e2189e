"""Strata of texts that are about the same, found by k-means and named by the words that tell them apart.

TF-IDF of words (English function words left out; in other languages the commonest words weigh little), made dense by a
truncated SVD (latent semantic analysis), then mini-batch k-means. Everything is seeded and runs on one thread, since
several add up in an order that changes.

Names are written into the suite. So they come from the texts nearest to each centre without their personal data, which
must be found in whole texts: of an address cut into words nothing is left to be found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import DataError
from suites.production.pseudonyms import Pseudonyms, fresh_salt
from suites.production.records import Logged
from suites.production.scrub import load_scrubber
from suites.production.texts import is_wide, words

SAMPLE = 50_000  # texts that are enough to learn from
LONGEST = 30  # letters of a word in a name
TERMS = 3  # words in a name
NAMED_BY = 2000  # texts, of all clusters together, that names are taken from: a millisecond for 1,000 characters
_FEWEST_NAMED_BY = 10  # of a cluster
_TOPICS = 100  # dimensions
_FEATURES = 20_000  # words
_BATCH = 4096
Clean = Callable[[str], str]


def without_personal_data() -> Clean:
    """A function that leaves personal data out of a text; recognisers are loaded, for seconds, when it is called."""
    scrubber = cache(lambda: load_scrubber(Pseudonyms(fresh_salt())))
    return lambda text: scrubber().without(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterKind:
    """As many clusters as were asked for; `clean` leaves personal data out of a text."""

    count: int
    clean: Clean = field(default_factory=without_personal_data)
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
        return _fitted(texts, self, seed)


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


def _fitted(texts: Sequence[str], kind: ClusterKind, seed: int) -> TextClusters:
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
        model = MiniBatchKMeans(kind.count, random_state=seed, n_init=5, batch_size=_BATCH).fit(dense)
    named_by = _nearest_texts(model, dense)
    clean = frequency.transform([kind.clean(texts[row]) for rows in named_by for row in rows])
    codes = np.repeat(np.arange(kind.count), [len(rows) for rows in named_by])
    return TextClusters(
        names=_names(clean, codes, frequency.get_feature_names_out(), kind.count),
        project=make_pipeline(frequency, project),
        model=model,
    )


def _nearest(model: Any, dense: NDArray[np.float32]) -> NDArray[np.intp]:
    """The nearest centre of each row. Written out: sums on one thread, so that a tie never falls otherwise."""
    return np.asarray(_distances(model, dense).argmin(axis=1))


def _distances(model: Any, dense: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distances to the centres, less what is the same for all centres: shapes (n, topics) to (n, count)."""
    from threadpoolctl import threadpool_limits

    centres = model.cluster_centers_
    with threadpool_limits(limits=1):
        return np.asarray((centres**2).sum(axis=1) - 2 * (dense @ centres.T))


def _nearest_texts(model: Any, dense: NDArray[np.float32]) -> list[NDArray[np.intp]]:
    """For each cluster the rows of its texts, nearest to the centre first, as many as give it its name."""
    distances = _distances(model, dense)
    codes = distances.argmin(axis=1)
    count = distances.shape[1]
    most = max(_FEWEST_NAMED_BY, NAMED_BY // count)
    found: list[NDArray[np.intp]] = []
    for k in range(count):
        members = np.flatnonzero(codes == k)
        found.append(members[np.argsort(distances[members, k], kind="stable")][:most])
    return found


def _names(terms: Any, codes: NDArray[np.intp], features: NDArray[np.object_], count: int) -> tuple[str, ...]:
    """Each cluster by the words whose mean TF-IDF stands out most against all texts; a number keeps names apart."""
    terms = terms.multiply([[tells(str(feature)) for feature in features]]).tocsr()
    overall = np.asarray(terms.mean(axis=0)).ravel()
    names: list[str] = []
    for k in range(count):
        members = np.flatnonzero(codes == k)
        mean = np.asarray(terms[members].mean(axis=0)).ravel() if members.size else overall
        best = np.argsort(-(mean - overall), kind="stable")[:TERMS]
        name = " ".join(str(features[i]) for i in best if mean[i] > overall[i]).strip() or "anything else"
        names.append(f"{name} ({k + 1})" if name in names else name)
    return tuple(names)


def tells(word: str) -> bool:
    """Whether a word may stand in a name: no digits, which may be anybody's number, no single letters, no long junk."""
    return not any(c.isdigit() for c in word) and (1 < len(word) <= LONGEST or is_wide(word))
