"""The graders by the names that plans and suites use: viva's own, those of installed packages, and functions in files.

A grader kind of viva's is its module: a `version` and a `make`.
"""

from collections.abc import Iterable, Iterator, Mapping

from graders import (
    agreement,
    choice,
    code,
    exact,
    fields,
    judge,
    label,
    lm_eval,
    math,
    number,
    own,
    rules,
    support,
    tools,
)
from harness.errors import nearest
from harness.protocols import GraderKind
from harness.records import Json

BUILT_IN: dict[str, GraderKind] = {
    "agreement": agreement.Kind(lambda name: kind(name), lambda: names()),
    "choice": choice,
    "code": code,
    "exact": exact,
    "fields": fields,
    "judge": judge.Kind(lambda name: kind(name), lambda: names()),
    "label": label,
    "lm_eval": lm_eval,
    "math": math,
    "number": number,
    "rules": rules,
    "support": support,
    "tools": tools,
}


class Registry(Mapping[str, GraderKind]):
    """Kinds by name. `file.py:name` is loaded when it is looked up; listing names lists those that have one."""

    def __getitem__(self, name: str) -> GraderKind:
        """Raises KeyError for an unknown name, `own.Unusable` for one whose code cannot be loaded."""
        if name in BUILT_IN:
            return BUILT_IN[name]
        if ":" in name:
            return own.from_file(name)
        return own.from_package(own.installed()[name])

    def is_own(self, name: str) -> bool:
        """Whether a grader is not one of viva's: what it reports is not known beforehand."""
        return name not in BUILT_IN

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*BUILT_IN, *own.installed()]))

    def __len__(self) -> int:
        return sum(1 for _ in self)


GRADERS = Registry()


def kind(name: str) -> GraderKind:
    return GRADERS[name]


def names() -> Iterable[str]:
    return GRADERS


def fault(name: str) -> str | None:
    """What is wrong with the name of a grader, found out by loading it; None if nothing is."""
    try:
        GRADERS[name]
    except KeyError:
        return f'grader "{name}" is unknown{nearest(name, GRADERS)}'
    except own.Unusable as error:
        return str(error)
    return None


def fault_of_options(name: str, options: Mapping[str, Json]) -> str | None:
    """What is wrong with the options of a grader that there is; None if nothing is."""
    try:
        GRADERS[name].make(options)
    except ValueError as error:
        return f'grader "{name}": {error}'
    return None
