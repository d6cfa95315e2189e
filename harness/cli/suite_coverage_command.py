"""`viva suite coverage SUITE LOGS...`: does the suite still look like the traffic, and do training data cover it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from harness.cli.console import Bars, human, set_up_logging
from harness.cli.options import JSON_OPTION, manners
from harness.cli.suite_beside import (
    FORMAT_OPTION,
    NAMES_OPTION,
    TAGGED_OPTION,
    TrainingFiles,
    ids,
    mask_for,
    open_files,
    say_unused,
)
from harness.cli.summary import print_json
from harness.records import Interval, Json, Sample
from harness.serial import to_json

if TYPE_CHECKING:
    from suites.production.coverage import Coverage, ShareBeside
    from suites.production.familiarity import Familiarity
    from suites.production.logs import Read
    from suites.production.two_sample import Telling

DIFFERS = 0.05  # p-values below this, adjusted
VALUES = 12  # of a slice that are shown
SLICES = 15  # with the largest unfamiliar shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The options of the command that say what is read and how."""

    logs: tuple[Path, ...]
    train: tuple[Path, ...]
    map_file: Path | None
    train_map: Path | None
    form: str | None
    rules: Path | None
    names: Path | None
    seed: int

    def training(self) -> TrainingFiles:
        """Raises DataError for files that are not there or tell no format."""
        map_file = self.train_map or self.map_file
        return TrainingFiles.open(self.train, None if map_file else self.form, map_file)

    def check(self, out: Path | None) -> None:
        """Raises click.UsageError."""
        if not self.logs and not self.train:
            raise click.UsageError("say what the suite is put beside: LOGS of the traffic, --train FILE, or both")
        if out is not None and not self.train:
            raise click.UsageError("-o writes the slice `unfamiliar`, which needs --train FILE")
        if self.train_map is not None and not self.train:
            raise click.UsageError("--train-map is for the files of --train")


@click.command()
@click.argument("suite", type=click.Path(path_type=Path))
@click.argument("logs", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--train", multiple=True, type=click.Path(path_type=Path),
    help="A file of the distillation data; give the option once for each file.",
)  # fmt: skip
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="Where a row of LOGS holds what.")
@click.option(
    "--train-map", type=click.Path(path_type=Path), help="The same for the training files; default: as --map."
)
@FORMAT_OPTION
@click.option(
    "--rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The rules by which the slice `rules` was made.",
)
@NAMES_OPTION
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=7,
    show_default=True,
    help="Of the samples taken of logs and training data.",
)
@TAGGED_OPTION
@JSON_OPTION
@manners
def command(suite: Path, out: Path | None, as_json: bool, quiet: bool, verbose: int, **given: object) -> int:
    """Tell whether the frozen SUITE still looks like the traffic in LOGS, and whether training data cover it.

    With --train, samples that are far from every training text are `unfamiliar`; -o writes the suite anew, every sample
    with that slice.
    """
    from suites.production.tagged import open_suite, write_tagged

    options = Given(**given)  # type: ignore[arg-type]  # click hands the options over by these names
    options.check(out)
    set_up_logging(verbose)
    console = human(quiet)
    opened = open_suite(suite, out)
    result: dict[str, Json] = {}
    if options.logs:
        beside = _beside_traffic(opened.samples, options, console)
        result["traffic"] = to_json(beside)
        if not as_json:
            _print_traffic(beside, console)
    if options.train:
        training = options.training()
        found = _beside_training(opened.samples, training, options, console)
        result["training"] = to_json(found)
        if not as_json:
            _print_training(found, console)
        if out is not None:
            far = {f.sample for f in found.samples if f.unfamiliar}
            told: dict[str, Json] = {"train": training.described(), "limit": found.limit, "seed": options.seed}
            write_tagged(opened, out, ("unfamiliar", far), told)
    if as_json:
        print_json(result)
    return 0


def _beside_traffic(samples: Sequence[Sample], options: Given, console: Console) -> "Coverage":
    from harness.errors import DataError
    from suites.production.coverage import SAMPLED, compare_traffic
    from suites.production.masked import masked
    from suites.production.training import Unused, cleaned, sample_logs

    logs, unused = open_files(options.logs, options.form, options.map_file), Unused()
    progress = Bars(console)
    with progress.step("reading logs", None):
        reads, count = sample_logs(logs, SAMPLED, options.seed, unused)
    say_unused(unused, console)
    if not reads:
        raise DataError(f"{options.logs[0]}: no request in these logs")
    with progress.step(f"comparing {len(reads):,} of {count:,} requests", None):
        clean = mask_for(samples, options.names)
        labels = {name: [clean(v) for v in values] for name, values in _labels(samples, reads, options.rules).items()}
        return compare_traffic(masked(samples), cleaned(reads, clean), labels, options.seed)


def _labels(samples: Sequence[Sample], reads: "Sequence[Read]", rules: Path | None) -> dict[str, list[str]]:
    """The values of slices for logged requests: derived as for the suite, or the logged field of that name."""
    from suites.production.strata import parse_strata

    fields = {name for read in reads for name in read.logged.fields}
    rows = [read.logged for read in reads]
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for sample in samples for name in sample.slices):
        derived = name in ("language", "length", "turns") or (name == "rules" and rules is not None)
        if derived or name in fields:
            by = name if derived else f"field:{name}"
            (kind,) = parse_strata([by], rules if name == "rules" else None)
            found[name] = kind.fit(rows, 0).labels(rows)
    return found


def _beside_training(
    samples: Sequence[Sample], training: TrainingFiles, options: Given, console: Console
) -> "Familiarity":
    from suites.production.familiarity import find_unfamiliar
    from suites.production.masked import masked

    clean = training.mask(samples, options.names)
    with Bars(console).step("reading training data twice", None) as advance:
        found = find_unfamiliar(masked(samples), lambda: training.texts(clean, advance), options.seed)
    say_unused(training.unused, console)
    return found


def _print_traffic(found: "Coverage", console: Console) -> None:
    console.print(f"{found.samples:,} samples beside {found.logs:,} logged requests")
    for beside in found.slices:
        table = _table(beside.name, ("suite", "logs", "difference", ""))
        for value in _most_moved(beside.values):
            mark = "differs" if value.p_adjusted < DIFFERS else ""
            moved = f"{100 * (value.logs - value.suite):+.1f}"
            table.add_row(value.slice.value, f"{value.suite:.1%}", f"{value.logs:.1%}", moved, mark)
        console.print(table, soft_wrap=False)
        more = f"; {len(beside.values) - VALUES:,} more values" if len(beside.values) > VALUES else ""
        console.print(f"{beside.moved:.1%} of the traffic has another {beside.name}{more}", style="dim")
    if found.untold:
        console.print(f"the logs do not tell the slices {', '.join(found.untold)}", style="yellow")
    table = _table("words of a request", ("10%", "half", "90%"))
    table.add_row("suite", *(f"{n:.0f}" for n in found.lengths.suite))
    table.add_row("logs", *(f"{n:.0f}" for n in found.lengths.logs))
    console.print(table, soft_wrap=False)
    _print_apart(found, console)


def _most_moved(values: "Sequence[ShareBeside]") -> "Sequence[ShareBeside]":
    """Those that moved most, where not all can be shown; else all, largest first."""
    if len(values) <= VALUES:
        return values
    return sorted(values, key=lambda v: -abs(v.logs - v.suite))[:VALUES]


def _print_apart(found: "Coverage", console: Console) -> None:
    if found.apart is None:
        why = "50 texts are needed on each side, not all copies of one"
        console.print(f"too little for a classifier: {why}", style="yellow")
        return
    auc = found.apart.auc
    console.print(f"a classifier tells suite and logs apart with AUC {_interval(auc, 1)}: {verdict(auc)}")
    if _differs(auc):
        for title, terms in (
            ("more in the suite", found.apart.for_first),
            ("more in the logs", found.apart.for_second),
        ):
            _print_terms(title, terms, console)


def _differs(auc: Interval) -> bool:
    """Whether chance, 0.5, lies outside the interval, on either side."""
    return (auc.low is not None and auc.low > 0.5) or (auc.high is not None and auc.high < 0.5)


def verdict(auc: Interval) -> str:
    """In words; 0.5 is chance, and 0.6 a convention."""
    if not _differs(auc):
        return "no difference shows"
    if auc.high is not None and auc.high < 0.5:
        return "they differ in how often the same texts come, which an AUC below 0.5 shows"
    return "they differ clearly; build a new suite" if (auc.low or 0.0) > 0.6 else "they differ a little"


def _print_terms(title: str, terms: "Sequence[Telling]", console: Console) -> None:
    table = _table(title, ("suite", "logs"))
    for term in terms:
        table.add_row(term.term, f"{term.first:.1%}", f"{term.second:.1%}")
    console.print(table, soft_wrap=False)


def _print_training(found: "Familiarity", console: Console) -> None:
    whole, *slices = found.shares
    table = _table("unfamiliar", ("samples", "traffic", "95% interval"))
    ordered = sorted(slices, key=lambda s: -s.share.point)
    for part in (whole, *ordered[:SLICES]):
        table.add_row(str(part.slice), f"{part.n:,}", f"{part.share.point:.1%}", _interval(part.share, 100))
    console.print(table, soft_wrap=False)
    far = sorted((f for f in found.samples if f.unfamiliar), key=lambda f: f.similarity)
    console.print(
        f"{len(far):,} samples are less similar to their nearest training text than {found.limit:.2f}, the limit that "
        f"5% of training texts would not reach either; {found.texts:,} training texts read"
    )
    if far:
        console.print(f"farthest: {ids([f.sample for f in far])}")


def _interval(interval: Interval, scale: int) -> str:
    low, high = (interval.low or 0.0) * scale, (1.0 if interval.high is None else interval.high) * scale
    return f"{interval.point:.3f} [{low:.3f}, {high:.3f}]" if scale == 1 else f"[{low:.1f}, {high:.1f}]"


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(title, overflow="fold", min_width=8)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table
