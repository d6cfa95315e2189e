"""Rows that hold a question, its answer and what several models replied, by a map of their fields.

A row that lacks a model's response still counts: the pair is dropped, and the drop is counted and named.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from harness import strict_yaml
from harness.collect import Answer, Collected
from harness.errors import DataError, PlanError, nearest
from harness.evaluation import ModelCard
from harness.identity import digest, file_digest
from harness.plan import Name, RowMap, SuiteSpec
from harness.plan_file import own_graders
from harness.policy import Strict
from harness.protocols import Loaded
from harness.records import Grade, Json, Outcome, Response, Sample
from harness.suite import make_suite
from suites.rows import Row, as_text, fetch, plain, read_rows, sample_of

SCORE_WORDS = {"true": 1.0, "false": 0.0, "correct": 1.0, "incorrect": 0.0}


class ImportMap(Strict):
    """The mapping file of `viva import`: docs/import.md explains every key."""

    name: Name = "imported"
    sample: RowMap
    responses: Annotated[dict[Name, str], Field(min_length=2)]
    scores: dict[Name, str] = Field(default_factory=dict)
    grader: str | None = None
    grader_options: dict[str, dict[str, Json]] = Field(default_factory=dict)


def load_map(path: Path) -> ImportMap:
    """Raises PlanError with file, line and the mend."""
    document = strict_yaml.read(path, "docs/import.md shows a map")
    how = document.validate(ImportMap)
    how = how.model_copy(update=own_graders(how.grader, how.grader_options, path.resolve().parent))
    for name in how.scores:
        if name not in how.responses:
            where = document.place(("scores", name))
            raise PlanError(f'{where}: scores of "{name}", which has no responses{nearest(name, how.responses)}')
    for name in how.grader_options:
        if name != how.grader:
            where = document.place(("grader_options", name))
            raise PlanError(f'{where}: options of "{name}", which grades nothing here; take them out')
    if how.grader is None and set(how.scores) != set(how.responses):
        missing = ", ".join(name for name in how.responses if name not in how.scores)
        raise PlanError(f"{path}: no grader, and no scores for {missing}; name a `grader` or map their `scores`")
    return how


def import_rows(files: Sequence[Path], how: ImportMap, teacher: str) -> Collected:
    """Samples, responses and the scores that came with them. Raises DataError naming file and row."""
    if teacher not in how.responses:
        raise DataError(f'--teacher "{teacher}": no such model in the map{nearest(teacher, how.responses)}')
    reader = _Reader(how, {path: file_digest(path) for path in files if path.is_file()})
    for path in files:
        for number, row in read_rows(path):
            reader.take(row, path, f"{path}:{number}")
    reader.check()
    spec = SuiteSpec(name=how.name, source="import", grader=how.grader, grader_options=how.grader_options)
    names = [teacher, *(name for name in how.responses if name != teacher)]
    return Collected(
        suites=(make_suite(spec, Loaded(samples=reader.samples)),),
        models=[_card(name, name == teacher, reader.digests.values()) for name in names],
        answers=reader.answers,
        grades=reader.grades,
        notes=_notes(reader, how),
    )


class _Reader:
    """Collects samples, answers and grades row by row."""

    def __init__(self, how: ImportMap, digests: Mapping[Path, str]) -> None:
        self.how, self.digests = how, digests
        self.samples: list[Sample] = []
        self.answers: list[Answer] = []
        self.grades: list[Grade] = []
        self.missing: dict[str, list[str]] = {}
        self._seen: dict[str, str] = {}
        self._met: set[str] = set()
        self._fields: dict[str, None] = {}

    def take(self, row: Row, path: Path, where: str) -> None:
        sample = sample_of(row, self.how.sample, where, path.name)
        if sample.id in self._seen:
            mend = "map an `id` that tells them apart" if self.how.sample.id is None else "remove one"
            raise DataError(f'{where}: the sample "{sample.id}" stands already in {self._seen[sample.id]}; {mend}')
        self._seen[sample.id] = where
        self._fields |= dict.fromkeys(_paths(row))
        self.samples.append(sample)
        for model in self.how.responses:
            text = self._text(row, model, path, where)
            if text is None:
                self.missing.setdefault(model, []).append(sample.id)
                continue
            key = digest([f"imported:{self.digests[path]}:{model}", sample.id, text])
            response = Response(key=key, model=model, text=text, served_model=model)
            self.answers.append(Answer(suite=self.how.name, sample=sample.id, attempt=0, response=response))
            if model in self.how.scores:
                self.grades.append(self._grade(row, sample, response, where))

    def _text(self, row: Row, model: str, path: Path, where: str) -> str | None:
        """The reply, or None. A CSV file has no other way to leave a cell out than to leave it empty."""
        try:
            value = plain(fetch(row, self.how.responses[model]), where)
        except KeyError:
            return None
        self._met.add(model)
        if isinstance(value, dict) and (below := self._mapped_below(self.how.responses[model])):
            raise DataError(
                f'{where}: the reply of "{model}" is all of "{self.how.responses[model]}", which holds "{below}", too; '
                f"map one of its fields: {', '.join(map(str, value))}"
            )
        is_table = path.name.removesuffix(".gz").endswith((".csv", ".tsv"))
        return None if is_table and value == "" else as_text(value)

    def _mapped_below(self, field: str) -> str | None:
        """Another path of the map that leads into this one."""
        mapped = (*self.how.responses.values(), *self.how.scores.values())
        return next((other for other in mapped if other.startswith(f"{field}.")), None)

    def _near(self, field: str) -> str:
        """What may be meant by a path that no row has: its neighbours, if there are any."""
        beside = [known for known in self._fields if known.rpartition(".")[0] == field.rpartition(".")[0]]
        return nearest(field, beside if "." in field and beside else self._fields)

    def check(self) -> None:
        """A path that no row has is a mistake of the map, and so is a file without rows. Raises DataError."""
        if not self.samples:
            raise DataError(f"{', '.join(map(str, self.digests))}: no rows; every sample is a row with its responses")
        for model, field in self.how.responses.items():
            if model not in self._met:
                raise DataError(f'responses of "{model}": no row has the field "{field}"{self._near(field)}')
        for model, field in self.how.scores.items():  # below a field that rows have, a score may be missing in all
            if not {field, field.split(".")[0]} & self._fields.keys():
                raise DataError(f'scores of "{model}": no row has the field "{field}"{self._near(field)}')

    def _grade(self, row: Row, sample: Sample, response: Response, where: str) -> Grade:
        score = _score(row, self.how.scores[response.model], where)
        outcome: Outcome = "correct" if score == 1 else "incorrect"
        return Grade(
            suite=self.how.name,
            sample=sample.id,
            model=response.model,
            attempt=0,
            outcome="failed" if score is None else outcome,
            score=score,
            answer=None,
            reason="the row holds no score" if score is None else f"scored {score:g} by the imported file",
            grader="imported",
            by="imported",
            response_keys=(response.key,),
        )


def _paths(row: Row) -> list[str]:
    """The fields of a row, and those just below them."""
    return [*row, *(f"{name}.{key}" for name, value in row.items() if isinstance(value, dict) for key in value)]


def _score(row: Row, field: str, where: str) -> float | None:
    """A score in [0, 1]; true and false are 1 and 0. Raises DataError for anything else."""
    try:
        value = fetch(row, field)
    except KeyError:
        return None
    if value is None or value == "":
        return None
    text = str(value).strip().lower()
    try:
        score = SCORE_WORDS[text] if text in SCORE_WORDS else float(text)
    except ValueError:
        raise DataError(f'{where}: the score "{field}" is {value!r}, not a number') from None
    if not math.isfinite(score) or not 0 <= score <= 1:
        raise DataError(f'{where}: the score "{field}" is {value!r}; scores lie between 0 and 1')
    return score


def _card(name: str, is_teacher: bool, digests: Iterable[str]) -> ModelCard:
    files = sorted(digests)
    return ModelCard(
        name=name,
        role="teacher" if is_teacher else "student",
        fingerprint=f"imported:{digest(files)}:{name}",
        described={"imported": True, "files": list(files)},
    )


def _notes(reader: _Reader, how: ImportMap) -> list[str]:
    notes = [
        "Imported responses: what the models were is declared by the files, not proven; how answers ended is unknown."
    ]
    for model, samples in reader.missing.items():
        shown = ", ".join(samples[:5]) + (", ..." if len(samples) > 5 else "")
        notes.append(
            f"{model}: no response in {len(samples):,} of {len(reader.samples):,} rows ({shown}); "
            "left out of its pairs."
        )
    if how.scores:
        notes.append(f"Scores as imported, not graded here: {', '.join(how.scores)}.")
    return notes
