"""What an evaluation plan says, as validated frozen values. docs/plan.md explains every key."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from harness.parameters import Parameters
from harness.policy import Policy, Strict
from harness.records import Decoding, Json, Role

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
STRESS = ".stress"  # follows a suite's name in the name of its variants


class Thinking(Strict):
    """The tags between which a model reasons before it answers."""

    open: Annotated[str, Field(min_length=1)] = "<think>"
    close: Annotated[str, Field(min_length=1)] = "</think>"


class DecodingSpec(Strict):
    """How answers are drawn; what is left out keeps its default."""

    temperature: Annotated[float, Field(ge=0)] = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    max_tokens: Annotated[int, Field(gt=0)] = 512
    stop: tuple[str, ...] = ()
    seed: int = 0
    logprobs: Annotated[int, Field(ge=0, le=20)] | None = None

    def value(self) -> Decoding:
        return Decoding(**self.model_dump())


class Price(Strict):
    """What a hosted model costs, in one currency of the user's, per million tokens."""

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]

    def of(self, prompt_tokens: float, completion_tokens: float) -> float:
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


class EndpointSpec(Strict):
    """How a model behind an OpenAI-compatible endpoint is reached. Times in seconds; keys stay in the environment."""

    url: str | None = None
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    concurrency: Annotated[int, Field(ge=1, le=1024)] = 16
    timeout_s: Annotated[float, Field(gt=0)] = 600.0
    retries: Annotated[int, Field(ge=0, le=20)] = 5
    stream: bool = True
    price: Price | None = None
    spend_limit: Annotated[float, Field(gt=0)] | None = None


class ModelSpec(Strict):
    """One model: what it is and where it comes from, which engine reaches it, and how it is spoken to.

    `licence`, `distillation` (whether its terms allow that), `parent` and `parameters` are declared for the record, and
    change no answer: they are no part of its fingerprint.
    """

    name: Name
    model: str
    engine: str = "vllm"
    revision: str | None = None
    licence: str | None = None
    distillation: Literal["allowed", "forbidden", "unknown"] = "unknown"
    parent: str | None = None
    parameters: Parameters | None = None
    adapter: str | None = None
    system: str | None = None
    chat_template: str | None = None
    chat_template_kwargs: dict[str, Json] = Field(default_factory=dict)
    thinking: Thinking | None = Thinking()
    decoding: DecodingSpec | None = None
    args: dict[str, Json] = Field(default_factory=dict)
    endpoint: EndpointSpec | None = None


class RowMap(Strict):
    """Where a row holds the parts of a sample: dotted paths. A slice is a path, or `name: path`."""

    id: str | None = None
    prompt: str
    target: str | None = None
    solution: str | None = None
    choices: str | None = None
    context: str | None = None
    tools: str | None = None
    slices: dict[str, str] | tuple[str, ...] = ()
    weight: str | None = None
    cluster: str | None = None

    @model_validator(mode="after")
    def _names_its_slices_apart(self) -> "RowMap":
        if isinstance(self.slices, tuple) and len(self.slice_paths()) < len(self.slices):
            raise ValueError(
                "two slices end in the same word, which would be the name of both; write `slices: {name: path, ...}`"
            )
        if not all(self.slice_paths()):
            raise ValueError("a slice has no name")
        return self

    def slice_paths(self) -> dict[str, str]:
        if isinstance(self.slices, tuple):
            return {path.rsplit(".", 1)[-1]: path for path in self.slices}
        return self.slices


class StressSpec(Strict):
    """Variants of a suite's samples: so many of each family that applies; no families named means all."""

    families: tuple[str, ...] = ()
    variants: Annotated[int, Field(ge=1, le=100)] = 4
    seed: int = 7


class SuiteSpec(Strict):
    """Where samples come from, how they are asked and who grades them."""

    name: Name
    source: str = "rows"
    path: str | None = None
    map: RowMap | None = None
    size: Annotated[int, Field(gt=0, le=1_000_000_000)] | None = None
    seed: int = 0
    revision: str | None = None
    released_after: date | None = None
    released_before: date | None = None
    lm_eval: str | None = None
    include_path: str | None = None
    chat: bool = True
    grader: str | None = None
    grader_options: dict[str, dict[str, Json]] = Field(default_factory=dict)
    slices: tuple[str, ...] | None = None
    crossings: tuple[tuple[str, str], ...] = ()
    difficulty: str | None = None
    decoding: DecodingSpec | None = None
    repeats: Annotated[int, Field(ge=1, le=1000)] | None = None
    retain: bool = False
    public: bool | None = None
    stress: StressSpec | None = None

    @model_validator(mode="before")
    @classmethod
    def _source_of_an_lm_eval_task(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("lm_eval") is not None:
            return {"source": "lm_eval", **given}
        return given

    @model_validator(mode="after")
    def _crosses_two_slices(self) -> "SuiteSpec":
        for number, (one, other) in enumerate(self.crossings):
            if one == other:
                raise ValueError(f'crossings: "{one}" crossed with itself; name two different slices')
            if {one, other} in map(set, self.crossings[:number]):
                raise ValueError(f"crossings: [{one}, {other}] stands there twice; remove one")
        return self


class MimicrySpec(Strict):
    """What is asked again to look behind the answers: the samples of each suite for hollow reasoning."""

    hollow: Annotated[int, Field(ge=0)] = 0


def _listed(given: object) -> object:
    """One file may stand without the brackets of a list."""
    return (given,) if isinstance(given, str) else given


class Plan(Strict):
    """A whole evaluation. Paths are relative to the file that the plan was read from."""

    version: Literal[1] = 1
    name: str = "evaluation"
    teacher: ModelSpec
    students: Annotated[tuple[ModelSpec, ...], Field(min_length=1)]
    incumbent: str | None = None
    base: ModelSpec | None = None
    judges: tuple[ModelSpec, ...] = ()
    suites: Annotated[tuple[SuiteSpec, ...], Field(min_length=1)]
    decoding: DecodingSpec | None = None
    repeats: Annotated[int, Field(ge=1, le=1000)] | None = None
    published: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    mimicry: MimicrySpec = MimicrySpec()
    gate: Policy = Policy()
    store: str | None = None

    def models(self) -> tuple[tuple[Role, ModelSpec], ...]:
        """The teacher first, the base last."""
        roles: list[tuple[Role, ModelSpec]] = [("teacher", self.teacher), *(("student", s) for s in self.students)]
        return (*roles, ("base", self.base)) if self.base else tuple(roles)

    def store_path(self) -> Path | None:
        """The file that keeps answers; None keeps them in memory, for plans that no file holds."""
        return Path(self.store) if self.store else None

    def decoding_of(self, model: ModelSpec, suite: SuiteSpec) -> Decoding | None:
        """How a model answers a suite, where the plan says so: the model's own words first, then the suite's."""
        given = model.decoding or suite.decoding or self.decoding
        return given.value() if given else None
