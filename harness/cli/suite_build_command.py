"""`viva suite build LOGS... -o DIR`: a frozen suite of production traffic, scrubbed before anything is written."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from harness.cli.console import Bars, human, set_up_logging
from harness.cli.options import JSON_OPTION, F, Share, manners
from harness.cli.suite_beside import FORMAT_OPTION
from harness.cli.summary import print_json
from harness.errors import UsageError, nearest

STEPS = (
    ("read", "read"),
    ("malformed", "malformed"),
    ("unsupported", "cannot be held by a suite"),
    ("no_request", "without a request"),
    ("unanswered", "without their reply"),
    ("ambiguous", "with a custom_id that stands twice"),
    ("requests", "requests"),
    ("near_duplicates", "near-duplicates, folded"),
    ("representatives", "representatives"),
    ("strata", "strata"),
    ("drawn", "drawn"),
)


def _path_option(name: str, *more: str, text: str) -> Callable[[F], F]:
    return click.option(name, *more, type=click.Path(path_type=Path), help=text)


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The folder of the suite; a new one.")
@click.option("--size", required=True, type=click.IntRange(1, 10**9), help="Samples to draw.")
@click.option(
    "--by", multiple=True, metavar="FIELD,...",
    help="Strata: logged fields, or language, length, turns, rules, clusters:N.",
)  # fmt: skip
@_path_option("--rules", text="The regular expressions of the stratum `rules`.")
@click.option(
    "--floor", type=click.IntRange(1, 10**9), default=20, show_default=True, help="At least so many of a stratum."
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=7, show_default=True, help="Of the draw.")
@click.option(
    "--similarity", type=Share(0.5, 1), default=0.8, show_default=True,
    help="From this on, requests are near-duplicates and count as one.",
)  # fmt: skip
@FORMAT_OPTION
@_path_option("--map", "map_file", text="LOGS are rows of another shape; this says where they hold what.")
@_path_option("--targets", text="How the logs tell right answers: corrections, accepted replies, rules.")
@click.option("--grader", help="The suite's own grader; a plan may name another.")
@_path_option("--salt-file", text="The secret that pseudonyms are made with; without it, one that nobody keeps.")
@_path_option("--names", text="Names to take out: a list, or regular expressions.")
@click.option(
    "--phone-region", "phone_regions", multiple=True, metavar="XX",
    help="A country whose phone numbers are written without +; instead of US, GB, DE, FR, IL, IN, CA, BR.",
)  # fmt: skip
@JSON_OPTION
@manners
def command(
    logs: tuple[Path, ...], out: Path, form: str | None, as_json: bool, quiet: bool, verbose: int, **recipe: Any
) -> int:
    """Draw a suite from the requests in LOGS: scrubbed, deduplicated, stratified, weighted, frozen.

    LOGS are OpenAI chat rows, OpenAI batches, OpenTelemetry spans, or with --map any rows. They are read twice.
    """
    from suites.production.build import build_suite
    from suites.production.logs import open_logs
    from suites.production.mapped_logs import load_log_map
    from suites.production.recipe import Recipe

    if form is not None and recipe["map_file"] is not None:
        raise click.UsageError("either --format or --map: a map says itself where a row holds what")
    _check_grader(recipe["grader"])
    _check_regions(recipe["phone_regions"])
    set_up_logging(verbose)
    console = human(quiet)
    recipe["by"] = tuple(name for text in recipe["by"] for name in text.split(",") if name.strip())
    given = {name: value for name, value in recipe.items() if value not in (None, ())}
    how = load_log_map(recipe["map_file"]) if recipe["map_file"] else None
    built = build_suite(open_logs(logs, form, how), Recipe(**given), out, Bars(console))
    _print(built.manifest, console)
    for warning in built.warnings:
        console.print(f"warning: {warning}", style="yellow")
    console.print(f"written: {out}")
    if as_json:
        print_json(built.manifest)
    return 0


def _check_grader(name: str | None) -> None:
    """Raises UsageError."""
    from graders.registry import GRADERS

    if name is not None and name not in GRADERS:
        raise UsageError(f'--grader "{name}" is unknown{nearest(name, GRADERS)}')


def _check_regions(names: tuple[str, ...]) -> None:
    """Raises UsageError for what is no country code: its numbers would pass unseen."""
    from phonenumbers import SUPPORTED_REGIONS

    for name in names:
        if name not in SUPPORTED_REGIONS:
            raise UsageError(f'--phone-region "{name}": no country code of two capitals{nearest(name, ("US", "GB"))}')


def _print(manifest: Mapping[str, Any], console: Console) -> None:
    """Counts at every step, and what was scrubbed by kind; never what it was."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for key, words in STEPS:
        if manifest["counts"].get(key):
            table.add_row(words, f"{manifest['counts'][key]:,}")
    for title, counts in (("targets", manifest["targets"]), ("scrubbed", manifest["scrubbed"])):
        told = ", ".join(f"{kind} {count:,}" for kind, count in counts.items() if count)
        table.add_row(title, told or "none")
    console.print(table, soft_wrap=False)
