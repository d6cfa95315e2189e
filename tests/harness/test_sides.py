"""What replies took, how sure that is, and what was lost on the way, reckoned from a few replies by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scipy import stats

from harness.collect import Answer, Collected
from harness.compare import compare
from harness.compared import Side
from harness.evaluation import Comparison, ModelCard, Slice
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Grade, Response, Sample
from harness.serial import from_json, to_json
from harness.sides import oldest_of
from harness.suite import make_suite

PRICED: Mapping[str, object] = {"endpoint": {"price": {"input": 2.0, "output": 10.0}}}
Told = Mapping[str, float | int | str | None]
REFUSED: Told = {"finish": "refusal"}


def compared(
    replies: Sequence[Sequence[Told | None]],
    weights: Sequence[float] | None = None,
    clusters: Sequence[str] | None = None,
) -> Comparison:
    """Samples with the attempts that both models made; an attempt without a reply is one that we failed on."""
    samples = [
        Sample(id=f"s{n}", weight=weights[n] if weights else 1.0, cluster=clusters[n] if clusters else None)
        for n in range(len(replies))
    ]
    grades, answers = [], []
    for model in ("big", "small"):
        for n, attempts in enumerate(replies):
            for k, told in enumerate(attempts):
                key = f"{model}/{n}/{k}"
                grades.append(
                    Grade(
                        suite="math",
                        sample=f"s{n}",
                        model=model,
                        attempt=k,
                        outcome="failed" if told is None else "refused" if told is REFUSED else "correct",
                        score=None if told is None else float(told is not REFUSED),
                        answer=None,
                        reason="",
                        grader="g",
                        response_keys=(key,),
                    )
                )
                if told is not None:
                    reply = Response(key=key, model=model, text="", **told)  # type: ignore[arg-type]  # as given
                    answers.append(Answer(suite="math", sample=f"s{n}", attempt=k, response=reply))
    models = [
        ModelCard(name="big", role="teacher", fingerprint="b", described=PRICED),  # type: ignore[arg-type]  # JSON
        ModelCard(name="small", role="student", fingerprint="s"),
    ]
    suite = make_suite(SuiteSpec(name="math"), Loaded(samples=samples))
    found = Collected(suites=(suite,), models=models, answers=answers)
    return compare(found, grades, Policy())[0][0]


def test_means_come_with_their_standard_errors() -> None:
    seconds = [0.5, 1.5, 2.0, 4.0, 0.25]
    pupil = compared([[{"latency_s": s}] for s in seconds]).pupil
    assert pupil.latency_s == pytest.approx(np.mean(seconds))
    spread = pupil.spreads["latency_s"]
    assert (spread.se, spread.df, spread.n) == (pytest.approx(stats.sem(seconds)), 4, 5)
    assert pupil.completion_tokens is None and "completion_tokens" not in pupil.spreads


def test_attempts_are_averaged_within_the_sample_and_samples_weighted() -> None:
    c = compared([[{"latency_s": 1.0}, {"latency_s": 3.0}], [{"latency_s": 5.0}]], weights=[3.0, 1.0])
    assert c.pupil.latency_s == pytest.approx((3 * 2.0 + 5.0) / 4)


def test_replies_of_one_cluster_tell_less() -> None:
    told = [[{"latency_s": float(n // 4)}] for n in range(40)]
    alone, together = compared(told), compared(told, clusters=[f"c{n // 4}" for n in range(40)])
    assert together.pupil.spreads["latency_s"].se > 1.5 * alone.pupil.spreads["latency_s"].se
    assert (together.pupil.spreads["latency_s"].df, together.pupil.spreads["latency_s"].n) == (9, 40)


def test_what_a_reply_costs_follows_from_the_price_of_its_endpoint() -> None:
    c = compared(
        [[{"prompt_tokens": 1000, "completion_tokens": 100}], [{"prompt_tokens": 0, "completion_tokens": 500}]]
    )
    assert c.teacher.cost == pytest.approx((0.002 + 0.001 + 0.005) / 2)
    assert c.pupil.cost is None  # no endpoint, no price
    partly = compared([[{"completion_tokens": 100}], [{"prompt_tokens": 0, "completion_tokens": 500}]])
    assert (partly.teacher.cost, partly.teacher.spreads["cost"].n) == (pytest.approx(0.005), 1)


def test_figures_that_are_no_numbers_are_not_known() -> None:
    c = compared([[{"latency_s": float("inf")}], [{"latency_s": float("nan")}], [{"latency_s": 2.0}]])
    assert (c.pupil.latency_s, c.pupil.spreads["latency_s"].n) == (2.0, 1)


def test_what_we_failed_on_is_counted_wherever_it_stands() -> None:
    replies: list[list[Told | None]] = [[{}, None], [None, None], [{}, {}], []]
    c = compared(replies)
    assert (c.n, sum(c.pupil.outcomes.values()), c.pupil.failed) == (2, 3, 3)  # the sample that nobody was asked is not
    assert compared([[{}], [{}]]).pupil.failed == 0


def test_shares_are_those_of_the_traffic() -> None:
    pupil = compared([[{}, REFUSED], [REFUSED]], weights=[3.0, 1.0]).pupil
    assert pupil.shares == pytest.approx({"correct": 1.5 / 4, "refused": 2.5 / 4})
    assert pupil.outcomes == {"correct": 1, "refused": 2}


def test_the_oldest_reply_is_known() -> None:
    days = ["2026-03-01T10:00:00+00:00", "2025-12-24T10:00:00+00:00", None]
    answers = [
        Answer(suite="math", sample=str(n), attempt=0, response=Response(key=f"{n}", model=m, text="", created_at=day))
        for m, dated in (("big", days), ("small", days[:1]), ("tiny", days[2:]))
        for n, day in enumerate(dated)
    ]
    assert oldest_of(answers) == {"big": days[1], "small": days[0]}


def test_figures_of_an_older_viva_still_load() -> None:
    old = {"accuracy": 0.5, "outcomes": {"correct": 1}, "completion_tokens": None, "latency_s": None}
    side = from_json(Side, old)  # type: ignore[arg-type]  # JSON
    assert (side.cost, side.failed, side.spreads, side.shares) == (None, None, {}, {})
    c = compared([[{"latency_s": 1.0}], [{"latency_s": 2.0}]])
    assert from_json(Comparison, to_json(c)) == c and c.slice == Slice()
