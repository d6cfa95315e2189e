"""The suite source `frozen`: folders of `viva suite build`, which nobody may edit.

    suite.yaml        grader, slices, how the suite was built
    samples.jsonl     one sample a line, in the order of the draw
    manifest.json     digests of the log files, counts at every step, digests of the other files and of the manifest
    malformed.jsonl   rows that could not be used: file, number and reason, and nothing of their text

A folder is written whole or not at all. Whoever edits a file has another suite, and the source refuses it.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from harness import strict_yaml
from harness.errors import DataError, StoreError, UsageError
from harness.identity import digest, file_digest
from harness.plan import SuiteSpec
from harness.policy import Strict
from harness.protocols import Loaded
from harness.records import Json, Sample
from harness.serial import from_text, to_text

keys = frozenset({"path", "size"})

TOLD = ("viva", "sources", "counts", "targets", "scrubbed", "seed", "salt")  # of the manifest, in an evaluation
SUITE, SAMPLES, MANIFEST, MALFORMED = "suite.yaml", "samples.jsonl", "manifest.json", "malformed.jsonl"


class SuiteFile(Strict):
    """What `suite.yaml` holds."""

    version: Literal[1] = 1
    grader: str | None = None
    grader_options: dict[str, dict[str, Json]] = Field(default_factory=dict)
    slices: tuple[str, ...] = ()
    built: dict[str, Json] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A folder whose files are what the manifest says."""

    path: Path
    suite: SuiteFile
    manifest: Mapping[str, Any]

    def samples(self) -> Iterator[Sample]:
        """The samples one by one. Raises DataError for a line that is no sample."""
        with (self.path / SAMPLES).open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield from_text(Sample, line)
                except StoreError as error:
                    raise DataError(f"{self.path / SAMPLES}:{number}: {error}; build the suite again") from None


def load(suite: SuiteSpec) -> Loaded:
    """The first `size` samples, or all: they stand in random order. Raises DataError for an edited folder."""
    if suite.path is None:
        raise DataError(f'suite "{suite.name}": source "frozen" needs the `path` of a folder of `viva suite build`')
    frozen = open_frozen(Path(suite.path))
    samples = tuple(islice(frozen.samples(), suite.size))
    return Loaded(
        samples=samples,
        grader=frozen.suite.grader,
        grader_options=frozen.suite.grader_options,
        origin={"folder": Path(suite.path).name, **{name: frozen.manifest.get(name) for name in TOLD}},
        notes=_notes(frozen.manifest, len(samples)),
    )


def open_frozen(path: Path) -> Frozen:
    """The folder, checked against its manifest. Raises DataError with the files that differ."""
    made = "`viva suite build LOGS... -o FOLDER` makes one"
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except OSError:
        raise DataError(f"{path}: no frozen suite ({MANIFEST} is missing); {made}") from None
    except ValueError:
        raise DataError(f"{path / MANIFEST}: damaged; build the suite again") from None
    digests = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(digests, dict):
        raise DataError(f"{path}: no frozen suite ({MANIFEST} is another program's or a run's); {made}")
    if not isinstance(digests.get(SUITE), str) or not isinstance(digests.get(SAMPLES), str):
        raise DataError(f"{path / MANIFEST}: damaged; build the suite again")
    differing = [name for name, told in digests.items() if _digest(path / Path(name).name) != told]
    if manifest.get("digest") is None or _own_digest(manifest) != manifest["digest"]:
        differing.append(MANIFEST)
    if differing:
        raise DataError(
            f"{path}: edited since it was built, by the digests in {MANIFEST}: {', '.join(differing)}; "
            "bring back what was there, or build the suite again"
        )
    return Frozen(path=path, suite=strict_yaml.read(path / SUITE).validate(SuiteFile), manifest=manifest)


def check_free(out: Path) -> None:
    """Raises UsageError where a folder cannot be made, since something is there or no name can be like that."""
    try:
        is_taken = out.exists() or out.is_symlink()
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(out)[:80]}...: the suite cannot be written there ({error})") from None
    if is_taken:
        raise UsageError(f"{out}: it is there already, and suites are never overwritten; name another folder with -o")


@contextmanager
def drafted(out: Path) -> Iterator[Path]:
    """A new folder that takes the name `out` only when the context ends well. Raises UsageError where that is taken."""
    check_free(out)
    draft = out.parent / f".{out.name}.draft-{os.getpid()}"
    try:
        draft.mkdir(parents=True)
    except OSError as error:
        raise UsageError(f"{out}: the suite cannot be written there ({error.strerror})") from None
    try:
        yield draft
        draft.rename(out)
    except OSError as error:
        raise UsageError(f"{out}: the suite cannot be written ({error.strerror or error})") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def freeze(draft: Path, suite: SuiteFile, samples: Sequence[Sample], manifest: Mapping[str, Json]) -> dict[str, Json]:
    """Write the files into a drafted folder; returns the manifest with the digests of what lies there and its own."""
    text = yaml.safe_dump(suite.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)
    (draft / SUITE).write_text(text, "utf-8")
    with (draft / SAMPLES).open("w", encoding="utf-8") as file:
        file.writelines(to_text(sample) + "\n" for sample in samples)
    files: dict[str, Json] = {path.name: file_digest(path) for path in sorted(draft.iterdir()) if path.name != MANIFEST}
    whole: dict[str, Json] = {**manifest, "files": files}
    whole["digest"] = _own_digest(whole)
    (draft / MANIFEST).write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8", "backslashreplace")
    return whole


def _own_digest(manifest: Mapping[str, Any]) -> str | None:
    """Of all that a manifest holds but its own digest, whatever the order and spacing; None with a number too large."""
    try:
        return digest({name: value for name, value in manifest.items() if name != "digest"})
    except ValueError:
        return None


def _digest(path: Path) -> str | None:
    try:
        return file_digest(path)
    except OSError:
        return None


def _notes(manifest: Mapping[str, Any], taken: int) -> tuple[str, ...]:
    """What a reader of the report should know of the draw."""
    counts = manifest.get("counts")
    if not isinstance(counts, dict):
        return ()
    drawn, traffic = counts.get("drawn"), counts.get("traffic")
    told = f"{drawn:,} samples drawn for a traffic of {traffic:,.10g} logged requests"
    notes = [f"Production suite: {told}, weighted by it."]
    if taken != drawn:
        notes.append(
            f"The first {taken:,} of {drawn:,} samples, which stand in random order: small strata may be missing."
        )
    return tuple(notes)
