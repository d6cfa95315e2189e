"""What people see: human text on stderr, data on stdout, a progress bar where there is a terminal.

The console writes to its own copy of stderr, so that it still reaches people while an engine sends the process's
output to a log file.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from harness.printable import printable
from harness.progress import Advance

WIDE = 160
NOT_BEFORE_S = 2.0  # shorter work needs no bar


def human(quiet: bool = False) -> Console:
    """A console on stderr until the command ends; where nobody measures the width (a file, CI) lines are left long."""
    file = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
    click.get_current_context().call_on_close(file.close)
    width = None if file.isatty() else WIDE
    return SafeConsole(file=file, quiet=quiet, highlight=False, markup=False, width=width, soft_wrap=True)


class SafeConsole(Console):
    """A console that is handed texts of models and strangers."""

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(printable(text), **how)


def set_up_logging(verbose: int) -> None:
    """Warnings only; `-v` tells what is done, `-vv` everything."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(SafeFormatter("%(levelname)s %(name)s: %(message)s"))


class SafeFormatter(logging.Formatter):
    """Log lines may quote models and strangers, too."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


class Bars:
    """A `harness.progress.Progress` for people."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, label: str, total: int | None) -> Iterator[Advance]:
        began = time.monotonic()
        with self._bar(label, total) as advance:
            yield advance
        took = time.monotonic() - began
        if took >= NOT_BEFORE_S:
            counted = f"{total} in " if total else ""
            rate = f", {total / took:.0f}/s" if total and took > 0 else ""
            self.console.print(f"{label}: {counted}{took:.0f} s{rate}", style="dim")

    @contextmanager
    def _bar(self, label: str, total: int | None) -> Iterator[Advance]:
        if not self.console.is_terminal or self.console.quiet:
            yield lambda units: None
            return
        columns = [SpinnerColumn(), TextColumn("{task.description}")]
        if total:
            columns += [BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()]
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(label, total=total)
            advance: Callable[[int], None] = lambda units: progress.advance(task, units)  # noqa: E731  # one line says it
            yield advance


class _Rate(TextColumn):
    def __init__(self) -> None:
        super().__init__("{task.speed:.0f}/s")

    def render(self, task: object) -> object:  # type: ignore[override]  # a speed is not known at once
        speed = getattr(task, "speed", None)
        return "" if speed is None else f"{speed:.0f}/s"
