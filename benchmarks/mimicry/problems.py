"""Invented orders with exact answers, and the voices in which a model works them out.

A problem is a short text and a derivation: steps over the numbers of the text and over earlier results. A voice writes
a derivation down, right or wrong, in one of three manners: bare equations, prose, or JSON with a rationale. Everything
that a planted student does wrong is done to the derivation, before a voice writes it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from harness.records import Message, Sample

NAMES = ("Abena", "Boris", "Chiara", "Dev", "Esra", "Farid", "Gitte", "Hana", "Ivo", "Jelena", "Kofi", "Lucía")
TOWNS = ("Porto", "Gdansk", "Lille", "Turin", "Malmo", "Graz", "Split", "Leeds")
THINGS = ("lamp", "chair", "vase", "clock", "rug", "desk", "kettle", "shelf", "mug", "stool")
DAYS = ("3 March", "17 April", "9 May", "21 June", "2 July", "28 August", "14 October", "6 November")
Wordings = tuple[str, ...]  # what may stand in one place of a reply
OPERATORS: dict[str, Callable[[int, int], int]] = {
    "x": lambda a, b: a * b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
}


@dataclass(frozen=True, slots=True)
class Step:
    """`left` and `right` are numbers; `result` is what is written behind the equals sign. `what` says it in words."""

    left: int
    operator: str
    right: int
    result: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked. Lines are (quantity, thing, price); `discount` and `shipping` may be 0."""

    name: str
    town: str
    day: str
    lines: tuple[tuple[int, str, int], ...]
    shipping: int
    discount: int

    @property
    def text(self) -> str:
        listed = " and ".join(f"{q} {thing}s at ${price} each" for q, thing, price in self.lines)
        more = f", less a voucher of ${self.discount}" if self.discount else ""
        more += f", with ${self.shipping} for delivery" if self.shipping else ""
        return f"{self.name} from {self.town} orders {listed} on {self.day}{more}."

    @property
    def difficulty(self) -> int:
        return len(self.lines) * 2 - 1 + bool(self.shipping) + bool(self.discount)

    @property
    def total(self) -> int:
        return sum(q * p for q, _, p in self.lines) + self.shipping - self.discount


def draw(rng: Random) -> Order:
    lines = tuple((rng.randint(2, 9), thing, rng.randint(3, 49)) for thing in rng.sample(THINGS, rng.randint(1, 4)))
    worth = sum(q * p for q, _, p in lines)
    return Order(
        name=rng.choice(NAMES),
        town=rng.choice(TOWNS),
        day=rng.choice(DAYS),
        lines=lines,
        shipping=rng.randint(3, 19) if rng.random() < 0.5 else 0,
        discount=rng.randint(2, min(20, worth - 1)) if rng.random() < 0.4 else 0,
    )


def renumbered(order: Order, rng: Random) -> Order:
    """The same order with other quantities and prices of as many digits."""

    def other(number: int, least: int, most: int) -> int:
        size = len(str(number))
        return rng.randint(max(least, 10 ** (size - 1)), min(most, 10**size - 1))

    return replace(order, lines=tuple((other(q, 2, 9), thing, other(p, 3, 49)) for q, thing, p in order.lines))


def derive(order: Order) -> tuple[Step, ...]:
    """The right steps: a product for each line, a running sum, then delivery and voucher."""
    steps = [Step(q, "x", p, q * p, f"{q} {thing}s at ${p}") for q, thing, p in order.lines]
    total = steps[0].result
    for step in list(steps[1:]):
        steps.append(Step(total, "+", step.result, total + step.result, "both together"))
        total += step.result
    for amount, operator, what in ((order.shipping, "+", "the delivery"), (order.discount, "-", "the voucher")):
        if amount:
            new = OPERATORS[operator](total, amount)
            steps.append(Step(total, operator, amount, new, what))
            total = new
    return tuple(steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A derivation with the answer that is given at its end, and who is said to have ordered."""

    steps: tuple[Step, ...]
    answer: int
    name: str
    town: str
    day: str


def worked(order: Order, steps: Sequence[Step], answer: int | None = None) -> Worked:
    last = steps[-1].result if steps else 0
    return Worked(
        steps=tuple(steps),
        answer=last if answer is None else answer,
        name=order.name,
        town=order.town,
        day=order.day,
    )


@dataclass(frozen=True, slots=True)
class Habits:
    """How often a model uses each wording that its format allows; where nothing is said, all alike."""

    shares: Mapping[Wordings, Sequence[float]]

    def choose(self, wordings: Wordings, rng: Random) -> str:
        return rng.choices(wordings, self.shares.get(wordings))[0]


NO_HABITS = Habits({})


def habits(manner: str, rng: Random) -> Habits:
    """Drawn evenly from all that sum to 1 (a flat Dirichlet distribution), for each choice of wording by itself."""
    return Habits({wordings: [rng.expovariate(1) for _ in wordings] for wordings in WORDINGS[manner]})


Voice = Callable[[Worked, Habits, Random], str]


def equations(work: Worked, own: Habits, rng: Random) -> str:
    lines = [f"{s.left} {s.operator} {s.right} = {s.result}" for s in work.steps]
    opening = own.choose(_OPENINGS, rng).format(name=work.name)
    return "\n".join([opening, *lines, f"{own.choose(_CLOSINGS, rng)}: ${work.answer}"])


def prose(work: Worked, own: Habits, rng: Random) -> str:
    """A paragraph: numbers, a name, a town and a day that the order holds, and equations in passing."""
    opening = own.choose(_BEGINNINGS, rng)
    said = [f"{opening} order of {work.name} from {work.town}, placed on {work.day}, is worked out as follows."]
    for number, step in enumerate(work.steps):
        link = "First" if number == 0 else own.choose(_LINKS, rng)
        said.append(f"{link}, {step.what} make {step.left} {step.operator} {step.right} = {step.result} dollars.")
    said.append(f"{own.choose(_ENDINGS, rng)} {work.name} pays ${work.answer}.")
    return " ".join(said)


def as_json(work: Worked, own: Habits, rng: Random) -> str:
    reasons = own.choose(_JOINTS, rng).join(f"{s.left} {s.operator} {s.right} = {s.result}" for s in work.steps)
    rationale = f"{own.choose(_LEADS, rng)}{reasons}"
    return f'{{"customer": "{work.name}", "town": "{work.town}", "rationale": "{rationale}", "total": {work.answer}}}'


_OPENINGS = ("For {name}:", "Let us see.", "Step by step:")
_CLOSINGS = ("Total", "So the total")
_BEGINNINGS = ("The", "So the")
_LINKS = ("Then", "Next", "After that")
_ENDINGS = ("Therefore", "In all,")
_LEADS = ("", "Worked out: ", "Steps: ")
_JOINTS = ("; ", "; then ")
WORDINGS: dict[str, tuple[Wordings, ...]] = {
    "equations": (_OPENINGS, _CLOSINGS),
    "prose": (_BEGINNINGS, _LINKS, _ENDINGS),
    "json": (_LEADS, _JOINTS),
}
VOICES: dict[str, Voice] = {"equations": equations, "prose": prose, "json": as_json}
GRADERS = {"equations": "number", "prose": "number", "json": "fields"}
ASKED = {
    "equations": "What is the total?",
    "prose": "Explain what is to be paid.",
    "json": "Answer in JSON with customer, town, rationale and total.",
}


def sample_of(order: Order, manner: str, name: str, variant_of: str | None = None) -> Sample:
    target = {"total": order.total} if manner == "json" else str(order.total)
    return Sample(
        id=name,
        messages=(Message(role="user", content=f"{order.text} {ASKED[manner]}"),),
        target=target,  # type: ignore[arg-type]  # JSON, whichever of the two it is
        grader=GRADERS[manner],
        slices={"steps": str(order.difficulty)},
        context=None if manner == "equations" else order.text,
        variant_of=variant_of,
        family="renumber" if variant_of else None,
    )
