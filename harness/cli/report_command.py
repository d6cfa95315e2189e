"""`viva report RUN`: the HTML report again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from harness.cli import wiring
from harness.cli.changes_page import telling_of_changes
from harness.cli.console import human
from harness.cli.options import INCUMBENT_OPTION, RUN_ARGUMENT
from harness.cli.summary import policy_of
from harness.errors import UsageError
from harness.extras import Extras, changed, reviewed
from harness.runfolder import RunFolder, open_run
from harness.workflow import with_incumbent


@click.command()
@RUN_ARGUMENT
@INCUMBENT_OPTION
@click.option(
    "--against",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Add a page that shows what changed since this earlier run.",
)
@click.option(
    "--single-file",
    metavar="FILE.html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write one file that holds everything, for mail, in place of the folder.",
)
def command(run: Path, incumbent: str | None, against: Path | None, single_file: Path | None) -> int:
    """Write the report of RUN again and print its path."""
    if against is not None and single_file is not None:
        raise UsageError("--against adds a page to the folder, which --single-file cannot hold; give one of them")
    found = RunFolder(run)
    evaluation, verdict = found.evaluation(), found.verdict()
    if incumbent is not None:
        evaluation = with_incumbent(evaluation, incumbent, found, policy_of(found, None))
    extras = Extras(reviewed=reviewed(found), against=None if against is None else changed(RunFolder(against), found))
    parts = wiring.parts()
    with telling_of_changes(run, human()), open_run(run) as folder, _collecting_nothing():
        pairs, texts = folder.pairs(), folder.texts()
        if single_file is None:
            page = parts.report(evaluation, verdict, pairs, texts, folder.path / "report", extras)
        else:
            page = parts.report_file(evaluation, verdict, pairs, texts, single_file, extras)
    click.echo(page)
    return 0


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """No search for garbage in cycles: of 100,000 pairs, which stay to the end, it takes an eighth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
