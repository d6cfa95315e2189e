"""A model says what a reply is worth: by a rubric, or beside the teacher's reply to the same sample.

The judge is a model of the plan. It is asked what a template file says and is read to the letter; a judge that fails or
says something else leaves a failed grade, never a wrong answer. A reply that declines, is empty or was cut off is told
apart before any judge is asked. Where another grader knows the truth, the judgement counts how often the judge agrees.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from graders.judge_basics import Reference
from graders.judge_pairwise import Pairwise
from graders.judge_prompt import TEMPLATES, Template
from graders.judge_reading import Criterion
from graders.judge_rubric import Rubric, said
from graders.options import exact, flag, refuse_unknown
from harness.errors import nearest
from harness.protocols import CaseGrader, GraderKind, NeedsMachine
from harness.records import Json, Sample

version = "1"

COMMON = ("mode", "by", "template", "show_target", "reference", "reference_options")
OPTIONS_OF = {"rubric": (*COMMON, "criteria", "pass"), "pairwise": (*COMMON, "question")}
OPTIONS = (*COMMON, "criteria", "pass", "question")
QUESTION = "Which of them serves whoever asked better: is it right, complete, and free of what was not asked for?"

_LONGEST_NAME = 60  # characters of a criterion's name
_MOST_POINTS = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """The grader kind; `graders` are those that can check the judge, by name, and `names` what they are called."""

    graders: Callable[[str], GraderKind]
    names: Callable[[], Iterable[str]]
    version: str = version
    needs_target: bool = False

    def make(self, options: Mapping[str, Json]) -> CaseGrader:
        refuse_unknown(options, OPTIONS)
        if "mode" not in options:
            raise ValueError('option "mode" is missing; it is rubric or pairwise')
        mode = options["mode"]
        if not isinstance(mode, str) or mode not in OPTIONS_OF:
            raise ValueError(f'option "mode": {mode!r} is neither rubric nor pairwise')
        refuse_unknown(options, OPTIONS_OF[mode])
        by, shows_target = _text(options, "by"), flag(options, "show_target", True)
        reference = self._reference(options)
        if mode == "pairwise":
            return Pairwise(
                judge=by,
                template=_template(options, mode, ("reply_a", "reply_b")),
                question=_text(options, "question", QUESTION),
                shows_target=shows_target,
                reference=reference,
            )
        return Rubric(
            judge=by,
            template=_template(options, mode, ("reply",)),
            criteria=_criteria(options),
            enough=_enough(options),
            shows_target=shows_target,
            reference=reference,
        )

    def gold(self, sample: Sample) -> str | None:
        """None: whether a judge would accept the target is not known before it is asked."""
        return None

    def check_ready(self, options: Mapping[str, Json]) -> None:
        """Raises UsageError for a template that cannot be used, and where the reference grader lacks something."""
        grader = self.make(options)
        if isinstance(grader, Rubric):
            grader.template.check(said(grader.criteria))
        elif isinstance(grader, Pairwise):
            grader.template.check({"question": grader.question})
        kind = self.graders(str(options["reference"])) if "reference" in options else None
        if isinstance(kind, NeedsMachine):
            kind.check_ready(_reference_options(options))

    def _reference(self, options: Mapping[str, Json]) -> Reference | None:
        given = _reference_options(options)
        if "reference" not in options:
            if given:
                raise ValueError('option "reference_options" needs "reference", the name of a grader')
            return None
        name = _text(options, "reference")
        if ":" in name:
            raise ValueError(f'option "reference": {name!r} is a file, which only `grader` may name')
        try:
            kind = self.graders(name)
        except KeyError:
            raise ValueError(f'option "reference": there is no grader "{name}"{nearest(name, self.names())}') from None
        grader = kind.make(given)
        if isinstance(grader, CaseGrader):
            raise ValueError(f'option "reference": grader "{name}" does not know the truth by itself')
        return Reference(name, grader, kind.version)


def _reference_options(options: Mapping[str, Json]) -> dict[str, Json]:
    given = options.get("reference_options", {})
    if not isinstance(given, dict):
        raise ValueError(f'option "reference_options": {given!r} is not a mapping of options')
    return given


def _template(options: Mapping[str, Json], mode: str, shows: tuple[str, ...]) -> Template:
    path = Path(_text(options, "template")) if "template" in options else TEMPLATES / f"{mode}.j2"
    return Template(path=path, shows=shows)


def _text(options: Mapping[str, Json], name: str, default: str | None = None) -> str:
    value = options.get(name, default)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(
            f'option "{name}": {value!r} is not a text' if name in options else f'option "{name}" is missing'
        )
    return value


def _enough(options: Mapping[str, Json]) -> Fraction:
    value = options.get("pass", 1)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ValueError(f'option "pass": {value!r} is not a share of the points above 0, at most 1')
    return exact(value)


def _criteria(options: Mapping[str, Json]) -> tuple[Criterion, ...]:
    given = options.get("criteria")
    if not isinstance(given, list) or not given:
        lacks = "" if "criteria" in options else " is missing"
        raise ValueError(f'option "criteria"{lacks}: a rubric needs a list of {{name: ..., question: ..., points: 1}}')
    criteria = tuple(_criterion(row) for row in given)
    names = [one.name for one in criteria]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f'option "criteria": two are called {name!r}; give each a name of its own')
    return criteria


def _criterion(row: Json) -> Criterion:
    if not isinstance(row, dict):
        raise ValueError(f'option "criteria": {row!r} is not {{name: ..., question: ..., points: 1}}')
    for key in row:
        if key not in ("name", "question", "points"):
            raise ValueError(f'option "criteria": unknown key "{key}"{nearest(key, ("name", "question", "points"))}')
    name, question, most = row.get("name"), row.get("question"), row.get("points", 1)
    is_name = isinstance(name, str) and name == name.strip() and 0 < len(name) <= _LONGEST_NAME
    if not isinstance(name, str) or not is_name or not name.isprintable() or any(sign in name for sign in '"\\'):
        raise ValueError(f'option "criteria": {name!r} is no name (1 to {_LONGEST_NAME} characters, no quotes)')
    if not isinstance(question, str) or not question.strip():
        raise ValueError(f'option "criteria": {name!r} has no question, which tells the judge what gets points')
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= _MOST_POINTS:
        raise ValueError(
            f'option "criteria": {name!r} has {most!r} points, not a whole number from 1 to {_MOST_POINTS}'
        )
    return Criterion(name=name, question=question, points=most)
