"""What was looked for, as flat rows: mimicry profiles, detectors' findings, slices that nobody declared, cliffs."""

from collections.abc import Iterator

from harness.evaluation import Evaluation
from harness.explored import Explored
from reports.comparison_tables import PLACE, limits, limits_of, place
from reports.flat import FlatTable, Row, count, flag, number, text

_PROFILE = (
    *PLACE,
    text("label", "FAITHFUL, SUPERFICIAL MIMICRY, WEAKER or INCONCLUSIVE"),
    number("style_distance", "from the teacher's style; 0 is the teacher's own; no unit"),
    number("style_floor", "the teacher's own split-half distance"),
    number("style_threshold", "below it, the style is close"),
    flag("style_close", "whether it is"),
    *limits_of("style_auc", "how well a classifier tells the two models' replies apart, 0.5: not at all; 95%", ""),
    text("flagged", "the groups of evidence with a flagged detector, one a line"),
    *limits_of("overrated", "how much a grader of the surface would score the student too high, 95%", "share"),
    *limits_of("overrated_more", "how much more than the teacher, 95%", "share"),
    text("missing", "what would decide an inconclusive label, one a line"),
    text("reason", "the label in a sentence"),
)
_FINDING = (
    *PLACE,
    text("detector", "its name"),
    text("group", "variants, trace, calibration or support; empty: a diagnostic, which never counts"),
    text("state", "flagged, clear or abstained"),
    *limits_of("excess", "how much the student exceeds the teacher, beyond its loss of accuracy", "share"),
    number("level", "of that interval"),
    number("p_value", "one-sided, for no such excess"),
    number("p_adjusted", "the same after Holm"),
    count("items", "samples that it rests on"),
    text("evidence", "ids of telling samples, one a line, the most telling first"),
    text("reason", "the finding in a sentence"),
)
_EXPLORED = (
    text("suite", "the suite"),
    text("student", "the student"),
    text("slice", "the conditions, joined by &"),
    count("searched_items", "samples of it in the half that was searched"),
    count("tested_items", "samples of it in the other half"),
    number("suspected_share", "loss in excess of the other samples' in the searched half: too large, as it was picked"),
    *limits_of("excess95", "the same in the other half, 95% interval", "share"),
    number("loss_share", "the mean loss there"),
    number("p_value", "one-sided, for no excess"),
    number("p_adjusted", "the same after correction for the number of slices found"),
    flag("confirmed", "whether it holds after that"),
    count("tried", "slices with samples enough that were searched"),
)
_CLIFF = (
    text("suite", "the suite"),
    text("student", "the student"),
    text("difficulty", "the slice whose values tell how hard a sample is"),
    text("found", "cliff, none or abstained"),
    *limits_of("knot", "the difficulty after which the student falls behind faster", ""),
    *limits_of("drop", "delta above the knot less that at and below it", "share"),
    number("bic_straight", "of the fit without a knot; smaller is better"),
    number("bic_broken", "of the fit with one"),
    text("reason", "what was found, in a sentence"),
)
_LEVEL = (
    text("suite", "the suite"),
    text("student", "the student"),
    number("difficulty", "mean difficulty of these samples"),
    count("items", "how many"),
    number("teacher_score_share", "the teacher's mean score"),
    number("student_score_share", "the student's mean score"),
)


def finding_tables(evaluation: Evaluation) -> tuple[FlatTable, ...]:
    return (
        FlatTable(name="profiles", about="a mimicry label", columns=_PROFILE, rows=lambda: _profiles(evaluation)),
        FlatTable(
            name="findings", about="what one detector found", columns=_FINDING, rows=lambda: _findings(evaluation)
        ),
        FlatTable(
            name="explored",
            about="a slice that a search found, declared or not",
            columns=_EXPLORED,
            rows=lambda: (row for one in evaluation.explored for row in _found(one)),
        ),
        FlatTable(name="cliffs", about="the search for a cliff", columns=_CLIFF, rows=lambda: _cliffs(evaluation)),
        FlatTable(
            name="levels",
            about="samples of like difficulty, where a cliff was looked for",
            columns=_LEVEL,
            rows=lambda: _levels(evaluation),
        ),
    )


def _profiles(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.profiles:
        style = one.style
        yield {
            **place(one.suite, one.student, one.slice),
            "label": one.label,
            "style_distance": style.distance,
            "style_floor": style.floor,
            "style_threshold": style.threshold,
            "style_close": style.close,
            **limits("style_auc", style.auc, ""),
            "flagged": "\n".join(one.flagged),
            **limits("overrated", one.overrated, "share"),
            **limits("overrated_more", one.overrated_more, "share"),
            "missing": "\n".join(one.missing),
            "reason": one.reason,
        }


def _findings(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.findings:
        yield {
            **place(one.suite, one.student, one.slice),
            "detector": one.detector,
            "group": one.group,
            "state": one.state,
            **limits("excess", one.estimate, "share"),
            "level": None if one.estimate is None else one.estimate.level,
            "p_value": one.p_value,
            "p_adjusted": one.p_adjusted,
            "items": one.n,
            "evidence": "\n".join(one.evidence),
            "reason": one.reason,
        }


def _found(explored: Explored) -> Iterator[Row]:
    for one in () if explored.search is None else explored.search.found:
        yield {
            "suite": explored.suite,
            "student": explored.student,
            "slice": str(one),
            "searched_items": one.n,
            "tested_items": one.tested,
            "suspected_share": one.suspected,
            **limits("excess95", one.excess, "share"),
            "loss_share": one.loss,
            "p_value": one.p_value,
            "p_adjusted": one.p_adjusted,
            "confirmed": one.confirmed,
            "tried": None if explored.search is None else explored.search.tried,
        }


def _cliffs(evaluation: Evaluation) -> Iterator[Row]:
    for explored in evaluation.explored:
        if (cliff := explored.cliff) is not None:
            yield {
                "suite": explored.suite,
                "student": explored.student,
                "difficulty": explored.difficulty,
                "found": cliff.found,
                **limits("knot", cliff.knot, ""),
                **limits("drop", cliff.drop, "share"),
                "bic_straight": cliff.bic_straight,
                "bic_broken": cliff.bic_broken,
                "reason": cliff.reason,
            }


def _levels(evaluation: Evaluation) -> Iterator[Row]:
    for explored in evaluation.explored:
        for level in () if explored.cliff is None else explored.cliff.levels:
            yield {
                "suite": explored.suite,
                "student": explored.student,
                "difficulty": level.difficulty,
                "items": level.n,
                "teacher_score_share": level.teacher,
                "student_score_share": level.student,
            }
