"""What the parts of the first page share: the records, the pages behind it, and how much of the traffic a slice is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from harness.evaluation import ALL, Comparison, Pair, Slice
from reports import wording
from reports.lookup import Lookup, lost
from reports.pieces import Link
from reports.visible import shorten

NAME_SHOWN = 120
PageOf = Callable[[str, str, Slice], str]  # suite, student, slice -> href, blank where there is no page
Shares = Mapping[tuple[str, str, Slice], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    records: Lookup
    page_of: PageOf
    shares: Shares

    def link(self, suite: str, student: str, part: Slice) -> Link:
        """The slice by its name, leading to its page."""
        return Link(name=shorten(self.records.label(suite, part), NAME_SHOWN), href=self.page_of(suite, student, part))

    def own(self, c: Comparison) -> Link:
        """The same without the suite's name, for tables of one suite."""
        name = "whole suite" if c.slice.name == ALL else shorten(str(c.slice), NAME_SHOWN)
        return Link(name=name, href=self.page_of(c.suite, c.student, c.slice))

    def share(self, c: Comparison) -> float:
        """The share of its suite's traffic, in [0, 1], that a slice holds; of its items, where pairs tell nothing."""
        found = self.shares.get((c.suite, c.student, c.slice))
        whole = self.records.whole(c.suite, c.student)
        return found if found is not None else c.n / whole.n if whole and whole.n else 0.0

    def lost_of_all(self, c: Comparison) -> float:
        """What the suite's requests lose in this slice, as a share of all of them: the loss there times its share."""
        return lost(c) / c.n * self.share(c) if c.n else 0.0

    def slices(self, suite: str, student: str) -> list[Comparison]:
        """The slices of a suite, what costs the traffic most first, then the largest."""
        found = self.records.slices(suite, student)
        return sorted(found, key=lambda c: (-round(self.lost_of_all(c), 12), -self.share(c), str(c.slice)))


def no_page(suite: str, student: str, part: Slice) -> str:
    """For a page that stands alone: nothing to lead to."""
    return ""


def shares_of(pairs: Sequence[Pair], wanted: Iterable[Comparison]) -> Shares:
    """For each slice that was compared, its share of the weight of its suite's pairs."""
    parts: dict[tuple[str, str], list[Slice]] = {}
    for c in wanted:
        parts.setdefault((c.suite, c.student), []).append(c.slice)
    held: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        held.setdefault((pair.suite, pair.student), []).append(pair)
    found: dict[tuple[str, str, Slice], float] = {}
    for place, own in held.items():
        weights = _weights(own)
        total = weights[ALL, ALL]
        for part in parts.get(place, ()):
            of_part = partial(_of_crossing, own) if part.crossed else partial(_of_one, weights)
            found[(*place, part)] = of_part(part) / total if total else 0.0
    return found


def _weights(pairs: Sequence[Pair]) -> Mapping[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {(ALL, ALL): 0.0}
    for pair in pairs:
        found[ALL, ALL] += pair.weight
        for part in pair.slices.items():
            found[part] = found.get(part, 0.0) + pair.weight
    return found


def _of_one(weights: Mapping[tuple[str, str], float], part: Slice) -> float:
    return weights.get((part.name, part.value), 0.0)


def _of_crossing(pairs: Sequence[Pair], part: Slice) -> float:
    return sum(pair.weight for pair in pairs if part.holds(pair.slices))


def per_thousand(front: Front, c: Comparison) -> str:
    """Of 1,000 requests to the suite, how many the student gets wrong in this slice that the teacher does not."""
    return wording.DASH if c.undecidable else wording.signed(front.lost_of_all(c) * 1000, 1)
