"""An invented support desk: price quotes, return decisions and tickets, drawn from a seed with exact answers.

Requests differ in task, difficulty and tone, so that a student can be good on average and bad on a slice. Quotes name
the list price of an article more often than not, as real orders do: a student may learn the usual totals by heart
instead of learning to add.

Training and evaluation requests are kept apart by a hash of the prompt (`is_held_out`), not by the seed, so that no
number of draws can make them overlap.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from harness.records import Json

LIST_PRICE = {
    "candle": 4,
    "bowl": 5,
    "blanket": 9,
    "basket": 7,
    "mirror": 12,
    "kettle": 11,
    "pillow": 8,
    "tray": 6,
    "frame": 3,
    "stool": 10,
    "jug": 5,
    "lantern": 9,
}
NAMES = ("Amara", "Bruno", "Carla", "Dmitri", "Elif", "Femi", "Greta", "Hiro", "Ines", "Jonas", "Katya", "Liam")
ARTICLES = tuple(LIST_PRICE)
COMPLAINTS = {
    "returns": ("is the wrong colour", "is too small", "is not what I ordered", "came with a scratch"),
    "delivery": ("never arrived", "is three weeks late", "was left in the rain", "went to my old address"),
    "billing": ("was charged twice", "cost more than shown", "has no invoice", "lists a strange fee"),
    "repairs": ("fell apart", "stopped working", "leaks", "makes an odd noise"),
}
WISHES = {
    "refund": ("I want my money back.", "Please refund me."),
    "exchange": ("Please send another one.", "I would like it exchanged."),
    "advice": ("What can I do?", "Please tell me my options."),
}
TONES = {
    "calm": ("Thank you!", "No rush.", "Have a nice day."),
    "urgent": ("I need this today!", "This cannot wait.", "Please hurry, I am upset."),
}
ASIDES = ("My {other} is fine.", "I also have a {other} from you.", "The {other} I got is lovely.")
HELD_OUT_SHARE = 8  # one prompt in eight is for evaluation only


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often each task comes (quote, window, ticket) and each kind of quote (`QUOTES`)."""

    tasks: tuple[int, ...]
    quotes: tuple[int, ...]


QUOTES = ((1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1))  # articles, and whether shipping or a coupon is added
EVERYDAY = Mix(tasks=(5, 2, 3), quotes=(40, 12, 18, 10, 10, 10))
STUDY = Mix(tasks=(6, 2, 2), quotes=(15, 20, 15, 18, 15, 17))  # models learn more of what is hard


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to the desk, its right answer (`target`) and a worked answer in the house's manner (`worked`).

    The worked answer is made when it is read: most requests are drawn to be passed over.
    """

    task: str
    difficulty: str
    steps: int | None
    tone: str
    prices: str | None
    prompt: str
    target: Json
    work: Callable[[], str] = field(compare=False)
    facts: tuple[int, ...] = ()

    @property
    def worked(self) -> str:
        return self.work()


def draw(seed: int, *, held_out: bool, mix: Mix = EVERYDAY) -> Iterator[Request]:
    """Requests without end, the same for the same seed."""
    rng = random.Random(seed)
    while True:
        task = rng.choices(("quote", "window", "ticket"), weights=mix.tasks)[0]
        request = quote(rng, mix) if task == "quote" else window(rng) if task == "window" else ticket(rng)
        if is_held_out(request.prompt) == held_out:
            yield request


def take(n: int, seed: int) -> list[Request]:
    """`n` requests for evaluation, no prompt twice and none that a model may have been trained on."""
    unique: dict[str, Request] = {}
    for request in draw(seed, held_out=True):
        unique.setdefault(request.prompt, request)
        if len(unique) == n:
            break
    return list(unique.values())


def is_held_out(prompt: str) -> bool:
    return hashlib.sha256(prompt.encode()).digest()[0] % HELD_OUT_SHARE == 0


def quote(rng: random.Random, mix: Mix = EVERYDAY) -> Request:
    count, extra = rng.choices(QUOTES, weights=mix.quotes)[0]
    listed = rng.random() < 0.65
    lines = [
        (rng.randint(2, 6), article, LIST_PRICE[article] if listed else rng.randint(3, 12))
        for article in rng.sample(ARTICLES, count)
    ]
    charge = _draw_charge(rng, sum(q * p for q, _, p in lines)) if extra else 0
    steps = count + (count - 1) + extra
    tone = _draw_tone(rng)
    return Request(
        task="quote",
        difficulty="easy" if steps == 1 else "medium" if steps <= 3 else "hard",
        steps=steps,
        tone=tone,
        prices="list" if all(p == LIST_PRICE[a] for _, a, p in lines) else "special",
        prompt=_quote_prompt(rng, lines, charge, tone),
        target=str(sum(q * p for q, _, p in lines) + charge),
        work=partial(work_quote, lines, charge),
        facts=(*(n for q, _, p in lines for n in (q, p)), charge),
    )


def work_quote(lines: list[tuple[int, str, int]], charge: int) -> str:
    """The worked answer to a quote: a product per article, a running sum, then the charge or coupon."""
    out = [f"{q} x {p} = {q * p}" for q, _, p in lines]
    total = lines[0][0] * lines[0][2]
    for q, _, p in lines[1:]:
        out.append(in_steps(total, q * p))
        total += q * p
    if charge:
        out.append(in_steps(total, charge))
        total += charge
    return "\n".join(out) + f"\nTotal: ${total}"


def in_steps(a: int, b: int) -> str:
    """`a + b` in the small steps that a small model can learn: the tens first, then the units."""
    sign, size = ("+", b) if b >= 0 else ("-", -b)
    tens, units = size // 10 * 10, size % 10
    if not (tens and units):
        return f"{a} {sign} {size} = {a + b}"
    middle = a + tens if b >= 0 else a - tens
    return f"{a} {sign} {tens} = {middle}, {middle} {sign} {units} = {a + b}"


def window(rng: random.Random) -> Request:
    limit = rng.choice((14, 30, 45, 60))
    bought = rng.randint(1, 99 - limit if limit > 45 else 50)
    near = rng.random() < 0.6
    days = limit + rng.randint(-9, 9) if near else rng.randint(1, 90)
    days = max(1, min(days, 99 - bought))
    gap = abs(days - limit)
    answer = "accept" if days <= limit else "reject"
    name, article, tone = rng.choice(NAMES), rng.choice(ARTICLES), _draw_tone(rng)
    bought_on, back_on = f"day {bought}", f"day {bought + days}"
    text = rng.choice(
        (
            f"{name} got a {article} on {bought_on} and brings it back on {back_on}. "
            f"Returns are open for {limit} days.",
            f"Returns are open for {limit} days. {name} returns a {article} on {back_on}, bought on {bought_on}.",
        )
    )
    return Request(
        task="window",
        difficulty="easy" if gap > 7 else "medium" if gap > 2 else "hard",
        steps=None,
        tone=tone,
        prices=None,
        prompt=f"{text} Accept or reject? {rng.choice(TONES[tone])}",
        target=answer,
        work=partial(work_window, bought, bought + days, limit),
        facts=(bought, bought + days, limit),
    )


def work_window(bought: int, back: int, limit: int) -> str:
    days = back - bought
    verdict = ("within", "accept") if days <= limit else ("over", "reject")
    return f"{in_steps(back, -bought)}\n{days} is {verdict[0]} {limit}\nDecision: {verdict[1]}"


def ticket(rng: random.Random) -> Request:
    queue, wish, tone = rng.choice(tuple(COMPLAINTS)), rng.choice(tuple(WISHES)), _draw_tone(rng)
    article, other = rng.sample(ARTICLES, 2)
    order = rng.choice("KLMPQR") + "".join(rng.choice("0123456789") for _ in range(4))
    paid = rng.randint(5, 199)
    aside = rng.random() < 0.3
    complaint = rng.choice(COMPLAINTS[queue])
    first = rng.choice((f"My {article} from order {order} {complaint}.", f"Order {order}: the {article} {complaint}."))
    rest = [rng.choice(WISHES[wish]), f"I paid ${paid}.", rng.choice(TONES[tone])]
    if aside:
        rest.append(rng.choice(ASIDES).format(other=other))
    rng.shuffle(rest)
    target: dict[str, Json] = {
        "queue": queue,
        "order": order,
        "article": article,
        "wish": wish,
        "paid": paid,
        "urgent": tone == "urgent",
    }
    return Request(
        task="ticket",
        difficulty="medium" if aside else "easy",
        steps=None,
        tone=tone,
        prices=None,
        prompt=f"Ticket: {first} {' '.join(rest)} Answer in JSON.",
        target=target,
        work=partial(as_json, target),
        facts=(),
    )


def as_json(fields: dict[str, Json]) -> str:
    def literal(value: Json) -> str:
        return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'

    return "{" + ", ".join(f'"{name}": {literal(value)}' for name, value in fields.items()) + "}"


def _draw_tone(rng: random.Random) -> str:
    return "urgent" if rng.random() < 0.35 else "calm"


def _draw_charge(rng: random.Random, total: int) -> int:
    """Shipping to add (positive) or a coupon to take off (negative), in dollars."""
    return rng.randint(2, 20) if rng.random() < 0.5 else -rng.randint(2, min(20, total - 1))


def _quote_prompt(rng: random.Random, lines: list[tuple[int, str, int]], charge: int, tone: str) -> str:
    parts = [f"{q} {article}s at ${p} each" for q, article, p in lines]
    listing = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    if charge:
        listing += f", plus ${charge} shipping" if charge > 0 else f", less a ${-charge} coupon"
    name = rng.choice(NAMES)
    opening = rng.choice(
        (f"{name} would like {listing}.", f"Quote for {name}: {listing}.", f"{name} orders {listing}.")
    )
    return f"{opening} {rng.choice(('What is the total?', 'How much is it?'))} {rng.choice(TONES[tone])}"
