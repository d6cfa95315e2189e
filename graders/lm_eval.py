"""Samples of the suite source `lm_eval`, graded by the task itself: its filters, then its `process_results`.

The target holds the document, `{"gold": ..., "doc": {...}}`, so the task is made without its data set. A reply to be
read ends at the task's stop texts, as in lm-eval. Whether there is an answer in it, the task's filters tell: an
extracting filter that finds nothing says so, and that is `unparsed`. The gold cannot be checked beforehand, because a
document does not tell how a model would write its answer.
"""

import importlib.util
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graders.options import refuse_unknown
from graders.reading import cut_off, no_answer, no_reply, right, short, wrong
from harness.protocols import Grader
from harness.records import Json, Judgement, Response, Sample

version = "2"
needs_target = True

# `code` is a digest of what the task's files are made of: it tells grades of one state of a task from another's.
OPTIONS = ("task", "file", "metric", "code", "include_path", "multiple_target")
NOTHING_FOUND = "[invalid]"  # what lm-eval's extracting filters answer when they find nothing
STRUCTURE = ("tag", "group", "task_list")
OF_DATA = ("process_docs", "training_split", "validation_split", "fewshot_split", "fewshot_config", "num_fewshot")


def gold(sample: Sample) -> str | None:
    return None


def make(options: Mapping[str, Json]) -> Grader:
    """Raises ValueError for options that do not name a task."""
    refuse_unknown(options, OPTIONS)
    task, file, metric = (options.get(name) for name in ("task", "file", "metric"))
    if not (isinstance(task, str) and isinstance(file, str) and isinstance(metric, str)):
        raise ValueError("it grades suites of the source `lm_eval`, which gives it `task`, `file` and `metric`")
    root = options.get("include_path")
    return LmEval(
        file=Path(root if isinstance(root, str) else _own_folder()) / file,
        metric=metric,
        multiple_target=options.get("multiple_target") is True,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A reply as the task sees it: `value` is the metric's, `results` what the filter made of the reply."""

    value: float
    results: Sequence[Any]
    whole: bool
    nothing: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class LmEval:
    """`metric` is `metric,filter`, or a metric under the task's first filter. The task is made for the first reply."""

    file: Path
    metric: str
    multiple_target: bool
    _task: Any = field(default=None, init=False)

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        doc = _doc(sample)
        if response.failure is not None or response.finish in ("error", "refusal"):
            return no_reply(response) or no_answer(response, "no reply")
        with _quietly():
            self._task = self._task or _without_data(self.file, doc, self.multiple_target)
            metric, under = _key(self._task, self.metric)
            seen = _see(self._task, sample, response, (metric, under))
        return _judge(seen, sample, response, (metric, under))


def _see(task: Any, sample: Sample, response: Response, key: tuple[str, str]) -> _Seen:
    """Filters and metric of the task, as lm-eval applies them (`lm_eval.evaluator.evaluate`)."""
    metric, under = key
    doc = _doc(sample)
    replies = _replies(task, sample, response)
    results = _filtered(task, under, doc, replies)
    steps = next((entry["filter"] for entry in task.config.filter_list or () if entry["name"] == under), ())
    nothing = (NOTHING_FOUND, *(str(step["fallback"]) for step in steps if "fallback" in step))
    whole = not cut_off(response) or replies[0] != response.text  # a stop text ended it before it was cut off
    return _Seen(_value(task.process_results(doc, results), metric), results, whole, nothing)


def _judge(seen: _Seen, sample: Sample, response: Response, key: tuple[str, str]) -> Judgement:
    metric, under = key
    reason = f"lm-eval's {metric},{under} is {seen.value:g}"
    if sample.continuations:
        reason += f" (log-likelihoods {', '.join(f'{one.logprob:.4g}' for one in response.likelihoods)})"
    answer = _option(sample, metric, seen.results) if sample.continuations else _text(seen.results[0])
    if seen.value == 1:
        return right(answer, reason)
    if seen.value > 0 or sample.continuations:
        return wrong(answer, reason, seen.value)
    if silent := no_reply(response):
        return silent
    if answer in seen.nothing:
        return no_answer(response, f'the filter "{under}" found no answer')
    return wrong(answer, reason) if seen.whole else no_answer(response, reason)


def _replies(task: Any, sample: Sample, response: Response) -> list[Any]:
    """What lm-eval would have got from a model of its own."""
    if not sample.continuations:
        return [_until(response.text, (task.config.generation_kwargs or {}).get("until"))]
    if len(response.likelihoods) != len(sample.continuations):
        raise ValueError(f"{len(response.likelihoods)} likelihoods for {len(sample.continuations)} continuations")
    return [(likelihood.logprob, likelihood.greedy) for likelihood in response.likelihoods]


def _until(text: str, until: Any) -> str:
    """The text before the first stop text (`lm_eval.models.utils.postprocess_generated_text`)."""
    for stop in until if isinstance(until, list) else [until]:
        if isinstance(stop, str) and stop:
            text = text.partition(stop)[0]
    return text


def _filtered(task: Any, under: str, doc: Mapping[str, Json], replies: Sequence[Any]) -> list[Any]:
    from lm_eval.api.instance import Instance

    instances = [Instance(task.OUTPUT_TYPE, doc, (), i, resps=[reply]) for i, reply in enumerate(replies)]
    next(ensemble for ensemble in task._filters if ensemble.name == under).apply(instances)
    return [instance.filtered_resps[under] for instance in instances]


def _key(task: Any, key: str) -> tuple[str, str]:
    metric, _, under = key.partition(",")
    filters = [ensemble.name for ensemble in task._filters]  # lm-eval has no public way to list them
    if under and under not in filters:
        raise ValueError(f'the task has no filter "{under}"; known: {", ".join(filters)}')
    return metric, under or filters[0]


def _value(values: Mapping[str, Any], metric: str) -> float:
    if metric not in values:
        raise ValueError(f'the task gave no "{metric}", only {", ".join(values)}')
    value = float(values[metric])
    if not 0 <= value <= 1:
        raise ValueError(f'"{metric}" is {value:g}; scores lie between 0 and 1')
    return value


def _text(result: Any) -> str:
    while isinstance(result, list | tuple) and result:
        result = result[0]
    return result if isinstance(result, str) else str(result)


def _option(sample: Sample, metric: str, results: Sequence[Any]) -> str:
    """The continuation that the metric takes for the answer; of a single one, whether the model would write it."""
    n = len(sample.choices) or len(results)
    texts = [c.text.strip() for c in sample.continuations[:n]]
    if len(texts) == 1:
        return texts[0] if results[0][1] else "(something else)"
    names = list(sample.choices) or texts
    lengths = [_length(name, metric) for name in names]
    sums = [logprob / length for (logprob, _), length in zip(results, lengths, strict=False)]
    return names[sums.index(max(sums))]


def _length(choice: str, metric: str) -> int:
    """What a log-likelihood is divided by: characters for acc_norm, bytes for acc_bytes."""
    measured = {"acc_norm": len(choice), "acc_bytes": len(choice.encode())}
    return measured.get(metric, 1) or 1


def _doc(sample: Sample) -> dict[str, Json]:
    doc = sample.target.get("doc") if isinstance(sample.target, dict) else None
    if not isinstance(doc, dict):
        raise ValueError(
            f'target {short(repr(sample.target))} holds no "doc"; it grades suites of the source `lm_eval`'
        )
    return doc


class _Docs(list[Any]):
    """A data set of one document, with what lm-eval asks of a data set."""

    @property
    def features(self) -> dict[str, None]:
        return dict.fromkeys(self[0])


def _without_data(file: Path, doc: Mapping[str, Json], multiple_target: bool) -> Any:
    """The task of a YAML file with one document for a data set. Raises ValueError where it cannot be made.

    lm-eval finds out whether a document may have several targets (`multiple_target`) by the data set's first.
    """
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks._yaml_loader import load_yaml

    if not file.is_file():
        raise ValueError(f"the task's file {file} is not there; is this the machine, and the lm-eval, of the run?")
    config = {name: value for name, value in load_yaml(file).items() if name not in (*STRUCTURE, *OF_DATA)}
    split = {"test_split": "test", "custom_dataset": lambda **_: {"test": _Docs([doc])}}
    task = ConfigurableTask(config={**config, **split})
    task.multiple_target = int(multiple_target)
    return task


def _own_folder() -> Path:
    """lm-eval's own folder of tasks, found without importing lm-eval."""
    spec = importlib.util.find_spec("lm_eval")
    if spec is None or spec.origin is None:
        raise ValueError("lm-eval is not installed; `pip install lm-eval`")
    return Path(spec.origin).parent / "tasks"


@contextmanager
def _quietly() -> Iterator[None]:
    """What lm-eval and a task's own code print, log or warn of stays out of the terminal."""
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
