"""One model's part in a comparison: its outcomes, what its replies took, and how sure those means are."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.collect import Answer, Collected
from harness.compared import Side, Spent, Spread
from harness.evaluation import ModelCard
from harness.pairing import NO_ONE, Floats, Scores, Table
from harness.plan import Price
from harness.records import OUTCOMES, Grade, Outcome, Response
from harness.stats import clustered

ByItem = Mapping[tuple[str, str, str], Sequence[Grade]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of all models' replies: by key, what their tokens cost, and every grade, the failed ones too."""

    responses: Mapping[str, Response]
    prices: Mapping[str, Price]
    grades: ByItem

    @classmethod
    def of(cls, found: Collected, grades: ByItem) -> "Known":
        return cls(responses=_by_key(found.answers), prices=_prices(found.models), grades=grades)

    def reply(self, grade: Grade) -> Response | None:
        return next((self.responses[key] for key in grade.response_keys if key in self.responses), None)


def side_of(model: str, table: Table, scores: Scores, known: Known) -> Side:
    """The part of `model`, the table's teacher or its student."""
    is_teacher = model == table.teacher
    items = [item.teacher if is_teacher else item.student for item in table.items]
    counts = Counter(grade.outcome for grades in items for grade in grades)
    replies = [[reply for grade in grades if (reply := known.reply(grade)) is not None] for grades in items]
    price = known.prices.get(model)
    taken: dict[Spent, list[float | None]] = {
        "latency_s": [_average(r.latency_s for r in of_item) for of_item in replies],
        "completion_tokens": [_average(r.completion_tokens for r in of_item) for of_item in replies],
        "cost": [_average(_cost(r, price) for r in of_item) for of_item in replies],
    }
    figures = {name: _figure(values, scores) for name, values in taken.items()}
    means = {name: None if figure is None else figure[0] for name, figure in figures.items()}
    return Side(
        accuracy=float(np.average(scores.teacher if is_teacher else scores.student, weights=scores.sizes)),
        outcomes={outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]},
        completion_tokens=means["completion_tokens"],
        latency_s=means["latency_s"],
        cost=means["cost"],
        spreads={name: figure[1] for name, figure in figures.items() if figure is not None},
        shares=_shares(items, scores.sizes),
        failed=_failures(model, table, known.grades),
    )


def oldest_of(answers: Iterable[Answer]) -> dict[str, str]:
    """When the oldest answer of each model came; a model whose answers carry no dates is left out."""
    oldest: dict[str, str] = {}
    for name, came in ((a.response.model, a.response.created_at) for a in answers):
        if came:
            oldest[name] = min(oldest.get(name, came), came)
    return oldest


def _by_key(answers: Iterable[Answer]) -> dict[str, Response]:
    return {a.response.key: a.response for a in answers}


def _prices(models: Iterable[ModelCard]) -> dict[str, Price]:
    """What the endpoints' tokens cost, as the plan had it."""
    found: dict[str, Price] = {}
    for card in models:
        endpoint = card.described.get("endpoint")
        price = endpoint.get("price") if isinstance(endpoint, dict) else None
        if price is not None:
            found[card.name] = Price.model_validate(price)
    return found


def _cost(reply: Response, price: Price | None) -> float | None:
    if price is None or reply.prompt_tokens is None or reply.completion_tokens is None:
        return None
    return price.of(reply.prompt_tokens, reply.completion_tokens)


def _average(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return sum(known) / len(known) if known else None


def _figure(values: Sequence[float | None], scores: Scores) -> tuple[float, Spread] | None:
    """Mean over the items that tell, weighted as their scores are, and how sure it is; None where none tells."""
    told = [n for n, value in enumerate(values) if value is not None]
    if not told:
        return None
    array = np.array([values[n] for n in told], dtype=np.float64)
    clusters = None if scores.clusters is None else [scores.clusters[n] for n in told]
    estimate = clustered.mean_difference(np.zeros(array.size), array, scores.sizes[told], clusters)
    return estimate.point, Spread(se=estimate.se, df=estimate.df, n=len(told))


def _shares(items: Sequence[Sequence[Grade]], sizes: Floats) -> dict[Outcome, float]:
    """Outcomes as shares of the traffic, attempts averaged within the item."""
    total = dict.fromkeys(OUTCOMES, 0.0)
    for grades, size in zip(items, sizes, strict=True):
        for grade in grades:
            total[grade.outcome] += float(size) / len(grades)
    return {outcome: min(1.0, part / float(sizes.sum())) for outcome, part in total.items() if part}


def _failures(model: str, table: Table, grades: ByItem) -> int:
    """Attempts that we failed on: not graded, or never answered where the other model answered."""
    lost = [sample for why, samples in table.dropped.items() if why != NO_ONE for sample in samples]
    given = (grades.get((table.suite.spec.name, s.id, model), ()) for s in [*(i.sample for i in table.items), *lost])
    return sum(sum(grade.score is None for grade in of_sample) if of_sample else 1 for of_sample in given)
