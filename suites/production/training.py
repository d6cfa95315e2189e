"""Distillation data and fresh logs as they are put beside a suite: read row by row, made comparable, faults counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.records import Message
from suites.production.asked import Fault
from suites.production.logs import Logs, Read
from suites.production.masked import Mask
from suites.production.overlap import Text, requests
from suites.production.reservoir import reservoir


@dataclass(slots=True)
class Unused:
    """How many rows gave no request, and the first of them with the reason."""

    rows: int = 0
    first: str | None = None

    def tell(self, names: Sequence[str], file: int, row: int, fault: Fault) -> None:
        self.rows += 1
        self.first = self.first or f"{names[file]}:{row}: {fault.reason}"


def training_texts(logs: Logs, clean: Mask, unused: Unused) -> Iterator[Text]:
    """What users ask in the training data, one text for each turn of a conversation, ready to be compared.

    Batches must have been joined. Raises DataError for a file that cannot be read at all.
    """
    for read in logs.read(lambda *fault: unused.tell(logs.names, *fault), fields=()):
        for text in requests(read.logged.messages):
            yield Text(where=read.logged.where, text=clean(text))


def sample_logs(logs: Logs, size: int, seed: int, unused: Unused) -> tuple[list[Read], int]:
    """A random sample of the logged requests, in the order of the log, and how many there are.

    Every request has the same chance. Raises DataError as `training_texts`.
    """
    reads = logs.read(lambda *fault: unused.tell(logs.names, *fault))
    kept, count = reservoir(enumerate(reads), size, seed)
    return [read for _, read in sorted(kept, key=lambda item: item[0])], count


def cleaned(reads: Sequence[Read], clean: Mask) -> list[Read]:
    """Logged requests with their messages made comparable."""
    found: list[Read] = []
    for read in reads:
        messages = tuple(Message(role=m.role, content=clean(m.content)) for m in read.logged.messages)
        found.append(replace(read, logged=replace(read.logged, messages=messages)))
    return found
