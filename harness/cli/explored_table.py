"""What was looked for beyond the declared slices, as text in a terminal: slices found, and cliffs."""

from collections.abc import Iterator, Sequence

from rich.console import Console

from harness.cli.figures import NONE, limits, show, table_of
from harness.explored import Cliff, Explored, FoundSlice, SliceSearch
from harness.gate_words import points


def print_explored(found: Sequence[Explored], console: Console, is_whole: bool) -> None:
    """All of it, or in short: a line for each slice that was confirmed and for each cliff."""
    if not is_whole:
        for line in (line for one in found for line in _in_short(one)):
            console.print(line)
        return
    for one in found:
        console.print(f"\n{one.suite}, {one.student}: {_searched(one)}")
        if one.search is not None and one.search.found:
            _print_found(one.search, console)
        if one.cliff is not None:
            for line in _cliff(one.cliff, one.difficulty or ""):
                console.print(line)


def _in_short(one: Explored) -> Iterator[str]:
    place = f"{one.suite}, {one.student}"
    for found in one.search.found if one.search is not None else ():
        if found.confirmed and found.excess is not None:
            more = f"{points(found.excess.point)} points of loss beyond the rest's, n = {found.tested:,}"
            yield f"{place}: a slice that the search found and confirmed: {found} ({more})"
    if one.cliff is not None and one.cliff.found == "cliff":
        yield f"{place}: a cliff along {one.difficulty}: {one.cliff.reason}"


def _searched(one: Explored) -> str:
    if one.search is None:
        return f"not searched: {one.unsearched}"
    search = one.search
    tried = f"{search.tried:,} slices tried on {search.searched_items:,} items"
    if not search.found:
        return f"{tried}; none of them loses more than the rest"
    confirmed = sum(slice_.confirmed for slice_ in search.found)
    return f"{tried}, those that lost most tested on the other {search.tested_items:,}: {confirmed:,} confirmed"


def _print_found(search: SliceSearch, console: Console) -> None:
    """The loss in excess of the other items', first where it was found, then where it was tested."""
    table = table_of(("slice", ""), ["n", "excess seen", "n", "excess tested", "95% interval", "p"])
    for one in search.found:
        word = "confirmed" if one.confirmed else "unconfirmed"
        table.add_row(str(one), word, f"{one.n:,}", points(one.suspected), *_tested(one))
    show(table, console)


def _tested(one: FoundSlice) -> Iterator[str]:
    yield f"{one.tested:,}"
    if one.excess is None:
        yield from ("too few", NONE, NONE)
        return
    yield points(one.excess.point)
    yield limits(one.excess)
    yield NONE if one.p_adjusted is None else f"{one.p_adjusted:.2g}"


def _cliff(cliff: Cliff, name: str) -> Iterator[str]:
    words = {"cliff": "a cliff", "none": "no cliff", "abstained": "no verdict on a cliff"}
    yield f"{words[cliff.found]} along {name}: {cliff.reason}"
    if cliff.knot is not None and cliff.drop is not None:
        yield (
            f"  the knot at {cliff.knot.point:g} (95% interval {cliff.knot.low:g} to {cliff.knot.high:g}), delta above "
            f"it {points(cliff.drop.point)} points beside delta up to it ({limits(cliff.drop)})"
        )
    for level in cliff.levels:
        yield (
            f"  {name} {level.difficulty:g}: teacher {level.teacher:.1%}, student {level.student:.1%}, "
            f"delta {points(level.student - level.teacher)} (n = {level.n:,})"
        )
