"""The texts behind pairs: of a run in memory, and of a run folder as they lie there.

A stored text becomes a record only when it is asked for: a hundred thousand pairs fit into a few hundred megabytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.collect import Answer
from harness.errors import StoreError
from harness.records import Grade, Response, Sample
from harness.serial import from_text, parsed
from harness.tables import Rows

Item = tuple[str, str]  # suite, sample


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSample:
    """A line of `samples.jsonl`."""

    suite: str
    sample: Sample


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a run, held in memory."""

    _samples: dict[tuple[str, str], Sample]
    _responses: dict[tuple[str, str, str], list[Response]]
    _grades: dict[tuple[str, str, str], list[Grade]]

    @classmethod
    def of(cls, suites: Mapping[str, Iterable[Sample]], answers: Iterable[Answer], grades: Iterable[Grade]) -> "Texts":
        samples = {(suite, s.id): s for suite, found in suites.items() for s in found}
        responses: dict[tuple[str, str, str], list[Response]] = {}
        for answer in answers:
            responses.setdefault((answer.suite, answer.sample, answer.response.model), []).append(answer.response)
        given: dict[tuple[str, str, str], list[Grade]] = {}
        for grade in grades:
            given.setdefault((grade.suite, grade.sample, grade.model), []).append(grade)
        return cls(samples, responses, given)

    def sample(self, suite: str, sample: str) -> Sample:
        try:
            return self._samples[suite, sample]
        except KeyError:
            raise StoreError(_damaged(Path("samples.jsonl"), f"no sample {suite}: {sample}")) from None

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        return self._responses.get((suite, sample, model), ())

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        return self._grades.get((suite, sample, model), ())

    def fetched(self, suite: str, samples: Sequence[str]) -> "Texts":
        return self


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """The texts of a run folder. Raises StoreError for a record that is damaged, when it is asked for."""

    _path: Path
    _samples: Mapping[Item, bytes]
    _answers: Rows[Answer]
    _answered: Mapping[Item, Sequence[int]]
    _grades: Rows[Grade]
    _graded: Mapping[Item, Sequence[int]]

    @classmethod
    def of(cls, samples: Path, answers: Path, grades: Path) -> "StoredTexts":
        """Raises StoreError for a file that is damaged as a whole."""
        answer_rows, grade_rows = Rows(answers, Answer), Rows(grades, Grade)
        return cls(samples, _lines(samples), answer_rows, _places(answer_rows), grade_rows, _places(grade_rows))

    def sample(self, suite: str, sample: str) -> Sample:
        try:
            return from_text(PlacedSample, self._samples[suite, sample]).sample
        except KeyError:
            raise _damaged(self._path, f"no sample {suite}: {sample}") from None
        except StoreError as error:
            raise _damaged(self._path, error) from None

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        return self.fetched(suite, [sample]).responses(suite, sample, model)

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        return self.fetched(suite, [sample]).grades(suite, sample, model)

    def fetched(self, suite: str, samples: Sequence[str]) -> Texts:
        answers = self._answers.records(row for s in samples for row in self._answered.get((suite, s), ()))
        grades = self._grades.records(row for s in samples for row in self._graded.get((suite, s), ()))
        return Texts.of({suite: [self.sample(suite, s) for s in samples]}, answers, grades)


def _lines(path: Path) -> Mapping[Item, bytes]:
    """Each sample's line as it stands."""
    found: dict[Item, bytes] = {}
    try:
        with path.open("rb") as file:
            for line in file:
                placed = parsed(line)
                found[placed["suite"], placed["sample"]["id"]] = line
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from None
    if not found:
        raise _damaged(path, "it is empty")
    return found


def _places(rows: Rows[Answer] | Rows[Grade]) -> Mapping[Item, Sequence[int]]:
    found: dict[Item, list[int]] = {}
    for row, item in enumerate(zip(rows.column("suite"), rows.column("sample"), strict=True)):
        found.setdefault(item, []).append(row)
    return found


def _damaged(path: Path, why: object) -> StoreError:
    return StoreError(f"{path}: damaged ({why}); the command that made the run makes it again")
