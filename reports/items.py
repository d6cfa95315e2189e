"""The answers themselves: which items a student lost or gained, and both answers to each, side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os.path import commonprefix

from markupsafe import Markup

from harness import checks
from harness.evaluation import Comparison, Pair
from harness.protocols import PairTexts
from harness.records import Check, Grade, Measure, Response, Sample
from reports import wording
from reports.diffing import side_by_side
from reports.figures import outcome_badge
from reports.measures import HIGHER, WORDS
from reports.pieces import Answer, Badge, Item, Items, Passage, Text
from reports.visible import cut, is_tall, marked, shorten

LOST_SHOWN = 3  # the pages of slices have them all
EXTRACTED_SHOWN, REASON_SHOWN = 400, 600
FAULTS_SHOWN, FAULT_SHOWN = 12, 160
ANSWER_SHOWN, ANSWER_LEAD = 48, 14  # characters of an answer in a heading, and of what both begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the items of one suite are shown with: whose answers stand beside the student's, and what scores are."""

    teacher: str
    measure: Measure
    texts: PairTexts

    def grade(self, pair: Pair, model: str) -> Grade | None:
        """The first grade that the pair's outcome and answer are of."""
        ours = model == self.teacher
        wanted = (pair.teacher_outcome, pair.teacher_answer) if ours else (pair.student_outcome, pair.student_answer)
        grades = self.texts.grades(pair.suite, pair.sample, model)
        return next((grade for grade in grades if (grade.outcome, grade.answer) == wanted), None)


def lost_items(by: Shown, pairs: Sequence[Pair], slices: Sequence[Comparison]) -> Items:
    """Items on which the teacher did better, those of the slices that lose most first."""
    words = WORDS[by.measure]
    found = _ordered([p for p in pairs if p.teacher_score > p.student_score], slices)
    what = words.teacher_better if _all_or_nothing(found) else HIGHER["teacher_better"]
    lead = _lead(LOST_SHOWN, len(found), what, "from the slices that lose most")
    return Items(title=words.lost, lead=lead, items=tuple(_item(by, pair) for pair in found[:LOST_SHOWN]))


def _all_or_nothing(pairs: Sequence[Pair]) -> bool:
    return all(score in (0, 1) for p in pairs for score in (p.teacher_score, p.student_score))


def _lead(limit: int, found: int, what: str, which: str) -> str:
    if not found:
        return f"There is no item on which {what}."
    if found <= limit:
        return f"Showing all {wording.count(found)}: {what}."
    return f"Showing {wording.count(limit)} of {wording.count(found)}, {which}: {what}."


def _ordered(pairs: Sequence[Pair], slices: Sequence[Comparison]) -> list[Pair]:
    """By the places of an item's slices in the given order: an item of the first slice first."""
    rank = {(c.slice.name, c.slice.value): place for place, c in enumerate(slices)}

    def places(pair: Pair) -> list[int]:
        return sorted(rank.get(part, len(rank)) for part in pair.slices.items())

    return sorted(pairs, key=lambda pair: (places(pair), -pair.weight, pair.sample))


def _item(by: Shown, pair: Pair) -> Item:
    ours, theirs = side_of(by, pair, by.teacher), side_of(by, pair, pair.student)
    diff = side_by_side(cut(ours.text)[0], cut(theirs.text)[0])
    return Item(
        sample=pair.sample,
        slices=tuple(shorten(f"{name}={value}") for name, value in pair.slices.items()),
        badge=outcome_badge(pair.student_outcome, by.measure),
        change=change(pair.teacher_answer, pair.student_answer),
        asked=tuple(asked(by.texts.sample(pair.suite, pair.sample))),
        teacher=answered(ours, diff.teacher),
        student=answered(theirs, diff.student),
        note=diff.note,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One model's part in an item: the attempt that is shown, of how many, with its grade where that is known."""

    who: str
    badge: Badge
    extracted: str | None
    responses: Sequence[Response]
    shown: int
    grade: Grade | None

    @property
    def response(self) -> Response | None:
        return self.responses[self.shown] if self.responses else None

    @property
    def text(self) -> str:
        return self.response.text if self.response else ""


def side_of(by: Shown, pair: Pair, model: str) -> Side:
    ours = model == by.teacher
    outcome = pair.teacher_outcome if ours else pair.student_outcome
    responses, grade = by.texts.responses(pair.suite, pair.sample, model), by.grade(pair, model)
    keys = grade.response_keys if grade else ()
    return Side(
        who=model,
        badge=outcome_badge(outcome, grade.measure if grade else by.measure),
        extracted=pair.teacher_answer if ours else pair.student_answer,
        responses=responses,
        shown=next((place for place, response in enumerate(responses) if response.key in keys), 0),
        grade=grade,
    )


def answered(side: Side, body: Markup) -> Answer:
    return Answer(
        who=side.who,
        badge=side.badge,
        extracted=_extracted(side),
        reason=wording.sentence(shorten(side.grade.reason, REASON_SHOWN)) if side.grade and side.grade.reason else "",
        faults=tuple(_faults(side.grade.checks)) if side.grade else (),
        text=Text(body=body, tall=is_tall(side.text), cut=_left_out(side.text)),
        notes=tuple(_notes(side)),
        extras=tuple(_extras(side.response)) if side.response else (),
    )


def _extracted(side: Side) -> str:
    """Blank where a score came without an answer taken out of the reply, as imported ones do."""
    if side.extracted is not None:
        return shorten(side.extracted, EXTRACTED_SHOWN) or "an empty answer"
    is_scored = side.grade is not None and side.grade.outcome in ("correct", "incorrect")
    return "" if is_scored else "nothing could be extracted"


def _faults(checked: Sequence[Check]) -> Iterator[str]:
    """The checks that the answer did not come through."""
    found = [check for check in checked if checks.fell_short(check)]
    yield from (shorten(checks.in_words(check), FAULT_SHOWN) for check in found[:FAULTS_SHOWN])
    if len(found) > FAULTS_SHOWN:
        yield f"and {wording.count(len(found) - FAULTS_SHOWN)} more"


def _notes(side: Side) -> Iterator[str]:
    """What a reader must know before reading the text."""
    response = side.response
    if response is None:
        yield "No text is stored for this item."
        return
    if len(side.responses) > 1:
        yield f"Attempt {wording.count(side.shown + 1)} of {wording.count(len(side.responses))}."
    if response.failure:
        yield f"The request failed: {response.failure}"
    elif not response.text:
        yield "The answer is empty."
    if response.finish == "length":
        yield "Stopped at the limit of tokens."


def _extras(response: Response) -> Iterator[Passage]:
    if response.reasoning:
        title = f"Reasoning ({wording.number_of(len(response.reasoning), 'character')})"
        yield _passage(title, response.reasoning)
    if response.tool_calls:
        yield _passage("Tool calls", wording.as_text(response.tool_calls))


def asked(sample: Sample) -> Iterator[Passage]:
    """The turns of the prompt, what came with them, and the reference."""
    yield from (_passage(message.role, message.content) for message in sample.read())
    if sample.choices:
        yield _passage("Choices", "\n".join(sample.choices))
    if sample.context:
        yield _passage("Source text", sample.context)
    yield _reference(sample)


def _reference(sample: Sample) -> Passage:
    if sample.target is None:
        return Passage(title="Reference", text=Text(body=Markup(""), cut="None: the teacher is the reference."))
    source = f" ({sample.target_source})" if sample.target_source else ""
    return _passage(f"Reference{source}", wording.as_text(sample.target))


def _passage(title: str, text: str) -> Passage:
    return Passage(title=title, text=Text(body=marked(cut(text)[0]), tall=is_tall(text), cut=_left_out(text)))


def _left_out(text: str) -> str:
    characters = cut(text)[1]
    return f"The last {wording.number_of(characters, 'character')} left out." if characters else ""


def change(teacher: str | None, student: str | None) -> str:
    """`42 → 41`; of two long answers, the place where they part; blank where neither reply has one."""
    if teacher is None and student is None:
        return ""
    if teacher is not None and teacher == student:
        return f"{_short(teacher, 0)} from both"
    same = len(commonprefix([teacher or "", student or ""]))
    start = 0 if same <= ANSWER_SHOWN // 2 else same - ANSWER_LEAD
    return f"{_short(teacher, start)} → {_short(student, start)}"


def _short(answer: str | None, start: int) -> str:
    if answer is None:
        return "no answer"
    line = shorten(answer[start:], ANSWER_SHOWN) or "an empty answer"
    return f"…{line}" if start else line
