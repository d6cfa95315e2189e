"""What a suite says of its own making: counts at every step, strata, what was scrubbed by kind, and warnings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.records import Json, Sample
from harness.version import VERSION
from suites.production.census import Census, Choice, Faults
from suites.production.logs import Source
from suites.production.making import Making
from suites.production.scrub import KINDS
from suites.production.targets import SOURCES

FEW = 20  # samples of a stratum; with fewer, hardly anything can be told of it
_SHOWN = 5


def manifest_of(
    read: tuple[Sequence[Source], Faults, Mapping[str, int]],
    chosen: tuple[Census, Choice],
    samples: Sequence[Sample],
    making: Making,
) -> dict[str, Json]:
    """The manifest but for the recipe's part and the digests of the written files."""
    found, faults, unjoined = read
    census, choice = chosen
    scrubbed: dict[str, Json] = {kind: making.scrubber.counts[kind] for kind in KINDS}
    return {
        "version": 1,
        "viva": VERSION,
        "sources": [{"name": making.scrubber.uncounted(s.name), "digest": s.digest} for s in found],
        "counts": {
            "read": len(census) + faults.counts.total(),
            "malformed": faults.counts["malformed"],
            "unsupported": faults.counts["unsupported"],
            "no_request": faults.counts["no_request"],
            **unjoined,
            "requests": len(census),
            "traffic": float(np.sum(census.traffic)),
            "near_duplicates": len(census) - int(choice.representatives.size),
            "representatives": int(choice.representatives.size),
            "strata": len(np.unique(np.frombuffer(census.codes, np.uint32)[choice.representatives])),
            "floor": choice.drawn.floor,
            "drawn": len(samples),
        },
        "targets": _targets(samples),
        "scrubbed": scrubbed,
        "strata": _strata(census, choice, making),
    }


def warnings_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """What whoever builds the suite should see at once."""
    told: list[str] = []
    few = [one for one in manifest["strata"] if one["drawn"] < FEW]
    if few:
        shown = ", ".join(f"{_named(one['labels'])} ({one['drawn']})" for one in few[:_SHOWN])
        more = f" and {len(few) - _SHOWN} more" if len(few) > _SHOWN else ""
        told.append(f"{len(few)} of {len(manifest['strata'])} strata have under {FEW} samples: {shown}{more}")
    counts, without = manifest["counts"], manifest["targets"].get("teacher", 0)
    if without:
        told.append(
            f"{without:,} of {counts['drawn']:,} samples have no target, and graders need one; "
            "--targets FILE tells how the logs know right answers"
        )
    if counts.get("ambiguous"):
        told.append(f"{counts['ambiguous']:,} requests share a custom_id, so that their replies are unknown")
    if not str(manifest["salt"]).startswith("a file"):
        told.append(
            "the salt was random and is not kept: the next build gives other pseudonyms; --salt-file FILE keeps them"
        )
    return tuple(told)


def _targets(samples: Sequence[Sample]) -> dict[str, Json]:
    """How many samples have which kind of reference."""
    counts = Counter(sample.target_source or "teacher" for sample in samples)
    return {name: counts[name] for name in (*SOURCES, "teacher")}


def _strata(census: Census, choice: Choice, making: Making) -> list[Json]:
    """Strata by their traffic, largest first: labels, requests, representatives, drawn."""
    codes = np.frombuffer(census.codes, np.uint32)
    size = len(census.labels)
    folded = codes[choice.roots]  # a request counts where its representative stands
    traffic = np.bincount(folded, weights=np.frombuffer(census.traffic), minlength=size)
    requests = np.bincount(folded, minlength=size)
    representatives = np.bincount(codes[choice.representatives], minlength=size)
    drawn = np.bincount(codes[choice.indices], minlength=size)
    table: list[Json] = []
    for code in np.argsort(-traffic, kind="stable"):
        if representatives[code]:
            labels = zip(making.names, census.labels[code], strict=True)
            table.append(
                {
                    "labels": {name: making.scrubber.uncounted(label) for name, label in labels},
                    "traffic": float(traffic[code]),
                    "requests": int(requests[code]),
                    "representatives": int(representatives[code]),
                    "drawn": int(drawn[code]),
                }
            )
    return table


def _named(labels: Mapping[str, str]) -> str:
    return " ".join(f"{name}={label}" for name, label in labels.items()) or "the whole"
