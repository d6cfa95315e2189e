"""Invented personal data of each kind, and numbers that are none, drawn from a seeded generator.

Nothing here knows how viva finds them: check digits and formats are made from their own definitions.
"""

import random
import string
from collections.abc import Callable

Make = Callable[[random.Random], str]
_HEX, _KEY = "0123456789abcdef", string.ascii_letters + string.digits
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
AREA_CODES = ("212", "213", "305", "312", "415", "617", "702", "718", "808", "917")


def word(rng: random.Random, low: int = 2, high: int = 4) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(low, high)))


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def some(rng: random.Random, letters: str, low: int, high: int) -> str:
    return "".join(rng.choices(letters, k=rng.randint(low, high)))


def grouped(text: str, sizes: list[int], between: str) -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(text[start : start + size])
        start += size
    return between.join(part for part in parts if part)


def email(rng: random.Random) -> str:
    local = rng.choice(
        [
            f"{word(rng)}.{word(rng)}",
            f"{word(rng)}{rng.randint(1, 99)}",
            f"{word(rng)[0]}_{word(rng)}",
            f"{word(rng)}+{word(rng, 1, 2)}",
            f"{word(rng).title()}.{word(rng).upper()}",
        ]
    )
    host = rng.choice(["mail.", "post.", "", "eu-1.", ""]) + word(rng)
    return f"{local}@{host}.{rng.choice(['com', 'org', 'net', 'de', 'co.uk', 'io', 'example', 'museum'])}"


def phone(rng: random.Random) -> str:
    us = rng.choice(AREA_CODES) + str(rng.randint(2, 9)) + rng.choice("023456789") + digits(rng, 5)
    return rng.choice(
        [
            f"({us[:3]}) {us[3:6]}-{us[6:]}",
            f"{us[:3]}-{us[3:6]}-{us[6:]}",
            f"{us[:3]}.{us[3:6]}.{us[6:]}",
            f"+1 {us[:3]} {us[3:6]} {us[6:]}",
            f"+1{us}",
            us,
            f"+44 7{rng.choice('4578')}{digits(rng, 2)} {digits(rng, 6)}",
            f"07{rng.choice('4578')}{digits(rng, 2)} {digits(rng, 6)}",
            f"+49 17{rng.choice('0123456')} {digits(rng, 7)}",
            f"017{rng.choice('0123456')}/{digits(rng, 7)}",
            f"+33 6 {grouped(digits(rng, 8), [2] * 4, ' ')}",
            f"06 {grouped(digits(rng, 8), [2] * 4, ' ')}",
            f"+91 9{digits(rng, 4)} {digits(rng, 5)}",
            f"+55 (11) 9{digits(rng, 4)}-{digits(rng, 4)}",
        ]
    )


def luhn(number: str) -> str:
    """The number with its check digit behind it (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return number + str(-total % 10)


def card(rng: random.Random) -> str:
    if rng.random() < 0.15:
        return grouped(luhn(rng.choice(["34", "37"]) + digits(rng, 12)), [4, 6, 5], rng.choice(["", " ", "-"]))
    start = rng.choice(["4", "51", "52", "53", "54", "55", "6011", "65", "2221", "2500", "3530"])
    return grouped(luhn(start + digits(rng, 15 - len(start))), [4] * 4, rng.choice(["", " ", "-"]))


BBANS = {
    "DE": "n18", "AT": "n16", "BE": "n12", "FR": "n10c11n2", "ES": "n20", "IT": "a1n10c12", "NL": "a4n10",
    "GB": "a4n14", "CH": "n5c12", "PL": "n24", "PT": "n21", "SE": "n20", "DK": "n14", "NO": "n11", "IE": "a4n14",
}  # fmt: skip


def iban(rng: random.Random) -> str:
    country = rng.choice(list(BBANS))
    letters = {"n": string.digits, "a": string.ascii_uppercase, "c": string.digits + string.ascii_uppercase}
    bban, form = "", BBANS[country]
    while form:
        count = form[1:3] if form[1:3].isdigit() else form[1:2]
        bban += some(rng, letters[form[0]], int(count), int(count))
        form = form[1 + len(count) :]
    number = int("".join(str(int(c, 36)) for c in f"{bban}{country}00"))
    whole = f"{country}{98 - number % 97:02d}{bban}"
    shown = grouped(whole, [4] * 9, " ") if rng.random() < 0.5 else whole
    return shown.lower() if rng.random() < 0.1 else shown


def ip(rng: random.Random) -> str:
    if rng.random() < 0.7:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4))
    groups = [f"{rng.randint(0x100, 0xFFFF):x}" for _ in range(8)]
    return ":".join(groups) if rng.random() < 0.5 else f"2001:db8:{groups[0]}::{groups[1]}:7{rng.randint(0, 9)}"


SECRETS: tuple[tuple[str, Make], ...] = (
    ("the key is {}", lambda rng: "sk-" + rng.choice(["", "proj-"]) + some(rng, _KEY, 24, 48)),
    ("aws says {}", lambda rng: "AKIA" + some(rng, string.ascii_uppercase + string.digits, 16, 16)),
    ("pushed with {}", lambda rng: "ghp_" + some(rng, _KEY, 36, 36)),
    ("the bot uses {}", lambda rng: f"xoxb-{digits(rng, 11)}-{some(rng, _KEY, 24, 24)}"),
    ("charged through {}", lambda rng: "sk_live_" + some(rng, _KEY, 24, 24)),
    ("maps key {}", lambda rng: "AIza" + some(rng, _KEY, 35, 35)),
    ("header Authorization: Bearer {}", lambda rng: some(rng, _KEY + "-_", 32, 64)),
    ("session {}", lambda rng: f"eyJ{some(rng, _KEY, 20, 30)}.eyJ{some(rng, _KEY, 30, 60)}.{some(rng, _KEY, 43, 43)}"),
    ("see https://api.bolado.com/v2/items?page=2&api_key={}&sort=up", lambda rng: some(rng, _KEY, 16, 40)),
    ("see https://files.bolado.com/f/1?access_token={}", lambda rng: some(rng, _KEY, 16, 40)),
    ("clone https://deploy:{}@git.bolado.com/x.git", lambda rng: some(rng, _KEY, 8, 20)),
    ("my password is {}", lambda rng: word(rng).title() + digits(rng, 2) + rng.choice("!$%&*")),
    ("password: {}", lambda rng: some(rng, _KEY + "!$%*", 8, 16)),
    ("the file says DB_PASSWORD={}", lambda rng: some(rng, _KEY, 10, 20)),
)  # fmt: skip

FRAMES: dict[str, tuple[str, ...]] = {
    "email": ("Write to {}.", "my address is {}", "I signed up as <{}>,", "cc: {}; and", "mailto:{}", '"email": "{}",'),
    "phone": ("Call me at {}.", "my number is {}", "phone: {},", "you can ring {} after six", "Tel. {}", "or {}"),
    "card": ("My card {} was declined.", "card number {}", "paid with {},", "visa {} exp 04/29", "the card, well, {}"),
    "iban": ("Send it to {}.", "IBAN: {}", "my account {} please", "transfer from {},"),
    "ip": ("I connect from {}.", "ip {}", "the log says {} was blocked", "host {} does not answer"),
    "name": ("I am {}.", "this is {} again", "ask for {},", "signed, {}"),
}  # fmt: skip

DECOYS: dict[str, tuple[tuple[str, ...], Make]] = {
    "order number": (("order {}", "order no. {}", "invoice #{}", "ticket {}"), lambda r: digits(r, r.randint(6, 12))),
    "amount": (("I paid ${}", "EUR {}", "{} EUR in all"), lambda rng: f"{rng.randint(1, 99999):,}.{digits(rng, 2)}"),
    "date": (("on {}", "since {},"), lambda rng: _date(rng)),
    "year": (("in {}", "the {} model"), lambda rng: str(rng.randint(1950, 2030))),
    "version": (("version {}", "firmware {}"), lambda rng: ".".join(str(rng.randint(0, 30)) for _ in range(4))),
    "quantity": (("{} pieces", "about {} km"), lambda rng: str(rng.randint(1, 9_999_999))),
}  # fmt: skip


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1990, 2030)
    return rng.choice(
        [
            f"{year}-{month:02d}-{day:02d}",
            f"{day:02d}.{month:02d}.{year}",
            f"{month}/{day}/{year}",
            f"{year}{month:02d}{day:02d}",
        ]
    )


MAKERS: dict[str, Make] = {"email": email, "phone": phone, "card": card, "iban": iban, "ip": ip}
KINDS = (*MAKERS, "secret", "name")


def names() -> list[str]:
    """Three hundred names of two words."""
    rng = random.Random("names")
    return list(dict.fromkeys(f"{word(rng).title()} {word(rng).title()}" for _ in range(300)))


NAMES = names()


def plant(rng: random.Random, kind: str) -> tuple[str, str]:
    """A sentence, and the entity that it holds."""
    if kind == "secret":
        frame, make = rng.choice(SECRETS)
    else:
        frame = rng.choice(FRAMES[kind])
        make = MAKERS.get(kind, lambda rng: rng.choice(NAMES))
    entity = make(rng)
    return frame.format(entity), entity


def decoy(rng: random.Random, kind: str) -> tuple[str, str]:
    """A sentence, and the number in it that is nobody's."""
    frames, make = DECOYS[kind]
    entity = make(rng)
    return rng.choice(frames).format(entity), entity
