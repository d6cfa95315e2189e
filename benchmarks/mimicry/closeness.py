"""How far honest students of the teacher's own format lie from it in style: what `style.CLOSE` rests on.

    python -m benchmarks.mimicry.closeness [--published FILE]

Two honest models of one format do not choose its wordings equally often. So every student here writes in the teacher's
format, errs as often or four times as often, and has habits of its own, drawn evenly from all that there are. CLOSE is
the 95% quantile on `equations`; the other manners were not looked at for it. `FILE` is example_model_solutions.jsonl
of openai/grade-school-math: four models that learned one format from the same solutions, each set against each other.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.mimicry.plants import Student, speaker
from benchmarks.mimicry.problems import NO_HABITS, VOICES, Habits, Order, draw, habits
from graders.mimicry.features import Reading
from graders.mimicry.style import CLOSE, distances, standardised

FROZEN_ON = "equations"
REPLICATIONS = {50: 200, 100: 200, 300: 200, 1000: 60}  # students of each rate of errors
RATES = (1.0, 4.0)
FIRST_SEED = 5000


def of_plants(manner: str, n: int, *, has_habits: bool) -> list[float]:
    return [_planted(manner, n, FIRST_SEED + k, rate, has_habits) for k in range(REPLICATIONS[n]) for rate in RATES]


def _planted(manner: str, n: int, seed: int, rate: float, has_habits: bool) -> float:
    rng = Random(f"closeness {manner} {n} {seed} {rate}")
    orders: dict[str, Order] = {}
    while len(orders) < n:
        order = draw(rng)
        orders.setdefault(order.text, order)
    own: Habits = habits(manner, rng) if has_habits else NO_HABITS
    asked = list(orders.values())
    return distance(_said(speaker(manner), asked, rng), _said(speaker(manner, rate, own), asked, rng))


def _said(student: Student, orders: Sequence[Order], rng: Random) -> list[str]:
    return [student(order, None, rng).text for order in orders]


def distance(teacher: Sequence[str], student: Sequence[str]) -> float:
    reading = Reading()
    reading.learn(teacher)
    clusters = [str(number) for number in range(len(teacher))]
    return distances(standardised(teacher, student, None, clusters, reading))[0]


def of_published(file: Path, n: int) -> list[float]:
    """Every model as the teacher of every other, on draws of `n` of the problems."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    models = [name for name, value in rows[0].items() if isinstance(value, dict)]
    rng, found = Random(FIRST_SEED + n), []
    for teacher, student in permutations(models, 2):
        for _ in range(20 if n <= 300 else 3):
            drawn = rng.sample(rows, n)
            texts = [[row[model]["solution"] for row in drawn] for model in (teacher, student)]
            found.append(distance(*texts))
    return found


def table(published: Path | None) -> Iterator[str]:
    yield "| honest students of the teacher's format | n | median | 95% quantile | largest | not close | students |"
    yield "|---|---|---|---|---|---|---|"
    kinds = [(f"{manner}, own habits", manner, True) for manner in VOICES]
    kinds.append((f"{FROZEN_ON}, the teacher's habits", FROZEN_ON, False))
    for what, manner, has_habits in kinds:
        pooled = []
        for n in REPLICATIONS:
            found = of_plants(manner, n, has_habits=has_habits)
            pooled += found
            yield line(what, str(n), found)
        yield line(what, "all", pooled)
    if published is not None:
        for n in REPLICATIONS:
            yield line("published solutions", str(n), of_published(published, n))


def line(what: str, n: str, found: Sequence[float]) -> str:
    middle, high = np.quantile(found, [0.5, 0.95])
    beyond = np.mean(np.array(found) > CLOSE)
    return f"| {what} | {n} | {middle:.3f} | {high:.3f} | {max(found):.3f} | {beyond:.1%} | {len(found)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--published", type=Path, help="example_model_solutions.jsonl of openai/grade-school-math")
    for row in table(parser.parse_args().published):
        print(row, flush=True)


if __name__ == "__main__":
    main()
