"""Replies that show what the detectors found: the teacher's beside the student's, with the evidence marked in its text.

Every kind of evidence that is flagged has its turn, what most detectors name first. Nothing is shown of what is not
flagged: a mark in a reply reads as an accusation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from harness.evaluation import ALL, EvidenceGroup, Finding, Mark, Pair
from harness.plan import STRESS
from harness.protocols import PairTexts
from harness.records import Measure
from reports import wording
from reports.diffing import side_by_side
from reports.figures import outcome_badge
from reports.items import Shown, Side, answered, asked, change, side_of
from reports.lookup import Lookup
from reports.marking import with_marks
from reports.mimicry_words import GROUPS
from reports.pieces import Item, Items
from reports.visible import cut, shorten

SHOWN = 3
TITLE = "What it looks like"
LEAD = "Replies in which the detectors found most, for each kind of evidence that is flagged."
TELLING: Mapping[str, str] = {
    "overconfidence": "one of the student's surest wrong answers",
    "masked failure": "wrong, though it looks right to a grader of the surface",
    "variants": "a restatement of a sample, on which the student falls",
}
LEGEND = "Marked: what detectors hold against the student's reply; the numbers lead to the reasons below the text."


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A pair that the flagged findings of one kind of evidence name, with all that they mark in the student's text."""

    pair: Pair
    group: EvidenceGroup
    detectors: tuple[str, ...]
    marks: tuple[Mark, ...]


def examples(records: Lookup, student: str, pairs: Sequence[Pair], texts: PairTexts) -> Items:
    flagged = [
        finding
        for finding in records.evaluation.findings
        if finding.student == student and finding.state == "flagged" and finding.group is not None
    ]
    own = _by_sample(p for p in pairs if p.student == student)
    suites = dict.fromkeys(finding.suite for finding in flagged)
    found = chain.from_iterable(_of_suite([f for f in flagged if f.suite == suite], own) for suite in suites)
    chosen: dict[tuple[str, str], Example] = {}
    for example in found:
        chosen.setdefault((example.pair.suite, example.pair.sample), example)
        if len(chosen) == SHOWN:
            break
    items = [_item(_shown(records, example.pair, texts), example) for example in chosen.values()]
    return Items(
        title=TITLE,
        lead=LEAD if items else "",
        items=tuple(replace(item, opened=place == 0) for place, item in enumerate(items)),
    )


def _by_sample(pairs: Iterable[Pair]) -> Mapping[str, list[Pair]]:
    """Pairs by the sample that they are of, and stress variants by the sample that they are made of, too."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        for name in dict.fromkeys((pair.sample, pair.sample.partition("~")[0])):
            found.setdefault(name, []).append(pair)
    return found


def _of_suite(flagged: Sequence[Finding], own: Mapping[str, Sequence[Pair]]) -> Iterator[Example]:
    """One of each kind of evidence, then the next of each; findings on slices only where the whole suite has none."""
    kinds = [
        [f for f in flagged if f.group == group and (f.slice.name == ALL or group not in _whole(flagged))]
        for group in dict.fromkeys(f.group for f in flagged)
    ]
    for round_ in zip_longest(*(_of_kind(found, own) for found in kinds)):
        yield from (example for example in round_ if example is not None)


def _whole(flagged: Sequence[Finding]) -> set[EvidenceGroup | None]:
    return {f.group for f in flagged if f.slice.name == ALL}


def _of_kind(found: Sequence[Finding], own: Mapping[str, Sequence[Pair]]) -> Iterator[Example]:
    naming: dict[str, list[Finding]] = {}
    for finding in found:
        for sample in finding.evidence:
            naming.setdefault(sample, []).append(finding)
    for sample, by in sorted(naming.items(), key=lambda named: -len({f.detector for f in named[1]})):
        pair = _pair(by[0], own.get(sample, ()), sample)
        if pair is not None and by[0].group is not None:
            marks = dict.fromkeys(m for f in by for m in f.marks if (m.sample, m.model) == (sample, f.student))
            detectors = tuple(dict.fromkeys(f.detector for f in by))
            yield Example(pair=pair, group=by[0].group, detectors=detectors, marks=tuple(marks))


def _pair(finding: Finding, pairs: Sequence[Pair], sample: str) -> Pair | None:
    """The sample itself; of a fall on variants, the variant that the student lost."""
    near = [p for p in pairs if p.suite in (finding.suite, finding.suite + STRESS)]
    fallen = [p for p in near if p.sample != sample and p.teacher_score > p.student_score]
    if finding.group == "variants" and fallen:
        return fallen[0]
    return next((p for p in near if p.sample == sample), None)


def _shown(records: Lookup, pair: Pair, texts: PairTexts) -> Shown:
    whole = records.whole(pair.suite, pair.student)
    measure: Measure = whole.measure if whole else "accuracy"
    return Shown(teacher=records.teacher(), measure=measure, texts=texts)


def _item(by: Shown, example: Example) -> Item:
    pair = example.pair
    ours, theirs = side_of(by, pair, by.teacher), side_of(by, pair, pair.student)
    if example.marks:
        theirs = _attempt(by, theirs, pair, example.marks[0].attempt)
    attempt = theirs.grade.attempt if theirs.grade else 0
    marks = [mark for mark in example.marks if mark.attempt == attempt]
    text, told = cut(theirs.text)[0], side_by_side(cut(ours.text)[0], cut(theirs.text)[0])
    made = with_marks(text, marks)
    beyond = (f"{wording.number_of(made.beyond, 'mark')} beyond the shown part of the text.",) if made.beyond else ()
    teacher = answered(ours, with_marks(cut(ours.text)[0], ()).body if marks else told.teacher)
    student = answered(theirs, made.body if marks else told.student)
    return Item(
        sample=pair.sample,
        slices=tuple(shorten(f"{name}={value}") for name, value in pair.slices.items()),
        badge=theirs.badge,
        change=change(ours.extracted, theirs.extracted),
        asked=tuple(asked(by.texts.sample(pair.suite, pair.sample))),
        teacher=teacher,
        student=replace(student, footnotes=made.notes, notes=(*student.notes, *beyond)),
        note=LEGEND if marks else told.note,
        why=f"{GROUPS[example.group]}: named by {wording.joined([_named(name) for name in example.detectors])}.",
    )


def _named(detector: str) -> str:
    return f"“{detector}” ({TELLING[detector]})" if detector in TELLING else f"“{detector}”"


def _attempt(by: Shown, shown: Side, pair: Pair, attempt: int) -> Side:
    """The attempt that is marked, with its own grade, in place of the one that the pair tells of."""
    grades = by.texts.grades(pair.suite, pair.sample, pair.student)
    grade = next((grade for grade in grades if grade.attempt == attempt), None)
    if grade is None or (shown.grade is not None and shown.grade.attempt == attempt):
        return shown
    place = next((n for n, response in enumerate(shown.responses) if response.key in grade.response_keys), shown.shown)
    return replace(
        shown, badge=outcome_badge(grade.outcome, grade.measure), extracted=grade.answer, shown=place, grade=grade
    )
