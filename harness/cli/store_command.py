"""`viva store list|prune`: what is kept, and how to let go of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.table import Table

from harness.cli.console import human
from harness.cli.options import JSON_OPTION
from harness.cli.summary import print_json
from harness.errors import UsageError, nearest
from harness.store import Kept, Store, look_into_store, open_store

STORE_OPTION = click.option(
    "--store", type=click.Path(path_type=Path), default=".viva/store.sqlite", show_default=True,
    help="The store; a plan's is .viva/store.sqlite beside the plan, unless it names another.",
)  # fmt: skip


@click.group()
def command() -> None:
    """List what the store keeps, or prune it."""


@command.command("list")
@STORE_OPTION
@JSON_OPTION
def list_command(store: Path, as_json: bool) -> int:
    """Print how many responses the store keeps of each model, from when, and how large they are."""
    with look_into_store(_existing(store)) as opened:
        kept = opened.kept()
    if as_json:
        print_json(list(kept))
    else:
        _print(kept)
    return 0


@command.command("prune")
@STORE_OPTION
@click.option("--model", help="Only what this model answered, by the name it had in its plan.")
@click.option(
    "--older-than", type=click.IntRange(0, 36_500), metavar="DAYS", help="Only what is older than so many days."
)
@click.option("--yes", is_flag=True, help="Remove it; without this, only tell what would go.")
def prune_command(store: Path, model: str | None, older_than: int | None, yes: bool) -> int:
    """Remove responses, and every grade (grades are made again at no cost).

    What is removed has to be asked again when a plan needs it.
    """
    if model is None and older_than is None:
        raise click.UsageError("say what to remove: --model NAME, --older-than DAYS, or both")
    before = None if older_than is None else (datetime.now(UTC) - timedelta(days=older_than)).isoformat()
    with (open_store if yes else look_into_store)(_existing(store)) as opened:
        _check_model(opened, model)
        n = opened.count_matching(model, before)
        if yes:
            opened.remove(model, before)
    console = human()
    if yes:
        console.print(f"{n:,} responses and all grades removed from {store}")
    else:
        console.print(f"{n:,} responses and all grades would be removed from {store}; add --yes to remove them")
    return 0


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"{path}: there is no store here; name one with --store")
    return path


def _check_model(store: Store, model: str | None) -> None:
    names = [kept.model for kept in store.kept()]
    if model is not None and model not in names:
        raise UsageError(f'--model "{model}": the store holds no response of it{nearest(model, names)}')


def _print(kept: tuple[Kept, ...]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("model", overflow="fold", min_width=8)
    for name in ("responses", "samples", "suites", "megabytes", "first", "last"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in kept:
        table.add_row(
            one.model,
            f"{one.responses:,}",
            f"{one.samples:,}",
            f"{one.suites:,}",
            f"{one.bytes / 1e6:.1f}",
            (one.first or "-")[:10],
            (one.last or "-")[:10],
        )
    human().print(table, soft_wrap=False)
