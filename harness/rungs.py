"""The nouns of a ladder: its rungs, the steps between them, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.compared import Spent
from harness.evaluation import Comparison, MimicryLabel, PublishedRole, Slice
from harness.ladder_order import Order
from harness.published import Unpaired
from harness.records import Interval, Measure
from harness.verdict import Decision

UNPAIRED = (
    "published figures are unpaired: other items, prompts and graders may have made them, so they decide nothing; "
    "intervals take each item for one attempt"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A model on the ladder.

    A student of the evaluation is `paired`: `parts` are its comparisons with the teacher on the workload's suites and
    slices (retention, flips, tokens, latency and cost stand there), `labels` those of mimicry by suite, and `spent`
    its means per answer over these suites. A published model has none of them, and no decision. `unpaired` sets either
    beside published figures.
    """

    model: str
    role: PublishedRole
    paired: bool
    parameters: float | None
    decision: Decision | None = None
    reason: str = ""
    parts: tuple[Comparison, ...] = ()
    labels: Mapping[str, MimicryLabel] = field(default_factory=dict)
    spent: Mapping[Spent, float] = field(default_factory=dict)
    unpaired: tuple[Unpaired, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDown:
    """What the step from `larger` to `smaller` costs on a suite or slice: smaller minus larger, in [-1, 1].

    `wrong_per_1000`: further wrong answers in 1,000 requests, fewer if negative. `saved`: what an answer takes less,
    for what is known of both. `shown`: whether the 95% interval shows a difference; a slice's is not corrected for the
    number of slices. Steps between published figures are not `paired`.
    """

    larger: str
    smaller: str
    paired: bool
    suite: str
    slice: Slice
    measure: Measure
    n: int | None
    delta: float
    delta95: Interval | None
    wrong_per_1000: float
    shown: bool
    saved: Mapping[Spent, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Rungs from the largest to the smallest by `order`, which `ordered` tells in words; steps in the same order.

    `smallest` is the smallest student that passes. None passes: `closest` is the one whose worst critical suite or
    slice is the nearest to being cleared. `sentence` says either; `notes` say what to think of before relying on it.
    """

    order: Order
    ordered: str
    rungs: tuple[Rung, ...]
    steps: tuple[StepDown, ...]
    smallest: str | None
    closest: str | None
    sentence: str
    notes: tuple[str, ...] = ()
