"""`viva suite overlap SUITE --train FILES`: which samples the student may have seen in its distillation data."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from harness.cli.console import Bars, human, set_up_logging
from harness.cli.options import JSON_OPTION, Share, manners
from harness.cli.suite_beside import FORMAT_OPTION, NAMES_OPTION, TAGGED_OPTION, TrainingFiles, ids, say_unused
from harness.cli.summary import print_json
from harness.records import Json

if TYPE_CHECKING:
    from suites.production.overlap import Overlap


@click.command()
@click.argument("suite", type=click.Path(path_type=Path))
@click.option(
    "--train", multiple=True, required=True, type=click.Path(path_type=Path),
    help="A file of the distillation data; give the option once for each file.",
)  # fmt: skip
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="Where a row of these files holds the prompt.")
@FORMAT_OPTION
@click.option(
    "--share", type=Share(0, 1, min_open=True), default=0.5, show_default=True,
    help="From which share of its 13-grams on a sample counts as seen.",
)  # fmt: skip
@click.option(
    "--similarity", type=Share(0.3, 1), default=0.8, show_default=True,
    help="From which Jaccard index on a text is a near-duplicate.",
)  # fmt: skip
@NAMES_OPTION
@TAGGED_OPTION
@JSON_OPTION
@manners
def command(
    suite: Path,
    train: tuple[Path, ...],
    map_file: Path | None,
    form: str | None,
    share: float,
    similarity: float,
    names: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Tell which samples of the frozen SUITE the student may have seen in training.

    Three ways: the same text, shared runs of 13 words, near-duplicates. -o writes the suite anew, every sample with the
    slice `seen_in_training`.
    """
    from suites.production.masked import masked
    from suites.production.overlap import Bar, find_overlap
    from suites.production.tagged import open_suite, write_tagged

    set_up_logging(verbose)
    console = human(quiet)
    opened = open_suite(suite, out)
    training = TrainingFiles.open(train, form, map_file)
    clean = training.mask(opened.samples, names)
    with Bars(console).step("reading training data", None) as advance:
        texts = training.texts(clean, advance)
        found = find_overlap(masked(opened.samples), texts, Bar(share=share, similarity=similarity))
    say_unused(training.unused, console)
    if out is not None:
        seen = {s.sample for s in found.seen}
        told: dict[str, Json] = {"train": training.described(), "share": share, "similarity": similarity}
        write_tagged(opened, out, ("seen_in_training", seen), told)
    if as_json:
        print_json(found)
    else:
        _print(found, console)
    return 0


def _print(found: "Overlap", console: Console) -> None:
    from suites.production.overlap import WAYS

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("seen in training", no_wrap=True)
    table.add_column("samples", justify="right", no_wrap=True)
    table.add_column("such as", overflow="fold")
    for way in WAYS:
        table.add_row(way, f"{found.count(way):,}", ids([s.sample for s in found.seen if way in s.ways]))
    table.add_row("any of them", f"{len(found.seen):,}", "")
    console.print(table, soft_wrap=False)
    share = found.seen_traffic / found.traffic if found.traffic else 0.0
    console.print(
        f"{len(found.seen):,} of {found.samples:,} samples ({share:.1%} of the traffic) may have been seen; "
        f"{found.texts:,} training texts read"
    )
