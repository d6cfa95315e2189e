"""What scores are called: only a score against a target is accuracy, and only there an answer is right or wrong."""

from collections.abc import Mapping

from harness.records import Measure, Outcome

NO_ANSWER: Mapping[Outcome, str] = {
    "truncated": "truncated",
    "unparsed": "unparsed",
    "refused": "refused",
    "failed": "failed",
}
OUTCOMES_OF: Mapping[Measure, Mapping[Outcome, str]] = {
    "accuracy": {"correct": "correct", "incorrect": "wrong", **NO_ANSWER},
    "agreement": {"correct": "agrees", "incorrect": "agrees in half or less", **NO_ANSWER},
    "preference": {"correct": "preferred or even", "incorrect": "not preferred", **NO_ANSWER},
    "mixed": {"correct": "passes", "incorrect": "falls short", **NO_ANSWER},
}
ABOUT: Mapping[Measure, str] = {
    "accuracy": "",
    "agreement": "Agreement with the teacher, not accuracy: where the teacher errs, a student that errs alike agrees. "
    "The teacher's figure is its agreement with itself, the ceiling.",
    "preference": "Preference between the student's reply and the teacher's, not accuracy: the teacher's own figure is "
    "50%, and a student at 50% is as good.",
    "mixed": "Scores of several kinds (accuracy, agreement, preference) averaged: read the slices that hold only one.",
}
