"""The page of what changed since an earlier run: a report that is renewed without it loses it, and that is said."""

from collections.abc import Iterator
from contextlib import contextmanager
from os.path import isfile
from pathlib import Path

from rich.console import Console

from harness.cli import wiring


@contextmanager
def telling_of_changes(run: Path, console: Console) -> Iterator[None]:
    """Says so afterwards where the report of `run` held the page before, and does no longer.

    It is not kept, since it compares verdicts and figures that may be others now.
    """
    page = run / "report" / wiring.CHANGES
    was_there = isfile(page)  # Path.is_file raises where a name is too long; whoever makes the folder says so better
    yield
    if was_there and not isfile(page):
        mend = f"`viva report {run} --against EARLIER` writes it anew"
        console.print(f"note: the report was renewed, so {wiring.CHANGES} is gone; {mend}", style="dim")
