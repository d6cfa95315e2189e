"""What nobody declared: slices on which a student loses more than elsewhere, and the difficulty at which it falls.

Both are looked for in every student's pairs on every workload suite, over what the suite tells of its samples and what
can be counted in prompts and in the teacher's answers. Nothing found here gates: it says where to look.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness import difficulty
from harness.collect import Collected
from harness.evaluation import Comparison, Pair, Slice
from harness.explored import Cliff, Explored, SliceSearch
from harness.records import Sample
from harness.stats.inputs import PairedScores, paired_scores
from harness.stats.slices import FEWEST_CLUSTERS, Feature, SearchRules, quantile_bins, search_slices, tags
from harness.suite import Suite

SEED = 7  # draws the halves: the same pairs are searched and tested in every run
RULES = SearchRules()
FEWEST_PAIRS = 4 * RULES.fewest  # in each half a slice, and as many others to hold it against
MANY_VALUES = 12  # numbers with more values are cut into bins
FEW_LEVELS = 4  # a difficulty with more is cut into bins as well
MOST_CROSSED = 40  # features; beyond, single ones are searched: crossings grow with the square

_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_NUMBER = re.compile(r"[0-9]+(?:[.,:][0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Ground:
    """A suite with what its samples can be told apart by: features over all samples, in their order."""

    suite: Suite
    place: Mapping[str, int]
    features: tuple[Feature, ...]
    difficulty: str | None


def explore(found: Collected, comparisons: Sequence[Comparison], pairs: Sequence[Pair]) -> tuple[Explored, ...]:
    """Every student on every workload suite; `comparisons` and `pairs` as `harness.compare.compare` gives them."""
    students = [m.name for m in found.models if m.role == "student"]
    whole = {(c.suite, c.student): c for c in comparisons if c.slice == Slice()}
    by_part: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        by_part.setdefault((pair.suite, pair.student), []).append(pair)
    explored = []
    for suite in found.suites:
        present = [name for name in students if (suite.spec.name, name) in whole]
        if suite.kind != "workload" or not present:
            continue
        ground = _ground(suite, _lengths(found, suite.spec.name))
        for student in present:
            part = (suite.spec.name, student)
            explored.append(_explored(ground, whole[part], by_part[part]))
    return tuple(explored)


def _explored(ground: _Ground, whole: Comparison, pairs: Sequence[Pair]) -> Explored:
    samples = [ground.suite.samples[ground.place[pair.sample]] for pair in pairs]
    scores = _scores(pairs, samples)
    reason = whole.undecidable or _too_few(scores) or ("" if ground.features else "nothing tells the samples apart")
    return Explored(
        suite=whole.suite,
        student=whole.student,
        search=None if reason else _search(ground, pairs, scores),
        unsearched=reason,
        difficulty=ground.difficulty,
        cliff=_cliff(ground.difficulty, whole, samples, scores),
    )


def _cliff(name: str | None, whole: Comparison, samples: Sequence[Sample], scores: PairedScores) -> Cliff | None:
    if name is None:
        return None
    if whole.undecidable is not None:
        return Cliff(found="abstained", reason=whole.undecidable, levels=())
    return difficulty.cliff(name, [sample.slices.get(name) for sample in samples], scores, SEED)


def _search(ground: _Ground, pairs: Sequence[Pair], scores: PairedScores) -> SliceSearch:
    held = np.array([ground.place[pair.sample] for pair in pairs], dtype=np.intp)
    features = [replace(feature, codes=feature.codes[held]) for feature in ground.features]
    return search_slices(scores, features, SEED, replace(RULES, depth=2 if len(features) <= MOST_CROSSED else 1))


def _scores(pairs: Sequence[Pair], samples: Sequence[Sample]) -> PairedScores:
    clusters = [sample.cluster for sample in samples]
    return paired_scores(
        [pair.teacher_score for pair in pairs],
        [pair.student_score for pair in pairs],
        [sample.weight for sample in samples],
        clusters if any(label is not None for label in clusters) else None,
    )


def _too_few(scores: PairedScores) -> str:
    """Why these pairs cannot be searched, or nothing."""
    if scores.codes.size < FEWEST_PAIRS:
        return f"{scores.codes.size} pairs; a search needs {FEWEST_PAIRS}: half to search, half to confirm"
    if scores.clusters < 2 * FEWEST_CLUSTERS:
        return f"{scores.clusters} clusters; a search needs {2 * FEWEST_CLUSTERS}: half to search, half to confirm"
    return ""


def _ground(suite: Suite, answers: Mapping[str, float]) -> _Ground:
    name = difficulty.chosen(suite)
    prompts = ["\n".join(message.content for message in sample.read()) for sample in suite.samples]
    counted: dict[str, Sequence[float]] = {
        "characters in the prompt": [len(text) or np.nan for text in prompts],
        "numbers in the prompt": [len(_NUMBER.findall(text)) if text else np.nan for text in prompts],
        "characters in the teacher's answer": [answers.get(sample.id, np.nan) for sample in suite.samples],
    }
    features = [*_declared(suite, name), *(quantile_bins(what, values) for what, values in counted.items())]
    return _Ground(
        suite=suite,
        place={sample.id: number for number, sample in enumerate(suite.samples)},
        features=tuple(feature for feature in features if len(feature.values) > 1),
        difficulty=name,
    )


def _declared(suite: Suite, hardness: str | None) -> list[Feature]:
    """The suite's own slices: as they are, numbers with many values in bins, and a difficulty in bins, too."""
    features = []
    for name in dict.fromkeys(name for sample in suite.samples for name in sample.slices):
        labels = [sample.slices.get(name) for sample in suite.samples]
        told = difficulty.difficulties(labels) if name == hardness else _bare_numbers(labels)
        levels = len({number for number in told if number is not None})
        if levels <= MANY_VALUES:
            features.append(tags(name, labels))
        if levels > (FEW_LEVELS if name == hardness else MANY_VALUES):
            features.append(quantile_bins(name, [np.nan if number is None else number for number in told]))
    return features


def _bare_numbers(labels: Sequence[str | None]) -> list[float | None]:
    """The labels as numbers; None for all of them where one is a word: `topic 7` is no amount."""
    is_amount = all(_AMOUNT.fullmatch(label) for label in set(labels) if label is not None)
    return [None if label is None or not is_amount else float(label) for label in labels]


def _lengths(found: Collected, suite: str) -> dict[str, float]:
    """Characters of the teacher's answer to each sample, reasoning left out; the mean of several."""
    teachers = {m.name for m in found.models if m.role == "teacher"}
    lengths: dict[str, list[int]] = {}
    for answer in found.answers:
        reply = answer.response
        if answer.suite == suite and reply.model in teachers and reply.failure is None:
            lengths.setdefault(answer.sample, []).append(len(reply.text))
    return {sample: sum(of_sample) / len(of_sample) for sample, of_sample in lengths.items()}
