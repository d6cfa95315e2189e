"""The first reading of a log: of every request only what the draw needs is held, 280 bytes each.

Signatures, strata and places are arrays; texts are read again for what was drawn.
"""

import json
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from harness.progress import Advance
from suites.production.asked import Fault
from suites.production.draw import Drawn, draw
from suites.production.logs import Logs, Read, Source, Wanted
from suites.production.near_duplicates import SIZE, clusters, signatures
from suites.production.recipe import Recipe
from suites.production.records import Logged
from suites.production.strata import NONE, Kind, Strata

_CHUNK = 2048  # requests
_HEAD = 1000  # the first requests, whose fields tell what a misspelt name may have meant
FITTED_ON = 20_000  # requests from which strata are learned


@dataclass(slots=True)
class Faults:
    """Rows that cannot be used: written down one by one, by number and reason, and counted."""

    file: IO[str]
    names: Sequence[str]
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def written(self) -> int:
        return self.counts["malformed"] + self.counts["unsupported"]

    def tell(self, file: int, row: int, fault: Fault) -> None:
        self.counts[fault.kind] += 1
        self.reasons[fault.reason.partition(":")[0]] += 1  # without columns, of which there are many
        if fault.kind != "no_request":
            entry = {"file": self.names[file], "row": row, "kind": fault.kind, "reason": fault.reason}
            self.file.write(json.dumps(entry) + "\n")


def rename_in(malformed: Path, names: Mapping[str, str]) -> None:
    """Let the file of faults call the logs by other names: theirs may hold personal data."""
    if not malformed.exists() or all(name == new for name, new in names.items()):
        return
    draft = malformed.with_suffix(".draft")
    with malformed.open(encoding="utf-8") as old, draft.open("w", encoding="utf-8") as new_file:
        for line in old:
            entry = json.loads(line)
            new_file.write(json.dumps({**entry, "file": names[entry["file"]]}) + "\n")
    draft.replace(malformed)


@dataclass(slots=True)
class Census:
    """One entry for each request, in the order of the log. `labels[code]` are the labels of a stratum."""

    signatures: NDArray[np.uint32]
    labels: list[tuple[str, ...]] = field(default_factory=list)
    files: "array[int]" = field(default_factory=lambda: array("H"))
    rows: "array[int]" = field(default_factory=lambda: array("I"))
    parts: "array[int]" = field(default_factory=lambda: array("I"))
    codes: "array[int]" = field(default_factory=lambda: array("I"))
    traffic: "array[float]" = field(default_factory=lambda: array("d"))
    _known: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, reads: Sequence[Read], strata: Sequence[Strata]) -> None:
        start, rows = len(self), [read.logged for read in reads]
        self._make_room(start + len(reads))
        self.signatures[start : start + len(reads)] = signatures([row.text for row in rows])
        named = [one.labels(rows) for one in strata]
        for number, read in enumerate(reads):
            labels = tuple(labels[number] for labels in named)
            code = self._known.setdefault(labels, len(self.labels))
            if code == len(self.labels):
                self.labels.append(labels)
            self.files.append(read.file)
            self.rows.append(read.row)
            self.parts.append(read.part)
            self.codes.append(code)
            self.traffic.append(read.asked.traffic)

    def place(self, index: int) -> tuple[int, int, int]:
        return self.files[index], self.rows[index], self.parts[index]

    def take_signatures(self) -> NDArray[np.uint32]:
        """The signatures, shape (n, 64), which are then no longer held here."""
        taken, self.signatures = self.signatures[: len(self)], empty_signatures(0)
        return taken

    def _make_room(self, size: int) -> None:
        if size > len(self.signatures):
            larger = empty_signatures(max(size, len(self.signatures) * 3 // 2))
            larger[: len(self)] = self.signatures[: len(self)]
            self.signatures = larger


def empty_signatures(size: int) -> NDArray[np.uint32]:
    """Room that takes memory only where it is written."""
    return np.empty((size, SIZE), dtype=np.uint32)


def take_census(logs: Logs, kinds: Sequence[Kind], faults: Faults, ready: "Ready") -> Census:
    """Read every request once. Raises DataError for a field that no request has."""
    census = Census(signatures=empty_signatures(sum(source.rows for source in ready.sources)))
    reads = logs.read(faults.tell, fields=[kind.name for kind in kinds])
    while chunk := list(islice(reads, _CHUNK)):
        census.add(chunk, ready.strata)
        ready.advance(len(chunk))
    for number, kind in enumerate(kinds):
        if all(labels[number] == NONE for labels in census.labels):
            kind.fit(_head(logs), ready.seed)
    return census


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a census needs beside the logs: their sizes, fitted strata, and whom to tell that it goes on."""

    sources: Sequence[Source]
    strata: Sequence[Strata]
    advance: Advance
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The draw in terms of the census.

    `roots[i]` is the request that stands for request i (near-duplicates), `representatives` are those that stand for
    themselves, and `indices` those of them that were drawn, in the order of `drawn.rows`.
    """

    roots: NDArray[np.int64]
    representatives: NDArray[np.int64]
    drawn: Drawn
    indices: NDArray[np.int64]


def choose(census: Census, recipe: Recipe) -> Choice:
    """Fold near-duplicates, a cluster's traffic going to its first request, and draw. Raises UsageError as `draw`."""
    roots = clusters(census.take_signatures(), recipe.similarity)
    representatives = np.flatnonzero(roots == np.arange(roots.size))
    carried = np.bincount(roots, weights=np.frombuffer(census.traffic), minlength=roots.size)
    traffic = carried[representatives].astype(np.float64)
    strata = np.frombuffer(census.codes, dtype=np.uint32)[representatives].astype(np.int64)
    drawn = draw(strata, traffic, recipe.size, recipe.floor, recipe.seed)
    return Choice(roots=roots, representatives=representatives, drawn=drawn, indices=representatives[drawn.rows])


def fitted(logs: Logs, kinds: Sequence[Kind], found: Sequence[Source], seed: int) -> list[Strata]:
    """Strata made ready; those that are learned, on a random sample of the log."""
    needed = any(kind.needs_sample for kind in kinds)
    rows = [read.logged for read in logs.read(_ignore, random_rows(found, FITTED_ON, seed))] if needed else []
    return [kind.fit(rows if kind.needs_sample else [], seed) for kind in kinds]


def random_rows(found: Sequence[Source], size: int, seed: int) -> Wanted:
    """Numbers of rows of every file, about `size` in all, each row with the same chance."""
    total = sum(source.rows for source in found)
    picked = np.random.default_rng(seed).choice(total, min(size, total), replace=False) + 1
    wanted: dict[int, frozenset[int]] = {}
    before = 0
    for number, source in enumerate(found):
        inside = picked[(picked > before) & (picked <= before + source.rows)] - before
        wanted[number] = frozenset(inside.tolist())
        before += source.rows
    return wanted


def _head(logs: Logs) -> list[Logged]:
    """The first requests with all their fields."""
    return [read.logged for read in islice(logs.read(_ignore), _HEAD)]


def _ignore(file: int, row: int, fault: Fault) -> None:
    """What cannot be used was told already."""
