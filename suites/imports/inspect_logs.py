"""Logs of Inspect (.eval or .json): what every sample of a finished, scored log holds, read by Inspect itself.

A log that tells of a part of its task only is refused by name. A sample without a usable score stays, as failed.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from harness.errors import DataError, UsageError, nearest
from harness.identity import digest, file_digest
from harness.records import Json, Message, Response, Sample
from suites.imports.inspect_scores import (
    Metric,
    check_scores,
    choose_metric,
    clean,
    finish_of,
    header_mean,
    judge,
    mean_of,
    metrics_in,
    short,
)
from suites.imports.logs import Log, Logged, Wanted
from suites.rows import as_text, fetch

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import ChatMessage, ModelUsage

BEGINNING = re.compile(rb'\s*\{\s*"version"\s*:\s*\d+\s*,\s*"status"\s*:')  # of every log that Inspect writes as JSON
TOLERANCE = 1e-6  # between the mean of the samples and the header's
DECLARED = "Inspect logs: what the models were is declared by the logs, not proven; scores are the logs', not viva's."


def read_inspect(paths: Sequence[Path], wanted: Wanted) -> tuple[list[Log], list[str]]:
    """One `Log` per file, and what has to be said of them all. Folders are searched for logs.

    Raises DataError for a log that is unreadable, unfinished or unscored, UsageError without inspect_ai.
    """
    logs: list[Log] = []
    skipped: list[str] = []
    absent, fields = dict(wanted.slices), dict[str, None]()
    for path, is_named in find_logs(paths):
        try:
            log = open_log(path)
        except DataError:
            if is_named or path.suffix == ".eval" or _begins_like_a_log(path):
                raise
            skipped.append(path.name)
            continue
        logs.append(read_log(path, log, wanted))
        for row in map(_row, log.samples or ()):
            fields |= dict.fromkeys(row)
            absent = {name: place for name, place in absent.items() if _at(row, place) is None}
    if not logs:
        raise DataError(f"{', '.join(map(str, paths))}: no Inspect logs (.eval or .json) there")
    for name, place in absent.items():
        raise DataError(f'slice "{name}": no sample of these logs has "{place}"{nearest(place, fields)}')
    said = [f"Skipped, because they are no Inspect logs: {', '.join(skipped)}."] if skipped else []
    return logs, [DECLARED, *said, *_unlike(logs)]


def find_logs(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """Every file that may be a log, once, and whether it was named itself. Raises DataError for a folder without."""
    found: dict[Path, tuple[Path, bool]] = {}
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix in (".eval", ".json") and p.is_file())
        if path.is_dir() and not inside:
            raise DataError(f"{path}: no Inspect logs (.eval or .json) in this folder")
        for file in inside if path.is_dir() else [path]:
            _, is_named = found.get(file.resolve(), (file, False))
            found[file.resolve()] = (file, is_named or file is path)
    return list(found.values())


def open_log(path: Path) -> "EvalLog":
    """Raises DataError for what Inspect cannot read."""
    try:
        from inspect_ai.log import read_eval_log
    except ModuleNotFoundError:
        raise UsageError("reading Inspect logs needs inspect_ai; install viva with its `inspect` extra") from None
    try:
        return read_eval_log(path, resolve_attachments=True)
    except Exception as error:  # the boundary of Inspect's reader: zip, compression, JSON, schema, disk
        raise DataError(f"{path}: not a readable Inspect log ({_why(error, path)})") from None


def _why(error: Exception, path: Path) -> str:
    """In plain words what Inspect's reader met."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        told = "keys and values are expected" if fault["type"] == "model_type" else fault["msg"]
        return short(f"{place}: {told}" if place else told)
    if isinstance(error, KeyError):
        return short(f"it holds no {error}")
    if isinstance(error, ValueError) and path.suffix == ".json":
        return short(f"not valid JSON: {error}")
    return short(f"no whole archive: {error}")


def _begins_like_a_log(path: Path) -> bool:
    with path.open("rb") as file:
        return BEGINNING.match(file.read(200)) is not None


def read_log(path: Path, log: "EvalLog", wanted: Wanted) -> Log:
    """Raises DataError for a log that is not whole, and for one without scores between 0 and 1."""
    samples = log.samples or []
    _check_whole(path, log, samples)
    known = metrics_in(samples)
    metric = choose_metric(path, log, known, wanted.metric)
    items = tuple(_logged(sample, log, metric, wanted) for sample in samples)
    others = ", ".join(label for label in known if label != str(metric))
    check_scores(path, metric, [item.score for item in items if item.score is not None], others)
    return Log(
        path=path,
        digest=file_digest(path),
        task=clean(log.eval.task),
        model=clean(log.eval.model),
        run=log.eval.created,
        scorer=str(metric),
        items=items,
        described=_described(log),
        notes=tuple(_notes(log, items, metric, others)),
    )


def _check_whole(path: Path, log: "EvalLog", samples: "Sequence[EvalSample]") -> None:
    if log.status != "success":
        so_far = f"{sum(sample.error is None for sample in samples)} of {_planned(log):,} samples finished"
        mend = "finish it (inspect eval-retry) or leave it out"
        raise DataError(f'{path}: the log\'s status is "{log.status}" ({so_far}); {mend}')
    if not samples:
        raise DataError(f"{path}: the log holds no samples (a header only, or logged without them); leave it out")
    if log.invalidated and not any(sample.invalidation for sample in samples):
        raise DataError(f"{path}: the log was invalidated; run its task again or leave it out")
    (name, epoch), times = Counter((str(s.id), s.epoch) for s in samples).most_common(1)[0]
    if times > 1:
        raise DataError(f'{path}: the sample "{name}" stands {times} times in epoch {epoch}')


def _planned(log: "EvalLog") -> int:
    """How many samples the log was to have, epochs counted; those it does have where it does not say."""
    if log.results and log.results.total_samples:
        return log.results.total_samples
    return len(log.eval.dataset.sample_ids or ()) * (log.eval.config.epochs or 1)


def _logged(sample: "EvalSample", log: "EvalLog", metric: Metric, wanted: Wanted) -> Logged:
    asked = Sample(
        id=clean(str(sample.id)) or "(none)",
        messages=_messages(sample.input),
        target=[clean(t) for t in sample.target] if isinstance(sample.target, list) else clean(sample.target),
        target_source="inspect",
        choices=tuple(clean(choice) for choice in sample.choices or ()),
        slices={name: as_text(_at(_row(sample), place)) or "(none)" for name, place in wanted.slices.items()},
        source=clean(log.eval.task),
    )
    outcome, value, reason = judge(sample, metric)
    score = (sample.scores or {}).get(metric.scorer)
    return Logged(
        sample=asked,
        content=digest([[[m.role, m.content] for m in asked.messages], asked.target, list(asked.choices)]),
        outcome=outcome,
        score=value,
        reason=reason + (f" (stopped by its {sample.limit.type} limit)" if sample.limit else ""),
        answer=as_text(score.answer) if score else None,
        response=_response(sample, log),
        attempt=sample.epoch - 1,
    )


def _response(sample: "EvalSample", log: "EvalLog") -> Response | None:
    """The last reply of the sample. Its latency is the whole sample's, where that is known."""
    output = sample.output
    if not output.choices and not output.completion:
        return None
    message = output.choices[0].message if output.choices else None
    parts = message.content_list if message else []
    thoughts = [(p.summary if p.redacted else p.reasoning) or "" for p in parts if p.type == "reasoning"]
    calls = (message.tool_calls if message else None) or ()
    prompt_tokens, completion_tokens = _tokens(output.usage)
    return Response(
        key="",
        model="",
        text=clean(output.completion),
        reasoning=clean("\n".join(filter(None, thoughts))) or None,
        tool_calls=tuple(_plain({"id": c.id, "function": c.function, "arguments": c.arguments}) for c in calls),
        finish=finish_of(sample),
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        latency_s=output.time if sample.total_time is None else sample.total_time,
        created_at=sample.started_at or log.eval.created,
        served_model=clean(output.model) or None,
    )


def _tokens(usage: "ModelUsage | None") -> tuple[int | None, int | None]:
    """Tokens of prompt and reply. What counts cached prompts or reasoning differs by provider; the total holds all."""
    if usage is None or not (usage.total_tokens or usage.input_tokens or usage.output_tokens):
        return None, None
    prompt = usage.input_tokens + (usage.input_tokens_cache_read or 0) + (usage.input_tokens_cache_write or 0)
    if usage.total_tokens < usage.input_tokens + usage.output_tokens:
        return prompt, usage.output_tokens
    prompt = min(prompt, usage.total_tokens - usage.output_tokens)
    return prompt, usage.total_tokens - prompt


def _messages(asked: "str | list[ChatMessage]") -> tuple[Message, ...]:
    """What was asked, as text; a part that is none is named, `[image]`."""
    if isinstance(asked, str):
        return (Message(role="user", content=clean(asked)),)
    texts = ("\n".join(p.text if p.type == "text" else f"[{p.type}]" for p in m.content_list) for m in asked)
    return tuple(Message(role=m.role, content=clean(text)) for m, text in zip(asked, texts, strict=True))


def _row(sample: "EvalSample") -> dict[str, Json]:
    """Where slices are looked up: metadata, its fields with and without `metadata.` before them, id and target."""
    named = {f"metadata.{name}": value for name, value in sample.metadata.items()}
    return {**sample.metadata, **named, "metadata": sample.metadata, "id": sample.id, "target": sample.target}


def _at(row: Mapping[str, Json], place: str) -> Json:
    try:
        return fetch(row, place)
    except KeyError:
        return None


def _described(log: "EvalLog") -> dict[str, Json]:
    """What the log says of how it was made; only what was set."""
    set_for_model, set_for_task = log.eval.model_generate_config, log.plan.config
    told = {
        **{name: getattr(log.eval, name) for name in ("run_id", "task_version", "task_args", "model_args", "packages")},
        "dataset": log.eval.dataset.name,
        "solver": [{"solver": step.solver, **step.params} for step in log.plan.steps],
        "generate": set_for_model.model_dump(exclude_none=True) | set_for_task.model_dump(exclude_none=True),
    }
    return {name: _plain(value) for name, value in told.items() if value or value == 0}


def _notes(log: "EvalLog", items: Sequence[Logged], metric: Metric, others: str) -> Iterable[str]:
    task, who = clean(log.eval.task), f"{clean(log.eval.task)}, {clean(log.eval.model)}"
    if others:
        yield f"{task}: scored by {metric}; its logs hold other scores too, left aside: {others} (--metric)."
    reducers = [reducer for reducer in log.eval.config.epochs_reducer or () if reducer != "mean"]
    if reducers and any(item.attempt for item in items):
        yield f"{who}: its log reduces epochs by {', '.join(reducers)}; viva takes their mean."
    if _planned(log) > len(items):
        yield f"{who}: the log holds {len(items):,} of {_planned(log):,} samples."
    mean, told = mean_of(items), header_mean(log, metric)
    if told is not None and abs(mean - told) > TOLERANCE:
        yield f"{who}: the mean of its samples is {mean:.4g}, its header says {told:.4g}."


def _unlike(logs: Iterable[Log]) -> Iterable[str]:
    """What logs of one task were not run alike in."""
    by_task: dict[str, list[Log]] = {}
    for log in logs:
        by_task.setdefault(log.task, []).append(log)
    for task, same in by_task.items():
        names = ("task_version", "task_args", "solver", "dataset")
        differing = [name for name in names if len({digest(log.described.get(name)) for log in same}) > 1]
        if differing:
            yield f"{task}: its logs were not run alike; they differ in {', '.join(differing)}."


def _plain(value: object) -> Json:
    """A value as JSON that every later step can write: NaN as text, no lone surrogates."""
    plain: Json = json.loads(clean(json.dumps(value, ensure_ascii=False, default=str)), parse_constant=str)
    return plain
