"""`viva review import RUN FILE...`: reviewers' marks into the run folder."""

from collections.abc import Sequence
from pathlib import Path

import click

from harness.cli.console import human
from harness.cli.options import RUN_ARGUMENT
from harness.review_marks import Marked, merged, read_export
from harness.runfolder import RunFolder, open_run


@click.command("import")
@RUN_ARGUMENT
@click.argument("files", metavar="FILES", type=click.Path(path_type=Path), nargs=-1, required=True)
def command(run: Path, files: Sequence[Path]) -> int:
    """Store the marks in FILES, which reviewers exported from the report of RUN. No grade changes.

    Of two marks that a reviewer gave a grade in the same draw, the newer counts. If one mark cannot be used, none is
    stored.
    """
    found = RunFolder(run)
    marked = Marked.of(found.evaluation(), found.evaluation_digest(), found.grades(), found.draws())
    new = [mark for file in files for mark in read_export(file, marked)]
    with open_run(run) as folder:
        stored = folder.marks()
        kept = merged(stored, new)
        folder.write_marks(kept)
    changed = len(set(kept) - set(stored))
    human().print(
        f"{len(new):,} marks read: {changed:,} new or newer, {len(new) - changed:,} known already; "
        f"{run} holds {len(kept):,}"
    )
    return 0
