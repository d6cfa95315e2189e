"""A frozen suite with one more slice, written as a new one: the old folder stays, and the new one names it."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from harness.identity import file_digest
from harness.records import Json, Sample
from suites.production.frozen import MANIFEST, Frozen, check_free, drafted, freeze, open_frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A frozen suite with its samples in memory."""

    frozen: Frozen
    samples: tuple[Sample, ...]


def open_suite(path: Path, out: Path | None) -> Opened:
    """The suite; `out`, where a new one shall be written, must be free.

    Raises DataError for a folder that is no frozen suite or was edited, UsageError for an `out` that is taken.
    """
    if out is not None:
        check_free(out)
    frozen = open_frozen(path)
    return Opened(frozen=frozen, samples=tuple(frozen.samples()))


def write_tagged(opened: Opened, out: Path, tag: tuple[str, Set[str]], how: Mapping[str, Json]) -> None:
    """Write the suite with a slice: `tag` is its name, and the ids for which it is "yes"; "no" for all others.

    `how` says in the manifest what the slice was made from; the parent is named by the digest of its manifest. A slice
    of that name that is there already is made anew. Raises UsageError where `out` cannot be written.
    """
    name, marked = tag
    samples = [replace(s, slices={**s.slices, name: "yes" if s.id in marked else "no"}) for s in opened.samples]
    frozen = opened.frozen
    slices = tuple(dict.fromkeys([*frozen.suite.slices, name]))
    parent: dict[str, Json] = {"folder": frozen.path.name, "manifest": file_digest(frozen.path / MANIFEST)}
    made: dict[str, Json] = {"slice": name, "samples": len(marked), **how}
    with drafted(out) as draft:
        for file in (Path(file).name for file in frozen.manifest["files"]):
            (draft / file).write_bytes((frozen.path / file).read_bytes())
        manifest = {**frozen.manifest, "parent": parent, "tagged": [*frozen.manifest.get("tagged", []), made]}
        freeze(draft, frozen.suite.model_copy(update={"slices": slices}), samples, manifest)
