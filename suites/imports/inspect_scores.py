"""Scores in logs of Inspect: which of them counts, what a value is worth, and whether the mean is the header's."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from harness.errors import DataError, nearest
from harness.records import Finish, Outcome
from suites.imports.logs import Logged, outcome_of
from suites.rows import as_text

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample

WORDS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0, "yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
SAME: dict[str, Finish] = {"stop": "stop", "tool_calls": "tool_calls"}
FINISHES = SAME | {"max_tokens": "length", "model_length": "length", "content_filter": "refusal"}
REASON = 300  # characters of an explanation or error that are kept


@dataclass(frozen=True, slots=True)
class Metric:
    """The score that counts: a scorer's, or one value of it where it gives several."""

    scorer: str
    key: str | None = None

    def __str__(self) -> str:
        return self.scorer if self.key is None else f"{self.scorer}/{self.key}"


def metrics_in(samples: "Iterable[EvalSample]") -> dict[str, Metric]:
    """Everything the samples were scored by: `scorer`, or `scorer/key` where a score holds several values."""
    keys: dict[str, dict[str, None]] = {}
    for sample in samples:
        for scorer, score in (sample.scores or {}).items():
            keys.setdefault(scorer, {}).update(dict.fromkeys(_parts(score.value)))
    metrics = [Metric(scorer, key) for scorer, found in keys.items() for key in found or (None,)]
    return {str(metric): metric for metric in metrics}


def choose_metric(path: Path, log: "EvalLog", known: Mapping[str, Metric], wanted: str | None) -> Metric:
    """The metric that was asked for, else the scorer that the log names first. Raises DataError."""
    if not known:
        raise DataError(f"{path}: no sample of this log was scored; score it (inspect score {path}) or leave it out")
    scorers = dict.fromkeys(metric.scorer for metric in known.values())
    first = [score.scorer for score in log.results.scores if score.scorer in scorers] if log.results else []
    name = wanted or next(iter([*first, *scorers]))
    if name in known:
        return known[name]
    if name in scorers:
        mine = " or ".join(f"--metric {label}" for label, metric in known.items() if metric.scorer == name)
        raise DataError(f'{path}: a score by "{name}" holds several values; name one ({mine})')
    raise DataError(f'{path}: --metric "{name}": no such scorer in this log{nearest(name, known)}')


def _parts(value: object) -> Mapping[str, object]:
    """The values within a score by name, or by number; none in a score that is one value."""
    if isinstance(value, Mapping):
        return value
    return {str(place): part for place, part in enumerate(value)} if isinstance(value, list | tuple) else {}


def as_score(value: object) -> float | None:
    """A value as Inspect's own metrics count it; None for what has no finite number, which they count as 0."""
    if isinstance(value, str):
        value = WORDS.get(value, WORDS.get(value.lower(), value))
    try:
        score = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return score if math.isfinite(score) else None


def judge(sample: "EvalSample", metric: Metric) -> tuple[Outcome, float | None, str]:
    """What the log makes of a sample, and why. What Inspect did not finish or score is failed, not wrong."""
    score = (sample.scores or {}).get(metric.scorer)
    if sample.invalidation:
        return "failed", None, short(f"invalidated: {sample.invalidation.reason or 'no reason given'}")
    if sample.error:
        return "failed", None, short((sample.error.message.strip().splitlines() or ["an error without a message"])[0])
    if score is None:
        return "failed", None, f"not scored by {metric}"
    logged = score.value if metric.key is None else _parts(score.value).get(metric.key)
    told = f"scored {logged} by {metric}"
    value = as_score(logged)
    if value is None:
        return "failed", None, short(f"{told}, which is no number: {score.explanation or 'no explanation'}")
    outcome = outcome_of(value, finish_of(sample))
    is_no_answer = logged == "N" and outcome == "incorrect"
    return "unparsed" if is_no_answer else outcome, value, short(score.explanation or told)


def check_scores(path: Path, metric: Metric, scores: Sequence[float], others: str) -> None:
    mend = f"name another (--metric): {others}" if others else "it holds no other; leave it out"
    if not scores:
        raise DataError(f'{path}: no sample of this log has a usable score by "{metric}"; {mend}')
    if min(scores) < 0 or max(scores) > 1:
        raise DataError(f'{path}: scores by "{metric}" go from {min(scores):g} to {max(scores):g}, not 0 to 1; {mend}')


def mean_of(items: Iterable[Logged]) -> float:
    by_sample: dict[str, list[float]] = {}
    for item in items:
        if item.score is not None:
            by_sample.setdefault(item.sample.id, []).append(item.score)
    return fmean(map(fmean, by_sample.values()))


def header_mean(log: "EvalLog", metric: Metric) -> float | None:
    for score in log.results.scores if log.results else ():
        mine = score.scorer == metric.scorer and score.name == (metric.key or metric.scorer)
        figures = [score.metrics[name].value for name in ("accuracy", "mean") if name in score.metrics]
        if mine and figures and score.reducer in (None, "mean"):
            return float(figures[0])
    return None


def finish_of(sample: "EvalSample") -> Finish:
    return FINISHES.get(sample.output.choices[0].stop_reason, "unknown") if sample.output.choices else "unknown"


def clean(text: str) -> str:
    return as_text(text) or ""


def short(text: str) -> str:
    text = clean(text)
    return text if len(text) <= REASON else text[: REASON - 3] + "..."
