"""`viva suite list [PLAN]`: the suite sources, or the suites of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table

from harness.cli.console import human
from harness.cli.options import JSON_OPTION
from harness.cli.summary import print_json
from harness.protocols import SuiteSource
from harness.records import SuiteKind
from harness.suite import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A suite source: what it reads, in its own words, and the keys of a plan's suite that tell it what."""

    name: str
    reads: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A suite of a plan, loaded."""

    name: str
    kind: SuiteKind
    source: str
    n: int
    graders: tuple[str, ...]
    slices: tuple[str, ...]
    notes: tuple[str, ...]


@click.command()
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@JSON_OPTION
def command(plan: Path | None, as_json: bool) -> int:
    """Print the suite sources that viva knows, or the suites of PLAN with their size, grader and slices.

    The suites of a plan are loaded, so that their data must be there; no model is asked.
    """
    from harness.cli import wiring
    from harness.plan_file import load_plan
    from harness.suite import load_suites

    parts = wiring.parts()
    if plan is None:
        sources = _sources(parts.sources)
        print_json(list(sources)) if as_json else _print_sources(sources)
        return 0
    suites = load_suites(load_plan(plan, wiring.known(parts)), parts.sources, parts.vary, None)
    planned = [_planned(suite) for suite in suites]
    print_json(list(planned)) if as_json else _print_planned(planned)
    return 0


def _sources(sources: Mapping[str, SuiteSource]) -> list[Source]:
    return [
        Source(
            name=name,
            reads=_told(source),
            keys=tuple(sorted(source.keys)),
        )
        for name, source in sources.items()
    ]


def _told(source: SuiteSource) -> str:
    """The first sentence of a source's docstring, which names the source and tells what it reads."""
    first = " ".join((source.__doc__ or "").split("\n\n")[0].split())
    _, colon, reads = first.partition(": ")
    return (reads if colon else first).rstrip(".")


def _planned(suite: Suite) -> Planned:
    graders = dict.fromkeys(sample.grader or suite.spec.grader or "none" for sample in suite.samples)
    return Planned(
        name=suite.spec.name,
        kind=suite.kind,
        source=suite.spec.source,
        n=len(suite.samples),
        graders=tuple(graders),
        slices=tuple(dict.fromkeys(name for sample in suite.samples for name in sample.slices)),
        notes=suite.notes,
    )


def _print_sources(sources: Sequence[Source]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("source", "reads", "keys"):
        table.add_column(name, overflow="fold", min_width=8)
    for one in sources:
        table.add_row(one.name, one.reads, ", ".join(one.keys) or "-")
    human().print(table, soft_wrap=False)


def _print_planned(suites: Sequence[Planned]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("suite", "kind", "source"):
        table.add_column(name, overflow="fold", min_width=6)
    table.add_column("n", justify="right", no_wrap=True)
    for name in ("grader", "slices"):
        table.add_column(name, overflow="fold", min_width=8)
    for one in suites:
        slices = ", ".join(one.slices) or "-"
        table.add_row(one.name, one.kind, one.source, f"{one.n:,}", ", ".join(one.graders), slices)
    console = human()
    console.print(table, soft_wrap=False)
    for one in suites:
        for note in one.notes:
            console.print(f"{one.name}: {note}", style="dim")
