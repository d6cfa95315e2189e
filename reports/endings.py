"""How the answers of both models ended, and what one of them cost."""

from harness.compared import Side
from harness.evaluation import Comparison
from harness.measures import OUTCOMES_OF
from harness.records import OUTCOMES
from reports import wording
from reports.pieces import Estimate, Row, Table


def endings(teacher: str, c: Comparison) -> Table:
    words = OUTCOMES_OF[c.measure]
    return Table(
        title="How the answers ended",
        caption="Outcomes of both models, and what one answer cost. Counts are answers; percentages are shares of the "
        "traffic, weighted like every mean here. Failed: viva could not grade the answer, and no figure counts it. "
        "Seconds: of the run; where many are asked at once, an answer waits for others.",
        head="Model",
        columns=(*(words[o] for o in OUTCOMES), "Tokens per answer", "Seconds per answer"),
        rows=(_ending(teacher, c.teacher), _ending(c.student, c.pupil)),
    )


def _ending(name: str, side: Side) -> Row:
    counts = {o: side.outcomes.get(o, 0) for o in OUTCOMES} | ({} if side.failed is None else {"failed": side.failed})
    tokens = wording.DASH if side.completion_tokens is None else wording.count(round(side.completion_tokens))
    latency = wording.DASH if side.latency_s is None else f"{side.latency_s:.2f} s"
    shares = {o: wording.percent(share) for o, share in side.shares.items()}
    ended = (Estimate(value=wording.count(n), detail=shares.get(o, "") if n else "") for o, n in counts.items())
    return Row(name=name, figures=(*ended, Estimate(value=tokens), Estimate(value=latency)))
