"""The second reading of a log: samples of what was drawn, scrubbed one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.errors import DataError
from harness.identity import sample_id
from harness.progress import Advance
from harness.records import Json, Sample
from suites.production.asked import Fault
from suites.production.census import Census, Choice
from suites.production.logs import Logs, Read, Wanted
from suites.production.scrub import Scrubber
from suites.production.strata import NONE
from suites.production.targets import Targets
from suites.rows import as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a logged request becomes a sample; `names` are those of the strata."""

    names: tuple[str, ...]
    targets: Targets
    scrubber: Scrubber


def read_drawn(logs: Logs, census: Census, choice: Choice, advance: Advance) -> list[Read]:
    """The drawn requests with their texts, in the order of the draw. Raises DataError for a log that has changed."""
    places = [census.place(int(index)) for index in choice.indices]
    wanted = _wanted(places)
    logs.join_replies(wanted)
    found: dict[tuple[int, int, int], Read] = {}
    drawn = set(places)
    for read in logs.read(_ignore, wanted, fields=()):
        place = (read.file, read.row, read.part)
        if place in drawn:
            found[place] = read
            advance(1)
    missing = next((place for place in places if place not in found), None)
    if missing is not None:
        raise DataError(f"{logs.paths[missing[0]]}:{missing[1]}: the file has changed while it was read; try again")
    return [found[place] for place in places]


def scrubbed(reads: Sequence[Read], chosen: tuple[Census, Choice], making: Making, advance: Advance) -> list[Sample]:
    """A scrubbed sample for each drawn request, with weight, inclusion probability and slices."""
    census, choice = chosen
    samples: list[Sample] = []
    seen: Counter[str] = Counter()
    for number, read in enumerate(reads):
        labels = census.labels[census.codes[int(choice.indices[number])]]
        raw = replace(
            _sample(read, making),
            slices={**_named(read), **dict(zip(making.names, labels, strict=True))},
            weight=float(choice.drawn.weights[number]),
            inclusion=float(choice.drawn.inclusion[number]),
        )
        clean = making.scrubber.sample(raw)
        name = making.scrubber.text(read.asked.id) if read.asked.id else _content_id(clean)
        seen[name] += 1
        samples.append(replace(clean, id=name if seen[name] == 1 else f"{name}-{seen[name]}"))
        advance(1)
    return samples


def _sample(read: Read, making: Making) -> Sample:
    asked = read.asked
    target = making.targets.of(asked)
    return Sample(
        id="unnamed",
        messages=asked.messages,
        target=target.value,
        target_source=target.source,
        solution=asked.solution,
        choices=asked.choices,
        tools=asked.tools,
        context=asked.context,
        cluster=asked.cluster,
        source=read.logged.where,
    )


def _content_id(sample: Sample) -> str:
    return sample_id(sample.messages, sample.target, sample.choices)


def _named(read: Read) -> dict[str, str]:
    """The slices of a map."""
    return {name: _label(value) for name, value in read.asked.named.items()}


def _label(value: Json) -> str:
    return (as_text(value) or "").strip() or NONE


def _wanted(places: Sequence[tuple[int, int, int]]) -> Wanted:
    rows: dict[int, list[int]] = {}
    for file, row, _ in places:
        rows.setdefault(file, []).append(row)
    return {file: frozenset(numbers) for file, numbers in rows.items()}


def _ignore(file: int, row: int, fault: Fault) -> None:
    """What cannot be used was told by the first reading."""
