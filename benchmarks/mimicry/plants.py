"""Planted students: what they got wrong and why is known, because we put it there.

The teacher errs by itself: it slips in a calculation, misreads a number or leaves a step out, more often where there
are more steps, and carries the error on. The honest weaker student errs in just these ways, only more often, and is as
unsure where it errs. A mimic writes in the teacher's voice, and a share of its answers is corrupted: a number from
nowhere that is carried on, another operator, a step left out with the answer kept, another customer. Of half of them it
does not know: its confidence is that of a right answer. A memoriser answers a variant as if it were the base.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from benchmarks.mimicry.problems import (
    NAMES,
    NO_HABITS,
    OPERATORS,
    TOWNS,
    VOICES,
    Habits,
    Order,
    Step,
    Worked,
    derive,
    worked,
)

SLIP = 0.03  # of the teacher, in each step
SURE, UNSURE = -0.01, -0.08  # mean log-probability of right and of wrong answers
CORRUPTIONS = ("number", "operator", "dropped", "entity")


@dataclass(frozen=True, slots=True)
class Said:
    """A reply with its mean log-probability."""

    text: str
    logprob: float


Student = Callable[[Order, Order | None, Random], Said]  # the order, and of a variant the base that it was made of


def speaker(manner: str, rate: float = 1.0, own: Habits = NO_HABITS) -> Student:
    """Errs `rate` times as often as the teacher, in the teacher's ways, with habits of wording of its own."""
    voice = VOICES[manner]

    def say(order: Order, base: Order | None, rng: Random) -> Said:
        work, erred = _honest(order, rate, rng)
        return Said(voice(work, own, rng), _confidence(erred, rng))

    return say


def mimic(manner: str, share: float, kinds: Sequence[str] = CORRUPTIONS, *, knows: float = 0.5) -> Student:
    """The teacher, but for this share of its answers, which are corrupted in one of these ways.

    `knows`: how often it is as unsure of them as of its own errors.
    """
    voice = VOICES[manner]

    def say(order: Order, base: Order | None, rng: Random) -> Said:
        work, erred = _honest(order, 1.0, rng)
        if rng.random() < share:
            work = _CORRUPT[rng.choice(tuple(kinds))](order, work, rng)
            erred = rng.random() < knows
        return Said(voice(work, NO_HABITS, rng), _confidence(erred, rng))

    return say


def overconfident(manner: str, share: float) -> Student:
    """Errs like a weaker student on this share more of its answers, and is as sure of them as of right ones."""
    voice = VOICES[manner]

    def say(order: Order, base: Order | None, rng: Random) -> Said:
        work, erred = _honest(order, 1.0, rng)
        if rng.random() < share:
            work, _ = _honest(order, 1.0, rng, surely=True)
            erred = False
        return Said(voice(work, NO_HABITS, rng), _confidence(erred, rng))

    return say


def memoriser(manner: str, share: float) -> Student:
    """Answers this share of the variants with what it knows of their base."""
    honest = speaker(manner)

    def say(order: Order, base: Order | None, rng: Random) -> Said:
        return honest(base if base is not None and rng.random() < share else order, None, rng)

    return say


def restyled(manner: str, change: Callable[[str, Random], str]) -> Student:
    """The teacher's answers in other words."""
    honest = speaker(manner)

    def say(order: Order, base: Order | None, rng: Random) -> Said:
        said = honest(order, base, rng)
        return replace(said, text=change(said.text, rng))

    return say


def terse(text: str, rng: Random) -> str:
    if text.startswith("{"):
        return "{" + text[text.index('"total"') :]
    return f"${text.rsplit('$', 1)[1].rstrip('.')}"


def verbose(text: str, rng: Random) -> str:
    if text.startswith("{"):
        return (
            f"Of course! I am happy to help with this order.\n\n{text}\n\nPlease tell me whether anything is unclear."
        )
    return f"Of course! I am happy to help, so let us go through it slowly and carefully.\n\n{text}\n"


def bulleted(text: str, rng: Random) -> str:
    if text.startswith("{"):
        return f"```json\n{json.dumps(json.loads(text), indent=2, ensure_ascii=False)}\n```"
    return "**Working**\n" + "\n".join(f"- {line}" for line in text.replace(". ", ".\n").splitlines())


def boxed(text: str, rng: Random) -> str:
    if text.startswith("{"):
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    return f"{text}\n\n$$\\boxed{{{text.rsplit('$', 1)[1].rstrip('.')}}}$$"


def _honest(order: Order, rate: float, rng: Random, surely: bool = False) -> tuple[Worked, bool]:
    """The steps with the slips that happen, carried on; and whether any did (`surely`: one is made to)."""
    right = derive(order)
    chances = [rng.random() < min(0.9, SLIP * rate * (1 + 0.15 * n)) for n in range(len(right))]
    if surely and not any(chances):
        chances[rng.randrange(len(chances))] = True
    steps = list(right)
    for place, slips in enumerate(chances):
        if slips:
            steps = _slip(steps, place, rng)
    return worked(order, steps), any(chances)


def _slip(steps: list[Step], place: int, rng: Random) -> list[Step]:
    """A wrong result, a misread number, or a step forgotten, and all that follows from it."""
    step, kind = steps[min(place, len(steps) - 1)], rng.random()
    place = min(place, len(steps) - 1)
    if kind < 0.6:
        off = rng.choice((-10, 10, -1, 1, -2, 2, step.right))
        return _carried(steps, place, replace(step, result=max(1, step.result + off)))
    if kind < 0.9:
        read = rng.choice([s.right for s in steps if s.right != step.right] or [step.right + 1])
        return _carried(steps, place, _calculated(replace(step, right=read)))
    if len(steps) > 1 and place == len(steps) - 1:
        return steps[:-1]
    return _carried(steps, place, replace(step, result=max(1, step.result - 1)))


def _calculated(step: Step) -> Step:
    return replace(step, result=OPERATORS[step.operator](step.left, step.right))


def _carried(steps: Sequence[Step], place: int, new: Step) -> list[Step]:
    """The steps with one of them changed, and its result in place of the old one in all that follow."""
    old, changed = steps[place].result, {steps[place].result: new.result}
    done = [*steps[:place], new]
    for step in steps[place + 1 :]:
        left, right = changed.get(step.left, step.left), step.right
        if step.what == "both together" and step.left != old:
            right = changed.get(step.right, step.right)
        slipped = step.result - OPERATORS[step.operator](step.left, step.right)
        again = replace(_calculated(replace(step, left=left, right=right)), what=step.what)
        again = replace(again, result=again.result + slipped)
        changed[step.result] = again.result
        done.append(again)
    return done


def _number(order: Order, work: Worked, rng: Random) -> Worked:
    """A number that stands nowhere, carried on."""
    place = rng.randrange(len(work.steps))
    step = work.steps[place]
    alien = rng.choice([n for n in range(3, 60) if n != step.right and f"{n}" not in order.text])
    steps = _carried(work.steps, place, _calculated(replace(step, right=alien)))
    return replace(work, steps=tuple(steps), answer=steps[-1].result)


def _operator(order: Order, work: Worked, rng: Random) -> Worked:
    """The sign of one step and the result of another: the words of a calculation without it."""
    place = rng.randrange(len(work.steps))
    step = work.steps[place]
    other = rng.choice([sign for sign in OPERATORS if sign != step.operator])
    steps = _carried(work.steps, place, replace(step, result=OPERATORS[other](step.left, step.right)))
    return replace(work, steps=tuple(steps), answer=steps[-1].result)


def _dropped(order: Order, work: Worked, rng: Random) -> Worked:
    """A step is missing, and the right answer stands there all the same."""
    kept = list(work.steps)
    if len(kept) > 1:
        del kept[-1]
    else:
        kept = [replace(kept[0], result=kept[0].result + rng.choice((-2, 2, 10)))]
    return replace(work, steps=tuple(kept), answer=order.total)


def _entity(order: Order, work: Worked, rng: Random) -> Worked:
    """Somebody else's order, in the right words."""
    return replace(
        work,
        name=rng.choice([n for n in NAMES if n != order.name]),
        town=rng.choice([t for t in TOWNS if t != order.town]),
    )


_CORRUPT: dict[str, Callable[[Order, Worked, Random], Worked]] = {
    "number": _number,
    "operator": _operator,
    "dropped": _dropped,
    "entity": _entity,
}


def _confidence(erred: bool, rng: Random) -> float:
    return -abs(rng.gauss(UNSURE if erred else SURE, 0.03 if erred else 0.015))
