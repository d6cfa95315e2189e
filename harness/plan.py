"""An evaluation plan: YAML in, validated frozen values out. docs/plan.md explains every key.

Names of engines, graders and suite sources are not imported here: whoever reads a plan hands over what is known.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from harness import strict_yaml
from harness.errors import PlanError, nearest
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


COMMON = frozenset(
    {"name", "source", "size", "grader", "grader_options", "slices", "crossings", "difficulty"}
    | {"decoding", "repeats", "retain", "public", "stress"}
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that a plan may use.

    An engine comes with what it knows of a model at once (a fault, or None), a suite source with the keys it reads;
    `graders` tells what is wrong with the name of a grader, `options` with the options of one that there is, or None.
    """

    engines: Mapping[str, Callable[[ModelSpec], str | None]]
    graders: Callable[[str], str | None]
    sources: Mapping[str, Collection[str]]
    families: Sequence[str] = ()
    options: Callable[[str, Mapping[str, Json]], str | None] = lambda name, options: None


def load_plan(path: Path, known: Known) -> Plan:
    """Read a plan, its paths made absolute. Raises PlanError with file, line and the mend."""
    document = strict_yaml.read(path)
    plan = _with_absolute_paths(document.validate(Plan), path.resolve().parent)
    for where, message in _faults(plan, known):
        raise PlanError(f"{document.place(where)}: {message}")
    return plan


def load_policy(path: Path) -> Policy:
    """Read a gate policy: a file of its own, or the `gate:` of a whole plan. Raises PlanError."""
    document = strict_yaml.read(path)
    inner = document.section("gate") if isinstance(document.value, dict) and "teacher" in document.value else document
    return inner.validate(Policy)


def _faults(plan: Plan, known: Known) -> Iterator[tuple[tuple[str | int, ...], str]]:
    seen: set[str] = set()
    for place, model in _placed_models(plan):
        if model.engine not in known.engines:
            yield (*place, "engine"), f'engine "{model.engine}" is unknown{nearest(model.engine, known.engines)}'
        if model.name in seen:
            yield (*place, "name"), f'two models are called "{model.name}"; give each a name of its own'
        seen.add(model.name)
    for place, model in _placed_models(plan):
        fault = known.engines[model.engine](model)
        if fault is not None:
            yield (*place, "model"), f'model "{model.name}": {fault}'
    names = [student.name for student in plan.students]
    if plan.incumbent is not None and plan.incumbent not in names:
        yield ("incumbent",), f'incumbent "{plan.incumbent}" is none of the students{nearest(plan.incumbent, names)}'
    for index, waiver in enumerate(plan.gate.waivers):
        if waiver.student is not None and waiver.student not in names:
            yield (
                ("gate", "waivers", index, "student"),
                f'"{waiver.student}" is none of the students{nearest(waiver.student, names)}',
            )
    suites: set[str] = set()
    for index, suite in enumerate(plan.suites):
        for where, message in _faults_of_suite(suite, known):
            yield ("suites", index, *where), message
        for name in (suite.name, f"{suite.name}{STRESS}")[: 2 if suite.stress else 1]:
            if name in suites:
                yield ("suites", index, "name"), f'two suites are called "{name}"; give each a name of its own'
            suites.add(name)


def _faults_of_suite(suite: SuiteSpec, known: Known) -> Iterator[tuple[tuple[str, ...], str]]:
    """Places within the suite, and messages."""
    if suite.source not in known.sources:
        yield ("source",), f'suite source "{suite.source}" is unknown{nearest(suite.source, known.sources)}'
        return
    read = COMMON | set(known.sources[suite.source])
    for key in sorted(suite.model_fields_set - read):
        yield (key,), f'suite source "{suite.source}" reads no `{key}`; take it out, or name another source'
    for name in (suite.grader, *suite.grader_options):
        if name is not None and (fault := known.graders(name)):
            yield ("grader",), fault
            return
    yield from _faults_of_options(suite, known)
    for name in suite.stress.families if suite.stress else ():
        if name not in known.families:
            yield ("stress",), f'stress family "{name}" is unknown{nearest(name, known.families)}'
    if suite.retain and suite.stress:
        yield ("stress",), "stress variants are made of the workload, not of what should be retained; take one out"


def _faults_of_options(suite: SuiteSpec, known: Known) -> Iterator[tuple[tuple[str, ...], str]]:
    """Of a suite of rows, graded by what the plan says and nothing else; other sources have options of their own."""
    if suite.source != "rows" or suite.grader is None:
        return
    for name in suite.grader_options:
        if name != suite.grader:
            yield ("grader_options", name), f'options of "{name}", which this suite is not graded by; take them out'
    options = suite.grader_options.get(suite.grader, {})
    if fault := known.options(suite.grader, options):
        named = re.search(r'option "([^"]*)"', fault)
        yield ("grader_options", suite.grader, named[1] if named else ""), fault


def _placed_models(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], ModelSpec]]:
    yield ("teacher",), plan.teacher
    for index, student in enumerate(plan.students):
        yield ("students", index), student
    if plan.base:
        yield ("base",), plan.base
    for index, judge in enumerate(plan.judges):
        yield ("judges", index), judge


def _with_absolute_paths(plan: Plan, folder: Path) -> Plan:
    def model(spec: ModelSpec) -> ModelSpec:
        return spec.model_copy(
            update={
                # Behind an endpoint, a model is what its server calls it, even where a folder has that name.
                "model": spec.model if spec.engine == "openai" else absolute_if_path(spec.model, folder),
                "adapter": spec.adapter and absolute_if_path(spec.adapter, folder),
                "chat_template": spec.chat_template and str(folder / _expanded(spec.chat_template)),
            }
        )

    return plan.model_copy(
        update={
            "teacher": model(plan.teacher),
            "students": tuple(model(s) for s in plan.students),
            "base": plan.base and model(plan.base),
            "judges": tuple(model(judge) for judge in plan.judges),
            "suites": tuple(
                s.model_copy(
                    update={
                        key: str(folder / _expanded(value))
                        for key in ("path", "include_path")
                        if (value := getattr(s, key))
                    }
                    | own_graders(s.grader, s.grader_options, folder)
                )
                for s in plan.suites
            ),
            "published": tuple(str(folder / _expanded(path)) for path in plan.published),
            "store": str(folder / _expanded(plan.store or ".viva/store.sqlite")),
        }
    )


def absolute_if_path(name: str, folder: Path) -> str:
    """A model given as a path (`./x`, `../x`, `/x`, `~/x`, or a folder that is there) made absolute; Hub names stay."""
    if name.startswith(("./", "../", "/", "~")) or (folder / name).exists():
        return str((folder / _expanded(name)).resolve())
    return name


def own_graders(grader: str | None, options: Mapping[str, dict[str, Json]], folder: Path) -> dict[str, object]:
    """A suite's grader and its options, with paths made absolute: of the user's own graders, of a judge's template."""

    def absolute(name: str) -> str:
        file, colon, function = name.rpartition(":")
        return f"{(folder / _expanded(file)).resolve()}:{function}" if colon else name

    def placed(name: str, given: dict[str, Json]) -> dict[str, Json]:
        template = given.get("template")
        if name != "judge" or not isinstance(template, str):
            return given
        return {**given, "template": str((folder / _expanded(template)).resolve())}

    return {
        "grader": grader and absolute(grader),
        "grader_options": {absolute(name): placed(name, given) for name, given in options.items()},
    }


def _expanded(path: str) -> Path:
    """`~` written out, where there is such a home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def as_written(path: Path) -> dict[str, Json]:
    """The plan's own words as JSON, for the record."""
    value = strict_yaml.read(path).value
    written: dict[str, Json] = json.loads(json.dumps(value, default=str)) if isinstance(value, dict) else {}  # days
    return written
