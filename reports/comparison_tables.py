"""Comparisons as flat rows: the differences, what they come from, what graders checked, noise and several attempts."""

from collections.abc import Callable, Iterator, Sequence

from harness.compared import Side, Tally
from harness.evaluation import Comparison, Evaluation, Slice
from harness.records import OUTCOMES, Interval
from reports.flat import Cell, Column, FlatTable, Row, count, number, text

PLACE = (
    text("suite", "the suite"),
    text("student", "the model that is compared"),
    text("slice", "`all`, or name=value; a crossing joins several with &"),
)
BESIDE = (
    text("beside", "teacher, incumbent, base or larger (the next model up the ladder): whose side is the reference"),
    text("reference", "the name of that model"),
)
SIDES: tuple[tuple[str, Callable[[Comparison], Side]], ...] = (
    ("reference", lambda c: c.teacher),
    ("student", lambda c: c.pupil),
)
Beside = tuple[str, str, Comparison]


def place(suite: str, student: str, piece: Slice) -> dict[str, Cell]:
    return {"suite": suite, "student": student, "slice": str(piece)}


def limits_of(name: str, what: str, unit: str) -> tuple[Column, ...]:
    """The columns of an interval: the point and the limits."""
    ending = f"_{unit}" if unit else ""
    return (
        number(f"{name}{ending}", what),
        number(f"{name}_low{ending}", f"{what}: lower limit; empty: unbounded or unknown"),
        number(f"{name}_high{ending}", f"{what}: upper limit; empty: unbounded or unknown"),
    )


def limits(name: str, interval: Interval | None, unit: str) -> dict[str, Cell]:
    ending = f"_{unit}" if unit else ""
    return {
        f"{name}{ending}": None if interval is None else interval.point,
        f"{name}_low{ending}": None if interval is None else interval.low,
        f"{name}_high{ending}": None if interval is None else interval.high,
    }


def all_compared(evaluation: Evaluation) -> Iterator[Beside]:
    """Every comparison with the kind and the name of its reference."""
    named = {model.role: model.name for model in evaluation.models if model.role != "student"}
    yield from (("teacher", named.get("teacher", ""), c) for c in evaluation.comparisons)
    yield from (("incumbent", evaluation.incumbent or "", c) for c in evaluation.beside_incumbent)
    yield from (("base", named.get("base", ""), c) for c in evaluation.beside_base)
    yield from (("larger", step.larger, step.comparison) for step in evaluation.steps)


def comparison_tables(evaluation: Evaluation) -> tuple[FlatTable, ...]:
    found = tuple(all_compared(evaluation))

    def table(name: str, about: str, columns: Sequence[Column], rows: Callable[[Beside], Iterator[Row]]) -> FlatTable:
        return FlatTable(
            name=name,
            about=about,
            columns=(*PLACE, *BESIDE, *columns),
            rows=lambda: (_placed(one) | dict(row) for one in found for row in rows(one)),
        )

    return (
        table("comparisons", "a student beside a reference on one slice", _COMPARISON, _comparison),
        table("causes", "what a difference comes from: one outcome on one slice", _CAUSE, _causes),
        table("checks", "a field, rule or criterion that graders checked on one slice", _CHECK, _checks),
        table("dropped", "why samples were left out of a comparison", _DROPPED, _dropped),
        table("noise", "flips beside the reference's own, where it answered more than once", _NOISE, _noise),
        table("at_k", "what k attempts come to", _AT_K, _at_k),
    )


def _placed(one: Beside) -> dict[str, Cell]:
    beside, reference, c = one
    return {**place(c.suite, c.student, c.slice), "beside": beside, "reference": reference}


_COMPARISON = (
    text("measure", "what scores are: accuracy, agreement, preference or mixed"),
    count("items", "samples compared"),
    count("clusters", "independent groups of samples; empty: every sample stands alone"),
    number("effective_items", "independent samples of equal weight that tell as much"),
    number("reference_score_share", "mean score of the reference, in [0, 1]"),
    number("student_score_share", "mean score of the student, in [0, 1]"),
    number("delta_share", "student minus reference, in [-1, 1]"),
    number("delta95_low_share", "95% interval of the delta: lower limit"),
    number("delta95_high_share", "95% interval of the delta: upper limit"),
    number("delta90_low_share", "90% interval of the delta: lower limit, which the gate holds against the margin"),
    number("delta90_high_share", "90% interval of the delta: upper limit"),
    text("delta_method", "how the interval of the delta was made"),
    number("standard_error_share", "standard error of the delta"),
    number("degrees_of_freedom", "of the standard error; empty: normal"),
    *limits_of("retention95", "the student's score over the reference's, 95% interval", "ratio"),
    *limits_of("conditional95", "P(student right | reference right), 95% interval", "share"),
    number("flips_share", "share of samples on which exactly one of the two is right"),
    count("lost_items", "samples that only the reference got right; empty where scores are no plain 0 and 1"),
    count("gained_items", "samples that only the student got right"),
    count("both_right_items", "samples that both got right"),
    count("both_wrong_items", "samples that neither got right"),
    number("p_value", "two-sided, for no difference"),
    number("p_adjusted", "the same after Benjamini-Hochberg over the suite's slices"),
    count("needed_items", "samples that would clear a student without loss at the plan's margin, with 80% power"),
    *(
        column
        for side in ("reference", "student")
        for column in (
            number(f"{side}_answer_tokens", f"mean tokens of an answer of the {side}"),
            number(f"{side}_latency_s", f"mean seconds to an answer of the {side}"),
            number(f"{side}_cost", f"mean cost of an answer of the {side}, in the currency of the endpoint's price"),
            count(f"{side}_failed_attempts", f"attempts of the {side} that we failed on"),
        )
    ),
    number("attempts", "of both models at an item, where there are several"),
    number("drawing_share", "how much of the variance of the delta comes from drawing the answers, in [0, 1]"),
    count("dropped_items", "samples left out; table dropped has the reasons"),
    text("undecidable", "why no verdict can come of it; empty where one can"),
)


def _comparison(one: Beside) -> Iterator[Row]:
    c = one[2]
    cells = c.cells
    row: dict[str, Cell] = {
        "measure": c.measure,
        "items": c.n,
        "clusters": c.clusters,
        "effective_items": c.effective_n,
        "reference_score_share": c.teacher.accuracy,
        "student_score_share": c.pupil.accuracy,
        "delta_share": c.pupil.accuracy - c.teacher.accuracy,
        "delta95_low_share": None if c.delta95 is None else c.delta95.low,
        "delta95_high_share": None if c.delta95 is None else c.delta95.high,
        "delta90_low_share": None if c.delta90 is None else c.delta90.low,
        "delta90_high_share": None if c.delta90 is None else c.delta90.high,
        "delta_method": None if c.delta95 is None else c.delta95.method,
        "standard_error_share": c.se,
        "degrees_of_freedom": c.df,
        "flips_share": c.flips,
        "lost_items": None if cells is None else cells.teacher_only,
        "gained_items": None if cells is None else cells.student_only,
        "both_right_items": None if cells is None else cells.both,
        "both_wrong_items": None if cells is None else cells.neither,
        "p_value": c.p_value,
        "p_adjusted": c.p_adjusted,
        "needed_items": c.items_needed,
        "attempts": None if c.drawing is None else c.drawing.attempts,
        "drawing_share": None if c.drawing is None else c.drawing.share,
        "dropped_items": sum(c.dropped.values()),
        "undecidable": c.undecidable,
    }
    row |= limits("retention95", c.retention95, "ratio") | limits("conditional95", c.conditional95, "share")
    for name, side_of in SIDES:
        row |= _spent(name, side_of(c))
    yield row


def _spent(name: str, side: Side) -> dict[str, Cell]:
    return {
        f"{name}_answer_tokens": side.completion_tokens,
        f"{name}_latency_s": side.latency_s,
        f"{name}_cost": side.cost,
        f"{name}_failed_attempts": side.failed,
    }


_CAUSE = (
    text("outcome", "what the student did: correct, incorrect, truncated, unparsed, refused or failed"),
    number("loss_share", "part of the reference's lead on samples with that outcome, as a share of all samples; "
           "over a slice they add up to minus the delta"),
    count("reference_attempts", "attempts of the reference with that outcome"),
    count("student_attempts", "attempts of the student with that outcome"),
    number("reference_share", "the same as a share of the traffic"),
    number("student_share", "the same as a share of the traffic"),
)  # fmt: skip


def _causes(one: Beside) -> Iterator[Row]:
    c = one[2]
    for outcome in OUTCOMES:
        if outcome in c.losses or c.teacher.outcomes.get(outcome) or c.pupil.outcomes.get(outcome):
            yield {
                "outcome": outcome,
                "loss_share": c.losses.get(outcome, 0.0),
                "reference_attempts": c.teacher.outcomes.get(outcome, 0),
                "student_attempts": c.pupil.outcomes.get(outcome, 0),
                "reference_share": c.teacher.shares.get(outcome, 0.0) if c.teacher.shares else None,
                "student_share": c.pupil.shares.get(outcome, 0.0) if c.pupil.shares else None,
            }


_CHECK = (
    text("check", "the name of the field, rule or criterion"),
    text("kind", "field, rule or share"),
    count("items", "samples it was checked on"),
    *(
        column
        for side in ("reference", "student")
        for column in (
            number(f"{side}_hits", f"the {side}: values that are right, rules kept, or points got (weighted)"),
            number(f"{side}_spurious", f"the {side}: values given that are wrong, rules broken, or points not got"),
            number(f"{side}_missed", f"the {side}: values asked for and not given rightly"),
            *limits_of(f"{side}_rate", f"the {side}: of a rule the share of replies that break it, of a criterion the "
                       "share that was met", "share"),
        )
    ),
)  # fmt: skip


def _checks(one: Beside) -> Iterator[Row]:
    for check in one[2].checks:
        row: dict[str, Cell] = {"check": check.name, "kind": check.kind, "items": check.n}
        yield row | _tally("reference", check.teacher) | _tally("student", check.pupil)


def _tally(side: str, tally: Tally | None) -> dict[str, Cell]:
    return {
        f"{side}_hits": None if tally is None else tally.hits,
        f"{side}_spurious": None if tally is None else tally.spurious,
        f"{side}_missed": None if tally is None else tally.missed,
        **limits(f"{side}_rate", None if tally is None else tally.rate95, "share"),
    }


_DROPPED = (text("reason", "why"), count("items", "samples left out for that reason"))


def _dropped(one: Beside) -> Iterator[Row]:
    for reason, items in one[2].dropped.items():
        yield {"reason": reason, "items": items}


_NOISE = (
    count("items", "samples that the reference answered at least twice"),
    count("dropped_items", "the others"),
    *limits_of("reference_flips", "P(two attempts of the reference differ), 95% interval", "share"),
    *limits_of(
        "student_flips", "P(an attempt of the student differs from one of the reference), 95% interval", "share"
    ),
    *limits_of("excess_flips", "the second less the first, 95% interval", "share"),
)


def _noise(one: Beside) -> Iterator[Row]:
    if (noise := one[2].noise) is not None:
        yield {
            "items": noise.n,
            "dropped_items": noise.dropped,
            **limits("reference_flips", noise.teacher, "share"),
            **limits("student_flips", noise.student, "share"),
            **limits("excess_flips", noise.excess, "share"),
        }


_AT_K = (
    text("kind", "pass: at least one of k attempts is right; majority: the most frequent answer of k"),
    count("k", "how many attempts"),
    count("items", "samples with at least k attempts of both models"),
    *limits_of("reference_score", "the reference's mean, 95% interval", "share"),
    *limits_of("student_score", "the student's mean, 95% interval", "share"),
    *limits_of("delta", "student minus reference, 95% interval", "share"),
)


def _at_k(one: Beside) -> Iterator[Row]:
    for at in one[2].at_k:
        yield {
            "kind": at.kind,
            "k": at.k,
            "items": at.n,
            **limits("reference_score", at.teacher, "share"),
            **limits("student_score", at.pupil, "share"),
            **limits("delta", at.delta95, "share"),
        }
