"""How the answers of both models ended, and what one of them cost."""

from harness.evaluation import Comparison, Side
from harness.measures import OUTCOMES_OF
from harness.records import OUTCOMES
from reports import wording
from reports.pieces import Estimate, Row, Table


def endings(teacher: str, c: Comparison) -> Table:
    words = OUTCOMES_OF[c.measure]
    return Table(
        title="How the answers ended",
        caption="Outcomes of both models, and what one answer cost. Failed: viva could not grade the answer, and no "
        "figure counts it.",
        head="Model",
        columns=(*(words[o] for o in OUTCOMES), "Tokens per answer", "Seconds per answer"),
        rows=(_ending(teacher, c.teacher), _ending(c.student, c.pupil)),
    )


def _ending(name: str, side: Side) -> Row:
    total = sum(side.outcomes.values())
    counts = [side.outcomes.get(o, 0) for o in OUTCOMES]
    tokens = wording.DASH if side.completion_tokens is None else wording.count(round(side.completion_tokens))
    latency = wording.DASH if side.latency_s is None else f"{side.latency_s:.2f} s"
    ended = (Estimate(value=wording.count(n), detail=wording.percent(n / total) if n else "") for n in counts)
    return Row(name=name, figures=(*ended, Estimate(value=tokens), Estimate(value=latency)))
