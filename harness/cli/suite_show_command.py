"""`viva suite show SUITE`: samples of a suite, and their stress variants beside them."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.console import human
from harness.cli.options import JSON_OPTION
from harness.cli.summary import print_json
from harness.errors import UsageError, nearest
from harness.plan import StressSpec, SuiteSpec
from harness.printable import printable
from harness.protocols import Loaded
from harness.records import Sample
from harness.suite import Vary, make_suite

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

SHOWN = 5  # samples, unless told otherwise
_WORDS_COMPARED = 2000  # of a text; a longer one is shown without marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A sample as it is printed, with its variants."""

    suite: str
    sample: Sample
    variants: tuple[Sample, ...]


@click.command()
@click.argument("suite")
@click.option("--family", help="Make the variants of this stress family, whatever the plan says.")
@click.option("--sample", "sample_id", metavar="ID", help="Only this sample; the beginning of its id is enough.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many samples; default: {SHOWN}.")
@JSON_OPTION
def command(suite: str, family: str | None, sample_id: str | None, limit: int | None, as_json: bool) -> int:
    """Print samples of SUITE with their references, and stress variants beside the samples that they are made of.

    SUITE is a suite of a plan (`plan.yaml:NAME`; a plan with one suite needs no name) or the folder of a built suite.
    Variants are those of the plan's `stress`, or of --family.
    """
    from harness.cli import wiring

    parts = wiring.parts()
    spec = _spec(suite)
    if spec.source not in parts.sources:
        raise UsageError(f'suite source "{spec.source}" is unknown{nearest(spec.source, parts.sources)}')
    if family is not None:
        planned = spec.stress or StressSpec()
        spec = spec.model_copy(update={"stress": planned.model_copy(update={"families": (family,)})})
    made = make_suite(spec, parts.sources[spec.source].load(spec))
    chosen = _chosen(made.samples, sample_id, spec.name)
    wanted = limit or (len(chosen) if sample_id else SHOWN)
    shown = list(islice(_with_variants(made.spec, chosen, parts.vary), wanted))
    if as_json:
        print_json(list(shown))
    else:
        _print(shown, human())
        _explain(made.spec, chosen, parts.vary, shown, human())
    return 0


def _spec(suite: str) -> SuiteSpec:
    """The suite that the argument means. Raises UsageError."""
    path = Path(suite)
    if path.is_dir():
        return _built(path)
    if path.is_file():
        return _of_plan(path, None)
    name = suite.rpartition(":")
    if name[1] and Path(name[0]).is_file():
        return _of_plan(Path(name[0]), name[2])
    raise UsageError(f"{name[0] or suite}: there is no such plan or suite folder; write PLAN.yaml:NAME, or a folder")


def _built(folder: Path) -> SuiteSpec:
    if not (folder / "suite.yaml").is_file():
        raise UsageError(f"{folder}: no suite, for it holds no suite.yaml; `viva suite build` makes such folders")
    return SuiteSpec(name=_name_of(folder), source="frozen", path=str(folder))


def _name_of(folder: Path) -> str:
    """The folder's own name, as far as a suite may be called so."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", folder.resolve().name).lstrip("._-") or "suite"


def _of_plan(path: Path, name: str | None) -> SuiteSpec:
    from harness.cli import wiring
    from harness.plan_file import load_plan

    suites = {suite.name: suite for suite in load_plan(path, wiring.known(wiring.parts())).suites}
    if name is None:
        if len(suites) > 1:
            raise UsageError(f"{path}: {len(suites)} suites; name one: {', '.join(f'{path}:{s}' for s in suites)}")
        return next(iter(suites.values()))
    if name not in suites:
        raise UsageError(f'{path}: no suite "{name}"{nearest(name, suites)}')
    return suites[name]


def _chosen(samples: Sequence[Sample], wanted: str | None, suite: str) -> Sequence[Sample]:
    if wanted is None:
        return samples
    found = [s for s in samples if s.id == wanted] or [s for s in samples if s.id.startswith(wanted)]
    if len(found) == 1:
        return found
    if found:
        some = ", ".join(sample.id for sample in found[:5])
        raise UsageError(f'suite "{suite}": "{wanted}" names {len(found)} samples ({some}, ...)')
    close = nearest(wanted, (sample.id for sample in samples)) if len(samples) < 10_000 else ""
    raise UsageError(f'suite "{suite}": no sample "{wanted}"{close if "did you mean" in close else ""}')


def _with_variants(spec: SuiteSpec, samples: Sequence[Sample], vary: Vary) -> Iterator[Shown]:
    """The samples; where the suite has stress variants, those that have any."""
    for sample in samples:
        made = vary(spec, [sample]) if spec.stress else Loaded(samples=())
        if made.samples or not spec.stress or len(samples) == 1:
            yield Shown(suite=spec.name, sample=sample, variants=tuple(made.samples))


def _explain(
    spec: SuiteSpec, samples: Sequence[Sample], vary: Vary, shown: Sequence[Shown], console: "Console"
) -> None:
    """Why there are no variants, where somebody asked for them."""
    if spec.stress is not None and (len(samples) == 1 or not shown):
        for note in vary(spec, samples).notes:
            console.print(note, style="dim")


def _print(shown: Sequence[Shown], console: "Console") -> None:
    for one in shown:
        console.print(f"\n{one.suite}: {one.sample.id}", style="bold")
        slices = "  ".join(f"{name}={value}" for name, value in one.sample.slices.items())
        if slices:
            console.print(slices, style="dim")
        if not one.variants:
            for message in one.sample.read():
                console.print(f"[{message.role}] {message.content}")
            console.print(f"reference: {_reference(one.sample)}")
        for variant in one.variants:
            console.print(beside(one.sample, variant, console.width), soft_wrap=False)


def beside(base: Sample, variant: Sample, width: int) -> "Table":
    """Two columns: what differs is marked on either side."""
    from rich.table import Table

    table = Table(width=width, show_lines=False, header_style="dim", title_justify="left")
    number = variant.id[len(base.id) :].lstrip("~").removeprefix(variant.family or "")
    table.add_column("base", ratio=1, overflow="fold")
    table.add_column(printable(f"{variant.family} {number}"), ratio=1, overflow="fold")
    for left, right in zip(base.read(), variant.read(), strict=False):
        table.add_row(*_marked(f"[{left.role}] {left.content}", f"[{right.role}] {right.content}"))
    table.add_section()
    table.add_row(*_marked(f"reference: {_reference(base)}", f"reference: {_reference(variant)}"))
    return table


def _marked(left: str, right: str) -> tuple["Text", "Text"]:
    """Both texts, the words that the other has not in another style."""
    from rich.text import Text

    a, b = _words(printable(left)), _words(printable(right))
    if max(len(a), len(b)) > _WORDS_COMPARED:
        return Text("".join(a)), Text("".join(b))
    shown = Text(), Text()
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        shown[0].append("".join(a[a0:a1]), "" if kind == "equal" else "bold yellow")
        shown[1].append("".join(b[b0:b1]), "" if kind == "equal" else "bold green")
    return shown


def _words(text: str) -> list[str]:
    """The text cut before every space."""
    return [f" {part}" if number else part for number, part in enumerate(text.split(" "))]


def _reference(sample: Sample) -> str:
    if sample.target is None:
        return "the teacher's answer"
    return sample.target if isinstance(sample.target, str) else json.dumps(sample.target, ensure_ascii=False)
