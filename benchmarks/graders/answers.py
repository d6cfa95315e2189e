"""What grading an answer costs beside the library: `python -m benchmarks.graders.answers [answers] [rounds]`.

The same invented answers go to math-verify alone (parse, parse, verify, without its timeouts), to math-verify with its
own timeouts, and to the grader `math`, whose process with limits is started beforehand. In every round each contender
takes its turn; the last column is the median of the ratios within a round. The other graders have no library: their
ratio is to `number`. `label` chooses from 77 labels.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from graders import choice, exact, label, math, number
from harness.protocols import Grader
from harness.records import Response, Sample

Pair = tuple[str, str]
TOWNS = ("Paris", "Lyon", "Nice", "Paris, Texas")
LABELS = tuple(
    f"{thing}_{event}"
    for thing in ("card", "card_payment", "cash", "transfer", "refund", "top_up", "account")
    for event in (
        "fee",
        "fee_charged",
        "late",
        "declined",
        "lost",
        "limit",
        "not_shown",
        "wrong",
        "abroad",
        "twice",
        "other",
    )
)


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


def _others(count: int, rounds: int) -> None:
    """Prints what the graders without a library cost: medians over the rounds, and the ratio to `number`."""
    towns = Sample(id="1", messages=(), target="B", choices=TOWNS)
    intent = Sample(id="1", messages=(), target=LABELS[5], choices=LABELS)
    long = "We checked the card, the payment and the date of it. " * 57
    tried: dict[str, tuple[Grader, Sample, tuple[str, ...]]] = {
        "number": (
            number.make({}),
            Sample(id="1", messages=(), target="42"),
            ("Answer: 42", "so 6 * 7 = 42", "Total: $41"),
        ),
        "exact": (exact.make({}), Sample(id="1", messages=(), target="Paris"), ("Paris.", "paris", "Paris, Texas")),
        "choice": (
            choice.make({}),
            towns,
            ("Answer: B", r"so \boxed{\text{(C)}}", "Therefore (B).", "Lyon", "A and B"),
        ),
        "label": (
            label.make({}),
            intent,
            (LABELS[5], f"Category: {LABELS[6]}", f"It is {LABELS[5].replace('_', ' ')}."),
        ),
        "label, 3,000 characters": (label.make({}), intent, (f"{long}\nLabel: {LABELS[5]}",)),
    }
    times: dict[str, list[float]] = {name: [] for name in tried}
    for turn in range(rounds):
        for name in list(tried)[turn % len(tried) :] + list(tried)[: turn % len(tried)]:
            grade, sample, texts = tried[name]
            replies = [Response(key="k", model="m", text=texts[n % len(texts)]) for n in range(count)]
            times[name].append(_seconds(partial(_graded, grade, sample, replies)))
    for name, found in times.items():
        ratio = median(mine / bare for mine, bare in zip(found, times["number"], strict=True))
        print(f"{name:24} {1000 * median(found) / count:8.3f} ms {ratio:8.3f}")


def _graded(grade: Grader, sample: Sample, replies: Sequence[Response]) -> None:
    for reply in replies:
        grade(sample, reply)


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
    _others(count, rounds)


if __name__ == "__main__":
    main(*(int(argument) for argument in [*sys.argv[1:], "700", "5"][:2]))
