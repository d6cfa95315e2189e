"""An invented chat log: every row is made from its number alone, with what was planted in it.

    .venv/bin/python -m benchmarks.suites.generate 1000000 log.jsonl

About 1 KB a row; a fifth of the rows repeat an earlier one with small changes; one in a thousand is malformed.
"""

import json
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.suites.planted import DECOYS, KINDS, decoy, plant, word

INTENTS = ("parcel", "refund", "invoice", "login", "repair", "voucher", "cancel", "other")
SHARES = (30, 22, 16, 12, 9, 6, 4, 1)
_VOCABULARY = [word(random.Random(f"word {n}")) for n in range(4000)]
_MALFORMED = 1000  # one row in so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A row: what its user says, what was planted as (kind, entity), and what only looks like it."""

    text: str
    intent: str
    planted: list[tuple[str, str]] = field(default_factory=list)
    decoys: list[tuple[str, str]] = field(default_factory=list)


def made(number: int) -> Made:
    """The row of this number. One in five repeats one of the thousand rows before it."""
    rng = random.Random(f"row {number}")
    if number > 1000 and rng.random() < 0.2:
        return _again(made_anew(number - rng.randint(1, 1000)), rng)
    return made_anew(number)


def made_anew(number: int) -> Made:
    rng = random.Random(f"anew {number}")
    sentences = [_sentence(rng) for _ in range(rng.randint(3, 9))]
    planted, decoys = [], []
    for _ in range(rng.choices((0, 1, 2), (5, 4, 1))[0]):
        kind = rng.choice(KINDS)
        sentence, entity = plant(rng, kind)
        planted.append((kind, entity))
        sentences.insert(rng.randint(0, len(sentences)), sentence)
    if rng.random() < 0.3:
        kind = rng.choice(list(DECOYS))
        sentence, entity = decoy(rng, kind)
        decoys.append((kind, entity))
        sentences.insert(rng.randint(0, len(sentences)), sentence)
    intent = rng.choices(INTENTS, SHARES)[0]
    return Made(text=" ".join(sentences), intent=intent, planted=planted, decoys=decoys)


def line(number: int) -> str:
    row = made(number)
    rng = random.Random(f"reply {number}")
    reply = " ".join(_sentence(rng) for _ in range(rng.randint(4, 8)))
    entry = {
        "messages": [
            {"role": "system", "content": "You help the customers of a shop. Be brief and kind."},
            {"role": "user", "content": row.text},
            {"role": "assistant", "content": reply},
        ],
        "model": "desk-1",
        "intent": row.intent,
        "feedback": rng.choice(["up", "down", "", ""]),
    }
    text = json.dumps(entry)
    return text[: rng.randint(1, len(text) - 1)] if is_malformed(number) else text


def is_malformed(number: int) -> bool:
    return number % _MALFORMED == 17


def write(count: int, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(line(number) + "\n" for number in range(1, count + 1))


def _again(row: Made, rng: random.Random) -> Made:
    text = rng.choice([f"{row.text} Thanks!", f"Hello, {row.text}", f"{row.text}  ", row.text])
    return Made(text=text, intent=row.intent, planted=row.planted, decoys=row.decoys)


def _sentence(rng: random.Random) -> str:
    words = rng.choices(_VOCABULARY, k=rng.randint(5, 14))
    return f"{' '.join(words).capitalize()}{rng.choice('.?!.')}"


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
