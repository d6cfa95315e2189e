"""What can go wrong between a request and its answer, what follows, and how it is told without giving keys away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from harness.engines.chat import Broken
from harness.engines.pacing import told_to_wait

BUSY = (429, 503)
AGAIN = (408, 409, 429)  # and all from 500 up
FATAL = (401, 402, 403, 404)
TIMED_OUT = (408, 504, 524)  # the server's word for it; the model may have answered, and billed, all the same
NO_MONEY = ("insufficient_quota", "billing_hard_limit_reached")
NEVER_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol")
TRANSPORT = ("httpx", "httpx2", "httpcore", "httpcore2", "anyio", "ssl")  # the SDK's HTTP client has changed its name
HIDDEN = "[key]"
SHORTEST_SECRET = 8  # characters; servers that need no key are often given a word
LONGEST = 300  # characters of a failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why there is no answer yet.

    `then`: this request alone fails (`alone`), it is asked `again`, or nothing more is asked at all (`end`). `busy`:
    the server wants fewer requests; `wait`: for how many seconds it asks to be left alone; `billed`: it may have
    charged for it.
    """

    text: str
    then: Literal["alone", "again", "end"]
    status: int | None = None
    busy: bool = False
    wait: float | None = None
    billed: bool = False


def of_status(status: int, said: object, headers: Mapping[str, str]) -> Trouble:
    """What an HTTP status other than 2xx means; `said` is the body, parsed if it was JSON."""
    spent = status == 429 and any(name in NO_MONEY for name in _codes(said))
    again = status in AGAIN or status >= 500
    return Trouble(
        text=f"HTTP {status}: {message(said)}".removesuffix(": "),
        then="end" if spent or status in FATAL else "again" if again else "alone",
        status=status,
        busy=status in BUSY,
        wait=told_to_wait(headers, datetime.now(UTC)) if again else None,
        billed=status in TIMED_OUT,
    )


def of_connection(error: BaseException) -> Trouble:
    """No connection, or one that broke before an answer began."""
    cause = error.__cause__ or error
    what = str(cause) or type(cause).__name__
    sent = type(cause).__name__ not in NEVER_SENT
    return Trouble(text=f"connection failed: {what}", then="again", billed=sent)


def of_timeout(seconds: float) -> Trouble:
    return Trouble(text=f"no complete answer within {seconds:g} s", then="again", billed=True)


def of_broken(error: Broken) -> Trouble:
    """An answer that is none; servers also report errors within an answer, with a status of their own in it."""
    status = _fields(_fields(error.error).get("error")).get("code")
    if isinstance(status, int) and 400 <= status < 600:
        return replace(of_status(status, error.error, {}), billed=True)
    text = f"{error}: {message(error.error)}" if error.error else str(error)
    return Trouble(text=text, then="again", billed=True)


def of_anything(error: Exception) -> Trouble:
    """An error without a class of its own here: a connection that broke amid an answer, or a fault of this request."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, OSError) or type(error).__module__.partition(".")[0] in TRANSPORT:
        return Trouble(text=f"the connection broke amid the answer ({text})", then="again", billed=True)
    return Trouble(text=text, then="alone", billed=True)


def message(said: object) -> str:
    """What an error body says, in the places where servers put it; the title of an HTML page."""
    if isinstance(said, dict):
        inner = said.get("error", said)
        for place in ("message", "detail", "error"):
            if isinstance(_fields(inner).get(place), str):
                return str(inner[place])
        return str(inner)
    text = str(said or "")
    title = re.search(r"<title[^>]*>(.*?)</title>", text, flags=re.IGNORECASE | re.DOTALL)
    return title[1] if title else text


def _codes(said: object) -> list[object]:
    inner = _fields(_fields(said).get("error", said))
    return [inner.get("code"), inner.get("type")]


def _fields(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def told(text: str, key: str | None) -> str:
    """A failure in one printable line of bounded length, without the key."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = without_key(line, key)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def without_key(text: str, key: str | None) -> str:
    """The text with the key, pieces of it, and words that show its ends around a mask, taken out."""
    if not key or len(key) < SHORTEST_SECRET:
        return text
    text = text.replace(key, HIDDEN)
    return re.sub(r"""[^\s"'`,;()\[\]{}<>]+""", lambda word: HIDDEN if _gives_away(word[0], key) else word[0], text)


def _gives_away(word: str, key: str) -> bool:
    masked = re.search(r"[*•…]|\.\.|x{3}|X{3}", word) is not None
    shown = 3 if masked else 6
    ends = (key[:shown], key[-shown:])
    pieces = (key[start : start + 6] for start in range(len(key) - 5))
    return any(end in word for end in ends) or any(piece in word for piece in pieces)
