"""The page's words for what scores are: accuracy has right and wrong answers, agreement and preference have neither."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.evaluation import Comparison
from harness.measures import ABOUT
from harness.records import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One measure in the words of headings, captions and leads. `about` says what it is, blank for accuracy.

    `teacher_better` and `student_better` tell what the shown items have in common where scores are all or nothing;
    `fewer` is the headline of a student that does better, where that takes other words.
    """

    teacher: str
    student: str
    teacher_short: str
    headline: str
    summary: str
    flips: str
    test: str
    note: str
    loss: str
    loss_note: str
    lost: str
    gained: str
    teacher_better: str
    student_better: str
    fewer: str = ""
    conditional: str = "only where answers are right or wrong"
    about: str = ""


def words_of(comparison: Comparison) -> Words:
    """The words for what a comparison's scores are; with partial credit an answer is more or less right."""
    if comparison.measure == "accuracy" and comparison.fractional:
        return PARTIAL_CREDIT
    return WORDS[comparison.measure]


HIGHER = {"teacher_better": "the teacher scored higher", "student_better": "the student scored higher"}
SPREAD = "Difference per item: the mean of the differences without their sign."
SCORE = {
    "loss": "Score lost, of 1,000",
    "loss_note": "Score lost: the teacher's score minus the student's in this slice, for 1,000 requests to the suite.",
}

WORDS: Mapping[Measure, Words] = {
    "accuracy": Words(
        teacher="Teacher accuracy",
        student="Student accuracy",
        teacher_short="Teacher",
        headline="extra wrong answers per 1,000 requests",
        fewer="wrong answers per 1,000 requests: fewer than the teacher",
        summary="{student} of {n} right, the teacher {teacher}; the two disagree on {flips}.",
        flips="Flips",
        test="McNemar p",
        note="Retention: student accuracy over teacher accuracy. Conditional retention: how often the student is right "
        "where the teacher is. Flips: items on which only one of the two is right; the noise floor is the teacher's "
        "own, asked again. p: McNemar's exact test, or a cluster-robust one where scores are fractional, weighted, "
        "repeated or clustered.",
        loss="Lost of 1,000 requests",
        loss_note="Lost: of 1,000 requests to the whole suite, how many more the student gets wrong in this slice.",
        lost="Lost answers",
        gained="Gained answers",
        teacher_better="the teacher was right and the student was not",
        student_better="the student was right and the teacher was not",
        conditional="cannot be estimated",
    ),
    "agreement": Words(
        teacher="Teacher with itself",
        student="Student with the teacher",
        teacher_short="Ceiling",
        headline="points of agreement with the teacher, beside the teacher's own with itself",
        summary="agrees with the teacher on {student} of {n}; the teacher with itself: {teacher}.",
        flips="Difference per item",
        test="p of no difference",
        note=f"Retention: the student's agreement over the ceiling, the teacher's with itself. {SPREAD}",
        lost="Where the student agrees less",
        gained="Where the student agrees more",
        about=ABOUT["agreement"],
        **SCORE,
        **HIGHER,
    ),
    "preference": Words(
        teacher="Even",
        student="Student preferred",
        teacher_short="Even",
        headline="points of preference for the student, beside an even 50%",
        summary="preferred to the teacher in {student} of {n}, where a tie counts half; even is {teacher}.",
        flips="Difference per item",
        test="p of no difference",
        note=f"A preference has no retention. {SPREAD}",
        lost="Where the teacher's reply is preferred",
        gained="Where the student's reply is preferred",
        about=ABOUT["preference"],
        **SCORE,
        **HIGHER,
    ),
    "mixed": Words(
        teacher="Teacher score",
        student="Student score",
        teacher_short="Teacher",
        headline="points of score beside the teacher's",
        summary="scores {student} over {n}, the teacher {teacher}.",
        flips="Difference per item",
        test="p of no difference",
        note=f"Retention: the student's score over the teacher's. {SPREAD}",
        lost="Where the student scored lower",
        gained="Where the student scored higher",
        about=ABOUT["mixed"],
        **SCORE,
        **HIGHER,
    ),
}
PARTIAL_CREDIT = Words(
    teacher="Teacher's mean score",
    student="Student's mean score",
    teacher_short="Teacher",
    headline="full scores lost per 1,000 requests",
    summary="a mean score of {student} over {n}, the teacher {teacher}.",
    flips="Difference per item",
    test="p of no difference",
    note="Retention: the student's mean score over the teacher's. Conditional retention: the student's mean score, "
    f"weighted by the teacher's. {SPREAD}",
    lost="Where the student scored lower",
    gained="Where the student scored higher",
    conditional="cannot be estimated",
    about="Answers get partial credit: a score is the share of what could be got, not whether the answer is right.",
    **SCORE,
    **HIGHER,
)
