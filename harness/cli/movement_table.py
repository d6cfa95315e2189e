"""What changed between two runs, as people read it in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from harness.cli.figures import limits
from harness.evaluation import ALL
from harness.gate_words import points
from harness.movement import Change, Flip, Move, Movement
from harness.movement_words import HOW_TOLD, SAID, asides, nothing_compared, of_model, of_ruling

NAMED = 12  # samples that flipped, by model and direction; JSON holds them all


def print_movement(movement: Movement, console: Console) -> None:
    """Which model moved comes first, then by how much, the verdicts, and sample by sample."""
    nothing = nothing_compared(movement)
    if nothing:
        console.print(f"nothing could be compared: {nothing}", style="bold yellow")
    for model in movement.models:
        console.print(of_model(model), style="dim")
    for why in movement.unmatched:
        console.print(why, style="yellow")
    for move in movement.moves:
        if move.slice.name == ALL:
            console.print(f"{move.suite}, {move.student}: {SAID[move.moved]}", style="bold")
    if movement.moves:
        _print_moves(movement.moves, console)
    if nothing and movement.rulings:
        console.print("the verdicts of the two runs rest on different samples:", style="dim")
    for ruling in movement.rulings:
        console.print(of_ruling(ruling))
    if not movement.rulings and not nothing:
        console.print("no verdict changed")
    for line in _flips(movement.flips):
        console.print(line)
    for line in asides(movement):
        console.print(line, style="yellow")


def _print_moves(moves: Sequence[Move], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("suite", "student", "slice"):
        table.add_column(name, overflow="fold", min_width=8)
    for name in ("n", "teacher", "95% interval", "student", "95% interval", "delta", "95% interval"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("moved", no_wrap=True)
    for move in moves:
        lead = "-" if move.lead95 is None else points(move.lead95.point)
        table.add_row(
            *(move.suite, move.student, str(move.slice), f"{move.n:,}"),
            *_change(move.teacher),
            *_change(move.pupil),
            *(lead, limits(move.lead95), move.moved),
        )
    console.print(table, soft_wrap=False)
    console.print(HOW_TOLD, style="dim")


def _change(change: Change) -> tuple[str, str]:
    return points(change.after - change.before), limits(change.change95)


def _flips(flips: Sequence[Flip]) -> Iterator[str]:
    for suite, model in dict.fromkeys((flip.suite, flip.model) for flip in flips):
        own = [flip for flip in flips if (flip.suite, flip.model) == (suite, model)]
        for word, found in (
            ("worse", [flip.sample for flip in own if flip.after < flip.before]),
            ("better", [flip.sample for flip in own if flip.after > flip.before]),
        ):
            if found:
                more = f", and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
                yield f"{suite}, {model}: {word} on {len(found):,}: {', '.join(found[:NAMED])}{more}"
