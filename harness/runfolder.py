"""A run on disk: self-contained, and able to move to another machine.

    manifest.json       what ran: versions, the plan as written, suites and models with their fingerprints, counts
    samples.jsonl       every sample, with its suite
    responses.parquet   every answer, by suite, sample, model and attempt
    replies.parquet     what judges said of them, and answers to follow-ups
    grades.parquet      what each was worth
    pairs.parquet       outcomes of teacher and student side by side
    evaluation.json     the figures
    verdict.json        what the policy made of them
    junit.xml           the same as tests, for CI servers
    summary.md          the same in Markdown, for a step summary or a comment
    report/index.html   what people read
    reviews/draw-ID.json  pairs drawn for reviewers
    reviews/marks.jsonl   what they said of the grades

Each file is written whole and then put in its place, so a reader never meets half a file. Where new answers come into
an old folder, what was made of the old ones is taken away first: a run that is cut off then has no verdict.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from harness.collect import Answer, Collected
from harness.desk import Reply
from harness.errors import StoreError, UsageError
from harness.evaluation import SCHEMA_VERSION, Evaluation, ModelCard, Pair, PublishedScore
from harness.identity import file_digest
from harness.junit import junit
from harness.plan import SuiteSpec
from harness.records import Grade, Json, Sample, SuiteKind
from harness.review import DRAW_FORMAT, Draw, ReviewMark
from harness.serial import from_json, from_text, to_json, to_text
from harness.tables import read_table, write_table
from harness.texts import PlacedSample, StoredTexts
from harness.verdict import Verdict

T = TypeVar("T")
V = TypeVar("V", "Manifest", Evaluation, Verdict)
REVIEWS = "reviews"  # the folder of what reviewers said
ANSWERS = ("manifest.json", "replies.parquet", "responses.parquet", "samples.jsonl")
RESULTS = (  # what is made of the answers; the verdict goes first
    "verdict.json",
    "junit.xml",
    "summary.md",
    "report/index.html",
    "evaluation.json",
    "pairs.parquet",
    "grades.parquet",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a suite is and says of itself, beside its spec."""

    kind: SuiteKind = "workload"
    origin: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What ran. `suites` are their specs, `told` what goes with each; `plan` is as the user wrote it."""

    viva_version: str
    created_at: str
    plan: Json
    suites: tuple[Json, ...]
    models: tuple[ModelCard, ...]
    notes: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    published: tuple[PublishedScore, ...] = ()
    schema_version: int = 1


@dataclass(frozen=True, slots=True)
class RunFolder:
    path: Path

    def write_answers(self, found: Collected, manifest: Manifest) -> None:
        """Everything that grading starts from. What was made of earlier answers goes: it is not about these."""
        samples = (PlacedSample(suite=s.spec.name, sample=x) for s in found.suites for x in s.samples)
        with ExitStack() as drafts:  # all are written before any takes its name, the manifest last
            place = {name: drafts.enter_context(self._placed(name)) for name in ANSWERS}
            with place["samples.jsonl"].open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(to_json(sample)) + "\n" for sample in samples)
            write_table(place["responses.parquet"], Answer, found.answers)
            write_table(place["replies.parquet"], Reply, found.replies)
            _write_json(place["manifest.json"], manifest)
            for name in RESULTS:
                (self.path / name).unlink(missing_ok=True)

    def write_results(self, grades: Iterable[Grade], pairs: Iterable[Pair]) -> str:
        """Grades and pairs; returns the digest of the pairs."""
        self._table("grades.parquet", Grade, grades)
        self._table("pairs.parquet", Pair, pairs)
        return file_digest(self.path / "pairs.parquet")

    def write_evaluation(self, evaluation: Evaluation) -> str:
        """Returns the digest of the file."""
        self._json("evaluation.json", evaluation)
        return file_digest(self.path / "evaluation.json")

    def write_verdict(self, verdict: Verdict, evaluation: Evaluation, summary: str) -> None:
        """The verdict for programs, for CI servers and, as `summary` in Markdown, for people."""
        self._json("verdict.json", verdict)
        self._text("junit.xml", junit(verdict, evaluation))
        self._text("summary.md", summary)

    def manifest(self) -> Manifest:
        return self._of_this_version("manifest.json", self._read("manifest.json", Manifest))

    def evaluation(self) -> Evaluation:
        return self._of_this_version("evaluation.json", self._read("evaluation.json", Evaluation))

    def _of_this_version(self, name: str, found: V) -> V:
        if found.schema_version > SCHEMA_VERSION:
            raise StoreError(_newer(self.path / name))
        return found

    def evaluation_digest(self) -> str:
        return file_digest(self.path / "evaluation.json")

    def verdict(self) -> Verdict:
        return self._of_this_version("verdict.json", self._read("verdict.json", Verdict))

    def grades(self) -> list[Grade]:
        return list(read_table(self._there("grades.parquet"), Grade))

    def pairs(self) -> list[Pair]:
        """Pairs that lie in the same slices share one record of them: there are few such, and many pairs."""
        shared: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
        found = read_table(self._there("pairs.parquet"), Pair)
        return [replace(p, slices=shared.setdefault(tuple(p.slices.items()), p.slices)) for p in found]

    def answers(self) -> list[Answer]:
        return list(read_table(self._there("responses.parquet"), Answer))

    def replies(self) -> list[Reply]:
        """What judges said; nothing in the folder of an older viva."""
        path = self.path / "replies.parquet"
        return list(read_table(path, Reply)) if path.exists() else []

    def write_draw(self, draw: Draw) -> None:
        self._json(f"{REVIEWS}/draw-{draw.id}.json", draw)

    def draws(self) -> list[Draw]:
        """Those of this and of earlier evaluations of the run, by their ids."""
        paths = sorted((self.path / REVIEWS).glob("draw-*.json"))
        return [self._draw(f"{REVIEWS}/{path.name}") for path in paths]

    def _draw(self, name: str) -> Draw:
        found = self._read(name, Draw)
        if found.viva_draw > DRAW_FORMAT:
            raise StoreError(_newer(self.path / name))
        return found

    def write_marks(self, marks: Iterable[ReviewMark]) -> None:
        self._text(f"{REVIEWS}/marks.jsonl", "".join(to_text(mark) + "\n" for mark in marks))

    def marks(self) -> list[ReviewMark]:
        """All that were imported, of earlier evaluations of the run too. Raises StoreError for a damaged file."""
        path = self.path / REVIEWS / "marks.jsonl"
        try:
            return [from_text(ReviewMark, line) for line in path.read_bytes().splitlines()] if path.exists() else []
        except StoreError as error:
            raise StoreError(f"{path}: damaged ({error}); remove it and import the exported marks again") from None

    def samples(self) -> dict[str, list[Sample]]:
        """Samples by suite, in their order."""
        suites: dict[str, list[Sample]] = {}
        path = self._there("samples.jsonl")
        try:
            for line in path.read_bytes().splitlines():
                placed = from_text(PlacedSample, line)
                suites.setdefault(placed.suite, []).append(placed.sample)
        except StoreError as error:
            raise StoreError(_damaged(path, error)) from None
        if not suites:
            raise StoreError(_damaged(path, "it is empty"))
        return suites

    def suites(self) -> list[tuple[SuiteSpec, Told]]:
        """The suites in their order. Run folders of the first versions tell nothing beside the specs."""
        manifest = self.manifest()
        specs = [SuiteSpec.model_validate(value) for value in manifest.suites]
        return list(zip(specs, manifest.told or [Told()] * len(specs), strict=True))

    def texts(self) -> StoredTexts:
        """Raises StoreError for a file that is damaged as a whole, and later for a record that is."""
        names = ("samples.jsonl", "responses.parquet", "grades.parquet")
        return StoredTexts.of(*(self._there(name) for name in names))

    def _there(self, name: str) -> Path:
        if self.path.is_file():
            raise UsageError(
                f"{self.path}: a file, and no run folder; name a folder that `viva run` or `viva import` wrote"
            )
        if not (self.path / name).is_file():
            is_begun = (self.path / "manifest.json").is_file()
            what = "the run is not finished" if is_begun else "not a run folder"
            mend = "the command that made it finishes it" if is_begun else f"`viva run PLAN -o {self.path}` makes one"
            raise UsageError(f"{self.path}: {what} ({name} is missing); {mend}")
        return self.path / name

    def _read(self, name: str, kind: type[T]) -> T:
        path = self._there(name)
        try:
            return from_json(kind, json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, StoreError) as error:
            raise StoreError(_damaged(path, error)) from None

    def _json(self, name: str, record: object) -> None:
        with self._placed(name) as path:
            _write_json(path, record)

    def _text(self, name: str, text: str) -> None:
        with self._placed(name) as path:
            _write_text(path, text)

    def _table(self, name: str, kind: type[T], records: Iterable[T]) -> None:
        with self._placed(name) as path:
            write_table(path, kind, records)

    @contextmanager
    def _placed(self, name: str) -> Iterator[Path]:
        """A path to write to that takes its name only when all is written."""
        draft = (self.path / name).with_name(f".{Path(name).name}.draft")
        try:
            draft.parent.mkdir(exist_ok=True)
            yield draft
            os.replace(draft, self.path / name)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise StoreError(
                f"{self.path / name}: cannot be written ({why}); answers are kept: mend that and run it again"
            ) from None
        finally:
            draft.unlink(missing_ok=True)


def _write_json(path: Path, record: object) -> None:
    _write_text(path, json.dumps(to_json(record), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _newer(path: Path) -> str:
    return f"{path}: written by a newer viva; update viva to read it"


def _damaged(path: Path, why: object) -> str:
    return f"{path}: damaged ({why}); the command that made the run makes it again"


@contextmanager
def open_run(path: Path) -> Iterator[RunFolder]:
    """The folder, made if need be and held against other runs; one that stays empty is taken away again.

    Raises UsageError when the folder is in use or holds other things.
    """
    try:
        is_file = path.exists() and not path.is_dir()
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(path)[:80]}...: the run folder cannot be made ({error})") from None
    if is_file:
        raise UsageError(f"{path}: a file stands where the run folder should be; name another with -o")
    foreign = path.is_dir() and any(path.iterdir()) and not any((path / n).exists() for n in (".lock", "manifest.json"))
    if foreign:
        raise UsageError(f"{path}: this folder holds other things than a run; name an empty or new one with -o")
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / ".lock").open("w")
    except OSError as error:
        raise UsageError(f"{path}: the run folder cannot be made ({error.strerror})") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"{path}: another viva is writing this run; wait for it or name another folder") from None
        try:
            yield RunFolder(path)
        finally:
            if [entry.name for entry in path.iterdir()] == [".lock"]:
                (path / ".lock").unlink()
                path.rmdir()
