"""What a report may show beside its evaluation: what reviewers said, and what changed since an earlier run."""

from dataclasses import dataclass

from harness.movement import Movement, movement
from harness.review import Draw, Reviews
from harness.review_figures import reviews
from harness.runfolder import RunFolder
from harness.two_runs import finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The draws of an evaluation, and what their marks come to."""

    draws: tuple[Draw, ...]
    reviews: Reviews


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What changed since an earlier run, with that run's name and time."""

    movement: Movement
    name: str
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """None of them: the report shows the evaluation alone."""

    reviewed: Reviewed | None = None
    against: Against | None = None


def reviewed(folder: RunFolder) -> Reviewed | None:
    """What is stored of reviews of the run's present evaluation; None where nothing is."""
    digest = folder.evaluation_digest()
    draws = tuple(draw for draw in folder.draws() if draw.evaluation == digest)
    marks = folder.marks()
    if not draws and not marks:
        return None
    return Reviewed(draws=draws, reviews=reviews(folder.evaluation(), digest, draws, marks))


def changed(before: RunFolder, after: RunFolder) -> Against:
    """What changed from one run to the other. Raises UsageError when one of them is not finished."""
    earlier = finished(before)
    found = movement(earlier, finished(after))
    return Against(movement=found, name=earlier.evaluation.name, created_at=earlier.evaluation.created_at)
