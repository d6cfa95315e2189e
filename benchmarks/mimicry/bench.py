"""How well the mimicry profile tells planted mimics from honest students: `make bench-mimicry`.

Every replication draws fresh problems, lets a teacher and planted students answer them, and grades, compares and
profiles them as `viva run` would. docs/mimicry.md explains the plants; results.md holds what was measured.
"""

import argparse
import math
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.mimicry import plants
from benchmarks.mimicry.problems import NO_HABITS, VOICES, habits
from benchmarks.mimicry.scene import TEACHER, planted, profiled
from harness.evaluation import EvidenceGroup, Finding, Profile
from harness.stats import rates

SIZES = (50, 100, 300, 1000)
SHARES = (0.05, 0.10, 0.20, 0.40)
FROZEN_ON = "equations"  # what thresholds were chosen on; the other manners are reported as never looked at
ALL, HELD_OUT = "all", "all but the frozen one"
FIRST_SEED = 1000  # seeds below were used while building
PLANTS = ("mixture", *plants.CORRUPTIONS, "memoriser", "overconfident")
CONTROLS = (
    "itself",
    "weaker x2",
    "weaker x4",
    "own habits",
    "weaker x4, own habits",
    "terse",
    "verbose",
    "bulleted",
    "boxed",
)


@dataclass(frozen=True, slots=True)
class Trial:
    manner: str
    n: int
    seed: int
    students: tuple[tuple[str, float], ...]  # (kind, share); controls have the share 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the profile said of one student, and what the baselines would."""

    manner: str
    n: int
    kind: str
    share: float
    label: str
    score: float
    length: float
    loss: float
    flagged: tuple[str, ...]
    close: bool


def student(kind: str, share: float, trial: Trial) -> plants.Student:
    manner, own = trial.manner, NO_HABITS
    if kind.endswith("own habits"):
        own = habits(manner, Random(f"{manner} {trial.seed} {kind}"))
    if kind == "mixture":
        return plants.mimic(manner, share)
    if kind in plants.CORRUPTIONS:
        return plants.mimic(manner, share, (kind,))
    if kind.startswith("weaker"):
        return plants.speaker(manner, float(kind[kind.index("x") + 1]), own)
    if kind == "memoriser":
        return plants.memoriser(manner, share)
    if kind == "overconfident":
        return plants.overconfident(manner, share)
    if kind in ("itself", "own habits"):
        return plants.speaker(manner, 1.0, own)
    return plants.restyled(manner, getattr(plants, kind))


def run(trial: Trial) -> list[Seen]:
    names = {f"{kind} {share}": (kind, share) for kind, share in trial.students}
    found = planted(trial.manner, trial.n, trial.seed, {name: student(*what, trial) for name, what in names.items()})
    made = profiled(found)
    loss = {c.student: c.teacher.accuracy - c.pupil.accuracy for c in made.comparisons}
    lengths: dict[str, list[int]] = defaultdict(list)
    for answer in found.answers:
        lengths[answer.response.model].append(len(answer.response.text))
    seen = []
    for one in made.profiles:
        kind, share = names[one.student]
        mine = [f for f in made.findings if f.student == one.student]
        seen.append(
            Seen(
                manner=trial.manner,
                n=trial.n,
                kind=kind,
                share=share,
                label=one.label,
                score=score(one, mine),
                length=abs(math.log(np.mean(lengths[one.student]) / np.mean(lengths[TEACHER]))),
                loss=loss[one.student],
                flagged=one.flagged,
                close=bool(one.style.close),
            )
        )
    return seen


def score(one: Profile, findings: Sequence[Finding]) -> float:
    """How much a profile looks like mimicry: the evidence of its second strongest group, if the style is close.

    The label asks for two groups, so the second one decides; the first breaks ties. Minus the decimal logarithm of the
    adjusted p-values.
    """
    strongest: dict[EvidenceGroup, float] = {}
    for finding in findings:
        if finding.group is not None and finding.p_adjusted is not None:
            evidence = min(12.0, -math.log10(max(finding.p_adjusted, 1e-12)))
            strongest[finding.group] = max(strongest.get(finding.group, 0.0), evidence)
    first, second = (*sorted(strongest.values(), reverse=True), 0.0, 0.0)[:2]
    return second + first / 100 if one.style.close else 0.0


def trials(quick: bool) -> Iterator[Trial]:
    controls = tuple((kind, 0.0) for kind in CONTROLS)
    every = tuple((kind, 0.2) for kind in PLANTS)
    for manner in VOICES:
        for n in (100, 300) if quick else SIZES:
            curve = tuple(("mixture", share) for share in SHARES)
            count = 1 if quick else {50: 10, 100: 10, 300: 20, 1000: 5}[n]
            for seed in range(count):
                more = every[1:] if n == 300 else ()
                yield Trial(manner, n, FIRST_SEED + seed, (*curve, *more, *controls))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    above = np.array(positive)[:, None] - np.array(negative)[None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def true_positives(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The share of mimics above the 95% quantile of the honest."""
    threshold = float(np.quantile(negative, 0.95, method="higher"))
    return float((np.array(positive) > threshold).mean())


def report(seen: Sequence[Seen], command: str) -> str:
    lines = [
        "# Planted mimics and honest students",
        "",
        f"`{command}`, {datetime.now(UTC):%d %B %Y}, Python {platform.python_version()}, {os.cpu_count()} processors, "
        f"seeds from {FIRST_SEED}.",
        "",
        f"Thresholds were chosen on `{FROZEN_ON}`, seeds below {FIRST_SEED}; all figures are of other seeds. `json` "
        "was looked at once at such a seed: there the detector of unsupported claims turned out not to read fields.",
        "",
    ]
    lines += _headline(seen)
    lines += _curves(seen)
    lines += _false_positives(seen)
    lines += _by_plant(seen)
    return "\n".join(lines) + "\n"


def _headline(seen: Sequence[Seen]) -> Iterator[str]:
    yield "## Mixture of corruptions, q = 20%, n = 300, against all honest controls"
    yield ""
    yield "| manner | AUROC | length only | accuracy only | true positives at 5% false | labelled | replications |"
    yield "|---|---|---|---|---|---|---|"
    for manner in (*VOICES, HELD_OUT, ALL):
        mimics = _some(seen, manner, 300, "mixture", 0.2)
        honest = [s for s in seen if s.kind in CONTROLS and s.n == 300 and _is_of(s, manner)]
        if mimics:
            areas = [
                auroc([getattr(s, by) for s in mimics], [getattr(s, by) for s in honest])
                for by in ("score", "length", "loss")
            ]
            labelled = np.mean([s.label == "SUPERFICIAL MIMICRY" for s in mimics])
            at = true_positives([s.score for s in mimics], [s.score for s in honest])
            yield (
                f"| {manner} | {areas[0]:.3f} | {areas[1]:.3f} | {areas[2]:.3f} | {at:.2f} | {labelled:.2f} "
                f"| {len(mimics)} |"
            )
    yield ""


def _curves(seen: Sequence[Seen]) -> Iterator[str]:
    yield "## Share labelled SUPERFICIAL MIMICRY, by n and q (AUROC against the controls of the same n)"
    yield ""
    yield f"| n | {' | '.join(f'q = {share:.0%}' for share in SHARES)} |"
    yield f"|---|{'---|' * len(SHARES)}"
    for n in sorted({s.n for s in seen}):
        honest = [s.score for s in seen if s.kind in CONTROLS and s.n == n]
        cells = []
        for share in SHARES:
            mimics = _some(seen, ALL, n, "mixture", share)
            labelled = np.mean([s.label == "SUPERFICIAL MIMICRY" for s in mimics])
            cells.append(f"{labelled:.2f} ({auroc([s.score for s in mimics], honest):.2f})")
        yield f"| {n} | {' | '.join(cells)} |"
    yield ""


def _false_positives(seen: Sequence[Seen]) -> Iterator[str]:
    yield "## Honest students labelled SUPERFICIAL MIMICRY (95% interval), and with any group flagged"
    yield ""
    yield "| control | mimicry | 95% interval | any group flagged | 95% interval | groups | close | replications |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind in CONTROLS:
        mine = [s for s in seen if s.kind == kind]
        mimicry = float(np.mean([s.label == "SUPERFICIAL MIMICRY" for s in mine]))
        flagged = float(np.mean([bool(s.flagged) for s in mine]))
        groups = ", ".join(dict.fromkeys(group for s in mine for group in s.flagged)) or "none"
        spans = [rates.interval(rate, len(mine), 0.95) for rate in (mimicry, flagged)]
        limits = [f"{span.low:.3f} to {span.high:.3f}" for span in spans]
        yield (
            f"| {kind} | {mimicry:.3f} | {limits[0]} | {flagged:.3f} | {limits[1]} | {groups} "
            f"| {np.mean([s.close for s in mine]):.2f} | {len(mine)} |"
        )
    yield ""


def _by_plant(seen: Sequence[Seen]) -> Iterator[str]:
    yield "## Each plant alone, q = 20%, n = 300: how often each group of evidence is flagged"
    yield ""
    groups = ("trace", "calibration", "variants", "support")
    yield f"| plant | labelled mimicry | {' | '.join(groups)} | label where not |"
    yield f"|---|---|{'---|' * len(groups)}---|"
    for kind in PLANTS:
        mine = _some(seen, ALL, 300, kind, 0.2)
        if not mine:
            continue
        labelled = np.mean([s.label == "SUPERFICIAL MIMICRY" for s in mine])
        by_group = [f"{np.mean([group in s.flagged for s in mine]):.2f}" for group in groups]
        others: dict[str, int] = defaultdict(int)
        for s in mine:
            others[s.label] += s.label != "SUPERFICIAL MIMICRY"
        rest = ", ".join(f"{label} {count}" for label, count in others.items() if count) or "-"
        yield f"| {kind} | {labelled:.2f} | {' | '.join(by_group)} | {rest} |"


def _some(seen: Iterable[Seen], manner: str, n: int, kind: str, share: float) -> list[Seen]:
    return [s for s in seen if _is_of(s, manner) and (s.n, s.kind, s.share) == (n, kind, share)]


def _is_of(s: Seen, manner: str) -> bool:
    return manner in (s.manner, ALL) or (manner == HELD_OUT and s.manner != FROZEN_ON)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one replication of n = 100 and 300")
    parser.add_argument("--out", type=Path, help="write the tables there as well")
    given = parser.parse_args()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        seen = [one for found in pool.map(run, trials(given.quick), chunksize=1) for one in found]
    text = report(seen, f"python -m benchmarks.mimicry.bench{' --quick' if given.quick else ''}")
    sys.stdout.write(text)
    if given.out:
        given.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
