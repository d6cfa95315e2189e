"""An evaluation plan as a file: read strictly, every fault told with its line, and every path made absolute.

Names of engines, graders and suite sources are not imported here: whoever reads a plan hands over what is known.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import strict_yaml
from harness.errors import PlanError, nearest
from harness.plan import STRESS, ModelSpec, Plan, SuiteSpec
from harness.records import Json

EXAMPLE = "`viva init` writes one to start from"
COMMON = frozenset(
    {"name", "source", "size", "grader", "grader_options", "slices", "crossings", "difficulty"}
    | {"decoding", "repeats", "retain", "public", "stress"}
)


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
    document = strict_yaml.read(path, EXAMPLE)
    plan = _with_absolute_paths(document.validate(Plan), path.resolve().parent)
    for where, message in _faults(plan, known):
        raise PlanError(f"{document.place(where)}: {message}")
    return plan


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
