"""Why a slice passes, fails or is undecided, in a sentence, and how many more items would decide it."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.evaluation import Comparison
from harness.gate_claims import MOST_ITEMS
from harness.gate_margins import delta, spread, where
from harness.records import WITHOUT_ANSWER, Outcome
from harness.stats import power
from harness.verdict import SUSPECTED, Decision, SliceVerdict

_MENDS: Mapping[Outcome, str] = {
    "truncated": "give the teacher more tokens",
    "unparsed": "look at how the grader reads the teacher's form",
    "refused": "look at what makes the teacher refuse",
}
MOST_REPEATS = 100  # more answers to each item than this are no advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """One-sided p-values of a loss beyond the margin, alone and after Holm's correction over `claims` of the kind."""

    p: float | None
    adjusted: float | None
    claims: int = 1

    @property
    def is_suspected(self) -> bool:
        return self.p is not None and self.p <= SUSPECTED


def reason(c: Comparison, margin: float, decision: Decision, harm: Harm, further: int | None, needed: int) -> str:
    """The loss, its interval, and what the gate makes of it. `further` and `needed` are items, as of a SliceVerdict."""
    lead = delta(c)
    moved = f"{abs(lead) * 100:.1f} points {better_or_worse(c)}" if lead else "no difference"
    limits = c.delta90
    span = "" if limits is None else f" (90% interval {points(limits.low)} to {points(limits.high)}, n = {c.n:,})"
    start = f"{where(c)}: {moved}{span}"
    allowed = f"{margin * 100:g} points"
    if decision == "pass":
        return f"{start}; a loss of {allowed} or more is ruled out"
    if decision == "fail":
        return f"{start}; a loss of more than {allowed} is shown"
    if harm.is_suspected:
        return f"{start}; {_unconfirmed(allowed, harm)}{_confirming(further)}"
    return f"{start}; a loss of {allowed} is neither shown nor ruled out; {_clearing(c, needed, further)}"


def further_items(c: Comparison, margin: float, harm: Harm, needed: int, alpha: float) -> int | None:
    """Items, beside those there are, that would decide with a power of 80%.

    They confirm an unconfirmed loss, at what Holm's first step asks for; clear a student without loss; or, where what
    there is would have cleared one, tell the loss that was seen from the margin. None beyond a million.
    """
    if needed > c.n and not harm.is_suspected:
        return needed - c.n
    total = _items_in_all(c, margin, harm, needed, alpha, spread(c))
    return total - c.n if c.n < total <= MOST_ITEMS else None


def further_repeats(c: Comparison, margin: float, harm: Harm, needed: int, alpha: float) -> int | None:
    """Further answers of both models to each item that would decide as `further_items` would, with no more items.

    Only the variance that comes from drawing answers falls with them; None where the rest alone is too much for so few
    items, beyond a hundred answers, and where items were not answered more than once.
    """
    if c.drawing is None:
        return None
    for more in range(1, MOST_REPEATS + 1):
        fewer = c.drawing.share * more / (c.drawing.attempts + more)
        left = min(1.0, c.se**2 * c.effective_n * (1 - fewer) + delta(c) ** 2)
        if _items_in_all(c, margin, harm, needed, alpha, left) <= c.n:
            return more
    return None


def _items_in_all(c: Comparison, margin: float, harm: Harm, needed: int, alpha: float, spread: float) -> int:
    """Items like these, of this spread, that would decide; more than a million where the loss is just the margin."""
    apart, level = margin, alpha
    if needed <= c.n or harm.is_suspected:
        apart = min(1.0, abs(delta(c) + margin))
        level = alpha / harm.claims if harm.is_suspected else alpha
    if apart <= 1 / MOST_ITEMS:
        return MOST_ITEMS + 1
    return power.as_weighted(power.items_needed(spread, apart, level), c.n, c.effective_n)


def in_repeats(again: int | None) -> str:
    """What ends the reason of a slice that further answers to the same items would decide."""
    if again is None:
        return ""
    return f"; or {again} more answer{'s' if again > 1 else ''} of both models to each of these"


def likely_artefact(c: Comparison) -> str:
    """What most often makes a student look better than its teacher: the teacher's replies that are no answer, if many.

    Many: they explain half of the lead or more.
    """
    gaps = {o: c.teacher.shares.get(o, 0.0) - c.pupil.shares.get(o, 0.0) for o in WITHOUT_ANSWER}
    outcome = max(gaps, key=lambda o: gaps[o])
    if gaps[outcome] < delta(c) / 2:
        return (
            "a student that beats its teacher is often one whose form the grading favours, or that has seen the targets"
        )
    ours, theirs = (f"{side.shares.get(outcome, 0.0):.1%}" for side in (c.teacher, c.pupil))
    shares = f"{ours} of the teacher's replies are {outcome}, {theirs} of the student's"
    return f"likely an artefact: {shares}; {_MENDS[outcome]}"


def named_with_more(part: SliceVerdict) -> str:
    """A slice's name; of an undecided one also whether a loss is likely, and how many more items would decide."""
    name = f"{part.suite}: {part.slice}"
    if not part.more_items:
        return name
    likely = "a loss is likely, " if part.is_suspected else ""
    return f"{name} ({likely}{part.more_items:,} more would decide)"


def better_or_worse(c: Comparison) -> str:
    """The direction of a difference in the words of what the scores measure."""
    lead = delta(c)
    if c.measure == "agreement":
        return f"{'less' if lead < 0 else 'more'} agreement than the teacher has with itself"
    if c.measure == "preference":
        return f"{'less' if lead < 0 else 'more'} preferred than the teacher"
    return "worse" if lead < 0 else "better"


def points(value: float | None) -> str:
    """A difference in points of accuracy, as people read it."""
    if value is None:
        return "unbounded"
    shown = f"{value * 100:+.1f}"
    return "0.0" if shown in ("+0.0", "-0.0") else shown.replace("-", "−")


def _unconfirmed(allowed: str, harm: Harm) -> str:
    likely = f"an unconfirmed loss: more than {allowed} is likely (p = {harm.p:.2g})"
    if harm.claims == 1:
        return f"{likely}, but not shown"
    return f"{likely}, but not after correction for {harm.claims} slices (p = {harm.adjusted:.2g})"


def _confirming(further: int | None) -> str:
    return "" if further is None else f"; if it is what it seems, about {further:,} more items would confirm it"


def _clearing(c: Comparison, needed: int, further: int | None) -> str:
    """Power is reckoned for a student that loses nothing: one that does needs more."""
    if needed > c.n:
        return f"a student without loss would be cleared by about {needed:,} items, {further:,} more"
    likely = f"{needed:,} items would have cleared a student without loss, so this one likely has some"
    return likely if further is None else f"{likely}; if it is what it seems, about {further:,} more would decide"
