"""Two runs beside each other: which of their models and samples are the same, and what is left out."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.evaluation import Evaluation, ModelCard
from harness.grading import grades_by_item
from harness.pairing import Item
from harness.records import Grade, Role, Sample
from harness.runfolder import RunFolder
from harness.verdict import Verdict

ONLY_EARLIER, ONLY_NOW = "only in the earlier run", "only in this run"
ByItem = Mapping[tuple[str, str, str], Sequence[Grade]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run that is over, with what two of them are compared by."""

    evaluation: Evaluation
    verdict: Verdict
    samples: Mapping[str, Sequence[Sample]]
    grades: Sequence[Grade]

    @property
    def teacher(self) -> str:
        return next(model.name for model in self.evaluation.models if model.role == "teacher")

    @property
    def students(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.evaluation.models if model.role == "student")


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """One model in both runs, by its names there. `is_same`: it is the same by its fingerprint."""

    role: Role
    before: str
    after: str
    is_same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What two runs have in common: models, the teachers first, and by suite the samples with the same content.

    `items`: by suite and model (its later name), the samples that both its selves could be graded on, the earlier self
    in the teacher's place and the later in the student's. `unmatched`: students that one run lacks, in words.
    """

    models: tuple[Models, ...]
    unmatched: tuple[str, ...]
    samples: Mapping[str, Sequence[Sample]]
    items: Mapping[tuple[str, str], Sequence[Item]]


def finished(folder: RunFolder) -> Finished:
    """Read a run folder. Raises UsageError when the run is not finished, StoreError when it is damaged."""
    return Finished(
        evaluation=folder.evaluation(), verdict=folder.verdict(), samples=folder.samples(), grades=folder.grades()
    )


def beside(before: Finished, after: Finished) -> Beside:
    """Match models by name, and samples by suite, id and content."""
    models, unmatched = _matched(before, after)
    samples = {suite: _common(before.samples.get(suite, ()), held) for suite, held in after.samples.items()}
    old, new = grades_by_item(before.grades), grades_by_item(after.grades)
    return Beside(
        models=models,
        unmatched=unmatched,
        samples=samples,
        items={
            (suite, model.after): tuple(_items(suite, held, model, old, new))
            for suite, held in samples.items()
            for model in models
        },
    )


def left_out(before: Finished, after: Finished, both: Beside) -> dict[str, dict[str, int]]:
    """By suite, why samples of either run could not be compared, and how many."""
    left: dict[str, dict[str, int]] = {}
    for suite in dict.fromkeys([*after.samples, *before.samples]):
        old, new = ({sample.id for sample in run.samples.get(suite, ())} for run in (before, after))
        common = len(both.samples.get(suite, ()))
        counts = {
            ONLY_EARLIER: len(old - new),
            ONLY_NOW: len(new - old),
            "asked or targeted differently": len(old & new) - common,
        }
        for model in both.models:
            graded = len(both.items.get((suite, model.after), ()))
            counts[f"{model.after}: not graded in both runs"] = common - graded
        if kept := {why: n for why, n in counts.items() if n}:
            left[suite] = kept
    return left


def regraded(both: Beside) -> dict[str, int]:
    """By suite, how many of the models' samples another grader judged, or another version of it."""
    found: dict[str, int] = {}
    for (suite, _), items in both.items.items():
        changed = sum({g.grader for g in item.teacher} != {g.grader for g in item.student} for item in items)
        if changed:
            found[suite] = found.get(suite, 0) + changed
    return found


def _matched(before: Finished, after: Finished) -> tuple[tuple[Models, ...], tuple[str, ...]]:
    """The teachers, and the students by their names; one that is left over on each side has a new name."""
    cards = [{model.name: model for model in run.evaluation.models} for run in (before, after)]
    pairs = [(name, name) for name in after.students if name in before.students]
    gone = [name for name in before.students if name not in after.students]
    come = [name for name in after.students if name not in before.students]
    if len(gone) == len(come) == 1:
        pairs, gone, come = [*pairs, (gone[0], come[0])], [], []
    unmatched = [*(f"{name}: {ONLY_EARLIER}" for name in gone), *(f"{name}: {ONLY_NOW}" for name in come)]
    named = [(before.teacher, after.teacher), *pairs]
    return tuple(_models(cards[0][old], cards[1][new]) for old, new in named), tuple(unmatched)


def _models(before: ModelCard, after: ModelCard) -> Models:
    is_same = before.fingerprint == after.fingerprint
    return Models(role=after.role, before=before.name, after=after.name, is_same=is_same)


def _common(before: Sequence[Sample], after: Sequence[Sample]) -> list[Sample]:
    """The later run's samples that the earlier one asked with the same content."""
    known = {sample.id: sample for sample in before}
    return [sample for sample in after if sample.id in known and _content(sample) == _content(known[sample.id])]


def _content(sample: Sample) -> tuple[object, ...]:
    """What is asked and what the answer is held against; slices and weights may change without it."""
    asked = (sample.messages, sample.prompt, sample.continuations, sample.tools)
    return (*asked, sample.target, sample.choices, sample.context)


def _items(suite: str, samples: Iterable[Sample], model: Models, old: ByItem, new: ByItem) -> Iterator[Item]:
    for sample in samples:
        first = tuple(g for g in old.get((suite, sample.id, model.before), ()) if g.score is not None)
        last = tuple(g for g in new.get((suite, sample.id, model.after), ()) if g.score is not None)
        if first and last:
            yield Item(sample, first, last, _mean(first), _mean(last))


def _mean(grades: Sequence[Grade]) -> float:
    return math.fsum(grade.score or 0.0 for grade in grades) / len(grades)
