"""`viva grade RUN`: grade again without asking again."""

from pathlib import Path

import click

from harness.cli import wiring
from harness.cli.changes_page import telling_of_changes
from harness.cli.console import Bars, human, set_up_logging
from harness.cli.options import JSON_OPTION, POLICY_OPTION, RUN_ARGUMENT, manners
from harness.cli.summary import finish, policy_of
from harness.policy_file import lines_of
from harness.runfolder import RunFolder, open_run
from harness.workflow import regrade


@click.command()
@RUN_ARGUMENT
@POLICY_OPTION
@JSON_OPTION
@manners
def command(run: Path, policy: Path | None, as_json: bool, quiet: bool, verbose: int) -> int:
    """Grade the stored responses of RUN again, then compare, report and judge. No model is asked."""
    set_up_logging(verbose)
    console = human(quiet)
    judged_by = policy_of(RunFolder(run), policy)
    with lines_of(policy), telling_of_changes(run, console), open_run(run) as folder:
        outcome = regrade(judged_by, wiring.parts(), folder, Bars(console))
    return finish(outcome, console, as_json)
