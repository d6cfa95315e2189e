"""What grading a structured reply costs: `python -m benchmarks.graders.structured [replies] [rounds]`.

`fields` and `tools` stand beside `json.loads` and an equality of the values, `fields` with a schema beside `json.loads`
and a validator of jsonschema made beforehand, `rules` beside the same pattern of the library regex. `support` and
`agreement` have no library; they stand beside `number` and `label`. Contenders take turns in every round; the last
column is the median of the ratios within a round.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

import regex
from jsonschema import Draft202012Validator

from graders.registry import GRADERS
from harness.protocols import Case, CaseGrader
from harness.records import Json, Response, Sample

QUEUES = ("billing", "delivery", "returns", "repairs")
SCHEMA: Json = {
    "type": "object",
    "required": ["queue", "order", "paid"],
    "properties": {"queue": {"enum": list(QUEUES)}, "order": {"type": "string"}, "paid": {"type": "number"}},
}
PATTERN = r"\b[A-Z]\d{4}\b"
SOURCE = "Chiara Rossi from Turin ordered 4 lamps at $12 each on 9 May 2025, order K{:04}, and paid ${} by card."

Rows = Sequence[tuple[Sample, Response]]
Contender = Callable[[Rows], object]


def objects(count: int, seed: int) -> Rows:
    """JSON replies in a fence, every second one wrong in one field."""
    draw, rows = random.Random(seed), []
    for number in range(count):
        target: Json = {
            "queue": draw.choice(QUEUES),
            "order": f"K{draw.randrange(10_000):04}",
            "paid": draw.randrange(200),
        }
        said = {**target, "paid": 1000} if number % 2 else target  # type: ignore[dict-item]  # a mapping
        rows.append((Sample(id=str(number), target=target), reply(number, f"```json\n{json.dumps(said)}\n```")))
    return rows


def calls(count: int, seed: int) -> Rows:
    rows = []
    for sample, response in objects(count, seed):
        target: Json = [{"name": "route", "arguments": sample.target}]
        said = json.dumps({"name": "route", "arguments": json.loads(response.text[8:-4])})
        rows.append((Sample(id=sample.id, target=target), reply(int(sample.id), f"<tool_call>{said}</tool_call>")))
    return rows


def prose(count: int, seed: int) -> Rows:
    draw, rows = random.Random(seed), []
    for number in range(count):
        order, paid = draw.randrange(10_000), draw.randrange(200)
        text = f"Chiara Rossi ordered 4 lamps on 9 May 2025 (order K{order:04}) and paid ${paid + number % 2}."
        sample = Sample(id=str(number), target=str(paid), context=SOURCE.format(order, paid), prompt="Sum it up.")
        rows.append((sample, reply(number, text)))
    return rows


def labels(count: int, seed: int) -> Rows:
    draw = random.Random(seed)
    return [
        (Sample(id=str(n), target=draw.choice(QUEUES), choices=QUEUES), reply(n, f"Category: {draw.choice(QUEUES)}"))
        for n in range(count)
    ]


def reply(number: int, text: str) -> Response:
    return Response(key=str(number), model="m", text=text, finish="stop")


def by(name: str, **options: Json) -> Contender:
    grade = GRADERS[name].make(options)

    def run(rows: Rows) -> object:
        if isinstance(grade, CaseGrader):
            return [grade.decide(Case(sample=s, response=r, teacher=(reply(-1, "delivery"),))) for s, r in rows]
        return [grade(sample, response) for sample, response in rows]

    return run


def parsed(rows: Rows) -> object:
    return [json.loads(response.text[8:-4]) == sample.target for sample, response in rows]


def called(rows: Rows) -> object:
    return [json.loads(response.text[11:-12])["arguments"] == sample.target for sample, response in rows]


def validated(rows: Rows) -> object:
    validator = Draft202012Validator(SCHEMA)
    return [validator.is_valid(json.loads(response.text[8:-4])) for _, response in rows]


def searched(rows: Rows) -> object:
    pattern = regex.compile(PATTERN)
    return [pattern.search(response.text, timeout=5) for _, response in rows]


PAIRS: dict[str, tuple[Callable[[int, int], Rows], Contender, Contender]] = {
    "fields / json.loads": (objects, by("fields"), parsed),
    "fields, schema / jsonschema": (objects, by("fields", schema=SCHEMA), validated),
    "tools / json.loads": (calls, by("tools"), called),
    "rules, a pattern / regex": (prose, by("rules", must=[{"matches": PATTERN}]), searched),
    "support / number": (prose, by("support"), by("number")),
    "agreement by label / label": (labels, by("agreement", by="label"), by("label")),
}


def main(count: int, rounds: int) -> None:
    print(f"{'':28} {'ms':>8} {'beside':>8} {'ratio':>7}")
    for name, (make, grader, yardstick) in PAIRS.items():
        times: dict[str, list[float]] = {"grader": [], "yardstick": []}
        for contender in (grader, yardstick):
            contender(make(3, 1))  # loads what is loaded once
        for turn in range(rounds):
            rows = make(count, 100 + turn)
            order = [("grader", grader), ("yardstick", yardstick)]
            for which, contender in order if turn % 2 else reversed(order):
                begin = time.perf_counter()
                contender(rows)
                times[which].append((time.perf_counter() - begin) / count * 1000)
        ratio = median(a / b for a, b in zip(times["grader"], times["yardstick"], strict=True))
        print(f"{name:28} {median(times['grader']):8.4f} {median(times['yardstick']):8.4f} {ratio:7.1f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in [*sys.argv[1:], "1000", "5"][:2]))
