"""Every response and grade, kept once, in one SQLite file.

Each finished response is committed at once, so that work survives a kill. WAL mode with `synchronous=NORMAL` is safe
against the death of the process; a power cut can lose the last commits, never the file. Not for network file systems.
"""

import math
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, replace
from itertools import islice
from pathlib import Path

from harness.errors import StoreError
from harness.records import Judgement, Response
from harness.serial import from_text, to_text

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS responses (key TEXT PRIMARY KEY, model TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grades (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
    suite TEXT NOT NULL, sample TEXT NOT NULL, model TEXT NOT NULL, attempt INTEGER NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (suite, sample, model, attempt, key)
) WITHOUT ROWID;
"""
_CHUNK = 500  # below SQLite's limit of variables in one statement


class Store:
    """Open it with `open_store`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def responses(self, keys: Iterable[str]) -> dict[str, Response]:
        """The responses that are there, by key."""
        return {key: from_text(Response, body) for key, body in self._select("responses", keys)}

    def save_response(self, response: Response, links: Iterable[tuple[str, str, int]]) -> None:
        """Keep a response and what it serves: (suite fingerprint, sample id, attempt). One commit."""
        if response.failure is not None:
            raise ValueError("a failed response is not kept: it must be asked again")
        body = to_text(_finite(response))
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO responses VALUES (?, ?, ?)", (response.key, response.model, body))
            self._link(response.key, response.model, links)

    def link(self, served: Iterable[tuple[Response, Iterable[tuple[str, str, int]]]]) -> None:
        """Note what stored responses serve; one commit."""
        with self._db:
            for response, links in served:
                self._link(response.key, response.model, links)

    def judgements(self, keys: Iterable[str]) -> dict[str, Judgement]:
        return {key: from_text(Judgement, body) for key, body in self._select("grades", keys)}

    def save_judgements(self, judgements: Iterable[tuple[str, Judgement]]) -> None:
        """Keep judgements by grade key; those that failed are not kept, so that they are tried again."""
        rows = [(key, to_text(judgement)) for key, judgement in judgements if judgement.outcome != "failed"]
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO grades VALUES (?, ?)", rows)

    def counts(self) -> dict[str, int]:
        return {
            t: self._db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("responses", "grades", "links")
        }

    def _link(self, key: str, model: str, links: Iterable[tuple[str, str, int]]) -> None:
        rows = [(suite, sample, model, attempt, key) for suite, sample, attempt in links]
        self._db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)", rows)

    def _select(self, table: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
        iterator = iter(dict.fromkeys(keys))
        while chunk := list(islice(iterator, _CHUNK)):
            marks = ",".join("?" * len(chunk))
            yield from self._db.execute(f"SELECT key, body FROM {table} WHERE key IN ({marks})", chunk)


def _finite(response: Response) -> Response:
    """Without its log-probabilities if one is infinite: engines say so of forced tokens, and JSON cannot."""
    if response.logprob is None or all(math.isfinite(value) for value in astuple(response.logprob)):
        return response
    return replace(response, logprob=None)


@contextmanager
def open_store(path: Path | None) -> Iterator[Store]:
    """The store in this file, made if need be; None keeps it in memory. Raises StoreError."""
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path if path is not None else ":memory:", timeout=30)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: the store cannot be opened ({error})") from None
    with closing(connection):
        try:
            _prepare(connection, path)
            yield Store(connection)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: the store failed ({error}); what was finished before is kept") from error


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path}: written by a newer viva (store version {version}); update viva or name another store"
        )
    if version == 0:
        with connection:
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
