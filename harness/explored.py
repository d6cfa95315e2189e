"""What was looked for beyond the declared slices: slices that a search came upon, and cliffs along a difficulty.

Frozen like all records (`harness.records`); unknown is None, never 0.
"""

from dataclasses import dataclass
from typing import Literal

from harness.records import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSlice:
    """Items that hold all `conditions` (feature, value): n in the searched half and `tested` in the other.

    `suspected` is the loss in excess of the other items' in the searched half: too large, because the slice was picked
    for it. `excess` is the same in the other half, with an honest 95% interval, and `loss` the slice's own mean loss
    there; they are None, as the p-values are, where the other half holds too few.
    """

    conditions: tuple[tuple[str, str], ...]
    n: int
    tested: int
    suspected: float
    excess: Interval | None
    loss: float | None
    p_value: float | None
    p_adjusted: float | None
    confirmed: bool

    def __str__(self) -> str:
        """Like a slice's name; a bin of numbers reads `numbers in the prompt > 3`."""
        return " & ".join(
            f"{name} {value}" if value.startswith(("<= ", "> ")) else f"{name}={value}"
            for name, value in self.conditions
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSearch:
    """What a search came to: the slices `tried` had enough items; those found stand by their adjusted p-value."""

    tried: int
    searched_items: int
    tested_items: int
    found: tuple[FoundSlice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Items of like difficulty: their mean difficulty, number, and both models' mean scores."""

    difficulty: float
    n: int
    teacher: float
    student: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cliff:
    """What became of the search for a cliff.

    `bic_straight` and `bic_broken` are the two fits' (smaller is better), None when abstained. `knot` is the difficulty
    after which the student falls behind faster, `drop` the difference (student minus teacher) above the knot less that
    at and below it, in [-2, 2]; both None without a cliff. Percentile intervals of a cluster bootstrap that looks for
    the knot anew each time.
    """

    found: Literal["cliff", "none", "abstained"]
    reason: str
    levels: tuple[Level, ...]
    bic_straight: float | None = None
    bic_broken: float | None = None
    knot: Interval | None = None
    drop: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What was looked for beyond the declared slices, for a student on a suite.

    `search` is None where nothing could be searched, and `unsearched` says why. `cliff` is sought along `difficulty`,
    the slice whose values tell how hard a sample is; None where no slice does.
    """

    suite: str
    student: str
    search: SliceSearch | None
    unsearched: str = ""
    difficulty: str | None = None
    cliff: Cliff | None = None
