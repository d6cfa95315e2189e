"""Reading the marks that a browser exported: checked against the run before one of them is kept."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.errors import DataError, nearest
from harness.evaluation import Evaluation
from harness.records import Grade
from harness.review import Draw, GradeKey, ReviewMark, Said
from harness.serial import NoRecord, from_json

EXPORT_FORMAT = 1
LONGEST_NAME, LONGEST_NOTE = 200, 20_000  # characters
LARGEST_FILE = 64 << 20  # bytes
NAMED = 3  # faults of a file that its message tells
NO_EXPORT = 'holds no marks exported from a report; "Export marks" on a page of pairs writes such a file'


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMark:
    """One mark of an export; `at` is an ISO 8601 time."""

    suite: str
    student: str
    sample: str
    model: str
    attempt: int
    mark: Said
    note: str = ""
    blind: bool = False
    draw: str | None = None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What the report's button writes: the marks of one reviewer on one evaluation, named by its digest."""

    viva_marks: int
    evaluation: str
    run: str = ""
    reviewer: str
    exported_at: str = ""
    marks: tuple[ExportedMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What there is to be marked: the grades of an evaluation, and the draws made of it, by their id."""

    evaluation: Evaluation
    digest: str
    grades: frozenset[GradeKey]
    draws: Mapping[str, Draw]

    @classmethod
    def of(cls, evaluation: Evaluation, digest: str, grades: Iterable[Grade], draws: Iterable[Draw]) -> "Marked":
        keys = frozenset((g.suite, g.sample, g.model, g.attempt) for g in grades)
        return cls(evaluation=evaluation, digest=digest, grades=keys, draws={draw.id: draw for draw in draws})

    @property
    def teacher(self) -> str:
        return next(model.name for model in self.evaluation.models if model.role == "teacher")


def read_export(path: Path, marked: Marked) -> list[ReviewMark]:
    """The marks of an exported file. Raises DataError when one of them is of nothing that was marked."""
    export = _parsed(path, _written(path))
    if export.evaluation != marked.digest:
        raise DataError(
            f'{path}: marks of another evaluation ("{export.run}", digest {export.evaluation[:12]}), not of this run '
            f'("{marked.evaluation.name}", {marked.digest[:12]}); import them into the run that the report came from, '
            "or mark its new report"
        )
    reviewer = export.reviewer.strip()
    if not reviewer or len(reviewer) > LONGEST_NAME:
        raise DataError(
            f'{path}: "reviewer" must be a name of 1 to {LONGEST_NAME} characters; type one into the report and export '
            "the marks again"
        )
    _refuse(path, [f"mark {n}: {why}" for n, mark in enumerate(export.marks, 1) for why in _faults(mark, marked)])
    return [_kept(mark, reviewer, marked.digest) for mark in export.marks]


def merged(stored: Sequence[ReviewMark], new: Iterable[ReviewMark]) -> list[ReviewMark]:
    """Both together: of two marks that a reviewer gave a grade in one draw the newer, of equals the stored one."""
    kept: dict[tuple[object, ...], ReviewMark] = {}
    for mark in (*stored, *new):
        key = (mark.evaluation, mark.reviewer, mark.grade, mark.draw)
        if key not in kept or _time(mark.at) > _time(kept[key].at):
            kept[key] = mark
    return list(kept.values())


def _written(path: Path) -> dict[str, Any]:
    """What the file holds: an export of a format that is known, with a list of marks."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DataError(f"{path}: larger than {LARGEST_FILE >> 20} MiB, so no file of marks")
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise DataError(f"{path}: {NO_EXPORT}") from None
    if not isinstance(found, dict) or not isinstance(found.get("viva_marks"), int):
        raise DataError(f"{path}: {NO_EXPORT}")
    if found["viva_marks"] > EXPORT_FORMAT:
        raise DataError(f"{path}: written by a newer report (format {found['viva_marks']}); update viva to read it")
    if not isinstance(found.get("marks"), list):
        raise DataError(f"{path}: {NO_EXPORT}")
    return found


def _parsed(path: Path, written: Mapping[str, Any]) -> Export:
    marks, faults = [], []
    for n, one in enumerate(written["marks"], 1):
        try:
            marks.append(from_json(ExportedMark, one))
        except NoRecord as error:
            faults.append(f"mark {n}: {_told(error)}")
    _refuse(path, faults)
    try:
        return replace(from_json(Export, {**written, "marks": []}), marks=tuple(marks))
    except NoRecord as error:
        raise DataError(f"{path}: {_told(error)}; export the marks again") from None


def _told(error: NoRecord) -> str:
    why = error.why[:1].lower() + error.why[1:]
    return f'"{error.place}": {why}' if error.place else "not a mark"


def _refuse(path: Path, faults: Sequence[str]) -> None:
    """Raises DataError, with the first faults, where there are any."""
    if faults:
        more = f"; and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
        raise DataError(f"{path}: {'; '.join(faults[:NAMED])}{more}; nothing was stored")


def _faults(mark: ExportedMark, marked: Marked) -> Iterator[str]:
    """Why a mark cannot be kept, the first reason that says it all."""
    suites = [card.name for card in marked.evaluation.suites]
    students = [model.name for model in marked.evaluation.models if model.role not in ("teacher", "judge")]
    if mark.suite not in suites:
        yield f'suite "{mark.suite}": not in this evaluation{nearest(mark.suite, suites)}'
    elif mark.student not in students:
        yield f'student "{mark.student}": not in this evaluation{nearest(mark.student, students)}'
    elif mark.model not in (mark.student, marked.teacher):
        yield f'model "{mark.model}": neither the student "{mark.student}" nor the teacher "{marked.teacher}"'
    elif (mark.suite, mark.sample, mark.model, mark.attempt) not in marked.grades:
        numbered = f"attempt {mark.attempt + 1} of the report, {mark.attempt} in the file"
        yield f'sample "{mark.sample}" of suite "{mark.suite}": no grade of "{mark.model}" ({numbered})'
    elif mark.draw is not None and mark.draw not in marked.draws:
        yield f'draw "{mark.draw}": not one of this run{nearest(mark.draw, marked.draws)}'
    elif mark.draw is not None and marked.draws[mark.draw].evaluation != marked.digest:
        yield f'draw "{mark.draw}": of an earlier evaluation of this run; mark a draw of the present one'
    elif mark.draw is not None and not _is_drawn(mark, marked.draws[mark.draw]):
        yield f'sample "{mark.sample}" beside "{mark.student}": not in draw "{mark.draw}"'
    elif len(mark.note) > LONGEST_NOTE:
        yield f"its note is longer than {LONGEST_NOTE:,} characters"
    elif not _is_time(mark.at):
        yield f'"at" is "{mark.at[:40]}", not a time in ISO 8601'


def _is_drawn(mark: ExportedMark, draw: Draw) -> bool:
    return any((i.suite, i.student, i.sample) == (mark.suite, mark.student, mark.sample) for i in draw.items)


def _kept(mark: ExportedMark, reviewer: str, evaluation: str) -> ReviewMark:
    return ReviewMark(
        evaluation=evaluation,
        reviewer=reviewer,
        suite=mark.suite,
        student=mark.student,
        sample=mark.sample,
        model=mark.model,
        attempt=mark.attempt,
        mark=mark.mark,
        note=mark.note,
        blind=mark.blind,
        draw=mark.draw,
        at=mark.at,
    )


def _is_time(text: str) -> bool:
    try:
        return bool(_time(text))
    except ValueError:
        return False


def _time(text: str) -> datetime:
    """A time without a zone is taken as UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
