"""What the parts of an evaluation must be able to do: one or two methods each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from harness.evaluation import Comparison, Evaluation, EvidenceGroup, Finding, Pair, Profile
from harness.evidence import Evidence
from harness.records import Decoding, Grade, Json, Judgement, Measure, Request, Response, Sample
from harness.verdict import Verdict

if TYPE_CHECKING:
    from harness.extras import Extras
    from harness.plan import ModelSpec, SuiteSpec


class Engine(Protocol):
    """A loaded model. `spent` is what its answers cost since it was loaded, 0 where nobody charges for them.

    `ready`: how many more answers are done already, so that they can be saved together with the one at hand.
    """

    @property
    def spent(self) -> float: ...

    @property
    def ready(self) -> int: ...

    def generate(self, requests: Sequence[Request]) -> Iterator[Response]:
        """Answers in the order in which they are done; each request is answered once, if only with a failure."""
        ...


class EngineKind(Protocol):
    """A way to reach models."""

    def fault(self, model: "ModelSpec") -> str | None:
        """What in the plan's words cannot be right, found out at once and offline: a folder that is not there.

        The text begins where `model "name": ` would end, and tells the mend.
        """
        ...

    def fingerprint(self, model: "ModelSpec") -> str:
        """What the model is, found out without loading it. Raises EngineError."""
        ...

    def check_ready(self, model: "ModelSpec") -> None:
        """Raises UsageError where what asking needs is missing: a package, a key. Called before any model is asked."""
        ...

    def load(self, model: "ModelSpec", log_file: Path) -> AbstractContextManager[Engine]:
        """The model, ready to answer until the context ends. Raises EngineError."""
        ...


class Grader(Protocol):
    """Tells what a response is worth; pure. Raises ValueError for a target that it cannot read."""

    def __call__(self, sample: Sample, response: Response) -> Judgement: ...


@runtime_checkable
class BatchGrader(Protocol):
    """A grader that judges many replies faster together: programs in several sandboxes at once."""

    def many(self, items: Iterable[tuple[Sample, Response]]) -> Iterator[Judgement]:
        """A judgement for each, in order. Raises as a single call does."""
        ...


@runtime_checkable
class NeedsMachine(Protocol):
    """A grader kind that needs something of this machine, such as a sandbox."""

    def check_ready(self, options: Mapping[str, Json]) -> None:
        """Raises UsageError where it is missing. Called before any model is asked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A reply with all that its grader may look at.

    `teacher`: what the teacher answered to the same sample, attempts in order, and `from_teacher` if the reply is one
    of them. `replies`: what the judge answered to the grader's questions, in their order.
    """

    sample: Sample
    response: Response
    attempt: int = 0
    from_teacher: bool = False
    teacher: tuple[Response, ...] = ()
    replies: tuple[Response, ...] = ()


@runtime_checkable
class CaseGrader(Protocol):
    """A grader that looks at more than the reply: at what the teacher answered, or at what a judge says of it.

    `judge` is the model of the plan that is asked, None where none is.
    """

    @property
    def judge(self) -> str | None: ...

    @property
    def reads_teacher(self) -> bool: ...

    @property
    def measure(self) -> Measure: ...

    @property
    def based_on(self) -> str:
        """Names and versions of the graders inside of it, which go into the identity of its grades."""
        ...

    def asks(self, case: Case) -> Sequence[Request]:
        """What the judge is asked of this reply; the harness fills in keys and decoding."""
        ...

    def decide(self, case: Case) -> Judgement:
        """Pure. Raises ValueError for a target that it cannot read."""
        ...


@runtime_checkable
class ReadsReference(Protocol):
    """A grader kind that can take one reply for the target of another."""

    def reference(self, sample: Sample, response: Response, options: Mapping[str, Json]) -> Json:
        """The target that this reply would be. None where it holds no answer."""
        ...


@runtime_checkable
class FitsSamples(Protocol):
    """A grader that can tell from the samples alone, before any model is asked, that it could not judge replies."""

    def check(self, samples: Sequence[Sample]) -> None:
        """Raises ValueError with what is wrong; a fault of a sample begins with its id."""
        ...


@runtime_checkable
class NamesRules(Protocol):
    """A grader of viva's that reports rules: by names that are known before any reply is."""

    def rule_names(self, samples: Sequence[Sample]) -> Iterable[str]: ...


class GraderKind(Protocol):
    """A grader by name: its version goes into the identity of every grade."""

    @property
    def version(self) -> str: ...

    @property
    def needs_target(self) -> bool: ...

    def make(self, options: Mapping[str, Json]) -> Grader | CaseGrader:
        """The grader with these options. Raises ValueError for an option it does not know."""
        ...

    def gold(self, sample: Sample) -> str | None:
        """The target as a model would write it, which must be graded correct; None where that cannot be checked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a suite source hands over: the samples in a fixed order, and what the suite says of itself.

    Grader, options, decoding and repeats are the suite's own; a plan may overrule them. `origin` is kept with the
    evaluation: data set, revision, licence, counts. `notes` are sentences for its readers. `public`: a public
    benchmark and not the team's own traffic, unless a plan says otherwise.
    """

    samples: Sequence[Sample]
    grader: str | None = None
    grader_options: Mapping[str, dict[str, Json]] = field(default_factory=dict)
    decoding: Decoding | None = None
    repeats: int | None = None
    origin: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    public: bool = False


class SuiteSource(Protocol):
    """Where samples come from, by name. `keys` are those of a plan's suite that it reads beside the common ones."""

    keys: frozenset[str]

    def load(self, suite: "SuiteSpec") -> Loaded:
        """Raises DataError."""
        ...


class Detector(Protocol):
    """Looks for one sign that a student sounds like the teacher without being like it.

    A detector without a `group` is a diagnostic, which never gates.
    """

    @property
    def name(self) -> str: ...

    @property
    def group(self) -> EvidenceGroup | None: ...

    def detect(self, evidence: Evidence) -> Finding:
        """Pure. Abstains, with the reason, where the evidence lacks what it needs."""
        ...


class Profiler(Protocol):
    def __call__(
        self, evidence: Iterable[Sequence[Evidence]], is_safe: Callable[[Comparison], bool]
    ) -> tuple[tuple[Finding, ...], tuple[Profile, ...]]:
        """Findings and labels: for each student and suite the evidence of the whole, then of each slice.

        `is_safe` tells whether a comparison shows that the student is not inferior.
        """
        ...


class PairTexts(Protocol):
    """The texts behind a pair, fetched on demand."""

    def sample(self, suite: str, sample: str) -> Sample: ...

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]: ...

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]: ...

    def fetched(self, suite: str, samples: Sequence[str]) -> "PairTexts":
        """The texts of these samples, fetched together, which is cheaper than one after the other."""
        ...


class Reporter(Protocol):
    def __call__(
        self,
        evaluation: Evaluation,
        verdict: Verdict,
        pairs: Sequence[Pair],
        texts: PairTexts,
        out: Path,
        extras: "Extras | None" = None,
    ) -> Path:
        """Write the report into the folder `out`, with the extras that there are; returns the page to open."""
        ...
