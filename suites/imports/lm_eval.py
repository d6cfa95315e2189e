"""Output folders of lm-evaluation-harness (0.4.x): what its results files say, and the samples logged beside them.

A row of a samples file is one document under one filter; a task is judged by one metric under one filter, a key such as
`exact_match,strict-match`. Documents are told apart by lm-eval's own hash of them: prompts differ by chat template.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

from harness.errors import DataError, nearest
from harness.identity import file_digest
from harness.records import Json
from suites.imports.lm_eval_rows import PlacedRow, items, number
from suites.imports.logs import Log, Wanted
from suites.rows import Row, as_text, read_rows

UNTOLD = (
    "lm-eval logs do not say how a reply ended, so one that was cut off counts as wrong; they hold no token counts and "
    "no latencies. What the models were is declared by the logs, not proven."
)
FACTS = ("model_source", "lm_eval_version", "git_hash", "chat_template_sha")
MODEL_ARGUMENTS = ("peft", "delta", "pretrained", "model", "path", "engine")  # where lm-eval looks for a model's name
NO_METRIC = re.compile(
    "(doc|doc_id|target|arguments|(filtered_)?resps|filter|metrics|[^,]*_(hash|stderr))?(,.*)?", re.S
)
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A samples file. `keys` are all `metric,filter`; rows stand with their places by filter, in the order of doc_id.

    `guessed` says that the rows do not name their filters.
    """

    name: str
    path: Path
    header: Row
    keys: Sequence[str]
    rows: Mapping[str, Sequence[PlacedRow]]
    guessed: bool

    def under(self, key: str) -> Sequence[PlacedRow]:
        """The rows of the key's filter."""
        return self.rows.get(key.partition(",")[2], ())

    def scores(self, key: str) -> list[float] | str:
        """The metric per sample, NaN where it is missing, or why it cannot be paired."""
        metric = key.partition(",")[0]
        values = [number(row.get(metric)) for _, row in self.under(key)]
        known = [value for value in values if value is not None]
        outside = [value for value in known if math.isfinite(value) and not 0 <= value <= 1]
        if len(known) < len(values):
            return "has no number per sample; it is made for a whole corpus and cannot be paired"
        if not any(map(math.isfinite, known)):
            return "has no number in any sample"
        if _of(self.header, "higher_is_better", self.name, metric) is False:
            return "is better when lower; only scores of which 1 is the best can be compared"
        return f"is {outside[0]:g} in a sample; scores lie between 0 and 1" if outside else known

    def gap(self, key: str, scores: Sequence[float]) -> float:
        """How far the mean of the scores is from the header's value; NaN where one of them is not known."""
        reported = number(_of(self.header, "results", self.name, key))
        return math.nan if reported is None else abs(sum(scores) / len(scores) - reported)


def read_lm_eval(paths: Sequence[Path], wanted: Wanted) -> tuple[list[Log], list[str]]:
    """The logs of every task with samples, and what must be said of them. Raises DataError naming file and line."""
    runs = {run: files for path in paths for run, files in _find(path).items()}
    found = [item for (_, stamp), files in runs.items() for item in _read_run(stamp, files, wanted)]
    logs = [item for item in found if isinstance(item, Log)]
    notes = [item for item in found if isinstance(item, str)]
    if not logs:
        raise DataError("nothing can be paired: " + " ".join(notes))
    for name, path in wanted.slices.items():
        if not any(name in item.sample.slices for log in logs for item in log.items):
            known = dict.fromkeys(field for log in logs for field in _fields(log.path))
            raise DataError(f'--slice {name}: no document has the field "{path}"{nearest(path, known)}')
    return logs, [UNTOLD, *notes]


def _find(path: Path) -> dict[tuple[Path, str], list[Path]]:
    """The files of every run, by its folder and the time in their names. Raises DataError where there are none."""
    one = path.is_file() and path.suffix == ".json"
    kinds = ("**/results_*.json", "**/samples_*.jsonl")
    below = [path / name for kind in kinds for name in glob(kind, root_dir=path, recursive=True, include_hidden=True)]
    files = [path, *path.parent.glob("samples_*.jsonl")] if one else below
    met = {file.parent.resolve() / file.name: file for file in sorted(files)}
    runs: dict[tuple[Path, str], list[Path]] = {}
    for real, file in met.items():
        runs.setdefault((real.parent, file.stem.rpartition("_")[2]), []).append(file)
    if not runs:
        raise DataError(f"{path}: no results_*.json or samples_*.jsonl of lm-evaluation-harness")
    return {run: files for run, files in runs.items() if path in files} if one else runs


def _read_run(stamp: str, files: Sequence[Path], wanted: Wanted) -> Iterator[Log | str]:
    """The logs of one run, and notes."""
    results, samples = ([file for file in files if file.suffix == kind] for kind in (".json", ".jsonl"))
    if len(results) > 1:
        raise DataError(f"{results[1]}: the time in its name is that of {results[0].name}; rename or remove one")
    header = _header(results[0]) if results else {}
    model = _model(header) or as_text(files[0].parent.resolve().name) or "unnamed"
    if not results:
        yield f'{files[0].parent}: samples without a results file; "{model}" is the name of their folder.'
    elif not samples:
        yield f"{results[0]}: no samples were logged; run lm-eval with --log_samples."
    for path in samples:
        try:
            task = _task(path, header)
            said: list[str] = []
            chosen = _choose(task, wanted.metric, said)
            if chosen is None:
                yield from said
                continue
            key, scores = chosen
            yield Log(
                path=path,
                digest=file_digest(path),
                task=task.name,
                model=model,
                run=as_text(stamp) or "",
                scorer=as_text(key) or "",
                items=tuple(items(task.under(key), task.name, key, scores, wanted.slices)),
                described=_described(task),
                notes=(*said, *_doubts(task, key, scores)),
            )
        except RecursionError:
            raise DataError(f"{path}: nested too deeply for a file of lm-evaluation-harness") from None


def _header(path: Path) -> Row:
    """What a results file says. Raises DataError for one that is cut off or not of lm-eval."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(f"{path}{line}: not valid JSON: {error}; is the file cut off?") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    results = _of(content, "results")
    if not isinstance(results, dict) or not all(isinstance(task, dict) for task in results.values()):
        raise DataError(f'{path}: not of lm-evaluation-harness: "results" is no object with an object for every task')
    return dict(content)


def _of(value: object, *path: str) -> Any:
    """What stands at the end of a path of keys, None where it breaks off."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _model(header: Row) -> str | None:
    given = _of(header, "config", "model_args")
    if isinstance(given, str):
        given = {name.strip(): value for name, _, value in (part.partition("=") for part in given.split(","))}
    named = (header.get("model_name"), *(_of(given, argument) for argument in MODEL_ARGUMENTS))
    return next((as_text(name) for name in named if name and isinstance(name, str)), None)


def _task(path: Path, header: Row) -> _Task:
    """Raises DataError for rows that are not lm-eval's, and for a document that stands twice under one filter."""
    name = as_text(path.stem.removeprefix("samples_").rpartition("_")[0]) or "unnamed"
    keys = dict.fromkeys(
        key for key in _of(header, "results", name) or () if "," in key and not NO_METRIC.fullmatch(key)
    )
    filters = list(dict.fromkeys(key.partition(",")[2] for key in keys)) or ["none"]
    rows: dict[str, dict[int, tuple[str, Row]]] = {}
    guessed = False
    for line, row in read_rows(path):
        where, doc, under = f"{path}:{line}", row.get("doc_id"), row.get("filter")
        if not isinstance(doc, int):
            raise DataError(f"{where}: no doc_id; is this a samples file of lm-evaluation-harness?")
        if not isinstance(under, str):  # older logs write one filter after the other, as their header lists them
            under = next((known for known in filters if doc not in rows.get(known, {})), filters[-1])
            guessed = len(filters) > 1
        if doc in rows.setdefault(under, {}):
            raise DataError(f'{where}: document {doc} under "{under}" stands already in {rows[under][doc][0]}')
        rows[under][doc] = (where, row)
        metrics = row.get("metrics")
        named = [str(metric) for metric in (metrics if isinstance(metrics, list) else row)]
        keys |= dict.fromkeys(f"{metric},{under}" for metric in named if not NO_METRIC.fullmatch(metric))
    ordered = {under: [found[doc] for doc in sorted(found)] for under, found in rows.items()}
    return _Task(name=name, path=path, header=header, keys=list(keys), rows=ordered, guessed=guessed)


def _choose(task: _Task, metric: str | None, said: list[str]) -> tuple[str, list[float]] | None:
    """The key that judges the task, with its scores, None without one; DataError if one was asked for in vain."""
    about = f'Task "{task.name}"'
    tried = {key: task.scores(key) for key in task.keys}
    usable = {key: scores for key, scores in tried.items() if not isinstance(scores, str)}
    named = [key for key in tried if metric in (None, key, key.partition(",")[0])]
    chosen = next((key for key in named if key in usable), None)
    if metric and named and chosen is None:
        raise DataError(f"{task.path}: {named[0]} {tried[named[0]]}; usable: {', '.join(usable) or 'none'} (--metric)")
    said += [f"{about}: {key} {tried[key]}." for key in named[: named.index(chosen) if chosen else None]]
    if chosen is None:
        what = f'"{metric}", only {", ".join(tried) or "no metric"}' if metric else "metric that can be paired"
        said.append(f"{about} is left out: its log has no {what} ({task.path}).")
        return None
    if task.guessed and not task.gap(chosen, usable[chosen]) <= TOLERANCE:
        said.append(f"{about} is left out: its rows do not name their filters, nor does its header tell ({task.path}).")
        return None
    if others := ", ".join(key for key in usable if key != chosen):
        said.append(f"{about}: judged by {chosen}; its log also holds {others} (--metric).")
    return chosen, usable[chosen]


def _doubts(task: _Task, key: str, scores: Sequence[float]) -> Iterator[str]:
    """What keeps the log from being the whole truth."""
    about = f'Task "{task.name}"'
    if task.gap(key, scores) > TOLERANCE:
        mean, reported = sum(scores) / len(scores), _of(task.header, "results", task.name, key)
        yield f"{about}: the mean of its samples is {mean:.6g}, its header says {reported:.6g} ({key}; {task.path})."
    whole, run = (number(_of(task.header, "n-samples", task.name, n)) or 0 for n in ("original", "effective"))
    if run < whole:
        yield f"{about}: {run:,.0f} of {whole:,.0f} samples were run."
    if run > len(scores):
        yield f"{about}: {run:,.0f} samples were run, its log holds {len(scores):,} ({task.path})."
    if not all(isinstance(row.get("doc_hash"), str) for _, row in task.under(key)):
        yield f"{about}: rows without a doc_hash are paired by the hash of their documents ({task.path})."


def _described(task: _Task) -> dict[str, Json]:
    header, name = task.header, task.name
    found = {fact: header.get(fact) for fact in FACTS}
    found |= {setting: _of(header, "config", setting) for setting in ("model_args", "gen_kwargs")}
    found |= {f"n-shot of {name}": _of(header, "n-shot", name), f"version of {name}": _of(header, "versions", name)}
    return {fact: as_text(value) for fact, value in found.items() if value not in (None, "", {})}


def _fields(path: Path) -> list[str]:
    """The fields of a file's first document."""
    doc = next(read_rows(path))[1].get("doc")
    return list(doc) if isinstance(doc, dict) else []
