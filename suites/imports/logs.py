"""Logs of other harnesses, joined into one run: which logs are one model's, which task is whose suite, who pairs.

Each format's reader tells what its files hold as `Log`s. What cannot be paired is left out in the open: a note says
what and why, and nothing is paired by position.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.collect import Answer, Collected
from harness.errors import DataError, nearest
from harness.evaluation import ModelCard
from harness.identity import digest
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Grade, Json, Outcome, Response, Sample
from harness.suite import Suite, make_suite

NAMED = 5  # ids that a note names before it only counts them


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asks of a log: which of its metrics, and slices by name, as dotted paths into its documents."""

    metric: str | None = None
    slices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One attempt of a model at one sample. `content` is a digest of what was asked, equal in logs that can be paired.

    `response` is None where a log keeps no text; its key and model are filled in here.
    """

    sample: Sample
    content: str
    outcome: Outcome
    score: float | None
    reason: str
    answer: str | None = None
    response: Response | None = None
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One model's part in one task, as one file tells it. `run` tells two runs of a model apart: when it began."""

    path: Path
    digest: str
    task: str
    model: str
    run: str
    scorer: str
    items: tuple[Logged, ...]
    described: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def assemble(logs: Sequence[Log], notes: Sequence[str], teacher: str) -> Collected:
    """Samples, answers and scores of all logs, by model and task. Raises DataError when nothing can be paired.

    `notes` are what the reader had to say: first of all such logs, then of single files.
    """
    named, collisions = name_models(logs)
    chosen = find_teacher(teacher, list(named), notes[1:])
    by_task = _by_task(named)
    suite_names = name_suites(by_task)
    found = Collected(suites=(), notes=list(collisions))
    suites: list[Suite] = []
    for task, logs_by_model in by_task.items():
        _drop_other_scorers(task, logs_by_model, chosen, found)
        reason = _unpairable(task, logs_by_model, chosen)
        if reason:
            found.notes.append(reason)
        else:
            found.notes += dict.fromkeys(note for log in logs_by_model.values() for note in log.notes)
            found.notes += _differences(task, logs_by_model, chosen)
            suites.append(_suite(suite_names[task], logs_by_model, chosen, found))
    if not suites:
        raise DataError(_nothing_paired(found, notes[1:], collisions))
    found.notes[:0] = notes
    found.suites = tuple(suites)
    compared = _compared(found, chosen)
    if len(compared) < 2:
        raise DataError(_nothing_paired(found, notes[1:], collisions))
    order = [chosen, *(name for name in named if name != chosen)]
    found.models = [_card(name, name == chosen, named[name]) for name in order if name in compared]
    return found


def _nothing_paired(found: Collected, notes: Iterable[str], collisions: Sequence[str]) -> str:
    reasons = [*notes, *(note for note in found.notes if note not in collisions)]
    return "nothing can be paired: " + " ".join(reasons)


def name_models(logs: Sequence[Log]) -> tuple[dict[str, list[Log]], list[str]]:
    """Logs by the name of their model, and what had to be said of names.

    Two runs of one model at one task are two candidates, `model@run`. Raises DataError for one run given twice.
    """
    named: dict[str, list[Log]] = {}
    notes: list[str] = []
    for model in dict.fromkeys(log.model for log in logs):
        mine = [log for log in logs if log.model == model]
        _refuse_copies(mine)
        runs = list(dict.fromkeys(log.run for log in mine))
        if len({log.task for log in mine}) == len(mine):
            named[model] = mine
            continue
        for run in runs:
            named[f"{model}@{run}"] = [log for log in mine if log.run == run]
        told = ", ".join(f"{model}@{run}" for run in runs)
        notes.append(f"{model}: {len(runs)} runs, taken as models of their own: {told}.")
    return named, notes


def _refuse_copies(logs: Sequence[Log]) -> None:
    seen: dict[tuple[str, str], Log] = {}
    for log in logs:
        twin = seen.setdefault((log.task, log.run), log)
        if twin is not log:
            raise DataError(
                f'{log.path}: the run of "{log.model}" at "{log.task}" that began {log.run} stands already in '
                f"{twin.path}; leave one out"
            )


def name_suites(tasks: Iterable[str]) -> dict[str, str]:
    """A suite's name for every task: its own, with `-` for what plans do not take in names, and numbered if taken."""
    names: dict[str, str] = {}
    for task in tasks:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", task).lstrip("._-") or "task"
        free = (plain, *(f"{plain}.{number}" for number in range(2, len(names) + 3)))
        names[task] = next(name for name in free if name not in names.values())
    return names


def find_teacher(wanted: str, names: Sequence[str], notes: Iterable[str] = ()) -> str:
    """The name itself, or the only one whose last part (after `/`) it is. Raises DataError, which tells the notes."""
    if wanted in names:
        return wanted
    close = [name for name in names if wanted in _spellings(name)]
    if len(close) == 1:
        return close[0]
    if close:
        raise DataError(f'--teacher "{wanted}" could be {" or ".join(close)}; name one of them in full')
    raise DataError(" ".join((f'--teacher "{wanted}": no such model in these logs{nearest(wanted, names)}', *notes)))


def _spellings(name: str) -> tuple[str, ...]:
    """`org/model@run` is also called `org/model`, `model@run` and `model`."""
    model = name.partition("@")[0]
    return (model, name.rpartition("/")[2], model.rpartition("/")[2])


def _by_task(named: Mapping[str, Sequence[Log]]) -> dict[str, dict[str, Log]]:
    tasks: dict[str, dict[str, Log]] = {}
    for name, logs in named.items():
        for log in logs:
            tasks.setdefault(log.task, {})[name] = log
    return tasks


def _unpairable(task: str, logs: Mapping[str, Log], teacher: str) -> str | None:
    if teacher not in logs:
        return f'Task "{task}" is left out: {teacher} did not answer it, only {", ".join(logs)}.'
    if len(logs) == 1:
        return f'Task "{task}" is left out: only {teacher} answered it.'
    return None


def _drop_other_scorers(task: str, logs: dict[str, Log], teacher: str, found: Collected) -> None:
    """Leave out, in the open, the models that another metric judged than the teacher."""
    judged_by = logs[teacher].scorer if teacher in logs else None
    for name in [name for name, log in logs.items() if judged_by not in (None, log.scorer)]:
        found.notes.append(
            f'{name}: left out of task "{task}", where {logs[name].scorer} judged it and {judged_by} the teacher; '
            "name one metric for both (--metric)."
        )
        del logs[name]


def _differences(task: str, logs: Mapping[str, Log], teacher: str) -> Iterator[str]:
    """Settings of the task itself, such as the number of examples shown, that were not the teacher's."""
    ours = logs[teacher].described
    for name, log in logs.items():
        for fact in (fact for fact in log.described if fact.endswith(f" of {task}")):
            if fact in ours and log.described[fact] != ours[fact]:
                yield f"{name}: {fact} is {log.described[fact]}, the teacher's {ours[fact]}: settings may differ, too."


def _suite(suite: str, logs: Mapping[str, Log], teacher: str, found: Collected) -> Suite:
    """The samples of one task, the teacher's first, while answers and grades go into `found`."""
    samples: dict[str, Sample] = {}
    contents: dict[str, str] = {}
    for name in sorted(logs, key=lambda name: name != teacher):
        strange: dict[str, None] = {}
        for item in logs[name].items:
            samples.setdefault(item.sample.id, item.sample)
            if contents.setdefault(item.sample.id, item.content) != item.content:
                strange[item.sample.id] = None
            else:
                _take(item, suite, name, logs[name], found)
        if strange:
            whose = "told in several ways" if name == teacher else "not the teacher's, though their ids are"
            shown = ", ".join(list(strange)[:NAMED]) + (", ..." if len(strange) > NAMED else "")
            found.notes.append(
                f"{name}: samples of {suite} are {whose}: {len(strange):,} ({shown}); left out of its pairs."
            )
    _check_pairs(suite, logs, teacher, found)
    return make_suite(SuiteSpec(name=suite, source="import"), Loaded(samples=list(samples.values())))


def _compared(found: Collected, teacher: str) -> list[str]:
    """The teacher, and everyone with a grade for a sample that the teacher has one for."""
    ours = {(g.suite, g.sample) for g in found.grades if g.model == teacher}
    return list(dict.fromkeys([teacher, *(g.model for g in found.grades if (g.suite, g.sample) in ours)]))


def _check_pairs(suite: str, logs: Mapping[str, Log], teacher: str, found: Collected) -> None:
    """A student without a single sample of the teacher's was asked something else; say so."""
    answered = {name: {g.sample for g in found.grades if (g.suite, g.model) == (suite, name)} for name in logs}
    for name, theirs in answered.items():
        if name != teacher and not theirs & answered[teacher]:
            found.notes.append(f"{name}: no sample of {suite} is one that {teacher} answered; nothing to pair.")


def _take(item: Logged, suite: str, model: str, log: Log, found: Collected) -> None:
    keys: tuple[str, ...] = ()
    if item.response is not None:
        key = digest([f"imported:{log.digest}:{model}", item.sample.id, item.attempt, item.response.text])
        response = replace(item.response, key=key, model=model)
        found.answers.append(Answer(suite=suite, sample=item.sample.id, attempt=item.attempt, response=response))
        keys = (key,)
    found.grades.append(
        Grade(
            suite=suite,
            sample=item.sample.id,
            model=model,
            attempt=item.attempt,
            outcome=item.outcome,
            score=item.score,
            answer=item.answer,
            reason=item.reason,
            grader=log.scorer,
            by="imported",
            response_keys=keys,
        )
    )


def _card(name: str, is_teacher: bool, logs: Sequence[Log]) -> ModelCard:
    described: dict[str, Json] = {"imported": True}
    for log in logs:  # what differs between tasks is told by task
        alike = all(other.described.get(fact) == told for other in logs for fact, told in log.described.items())
        described |= log.described if alike else {f"{log.task}: {fact}": told for fact, told in log.described.items()}
    return ModelCard(
        name=name,
        role="teacher" if is_teacher else "student",
        fingerprint=f"imported:{digest(sorted(log.digest for log in logs))}:{name}",
        described={**described, "files": [log.path.name for log in logs]},
    )


def outcome_of(score: float, finish: str) -> Outcome:
    """What a score in [0, 1] means, given how the reply ended."""
    if score == 0 and finish in ("length", "refusal"):
        return "truncated" if finish == "length" else "refused"
    return "correct" if score == 1 else "incorrect"
