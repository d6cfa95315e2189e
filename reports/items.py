"""The answers themselves: which items a student lost or gained, and both answers to each, side by side."""

from collections.abc import Iterator, Sequence
from os.path import commonprefix

from markupsafe import Markup

from harness.protocols import PairTexts
from harness.records import Comparison, Outcome, Pair, Response, Sample
from reports import wording
from reports.diffing import side_by_side
from reports.figures import outcome_badge
from reports.lookup import Lookup
from reports.view import Answer, Item, Items, Passage, Text
from reports.visible import cut, is_tall, marked, shorten

LOST_SHOWN, GAINED_SHOWN = 12, 3
EXTRACTED_SHOWN = 400
ANSWER_SHOWN, ANSWER_LEAD = 48, 14  # characters of an answer in a heading, and of what both begin with


def lost_items(records: Lookup, pairs: Sequence[Pair], slices: Sequence[Comparison], texts: PairTexts) -> Items:
    """Items on which the teacher did better, those of the slices that lose most first."""
    found = _ordered([p for p in pairs if p.teacher_score > p.student_score], slices)
    shown = found[:LOST_SHOWN]
    what = "the teacher was right and the student was not" if _all_or_nothing(found) else "the teacher scored higher"
    lead = _lead(len(shown), len(found), what, "from the slices that lose most")
    items = tuple(_item(records, pair, texts) for pair in shown)
    return Items(title="Lost answers", lead=lead, items=items)


def gained_items(records: Lookup, pairs: Sequence[Pair], slices: Sequence[Comparison], texts: PairTexts) -> Items:
    """A few items on which the student did better."""
    found = _ordered([p for p in pairs if p.student_score > p.teacher_score], list(reversed(slices)))
    shown = found[:GAINED_SHOWN]
    what = "the student was right and the teacher was not" if _all_or_nothing(found) else "the student scored higher"
    lead = _lead(len(shown), len(found), what, "from the slices that gain most")
    return Items(title="Gained answers", lead=lead, items=tuple(_item(records, pair, texts) for pair in shown))


def _all_or_nothing(pairs: Sequence[Pair]) -> bool:
    return all(score in (0, 1) for p in pairs for score in (p.teacher_score, p.student_score))


def _lead(shown: int, found: int, what: str, which: str) -> str:
    if not found:
        return f"There is no item on which {what}."
    if shown == found:
        return f"Showing all {wording.count(found)}: {what}."
    return f"Showing {wording.count(shown)} of {wording.count(found)}, {which}: {what}."


def _ordered(pairs: Sequence[Pair], slices: Sequence[Comparison]) -> list[Pair]:
    """By the places of an item's slices in the given order: an item of the first slice first."""
    rank = {(c.slice.name, c.slice.value): place for place, c in enumerate(slices)}

    def places(pair: Pair) -> list[int]:
        return sorted(rank.get(part, len(rank)) for part in pair.slices.items())

    return sorted(pairs, key=lambda pair: (places(pair), -pair.weight, pair.sample))


def _item(records: Lookup, pair: Pair, texts: PairTexts) -> Item:
    sample = texts.sample(pair.suite, pair.sample)
    ours = texts.responses(pair.suite, pair.sample, records.teacher())
    theirs = texts.responses(pair.suite, pair.sample, pair.student)
    diff = side_by_side(cut(_text(ours))[0], cut(_text(theirs))[0])
    teacher_grade = (pair.teacher_outcome, pair.teacher_answer)
    student_grade = (pair.student_outcome, pair.student_answer)
    return Item(
        sample=pair.sample,
        slices=tuple(f"{name}={value}" for name, value in pair.slices.items()),
        badge=outcome_badge(pair.student_outcome),
        change=change(pair.teacher_answer, pair.student_answer),
        asked=tuple(_asked(sample)),
        teacher=_answer(records.teacher(), teacher_grade, ours, diff.teacher),
        student=_answer(pair.student, student_grade, theirs, diff.student),
        note=diff.note,
    )


def _answer(who: str, grade: tuple[Outcome, str | None], responses: Sequence[Response], body: Markup) -> Answer:
    outcome, extracted = grade
    return Answer(
        who=who,
        badge=outcome_badge(outcome),
        extracted="nothing could be extracted" if extracted is None else shorten(extracted, EXTRACTED_SHOWN),
        text=Text(body=body, tall=is_tall(_text(responses)), cut=_left_out(_text(responses))),
        notes=tuple(_notes(responses)),
        extras=tuple(_extras(responses)),
    )


def _notes(responses: Sequence[Response]) -> Iterator[str]:
    """What a reader must know before reading the text."""
    if not responses:
        yield "No text is stored for this item."
        return
    first = responses[0]
    if len(responses) > 1:
        yield f"The first of {wording.count(len(responses))} attempts."
    if first.failure:
        yield f"The request failed: {first.failure}"
    elif not first.text:
        yield "The answer is empty."
    if first.finish == "length":
        yield "Stopped at the limit of tokens."


def _extras(responses: Sequence[Response]) -> Iterator[Passage]:
    for response in responses[:1]:
        if response.reasoning:
            title = f"Reasoning ({wording.number_of(len(response.reasoning), 'character')})"
            yield _passage(title, response.reasoning)
        if response.tool_calls:
            yield _passage("Tool calls", wording.as_text(response.tool_calls))


def _asked(sample: Sample) -> Iterator[Passage]:
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
    """`42 → 41`; of two long answers, the place where they part."""
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


def _text(responses: Sequence[Response]) -> str:
    return responses[0].text if responses else ""
