"""What grading an answer costs beside the library: `python -m benchmarks.graders.answers [answers] [rounds]`.

The same invented answers go to math-verify alone (parse, parse, verify, without its timeouts), to math-verify with its
own timeouts, and to the grader `math`, whose process with limits is started beforehand. In every round each contender
takes its turn; the last column is the median of the ratios within a round. `choice` and `number` have no library.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from graders import choice, math, number
from harness.records import Response, Sample

Pair = tuple[str, str]
TOWNS = ("Paris", "Lyon", "Nice", "Paris, Texas")


def pairs(count: int, seed: int = 7) -> list[Pair]:
    """Targets and answers, every second one right, of the kinds that MATH-500 has."""
    draw = random.Random(seed)
    made = []
    for index in range(count):
        a, b, c = (draw.randint(2, 999) for _ in range(3))
        d = c + index % 2
        made.append(
            [
                (f"{c}", rf"\boxed{{{d}}}"),
                (rf"\frac{{{a}}}{{{c}}}", rf"\boxed{{\dfrac{{{2 * a}}}{{{2 * d}}}}}"),
                (rf"{a}\sqrt{{{c}}}", rf"\boxed{{\sqrt{{{a * a * d}}}}}"),
                (f"({a},{c})", rf"\boxed{{({a}, {d})}}"),
                (f"{a}x^2 + {c}", rf"\boxed{{{d} + {a}x^2}}"),
                (f"{a + 1000},{c}", rf"\boxed{{x = {d} \text{{ or }} x = {a + 1000}}}"),
                (f"{c}", f"So we get {a} + {b}, and the answer is {d}."),
            ][index % 7]
        )
    return made


def library(made: Sequence[Pair]) -> list[bool]:
    from math_verify import parse, verify

    return [
        verify(
            parse(rf"\boxed{{{gold}}}", parsing_timeout=None), parse(text, parsing_timeout=None), timeout_seconds=None
        )
        for gold, text in made
    ]


def library_with_timeouts(made: Sequence[Pair]) -> list[bool]:
    from math_verify import parse, verify

    return [verify(parse(rf"\boxed{{{gold}}}"), parse(text)) for gold, text in made]


def ours(made: Sequence[Pair]) -> list[bool]:
    grade = math.make({})
    return [
        grade(Sample(id="1", messages=(), target=gold), Response(key="k", model="m", text=text)).outcome == "correct"
        for gold, text in made
    ]


def _others(count: int) -> None:
    texts = ("Answer: B", r"so \boxed{\text{(C)}}", "Then (A) is too far, therefore (B).", "Lyon", "A and B")
    sample = Sample(id="1", messages=(), target="B", choices=TOWNS)
    grade = choice.make({})
    seconds = _seconds(lambda: [grade(sample, Response(key="k", model="m", text=texts[n % 5])) for n in range(count)])
    print(f"choice                {1000 * seconds / count:8.3f} ms")
    count_up = number.make({})
    sample = Sample(id="1", messages=(), target="42")
    seconds = _seconds(
        lambda: [count_up(sample, Response(key="k", model="m", text=f"Answer: {n}")) for n in range(count)]
    )
    print(f"number                {1000 * seconds / count:8.3f} ms")


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main(count: int, rounds: int) -> None:
    contenders = {"library": library, "library, its timeouts": library_with_timeouts, "math": ours}
    for contender in contenders.values():
        contender(pairs(7, seed=1))  # loads what is loaded once
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds):
        made = pairs(count, seed=100 + turn)  # fresh ones: both sides remember what they have parsed
        if library(made) != ours(made):
            sys.exit("the grader and the library disagree: no figures")
        made = pairs(count, seed=200 + turn)
        for name in list(contenders)[turn % 3 :] + list(contenders)[: turn % 3]:
            times[name].append(_seconds(lambda name=name, made=made: contenders[name](made)))  # type: ignore[misc]  # mypy has no type for defaults
    for name, found in times.items():
        ratio = median(mine / bare for mine, bare in zip(found, times["library"], strict=True))
        print(f"{name:21} {1000 * median(found) / count:8.3f} ms {ratio:8.3f}")
    _others(count)


if __name__ == "__main__":
    main(*(int(argument) for argument in [*sys.argv[1:], "700", "5"][:2]))
