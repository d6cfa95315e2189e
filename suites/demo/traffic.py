"""An invented month of the support desk's traffic, as a chat log: `python -m suites.demo.traffic FILE`.

As real logs are, it is skewed (a few requests come again and again), repetitive (the same in other spacing), and it
leaks personal data (an e-mail address, a phone number, a card). Clerks corrected replies that were wrong. Only price
quotes are in it. Everything is drawn from a seed, and no request is one that a demo model may have been trained on.
"""

import gzip
import json
import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from harness.records import Json
from suites.demo.workload import EVERYDAY, Request, draw

ROWS = 2_000
REQUESTS = 700
SEED = 2026
CHANNELS = {"web": 70, "phone": 22, "letter": 8}
CONTACTS = (
    "Reply to {name}.{n}@mail.example please.",
    "My number is +44 20 7946 {n:04d}.",
    "Charge my card 4539 1488 0343 6467.",
)


def rows(seed: int = SEED) -> Iterator[dict[str, Json]]:
    """The log, row by row: the conversation, where it came in, and what a clerk made of the reply."""
    rng = random.Random(seed)
    quotes = (request for request in draw(seed, held_out=True, mix=EVERYDAY) if request.task == "quote")
    asked = list(islice(quotes, REQUESTS))
    popular = [1 / rank for rank in range(1, len(asked) + 1)]
    for request in rng.choices(asked, popular, k=ROWS):
        yield _row(request, rng)


def _row(request: Request, rng: random.Random) -> dict[str, Json]:
    prompt, reply = request.prompt, request.worked
    if rng.random() < 0.04:
        prompt += " " + rng.choice(CONTACTS).format(name="customer", n=rng.randint(100, 999))
    if rng.random() < 0.1:
        prompt = prompt.replace(". ", ".  ", 1)
    row: dict[str, Json] = {"channel": rng.choices(tuple(CHANNELS), tuple(CHANNELS.values()))[0]}
    if rng.random() < 0.07:  # a reply that a clerk had to mend
        right = str(request.target)
        reply = reply.removesuffix(right) + str(int(right) + rng.choice((-10, -1, 1, 10)))
        row["clerk"] = {"corrected": right}
    row["messages"] = [{"role": "user", "content": prompt}, {"role": "assistant", "content": reply}]
    return row


def main(path: Path) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows())
    with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(text.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
