"""OpenAI batches: a file of inputs and a file of outputs, joined by `custom_id`, in any order and any number of files.

Of the outputs only a hash and their common values (model, finish reason) are held; the replies themselves are read
again for the rows that were drawn. A `custom_id` that stands twice belongs to several batches: its reply is unknown.
"""

from array import array
from collections.abc import Iterable, Iterator
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from harness.records import Json, Message
from suites.production.asked import EMPTY, Asked, Fault, completion, conversation
from suites.production.chat_logs import tools_of
from suites.rows import Row

KEPT = ("model", "finish_reason", "status_code")  # what is held of every output, as values of few kinds


def is_batch(row: Row) -> bool:
    return isinstance(row.get("custom_id"), str) and (_is_output(row) or isinstance(row.get("body"), dict))


class BatchLogs:
    """`index` must have seen every row before requests are read."""

    def __init__(self) -> None:
        self.unanswered = self.ambiguous = 0
        self._known: list[dict[str, Json]] = []
        self._ids: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)
        self._codes: NDArray[np.uint32] = np.zeros(0, dtype=np.uint32)
        self._ambiguous: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)
        self._replies: dict[str, str | None] = {}

    def index(self, rows: Iterable[Row]) -> None:
        """Learn which request has which output, and count what cannot be joined."""
        inputs, outputs, codes = array("Q"), array("Q"), array("I")
        kinds: dict[tuple[str, ...], int] = {}
        for row in rows:
            custom_id = row.get("custom_id")
            if not isinstance(custom_id, str):
                continue
            if not _is_output(row):
                inputs.append(_hash(custom_id))
                continue
            known = _known(row)
            kind = tuple(repr(known.get(name)) for name in KEPT)
            if kind not in kinds:
                kinds[kind] = len(self._known)
                self._known.append(known)
            outputs.append(_hash(custom_id))
            codes.append(kinds[kind])
        asked, answered = (np.frombuffer(ids, dtype=np.uint64) for ids in (inputs, outputs))
        order = np.argsort(answered, kind="stable")
        self._ids, self._codes = answered[order], np.frombuffer(codes, dtype=np.uint32)[order]
        self._ambiguous = np.union1d(_twice(asked), _twice(answered))
        self.ambiguous = int(np.isin(asked, self._ambiguous).sum())
        self.unanswered = int((~np.isin(asked, answered)).sum())

    def remember(self, rows: Iterable[Row], wanted: Iterable[Row]) -> None:
        """Hold the replies to the `wanted` inputs, found among all rows."""
        ids = {row["custom_id"] for row in wanted if isinstance(row.get("custom_id"), str)}
        for row in rows:
            custom_id = row.get("custom_id")
            if isinstance(custom_id, str) and custom_id in ids and _is_output(row):
                self._replies[custom_id] = completion(_body(row))[0]

    def requests(self, row: Row) -> Iterator[Asked | Fault]:
        custom_id, body = row.get("custom_id"), row.get("body")
        if not isinstance(custom_id, str):
            yield Fault("no `custom_id`")
        elif _is_output(row):
            return
        elif not isinstance(body, dict):
            yield Fault("neither a `body` nor a `response`")
        elif "messages" not in body:
            yield EMPTY  # embeddings, moderations
        else:
            found = conversation(body["messages"])
            yield found if isinstance(found, Fault) else self._asked(custom_id, row, body, found)

    def _asked(self, custom_id: str, row: Row, body: Row, found: tuple[tuple[Message, ...], str | None]) -> Asked:
        place = self._place(custom_id)
        known = {} if place is None else self._known[self._codes[place]]
        return Asked(
            messages=found[0],
            reply=None if place is None else self._replies.get(custom_id),
            tools=tools_of(body),
            values={**body, **row, **known},
        )

    def _place(self, custom_id: str) -> int | None:
        """Where the output of a request stands in the index; None where there is none, or more than one."""
        name = np.uint64(_hash(custom_id))
        place = int(np.searchsorted(self._ids, name))
        if place == self._ids.size or self._ids[place] != name:
            return None
        twice = int(np.searchsorted(self._ambiguous, name))
        return None if twice < self._ambiguous.size and self._ambiguous[twice] == name else place


def _is_output(row: Row) -> bool:
    return "response" in row or "error" in row


def _body(row: Row) -> Json:
    response = row.get("response")
    return response.get("body") if isinstance(response, dict) else None


def _known(row: Row) -> dict[str, Json]:
    response = row.get("response")
    status = response.get("status_code") if isinstance(response, dict) else None
    found = {**completion(_body(row))[1], "status_code": status}
    return {name: found[name] for name in KEPT if found.get(name) is not None}


def _hash(custom_id: str) -> int:
    return int.from_bytes(blake2b(custom_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _twice(ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    found, counts = np.unique(ids, return_counts=True)
    return found[counts > 1]
