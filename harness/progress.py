"""How long work tells that it goes on. The command line shows a bar; elsewhere nobody listens."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[int], None]


class Progress(Protocol):
    def step(self, label: str, total: int | None) -> AbstractContextManager[Advance]:
        """A piece of work of `total` units, None if unknown; call the result with the units that got done."""
        ...


class Silent:
    @contextmanager
    def step(self, label: str, total: int | None) -> Iterator[Advance]:
        yield lambda units: None
