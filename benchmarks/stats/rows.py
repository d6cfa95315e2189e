"""A slice report over a million paired rows: viva's grouped estimates against a plain loop with scipy.

`python -m benchmarks.stats.rows [ROWS] [ROUNDS]`. Both make, for 200 slices, the mean difference, its 90% interval, and
the p-values of the gate. The loop takes each slice's rows and calls `scipy.stats`; it knows neither weights nor
clusters, so it is timed on plain rows. The search for slices nobody named has no counterpart and is timed alone. Peak
memory is that of a process of its own.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.stats.clustered import mean_difference, t_harm_p_value, t_interval, t_safe_p_value
from harness.stats.grouped import mean_differences
from harness.stats.inputs import PairedScores, paired_scores
from harness.stats.slices import Feature, search_slices

FEATURES, VALUES, MARGIN = 20, 10, 0.03  # 200 slices

Codes = list[NDArray[np.intp]]


def workload(rows: int, clusters: int | None) -> tuple[PairedScores, Codes]:
    rng = np.random.default_rng(1)
    teacher = (rng.random(rows) < 0.9).astype(float)
    student = np.where(rng.random(rows) < 0.1, 1 - teacher, teacher)
    labels = None if clusters is None else rng.integers(0, clusters, rows)
    codes = [rng.integers(0, VALUES, rows) for _ in range(FEATURES)]
    return paired_scores(teacher, student, None, labels), codes


def viva(scores: PairedScores, codes: Codes) -> list[tuple[float, float, float, float]]:
    found = []
    for column in codes:
        table = mean_differences(scores, column, VALUES)
        for value in range(VALUES):
            estimate = table.estimate(value)
            interval = t_interval(estimate, 0.90)
            low, high = interval.low or 0.0, interval.high or 0.0
            found.append((low, high, t_safe_p_value(estimate, MARGIN), t_harm_p_value(estimate, MARGIN)))
    return found


def plain_loop(scores: PairedScores, codes: Codes) -> list[tuple[float, float, float, float]]:
    found = []
    for column in codes:
        for value in range(VALUES):
            mine = column == value
            difference = scores.student[mine] - scores.teacher[mine]
            test = stats.ttest_1samp(difference, -MARGIN, alternative="greater")
            interval = stats.ttest_1samp(difference, 0.0).confidence_interval(0.90)
            harm = stats.ttest_1samp(difference, -MARGIN, alternative="less").pvalue
            found.append((float(interval.low), float(interval.high), float(test.pvalue), float(harm)))
    return found


def one_by_one(scores: PairedScores, codes: Codes) -> None:
    """What `compare` does: every slice's rows through `mean_difference`, clusters and all."""
    for column in codes:
        for value in range(VALUES):
            mine = column == value
            labels = scores.codes[mine]
            estimate = mean_difference(scores.teacher[mine], scores.student[mine], scores.weights[mine], labels)
            t_interval(estimate, 0.90)


def search(scores: PairedScores, codes: Codes) -> None:
    names = tuple(str(value) for value in range(VALUES))
    features = [Feature(name=f"f{n}", codes=column, values=names) for n, column in enumerate(codes)]
    search_slices(scores, features, seed=0)


CASES: dict[str, tuple[Callable[[PairedScores, Codes], object], bool]] = {
    "viva, plain rows": (viva, False),
    "scipy loop, plain rows": (plain_loop, False),
    "viva, clustered": (viva, True),
    "slice by slice, clustered": (one_by_one, True),
    "search of 19,200 slices": (search, False),
}


def seconds(work: Callable[[PairedScores, Codes], object], scores: PairedScores, codes: Codes) -> float:
    start = time.perf_counter()
    work(scores, codes)
    return time.perf_counter() - start


def peak(name: str, rows: int) -> tuple[float, float]:
    """MiB that a process of its own held at most: with the rows alone, and after the work."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.stats.rows", "--peak", name, str(rows)],
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = done.stdout.split()
    return float(before), float(after)


def print_peak(name: str, rows: int) -> None:
    work, is_clustered = CASES[name]
    scores, codes = workload(rows, rows // 10 if is_clustered else None)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew: making the rows is not what is measured
    before = status("VmRSS")
    work(scores, codes)
    print(before, status("VmHWM"))


def status(field: str) -> float:
    """MiB of a field of /proc/self/status; `ru_maxrss` would begin with what the parent process held."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def check(rows: int) -> None:
    """Both must say the same before their speed is compared; the guard moves nothing in slices this large."""
    scores, codes = workload(rows, None)
    np.testing.assert_allclose(viva(scores, codes), plain_loop(scores, codes), rtol=1e-6, atol=1e-9)


def main() -> None:
    if sys.argv[1:2] == ["--peak"]:
        return print_peak(sys.argv[2], int(sys.argv[3]))
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    check(rows)
    data = {clustered: workload(rows, rows // 10 if clustered else None) for clustered in (False, True)}
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for number in range(rounds):
        for name in list(CASES)[:: 1 if number % 2 == 0 else -1]:
            work, is_clustered = CASES[name]
            times[name].append(seconds(work, *data[is_clustered]))
    del data
    print(f"{rows:,} rows, {FEATURES * VALUES} slices, {rounds} rounds\n")
    print("| | seconds (median, and each round) | MiB with the rows | MiB at most |\n|---|---|---|---|")
    for name, taken in times.items():
        before, after = peak(name, rows)
        each = ", ".join(f"{t:.2f}" for t in taken)
        print(f"| {name} | {median(taken):.2f} ({each}) | {before:.0f} | {after:.0f} |")
    plain = median(times["scipy loop, plain rows"]) / median(times["viva, plain rows"])
    alike = median(times["slice by slice, clustered"]) / median(times["viva, clustered"])
    print(f"\nscipy loop / viva, plain rows: {plain:.2f}; slice by slice / at once, clustered: {alike:.2f}")


if __name__ == "__main__":
    main()
