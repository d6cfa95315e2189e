"""What changed between two runs, in sentences: for terminals and pages alike."""

from collections.abc import Iterator, Mapping

from harness.evaluation import Slice
from harness.movement import Movement, Mover, Ruling
from harness.two_runs import ONLY_EARLIER, ONLY_NOW, Models

SAID: Mapping[Mover, str] = {
    "teacher": "the teacher moved; the student is not shown to have",
    "student": "the student moved; the teacher is not shown to have",
    "both": "both moved",
    "neither": "neither is shown to have moved",
    "too few to tell": "too few samples in common to tell",
}
HOW_TOLD = (
    "changes since the earlier run in points, on the samples common to both; delta: the student's less the teacher's. "
    "On slices, what does not outlast correction for their number (Benjamini-Hochberg, 10%) counts as not shown"
)


def of_model(model: Models) -> str:
    renamed = model.after if model.before == model.after else f"{model.after} (was {model.before})"
    return f"{model.role} {renamed}: {'the same model' if model.is_same else 'another model than before'}"


def of_ruling(ruling: Ruling) -> str:
    place = [ruling.student, ruling.suite, "" if ruling.slice in (None, Slice()) else str(ruling.slice)]
    said = f"{ruling.before or 'not judged'} before, now {ruling.after or 'not judged'}"
    return f"{', '.join(part for part in place if part)}: {said}"


def nothing_compared(movement: Movement) -> str:
    """Why no model could be compared with its earlier self, so that nothing that did not change is a good sign.

    Empty where one could be.
    """
    if movement.moves:
        return ""
    if all(model.role != "student" for model in movement.models):
        return "no student is in both runs"
    if any(_is_shared(reasons) for reasons in movement.left_out.values()):
        return "the runs share a suite, but no sample of it that both asked in the same words and graded"
    earlier, now = (
        [suite for suite, reasons in movement.left_out.items() if why in reasons] for why in (ONLY_EARLIER, ONLY_NOW)
    )
    return f"the runs have no suite in common: {_names(earlier)} in the earlier run, {_names(now)} in this one"


def _is_shared(reasons: Mapping[str, int]) -> bool:
    """Whether samples of a suite were left out in both runs, or for another reason than that one lacks them."""
    return {ONLY_EARLIER, ONLY_NOW} <= reasons.keys() or not reasons.keys() <= {ONLY_EARLIER, ONLY_NOW}


def _names(suites: list[str]) -> str:
    return ", ".join(suites) or "none"


def asides(movement: Movement) -> Iterator[str]:
    """What could not be compared, and what changed in the grading."""
    for suite, reasons in movement.left_out.items():
        yield f"{suite}: left out: {', '.join(f'{n:,} {why}' for why, n in reasons.items())}"
    for suite, count in movement.regraded.items():
        told = f"{suite}: {count:,} answers were graded by another grader or version of it"
        yield f"{told}, so the grading may have moved"
