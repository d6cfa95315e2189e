"""`viva run PLAN`: the whole evaluation."""

from pathlib import Path

import click

from harness.cli import wiring
from harness.cli.changes_page import telling_of_changes
from harness.cli.console import Bars, human, set_up_logging
from harness.cli.options import JSON_OPTION, manners, out_option
from harness.cli.summary import finish, print_forecast, print_json
from harness.forecast import forecast
from harness.plan_file import as_written, load_plan
from harness.policy_file import lines_of
from harness.runfolder import open_run
from harness.workflow import prepare, run


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@out_option("runs/latest")
@click.option("--limit", type=click.IntRange(min=1), help="Ask only for the first so many samples of each suite.")
@click.option("--dry-run", is_flag=True, help="Ask nothing and write nothing; tell what would be asked, and its cost.")
@JSON_OPTION
@manners
def command(plan: Path, out: Path, limit: int | None, dry_run: bool, as_json: bool, quiet: bool, verbose: int) -> int:
    """Ask teacher and students what the PLAN says, grade, compare, report and judge.

    What was answered before is not asked again: after an interruption the same command goes on where it stopped.
    The exit code is the verdict: 0 pass, 1 fail, 2 inconclusive.
    """
    set_up_logging(verbose)
    console = human(quiet)
    parts = wiring.parts()
    loaded = load_plan(plan, wiring.known(parts))
    with lines_of(plan):
        job = prepare(loaded, as_written(plan), parts, limit)
    if dry_run:
        expected = forecast(job, parts)
        print_forecast(expected, console)
        if as_json:
            print_json(list(expected))
        return 0
    with telling_of_changes(out, console), open_run(out) as folder:
        outcome = run(job, parts, folder, Bars(console))
    return finish(outcome, console, as_json)
