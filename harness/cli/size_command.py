"""`viva size PLAN`: what the plan's margins need, before any model is asked."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from harness.cli import wiring
from harness.cli.console import human
from harness.cli.options import JSON_OPTION
from harness.cli.summary import print_json
from harness.evaluation import ALL
from harness.plan_file import load_plan
from harness.policy_file import lines_of
from harness.policy_names import check_policy
from harness.runfolder import RunFolder
from harness.sizing import ASSUMED, ENOUGH, Need, Sizing, seen_in, size
from harness.suite import load_suites


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--from", "earlier", metavar="RUN", type=click.Path(path_type=Path),
    help="Reckon with the disagreement seen in this run, too.",
)  # fmt: skip
@JSON_OPTION
def command(plan: Path, earlier: Path | None, as_json: bool) -> int:
    """Tell how many items the margins of PLAN need, and what chance the items that its suites have give.

    The suites are loaded; no model is. The exit code is 0, however few the items are.
    """
    parts = wiring.parts()
    loaded = load_plan(plan, wiring.known(parts))
    suites = load_suites(loaded, parts.sources, parts.vary, None)
    with lines_of(plan):
        check_policy(loaded.gate, suites, [student.name for student in loaded.students])
    seen = {} if earlier is None else seen_in(RunFolder(earlier).evaluation())
    found = size(suites, loaded.gate, seen)
    if as_json:
        print_json(list(found))
    else:
        _print(found, human())
    return 0


def _print(found: Sequence[Sizing], console: Console) -> None:
    """The figures, then in words what counts and does not decide at the middle assumption, or at what was seen."""
    console.print(_table(found), soft_wrap=False)
    console.print(
        f"needed: items that clear a student without loss in {ENOUGH:.0%} of runs, if it disagrees with the teacher on "
        "so many; in brackets: the chance with the items there are",
        style="dim",
    )
    counting = [one for one in found if one.tier != "advisory"]
    open_ones = [one for one in counting if _telling(one).chance < ENOUGH]
    for one in open_ones:
        where = one.suite if one.slice.name == ALL else f"{one.suite}, {one.slice}"
        console.print(f"{where} ({one.tier}): {one.sentence}.", style="yellow" if one.tier == "critical" else "dim")
    at = f"{ASSUMED[1]:.0%} disagreement" + (", or what was seen" if any(_seen(one) for one in found) else "")
    console.print(
        f"{len(counting) - len(open_ones)} of the {len(counting)} suites and slices that count are large enough at {at}"
    )


def _table(found: Sequence[Sizing]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("suite", "slice", "tier"):
        table.add_column(name, overflow="fold", min_width=8)
    for name in ("items", "margin", *(f"needed at {share:.0%}" for share in ASSUMED)):
        table.add_column(name, justify="right", no_wrap=True)
    is_seen = any(_seen(one) for one in found)
    if is_seen:
        table.add_column("needed as seen", justify="right", overflow="fold", min_width=14)
    for one in found:
        cells = [_cell(need) for need in one.needs[: len(ASSUMED)]]
        last = _seen(one)
        told = "-" if last is None else f"at {last.discordance:.1%}, {last.seen}: {_cell(last)}"
        place = (one.suite, str(one.slice), one.tier, f"{one.items:,}", f"{one.margin * 100:g}")
        table.add_row(*place, *cells, *([told] if is_seen else []))
    return table


def _seen(one: Sizing) -> Need | None:
    return next((need for need in one.needs if need.seen is not None), None)


def _telling(one: Sizing) -> Need:
    return _seen(one) or one.needs[1]


def _cell(need: Need) -> str:
    chance = (
        f"{need.chance:.0%}" if need.chance_at_worst is None else f"{need.chance_at_worst:.0%} to {need.chance:.0%}"
    )
    return f"{need.items:,} ({chance})"
