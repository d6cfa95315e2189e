"""When and how fast an endpoint is asked: a limit that adapts, pauses that servers ask for, retries, and money.

Everything here is pure bookkeeping: times are seconds of whatever clock the caller uses, and nothing is sent.
"""

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from harness.plan import Price
from harness.records import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait before a retry, in seconds; a server that asks for more than `patience_s` is not waited for."""

    base_s: float = 1.0
    most_s: float = 60.0
    patience_s: float = 120.0

    def delay(self, tried: int, rng: random.Random) -> float:
        """Exponential backoff with full jitter after `tried` retries (Brooker, AWS Architecture Blog, 2015)."""
        return rng.uniform(0, min(self.most_s, self.base_s * 2**tried))


@dataclass(slots=True)
class Limit:
    """How many requests may be in flight: halved on "too many", one more after a full round of successes (AIMD).

    Requests that were sent before a halving tell nothing new when they too come back with "too many": each remembers
    the `era` in which it was sent, the number of halvings until then.
    """

    most: int
    now: int
    era: int = 0
    _successes: int = 0

    def succeeded(self) -> None:
        self._successes += 1
        if self._successes >= self.now:
            self.now = min(self.most, self.now + 1)
            self._successes = 0

    def overloaded(self, sent_in: int) -> None:
        if sent_in == self.era:
            self.now = max(1, self.now // 2)
            self.era += 1
            self._successes = 0


@dataclass(slots=True, eq=False)
class Turn:
    """A request on its way: how often it was tried again, and what its last sending holds of limit and budget."""

    request: Request
    tried: int = 0
    era: int = 0
    ticket: int | None = None


class Queue:
    """Who is asked next: retries whose time has come, then the others in their order."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._fresh = deque(Turn(request) for request in requests)
        self._later: list[tuple[float, int, Turn]] = []
        self._numbers = itertools.count()
        self._closed_until = -math.inf

    def __bool__(self) -> bool:
        return bool(self._fresh or self._later)

    def again(self, turn: Turn, at: float) -> None:
        heapq.heappush(self._later, (at, next(self._numbers), turn))

    def close(self, until: float) -> None:
        """Nobody is asked before then."""
        self._closed_until = max(self._closed_until, until)

    def head(self, now: float) -> Turn | None:
        """Whose turn it is; stays in the queue until `pop`."""
        if now < self._closed_until:
            return None
        if self._later and self._later[0][0] <= now:
            return self._later[0][2]
        return self._fresh[0] if self._fresh else None

    def pop(self, turn: Turn) -> None:
        """Take the head out."""
        if self._fresh and self._fresh[0] is turn:
            self._fresh.popleft()
        else:
            heapq.heappop(self._later)

    def opens_in(self, now: float) -> float | None:
        """Seconds until somebody's turn comes; None when nobody waits."""
        if not self:
            return None
        ready = now if self._fresh else self._later[0][0]
        return max(ready, self._closed_until, now) - now


@dataclass(slots=True)
class Budget:
    """What was spent, and what requests in flight may cost at worst. A request without room for its worst is not sent.

    What may have been billed without anybody saying how much counts at its worst.
    """

    price: Price
    limit: float | None = None
    spent: float = 0.0
    _held: dict[int, float] = field(default_factory=dict)
    _tickets: Iterator[int] = field(default_factory=itertools.count)

    @property
    def left(self) -> float:
        return math.inf if self.limit is None else self.limit - self.spent - math.fsum(self._held.values())

    def hold(self, worst: float) -> int | None:
        """Set the worst case aside; the ticket to settle it with, or None when the limit leaves no room."""
        if worst > self.left:
            return None
        ticket = next(self._tickets)
        self._held[ticket] = worst
        return ticket

    def settle(self, ticket: int, cost: float | None) -> None:
        """Book what a request came to; None when nobody knows."""
        worst = self._held.pop(ticket)
        self.spent += worst if cost is None else cost


def told_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a server asks to wait: `retry-after-ms`, else `Retry-After` in seconds or as a date (RFC 9110)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    told = headers.get("retry-after")
    if told is None:
        return None
    seconds = _number(told)
    return _until(told, now) if seconds is None else seconds


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(date: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())
