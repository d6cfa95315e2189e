"""Options that several commands share."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

RUN_ARGUMENT = click.argument("run", type=click.Path(path_type=Path))
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
POLICY_OPTION = click.option(
    "--policy", type=click.Path(path_type=Path), help="Judge by this policy file instead of the plan's gate."
)


class WholeNumber(click.IntRange):
    """A whole number within bounds, named in words."""

    name = "whole number"


class Share(click.FloatRange):
    """A number within bounds; "nan" lies within none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is no number.", param, ctx)
        return found


def manners(command: F) -> F:
    """`-q` and `-v`."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
    verbose = click.option("-v", "--verbose", count=True, help="Say more; twice says everything.")
    return quiet(verbose(command))


INCUMBENT_OPTION = click.option(
    "--incumbent", metavar="STUDENT", help="The student that serves today: put the others beside it too."
)


def out_option(default: str | None = None) -> Callable[[F], F]:
    return click.option(
        "-o", "--out", type=click.Path(path_type=Path), required=default is None, default=default, show_default=True,
        help="The run folder.",
    )  # fmt: skip
