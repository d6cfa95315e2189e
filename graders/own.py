"""Graders of the user's own: a function in a Python file (`my_graders.py:refund_policy`), or an entry point.

The function is given a sample and a response that holds text or a tool call, and returns true or false, a score from 0
to 1, or a whole `Judgement`. Where it takes a third argument, that is the options of the plan. Instead of a function
there may be a grader kind, which has a `version` and a `make` (see `harness.protocols.GraderKind`).

The code is the user's, runs with the user's rights, and is named by the digest of its file.
"""

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from graders.reading import no_reply, short
from harness.errors import nearest
from harness.identity import file_digest
from harness.protocols import Grader, GraderKind
from harness.records import Json, Judgement, Response, Sample

GROUP = "viva.graders"

Given = bool | float | Judgement
Function = Callable[..., Given]


class Unusable(ValueError):
    """Why a grader of the user's cannot be loaded."""


@dataclass(frozen=True, slots=True)
class Own:
    """A function of the user's as a grader kind."""

    name: str
    function: Function
    version: str
    needs_target: bool = False

    def make(self, options: Mapping[str, Json]) -> Grader:
        takes_options = len(inspect.signature(self.function).parameters) > 2
        if options and not takes_options:
            raise ValueError(f"it takes no options; give `{self.name}` a third argument to read them")
        more = (dict(options),) if takes_options else ()

        def grade(sample: Sample, response: Response) -> Judgement:
            silent = None if response.tool_calls and response.failure is None else no_reply(response)
            return silent or judgement(_called(self.function, sample, response, *more))

        return grade

    def gold(self, sample: Sample) -> str | None:
        """None: what a right reply would be is the function's affair."""
        return None


def _called(function: Function, *given: object) -> object:
    try:
        return function(*given)
    except SystemExit as error:  # it would end viva, with an exit code that says something else
        raise RuntimeError(f"it tried to end the program ({error.code})") from None


def judgement(given: object) -> Judgement:
    """What a function returned, as a judgement. Raises TypeError for what is none, ValueError for a wrong score."""
    if isinstance(given, Judgement):
        return given
    if not isinstance(given, bool | int | float):
        raise TypeError(f"it returned {type(given).__name__}: not true or false, a score from 0 to 1, or a Judgement")
    score = float(given)
    if score == 1:
        return Judgement(outcome="correct", score=score, answer=None, reason="accepted (score 1)")
    return Judgement(outcome="incorrect", score=score, answer=None, reason=f"not accepted (score {score:g})")


def from_file(spec: str) -> GraderKind:
    """The grader that `path/to/file.py:name` means. Raises Unusable."""
    path, _, name = spec.rpartition(":")
    file = Path(path)
    if not file.is_file():
        raise Unusable(f"grader {short(spec)!r}: there is no file {path}")
    module = _module(file, spec)
    found = getattr(module, name, None)
    if found is None:
        known = [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")]
        raise Unusable(f'grader "{file.name}:{name}": the file has no "{name}"{nearest(name, known)}')
    return as_kind(found, name, file_digest(file)[:12])


def as_kind(found: Any, name: str, version: str) -> GraderKind:
    """Raises Unusable for what is neither a function of (sample, response) nor a grader kind."""
    if callable(getattr(found, "make", None)) and isinstance(getattr(found, "version", None), str):
        kind: GraderKind = found
        for needed in ("needs_target", "gold"):
            if not hasattr(kind, needed):
                raise Unusable(f'grader "{name}": it has `make` and `version`, and lacks `{needed}`')
        return kind
    try:
        arguments = len(inspect.signature(found).parameters)
    except (TypeError, ValueError):
        arguments = 0
    if arguments not in (2, 3):
        raise Unusable(f'grader "{name}": it is no function of (sample, response) or (sample, response, options)')
    return Own(name, found, version)


def installed() -> dict[str, EntryPoint]:
    """The graders that installed packages offer, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


def from_package(point: EntryPoint) -> GraderKind:
    """Raises Unusable."""
    try:
        found = point.load()
    except Exception as error:  # the boundary of the user's code
        raise Unusable(f'grader "{point.name}": {point.value} cannot be loaded: {_told(error)}') from error
    return as_kind(found, point.name, f"{point.dist.name} {point.dist.version}" if point.dist else point.value)


def _module(file: Path, spec: str) -> Any:
    """The file as a module, loaded once for as long as it stays the same."""
    name = f"viva_own_{file_digest(file)[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    made = importlib.util.spec_from_file_location(name, file)
    if made is None or made.loader is None:
        raise Unusable(f"grader {short(spec)!r}: {file.name} is no Python file")
    module = importlib.util.module_from_spec(made)
    sys.modules[name] = module  # dataclasses look their module up while it is loaded
    try:
        made.loader.exec_module(module)
    except Exception as error:  # the boundary of the user's code
        del sys.modules[name]
        raise Unusable(f'grader "{file.name}": it cannot be loaded: {_told(error)}') from error
    return module


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
