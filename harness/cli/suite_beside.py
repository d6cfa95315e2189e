"""What `viva suite coverage` and `viva suite overlap` share: their options, and training data as files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from harness.progress import Advance
from harness.records import Json, Sample

if TYPE_CHECKING:
    from suites.production.logs import Logs
    from suites.production.masked import Mask
    from suites.production.overlap import Text
    from suites.production.training import Unused

SHOWN = 5  # ids
_STEP = 1000  # texts

FORMAT_OPTION = click.option(
    "--format", "form", type=click.Choice(["chat", "batch", "otel"]),
    help="What the files are; told by their first rows where this is not given.",
)  # fmt: skip
NAMES_OPTION = click.option(
    "--names", type=click.Path(path_type=Path),
    help="The names that were taken out of the suite, so that they are taken out here, too.",
)  # fmt: skip
TAGGED_OPTION = click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Write the suite with the new slice into this folder."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFiles:
    """Files of distillation data, and how many of their rows gave no request."""

    logs: "Logs"
    unused: "Unused"

    @staticmethod
    def open(paths: Sequence[Path], form: str | None, map_file: Path | None) -> "TrainingFiles":
        """Raises DataError for files that are not there or tell no format."""
        from suites.production.training import Unused

        return TrainingFiles(logs=open_files(paths, form, map_file), unused=Unused())

    def mask(self, samples: Sequence[Sample], names: Path | None) -> "Mask":
        return mask_for(samples, names)

    def texts(self, clean: "Mask", advance: Advance) -> "Iterator[Text]":
        """The texts, read afresh."""
        from suites.production.training import training_texts

        self.unused.rows = 0
        texts = training_texts(self.logs, clean, self.unused)
        while batch := list(islice(texts, _STEP)):
            yield from batch
            advance(len(batch))

    def described(self) -> list[Json]:
        """Every file by its digest: a name may be someone's, and the suite's salt is not here to hide it."""
        from harness.identity import file_digest

        return [file_digest(path) for path in self.logs.paths]


def open_files(paths: Sequence[Path], form: str | None, map_file: Path | None) -> "Logs":
    """Logs, ready to be read. Raises DataError, PlanError for the map."""
    from suites.production.logs import open_logs
    from suites.production.mapped_logs import load_log_map

    if form is not None and map_file is not None:
        raise click.UsageError("either --format or --map: a map says itself where a row holds what")
    opened = open_logs(paths, form, load_log_map(map_file) if map_file else None)
    opened.join()
    return opened


def mask_for(samples: Sequence[Sample], names: Path | None) -> "Mask":
    """What makes texts comparable with the samples of a scrubbed suite."""
    from suites.production.masked import mask_like
    from suites.production.recognisers import load_names

    return mask_like(samples, load_names(names) if names else None)


def say_unused(unused: "Unused", console: Console) -> None:
    if unused.rows:
        console.print(f"{unused.rows:,} rows gave no request; the first: {unused.first}", style="yellow")


def ids(names: Sequence[str]) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
