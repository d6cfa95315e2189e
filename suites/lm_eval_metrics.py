"""Which metric of an lm-eval task judges a suite, tried on the first document: a number in [0, 1], 1 the best.

A key is lm-eval's `metric,filter`: filters find the answer in the reply, and a metric is what the answer is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import DataError, nearest
from harness.records import Json

OVER_REPEATS = ("majority_vote", "take_first_k")  # filters that need all attempts at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    key: str
    notes: tuple[str, ...] = ()


def measure_of(task: Any, doc: Mapping[str, Any], wanted: Json) -> Measure:
    """The task's first metric under its first filter, or the one wanted (`acc_norm`, `exact_match,flexible-extract`).

    Raises DataError for a metric that is unknown, better when lower, no number per document, or outside [0, 1].
    """
    if wanted is not None and not isinstance(wanted, str):
        raise DataError(f"{_about(task)}: the option `metric` is {wanted!r}, not the name of a metric")
    metric, _, under = (wanted or "").partition(",")
    filters = [ensemble.name for ensemble in task._filters]  # lm-eval has no public way to list them
    if under and under not in filters:
        raise DataError(f'{_about(task)}: it has no filter "{under}"{nearest(under, filters)}')
    under = under or filters[0]
    _refuse_votes(task, under, filters)
    values = tried(task, doc, under)
    first = next((name for name in task.aggregation() if name in values), next(iter(values), ""))
    metric = metric or first
    if metric not in values:
        raise DataError(f'{_about(task)}: it has no metric "{metric}"{nearest(metric, values)}')
    fault = _fault(task, metric, values[metric])
    if fault:
        usable = [name for name, value in values.items() if not _fault(task, name, value)]
        mend = f"; usable: {', '.join(usable)} (grader_options: {{lm_eval: {{metric: {usable[0]}}}}})" if usable else ""
        raise DataError(f'{_about(task)}: its metric "{metric}" {fault}{mend}')
    return Measure(key=f"{metric},{under}", notes=tuple(_notes(task, metric, under, (list(values), filters))))


def tried(task: Any, doc: Mapping[str, Any], under: str) -> dict[str, Any]:
    """What the task makes of its first document, were the gold answer the reply."""
    from lm_eval.api.instance import Instance

    try:
        replies = _replies(task, doc)
        instances = [Instance(task.OUTPUT_TYPE, dict(doc), (), i, resps=[reply]) for i, reply in enumerate(replies)]
        next(ensemble for ensemble in task._filters if ensemble.name == under).apply(instances)
        return dict(task.process_results(doc, [instance.filtered_resps[under] for instance in instances]))
    except Exception as error:  # the boundary of tasks: filters and metrics may be the task's own Python
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise DataError(f"{_about(task)}: it cannot grade a single reply to its first document ({said})") from error


def _replies(task: Any, doc: Mapping[str, Any]) -> list[Any]:
    target = task.doc_to_target(doc)
    if task.OUTPUT_TYPE == "generate_until":
        return [target[0] if isinstance(target, list) and target and isinstance(target[0], str) else str(target)]
    if task.OUTPUT_TYPE == "loglikelihood":
        return [(-1.0, True)]
    n = len(task.doc_to_choice(doc)) * (2 if "acc_mutual_info" in task.aggregation() else 1)
    return [(-1.0 - i, False) for i in range(n)]


def _fault(task: Any, metric: str, value: Any) -> str | None:
    if isinstance(value, str):
        return "is a text, not a number"
    try:
        number = float(value)
    except (TypeError, ValueError):
        return "has no number per document; it is made for a whole corpus and cannot be paired"
    if task.higher_is_better().get(metric) is False:
        return "is better when lower; only scores of which 1 is the best can be compared"
    if not 0 <= number <= 1:
        return f"is {number:g} for a reply that is the gold answer; scores lie between 0 and 1"
    return None


def _refuse_votes(task: Any, under: str, filters: list[str]) -> None:
    steps = {
        entry["name"]: [step.get("function") for step in entry["filter"]] for entry in task.config.filter_list or ()
    }
    votes = {name: [step for step in steps.get(name, ()) if step in OVER_REPEATS] for name in filters}
    if not votes[under]:
        return
    others = [name for name in filters if not votes[name]]
    mend = f"; filters that do not: {', '.join(others)} (`metric: NAME,{others[0]}`)" if others else ""
    raise DataError(
        f'{_about(task)}: its filter "{under}" ({", ".join(votes[under])}) reads all attempts at once, and viva grades '
        f"each by itself{mend}"
    )


def _notes(task: Any, metric: str, under: str, all_names: tuple[list[str], list[str]]) -> list[str]:
    from lm_eval.api.metrics import mean

    about = f'Task "{task.config.task}"'
    metrics, filters = all_names
    others = [name for name in metrics if name != metric] + [f"filter {name}" for name in filters if name != under]
    notes = []
    if others:
        notes.append(f"{about}: judged by {metric},{under}; it also has {', '.join(others)}.")
    aggregate = task.aggregation().get(metric, mean)
    if aggregate is not mean:
        named = getattr(aggregate, "__name__", "a function of its own")
        notes.append(f"{about}: lm-eval sums {metric} up by {named}; viva compares means.")
    return notes


def _about(task: Any) -> str:
    return f'lm-eval task "{task.config.task}"'
