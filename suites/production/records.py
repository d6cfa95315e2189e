"""What production logs hold, row by row: a request that came in, and what is known of its right answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.records import Json, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One request of the traffic, as it was logged.

    `where` is `file:row` (rows from 1). `reply` is what the system that served it answered. `fields` are logged values
    that strata may be made of, by name. `target` is a right answer, where one is known, and `target_source` how:
    "correction" (a human mended the reply), "accepted" (the user took it), "rule", or None where only the teacher can
    be the reference.
    """

    where: str
    messages: tuple[Message, ...]
    reply: str | None = None
    target: Json = None
    target_source: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the user wrote: the words by which requests are compared with one another."""
        return "\n".join(m.content for m in self.messages if m.role == "user")

    @property
    def turns(self) -> int:
        return sum(m.role == "user" for m in self.messages)
