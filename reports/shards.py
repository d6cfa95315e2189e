"""The pairs as data that pages load on demand: an index for each list of pairs, and texts in blocks of samples.

An index tells of every pair what filters and search need. Blocks hold the texts of all models, the samples that most
students lost first, so that a reader of lost pairs loads few of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.evaluation import Evaluation, Finding, Mark, Pair
from harness.plan import STRESS
from harness.protocols import PairTexts
from harness.records import OUTCOMES
from reports.embedding import inner
from reports.lookup import Lookup
from reports.pages import Pages, suites_of
from reports.passages import Writer, Written
from reports.visible import shorten

BLOCK_SAMPLES = 50
BLOCK_CHARACTERS = 256 * 1024
SNIPPET, ANSWER = 120, 200  # characters of a question and of an answer in an index

Order = Mapping[str, int]


class Shard(NamedTuple):
    """One piece of data: `kind` is index or texts, `key` its name, `json` what it holds."""

    kind: str
    key: str
    json: str


@dataclass(slots=True)
class Placed:
    """What an index takes from the texts: the block and the beginning of each sample's question, and its original."""

    blocks: dict[str, int]
    snippets: dict[str, str]
    originals: dict[str, str]


def shards(records: Lookup, pages: Pages, pairs: Sequence[Pair], texts: PairTexts) -> Iterator[Shard]:
    """Every shard of an evaluation, one at a time: the texts of a suite, then the indexes of its students."""
    evaluation = records.evaluation
    found_lists = by_list(pairs)
    students = records.students()
    for place, suite in enumerate(suites_of(evaluation), start=1):
        lists = {student: found_lists[suite, student] for student in students if (suite, student) in found_lists}
        if not lists:
            continue
        models = tuple(dict.fromkeys([records.teacher(), *(m.name for m in evaluation.models), *lists]))
        placed = Placed({}, {}, {})
        writer = Writer(suite=suite, models=models, texts=texts, marks=marks_of(evaluation, suite))
        for number, block in enumerate(_blocks(writer.written(_by_loss(lists.values()))), start=1):
            for one in block:
                _place(placed, one, number)
            yield Shard("texts", f"{place}-{number}", _joined(block))
        for student, found in lists.items():
            yield Shard(
                "index", pages.lists[suite, student], inner(index(evaluation, sorted(found, key=order), placed))
            )


def _joined(block: Sequence[Written]) -> str:
    return "{" + ",".join(f"{inner(one.sample)}:{one.json}" for one in block) + "}"


def by_list(pairs: Iterable[Pair]) -> dict[tuple[str, str], list[Pair]]:
    """The pairs of each suite and student, in their order."""
    found: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        found.setdefault((pair.suite, pair.student), []).append(pair)
    return found


def _place(placed: Placed, one: Written, number: int) -> None:
    placed.blocks[one.sample] = number
    placed.snippets[one.sample] = shorten(one.question, SNIPPET)
    if one.variant_of is not None:
        placed.originals[one.sample] = one.variant_of


def order(pair: Pair) -> tuple[int, float]:
    """Lost pairs first, those of most weight before others; then gained ones, then those that both got wrong."""
    lost = (pair.teacher_score - pair.student_score) * pair.weight
    if lost:
        return (0, -lost) if lost > 0 else (1, lost)
    return (3 if pair.student_outcome == "correct" else 2), -pair.weight


def _by_loss(lists: Iterable[Sequence[Pair]]) -> list[str]:
    """The samples of all lists, those first that lose most over the students."""
    lost: dict[str, float] = {}
    for pair in (pair for found in lists for pair in found):
        lost[pair.sample] = lost.get(pair.sample, 0.0) + max(pair.teacher_score - pair.student_score, 0) * pair.weight
    return sorted(lost, key=lambda sample: -lost[sample])


def _blocks(found: Iterable[Written]) -> Iterator[list[Written]]:
    block: list[Written] = []
    size = 0
    for one in found:
        if block and (len(block) >= BLOCK_SAMPLES or size + len(one.json) > BLOCK_CHARACTERS):
            yield block
            block, size = [], 0
        block.append(one)
        size += len(one.json)
    if block:
        yield block


def index(evaluation: Evaluation, pairs: Sequence[Pair], placed: Placed) -> dict[str, Any]:
    """What a page knows of a list of pairs before it loads their texts, one array a field."""
    return {
        "ids": [pair.sample for pair in pairs],
        "block": [placed.blocks[pair.sample] for pair in pairs],
        "teacher_outcome": [OUTCOMES.index(pair.teacher_outcome) for pair in pairs],
        "student_outcome": [OUTCOMES.index(pair.student_outcome) for pair in pairs],
        "teacher_score": [pair.teacher_score for pair in pairs],
        "student_score": [pair.student_score for pair in pairs],
        "teacher_answer": [_answer(pair.teacher_answer) for pair in pairs],
        "student_answer": [_answer(pair.student_answer) for pair in pairs],
        "weight": [pair.weight for pair in pairs],
        "snippet": [placed.snippets[pair.sample] for pair in pairs],
        "slices": _slices(pairs),
        "evidence": _evidence(evaluation, pairs, placed),
    }


def _answer(answer: str | None) -> str | None:
    return None if answer is None else shorten(answer[: 2 * ANSWER], ANSWER)


def _slices(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Of each slice name its values and, for every pair, the place of its value; -1 where it has none."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for pair in pairs for name in pair.slices):
        places: dict[str, int] = {}
        codes = [
            places.setdefault(pair.slices[name], len(places)) if name in pair.slices else -1 for pair in pairs
        ]  # fmt: skip
        found[name] = {"values": list(places), "codes": codes}
    return found


def _evidence(evaluation: Evaluation, pairs: Sequence[Pair], placed: Placed) -> dict[str, list[int]]:
    """For each flagged detector the places of the pairs that it names, the most telling first.

    A detector of variants names the samples that they are made of: it means those variants that the student lost.
    """
    suite, student = pairs[0].suite, pairs[0].student
    places = {pair.sample: place for place, pair in enumerate(pairs)}
    fallen: dict[str, list[int]] = {}
    for place, pair in enumerate(pairs):
        if pair.sample in placed.originals and pair.teacher_score > pair.student_score:
            fallen.setdefault(placed.originals[pair.sample], []).append(place)
    found: dict[str, dict[int, None]] = {}
    for finding in flagged(evaluation, suite):
        if finding.student == student:
            named = found.setdefault(finding.detector, {})
            for sample in finding.evidence:
                own = [places[sample]] if finding.suite == suite and sample in places else []
                named.update(dict.fromkeys(own or (fallen.get(sample, []) if finding.group == "variants" else [])))
    return {detector: list(named) for detector, named in found.items() if named}


def flagged(evaluation: Evaluation, suite: str) -> list[Finding]:
    """What is flagged on a suite or, through its variants, on the suite that they were made of.

    Nothing else is shown as evidence: a mark in a reply reads as an accusation.
    """
    near = (suite, suite.removesuffix(STRESS))
    return [f for f in evaluation.findings if f.state == "flagged" and f.group is not None and f.suite in near]


def marks_of(evaluation: Evaluation, suite: str) -> dict[tuple[str, str], dict[tuple[Mark, str], None]]:
    """The marks of what is flagged, each with its detector, by (sample, model)."""
    found: dict[tuple[str, str], dict[tuple[Mark, str], None]] = {}
    for finding in flagged(evaluation, suite):
        for mark in finding.marks:
            found.setdefault((mark.sample, mark.model), {})[mark, finding.detector] = None
    return found
