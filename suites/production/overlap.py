"""Which samples the student may have seen in its distillation data: the same text, shared 13-grams, near-duplicates.

The suite is held in memory, the training data stream past it. A training conversation stands for each of its requests:
what the user had written by each turn.

Sources: Brown et al. (2020), Language models are few-shot learners, appendix C (word 13-grams); `near_duplicates`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.records import Message, Sample
from suites.production.near_duplicates import band_keys, rows_per_band, signatures, similarity
from suites.production.texts import words

Way = Literal["exact", "13-gram", "near-duplicate"]
WAYS: tuple[Way, ...] = ("exact", "13-gram", "near-duplicate")
GRAM = 13  # words
_BATCH = 512  # training texts looked at together
_TURNS = 50  # turns of a conversation that are looked at
_BUCKET = 64  # samples of one band that a training text is compared with
_KNOWN_WORDS = 1 << 18  # hashes of words that are kept
_PRIME = np.uint64(0x9E3779B97F4A7C15)
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of the training data and where it stands (`file:row`)."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """From where on a sample counts as seen: the share of its 13-grams, and the Jaccard index of its shingles."""

    share: float = 0.5
    similarity: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A sample that the student may have seen, in which ways, and where each was found first.

    `share` is the share of its 13-grams that stand somewhere in the training data (not necessarily in one text);
    `similarity` that of the first near-duplicate, None without one. `where` has no place for shared 13-grams.
    """

    sample: str
    ways: tuple[Way, ...]
    share: float
    similarity: float | None
    where: Mapping[Way, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What was found: `seen` in the order of the suite, out of `samples` that stand for `traffic`."""

    samples: int
    traffic: float
    texts: int
    seen: tuple[Seen, ...]
    seen_traffic: float

    def count(self, way: Way) -> int:
        return sum(way in seen.ways for seen in self.seen)


@dataclass(slots=True)
class _Found:
    """What has been found so far, by the number of the sample; `grams` by the place in the index."""

    grams: NDArray[np.bool_]
    exact: dict[int, str] = field(default_factory=dict)
    near: dict[int, tuple[str, float]] = field(default_factory=dict)
    texts: int = 0


def user_text(sample: Sample) -> str:
    """What the user asks in a sample: all user messages, or the raw prompt."""
    asked = "\n".join(m.content for m in sample.messages if m.role == "user")
    return asked or sample.prompt or ""


def requests(messages: Sequence[Message]) -> Iterator[str]:
    """What the user had written by each of the first 50 turns of a conversation."""
    turns = [m.content for m in messages if m.role == "user"][:_TURNS]
    for end in range(1, len(turns) + 1):
        yield "\n".join(turns[:end])


def find_overlap(samples: Sequence[Sample], train: Iterable[Text], bar: Bar | None = None) -> Overlap:
    """Look for the samples in the training texts, which are read once. Memory: that of the samples and one batch.

    Exact means the same text, spaces at its ends apart. A text of fewer than 13 words is one gram: all of its words.
    """
    used = bar or Bar()
    texts = [user_text(sample) for sample in samples]
    index = _Index(texts, used)
    stream = iter(train)
    while batch := list(islice(stream, _BATCH)):
        index.look(batch)
    return _summed_up(samples, index, used)


class _Index:
    """The suite as it is looked up: whole texts, grams, bands of signatures."""

    def __init__(self, texts: Sequence[str], bar: Bar) -> None:
        self.bar = bar
        self.exact: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            self.exact.setdefault(text.strip(), []).append(number)
        self.word_hashes = WordHashes()
        self.grams = [self.word_hashes.grams(text) for text in texts]
        self.known = np.unique(np.concatenate([*self.grams, np.zeros(0, dtype=np.uint64)]))
        self.signatures = signatures(texts)
        self.width = rows_per_band(bar.similarity)
        keys = band_keys(self.signatures, self.width)
        self.order = np.argsort(keys, axis=0, kind="stable")
        self.keys = np.take_along_axis(keys, self.order, axis=0)
        self.found = _Found(grams=np.zeros(self.known.size, dtype=bool))

    def look(self, batch: Sequence[Text]) -> None:
        """Note which samples stand in these training texts."""
        found = self.found
        found.texts += len(batch)
        for text in batch:
            for number in self.exact.get(text.text.strip(), ()):
                found.exact.setdefault(number, text.where)
        grams = np.concatenate([self.word_hashes.grams(text.text) for text in batch])
        places = np.searchsorted(self.known, grams)
        held = places < self.known.size
        held[held] = self.known[places[held]] == grams[held]
        found.grams[places[held]] = True
        self._look_near(batch)

    def _look_near(self, batch: Sequence[Text]) -> None:
        signed = signatures([text.text for text in batch])
        keys = band_keys(signed, self.width)
        for band in range(keys.shape[1]):
            ours = self.keys[:, band]
            first = np.searchsorted(ours, keys[:, band], side="left")
            last = np.minimum(np.searchsorted(ours, keys[:, band], side="right"), first + _BUCKET)
            for row in np.flatnonzero(last > first).tolist():
                numbers = self.order[first[row] : last[row], band]
                self._compare(numbers, signed[row], batch[row].where)

    def _compare(self, numbers: NDArray[np.intp], signed: NDArray[np.uint32], where: str) -> None:
        fresh = [n for n in numbers.tolist() if n not in self.found.near]
        if fresh:
            alike = similarity(self.signatures[fresh], signed)
            for number, value in zip(fresh, alike.tolist(), strict=True):
                if value >= self.bar.similarity:
                    self.found.near[number] = (where, value)


class WordHashes:
    """Hashes of runs of words; those of single words are kept for a while, since most come again."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}

    def grams(self, text: str) -> Hashes:
        """The hashes of a text's word 13-grams, shape (words - 12,); of fewer words, one hash of them all."""
        found = words(text)
        if len(self.kept) > _KNOWN_WORDS:
            self.kept.clear()
        hashed = np.fromiter((self._hash(word) for word in found), dtype=np.uint64, count=len(found))
        length = min(GRAM, hashed.size)
        grams = np.full(max(hashed.size - length + 1, 1), length, dtype=np.uint64)
        for start in range(length):
            grams = grams * _PRIME + hashed[start : start + grams.size]
        return grams if length else grams[:0]

    def _hash(self, word: str) -> int:
        value = self.kept.get(word)
        if value is None:
            digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            value = self.kept[word] = int.from_bytes(digest, "little")
        return value


def _summed_up(samples: Sequence[Sample], index: _Index, bar: Bar) -> Overlap:
    seen: list[Seen] = []
    traffic = 0.0
    for number, sample in enumerate(samples):
        found = _seen(sample.id, number, index, bar)
        if found.ways:
            seen.append(found)
            traffic += sample.weight
    return Overlap(
        samples=len(samples),
        traffic=sum(sample.weight for sample in samples),
        texts=index.found.texts,
        seen=tuple(seen),
        seen_traffic=traffic,
    )


def _seen(sample: str, number: int, index: _Index, bar: Bar) -> Seen:
    found, grams = index.found, index.grams[number]
    share = float(found.grams[np.searchsorted(index.known, grams)].mean()) if grams.size else 0.0
    near = found.near.get(number)
    held = (number in found.exact, share >= bar.share, near is not None)
    where: dict[Way, str] = {}
    if number in found.exact:
        where["exact"] = found.exact[number]
    if near is not None:
        where["near-duplicate"] = near[0]
    return Seen(
        sample=sample,
        ways=tuple(way for way, is_held in zip(WAYS, held, strict=True) if is_held),
        share=share,
        similarity=near[1] if near else None,
        where=where,
    )
