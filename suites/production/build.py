"""A suite from production logs, end to end: read, folded, drawn, read again, scrubbed, frozen.

The log is read twice, so that a million requests need no more memory than their signatures: once for the draw, once for
the texts of what was drawn. No text is written that was not scrubbed before. The same files, recipe and salt give the
same bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from harness.errors import DataError, UsageError
from harness.evaluation import ALL
from harness.progress import Progress
from harness.records import Json
from suites.production.accounts import manifest_of, warnings_of
from suites.production.census import Census, Choice, Faults, Ready, choose, fitted, rename_in, take_census
from suites.production.frozen import MALFORMED, SuiteFile, drafted, freeze
from suites.production.logs import Logs, Source, sources
from suites.production.making import Making, read_drawn, scrubbed
from suites.production.pseudonyms import Pseudonyms, fresh_salt, read_salt
from suites.production.recipe import Recipe
from suites.production.recognisers import load_names
from suites.production.scrub import Scrubber, load_scrubber
from suites.production.strata import Kind, parse_strata
from suites.production.targets import Targets, load_targets, no_targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What was made: the manifest, and what its maker should know."""

    manifest: dict[str, Json]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    """Everything that a recipe names, read before the logs are, so that a mistake shows at once."""

    kinds: tuple[Kind, ...]
    targets: Targets
    scrubber: Callable[[], Scrubber]  # loaded, for seconds, when it is first asked for


def build_suite(logs: Logs, recipe: Recipe, out: Path, progress: Progress) -> Built:
    """Write the frozen suite `out`. Raises UsageError, PlanError or DataError, with nothing written."""
    tools = _tools(recipe)
    with drafted(out) as draft:
        with progress.step("looking at files", len(logs.paths)) as advance:
            found = sources(logs, advance)
        census, faults = _count(logs, tools, (recipe, found, progress), draft / MALFORMED)
        with progress.step("folding near-duplicates", None):
            choice = choose(census, recipe)
        manifest = _write(draft, logs, (census, choice), _Rest(tools, recipe, found, faults, progress))
    return Built(manifest=manifest, warnings=warnings_of(manifest))


@dataclass(frozen=True, slots=True)
class _Rest:
    """What the second half needs of the first, beside the choice."""

    tools: _Tools
    recipe: Recipe
    sources: tuple[Source, ...]
    faults: Faults
    progress: Progress


def _tools(recipe: Recipe) -> _Tools:
    names = load_names(recipe.names) if recipe.names else None
    pseudonyms = Pseudonyms(read_salt(recipe.salt_file) if recipe.salt_file else fresh_salt())
    scrubber = cache(lambda: load_scrubber(pseudonyms, names, recipe.phone_regions))
    kinds = parse_strata(recipe.by, recipe.rules, lambda text: scrubber().without(text))
    if any(kind.name == ALL for kind in kinds):
        raise UsageError(f"--by {ALL}: the whole suite is called so; rename the field with a map (`slices`)")
    return _Tools(
        kinds=kinds,
        targets=load_targets(recipe.targets) if recipe.targets else no_targets(),
        scrubber=scrubber,
    )


def _count(
    logs: Logs, tools: _Tools, more: tuple[Recipe, tuple[Source, ...], Progress], malformed: Path
) -> tuple[Census, Faults]:
    """The first reading; rows that cannot be used go into the file `malformed`."""
    recipe, found, progress = more
    with progress.step("joining batches", None):
        logs.join()
    with progress.step("learning strata", None):
        strata = fitted(logs, tools.kinds, found, recipe.seed)
    total = sum(source.rows for source in found)
    with malformed.open("w", encoding="utf-8") as file, progress.step("reading", total) as advance:
        faults = Faults(file, logs.names)
        ready = Ready(sources=found, strata=strata, advance=advance, seed=recipe.seed)
        census = take_census(logs, tools.kinds, faults, ready)
    if not faults.written:
        malformed.unlink()
    if not len(census):
        why = f"; most often: {faults.reasons.most_common(1)[0][0]}" if faults.reasons else ""
        raise DataError(f"{logs.paths[0]}: no row gives a request that could be used{why}")
    return census, faults


def _write(draft: Path, logs: Logs, chosen: tuple[Census, Choice], rest: _Rest) -> dict[str, Json]:
    """The second reading, and all files; returns the manifest."""
    census, choice = chosen
    tools, recipe = rest.tools, rest.recipe
    total = choice.indices.size
    with rest.progress.step("reading what was drawn", total) as advance:
        reads = read_drawn(logs, census, choice, advance)
    with rest.progress.step("loading recognisers", None):
        scrubber = tools.scrubber()
    rename_in(draft / MALFORMED, {name: scrubber.uncounted(name) for name in logs.names})
    making = Making(names=tuple(kind.name for kind in tools.kinds), targets=tools.targets, scrubber=scrubber)
    with rest.progress.step("scrubbing", total) as advance:
        samples = scrubbed(reads, (census, choice), making, advance)
    order = np.random.default_rng(recipe.seed).permutation(total)
    shuffled = [samples[place] for place in order]
    slices = tuple(dict.fromkeys(name for sample in shuffled for name in sample.slices))
    described = SuiteFile(grader=recipe.grader, slices=slices, built=recipe.told(logs.kind))
    manifest = manifest_of((rest.sources, rest.faults, logs.unjoined()), (census, choice), shuffled, making)
    return freeze(draft, described, shuffled, {**manifest, "seed": recipe.seed, "salt": recipe.told_salt()})
