"""Every response and grade, kept once, in one SQLite file.

Finished responses are committed at once (those of one engine step together), so that work survives a kill. WAL mode
with `synchronous=NORMAL` is safe against the death of the process; a power cut can lose the last commits, never the
file. Not for network file systems.
"""

import fcntl
import logging
import math
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, replace
from itertools import islice
from pathlib import Path

from harness.errors import StoreError
from harness.records import Judgement, Response
from harness.serial import from_text, to_text

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS responses (key TEXT PRIMARY KEY, model TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grades (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
    suite TEXT NOT NULL, sample TEXT NOT NULL, model TEXT NOT NULL, attempt INTEGER NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (suite, sample, model, attempt, key)
) WITHOUT ROWID;
"""
_MATCHING = "model = coalesce(?1, model) AND (?2 IS NULL OR coalesce(json_extract(body, '$.created_at'), '') < ?2)"
_CHUNK = 500  # below SQLite's limit of variables in one statement


Link = tuple[str, str, int]
Served = tuple[Response, Iterable[Link]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store holds of one model, by the name that it had when it was first asked. Times in ISO format."""

    model: str
    responses: int
    samples: int
    suites: int
    bytes: int
    first: str | None
    last: str | None


class Store:
    """Open it with `open_store`."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None) -> None:
        self._db = connection
        self._path = path

    @contextmanager
    def alone_with(self, fingerprint: str, name: str) -> Iterator[None]:
        """Wait until no other viva asks this model for this store, and keep others waiting until the block is left.

        The lock is of the operating system and goes with the process, however it ends.
        """
        if self._path is None:
            yield
            return
        with self._path.with_name(f"{self._path.name}.{fingerprint[:12]}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                log.warning('another viva asks "%s" for the same store; waiting for its answers', name)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def responses(self, keys: Iterable[str]) -> dict[str, Response]:
        """The responses that are there, by key."""
        return {key: from_text(Response, body) for key, body in self._select("key, body FROM responses", keys)}

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that have a response."""
        return {key for (key,) in self._select("key FROM responses", keys)}

    def save_responses(self, served: Iterable[Served]) -> None:
        """Keep responses and what each serves: (suite fingerprint, sample id, attempt). One commit for all."""
        with self._db:
            for response, links in served:
                if response.failure is not None:
                    raise ValueError("a failed response is not kept: it must be asked again")
                row = (response.key, response.model, to_text(_finite(response)))
                self._db.execute("INSERT OR IGNORE INTO responses VALUES (?, ?, ?)", row)
                self._link(response.key, response.model, links)

    def link(self, served: Iterable[Served]) -> None:
        """Note what stored responses serve; one commit."""
        with self._db:
            for response, links in served:
                self._link(response.key, response.model, links)

    def judgements(self, keys: Iterable[str]) -> dict[str, Judgement]:
        return {key: from_text(Judgement, body) for key, body in self._select("key, body FROM grades", keys)}

    def save_judgements(self, judgements: Iterable[tuple[str, Judgement]]) -> None:
        """Keep judgements by grade key; those that failed are not kept, so that they are tried again."""
        rows = [(key, to_text(judgement)) for key, judgement in judgements if judgement.outcome != "failed"]
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO grades VALUES (?, ?)", rows)

    def counts(self) -> dict[str, int]:
        return {
            t: self._db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("responses", "grades", "links")
        }

    def kept(self) -> tuple[Kept, ...]:
        """Every model, by name."""
        rows = self._db.execute(
            "SELECT model, count(*), sum(length(body)), min(json_extract(body, '$.created_at')), "
            "max(json_extract(body, '$.created_at')) "
            "FROM responses GROUP BY model ORDER BY model"
        ).fetchall()
        served = {
            model: (samples, suites)
            for model, samples, suites in self._db.execute(
                "SELECT r.model, count(DISTINCT l.sample), count(DISTINCT l.suite) "
                "FROM links l JOIN responses r ON r.key = l.key GROUP BY r.model"
            )
        }
        return tuple(
            Kept(
                model=model,
                responses=n,
                samples=served.get(model, (0, 0))[0],
                suites=served.get(model, (0, 0))[1],
                bytes=size,
                first=first,
                last=last,
            )
            for model, n, size, first, last in rows
        )

    def count_matching(self, model: str | None, before: str | None) -> int:
        """How many responses `remove` would remove."""
        found: int = self._db.execute(f"SELECT count(*) FROM responses WHERE {_MATCHING}", (model, before)).fetchone()[
            0
        ]
        return found

    def remove(self, model: str | None, before: str | None) -> None:
        """Forget a model's responses (None: any), those made before an ISO time (None: ever), and every grade.

        A grade's key does not tell which response it is of, and grades are made again at no cost.
        """
        with self._db:
            self._db.execute(f"DELETE FROM responses WHERE {_MATCHING}", (model, before))
            self._db.execute("DELETE FROM links WHERE key NOT IN (SELECT key FROM responses)")
            self._db.execute("DELETE FROM grades")
        self._db.execute("VACUUM")

    def _link(self, key: str, model: str, links: Iterable[Link]) -> None:
        rows = [(suite, sample, model, attempt, key) for suite, sample, attempt in links]
        self._db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)", rows)

    def _select(self, what: str, keys: Iterable[str]) -> Iterator[tuple[str, ...]]:
        iterator = iter(dict.fromkeys(keys))
        while chunk := list(islice(iterator, _CHUNK)):
            marks = ",".join("?" * len(chunk))
            yield from self._db.execute(f"SELECT {what} WHERE key IN ({marks})", chunk)


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
    except OSError as error:
        raise StoreError(f"{path}: the store cannot be opened ({error.strerror})") from None
    with _connected(str(path) if path is not None else ":memory:", path) as connection:
        _prepare(connection, path)
        yield Store(connection, path)


@contextmanager
def look_into_store(path: Path | None) -> Iterator[Store]:
    """The store in this file, which is not changed; an empty one in memory where there is none. Raises StoreError."""
    if path is not None and path.exists():
        with _connected(f"{path.absolute().as_uri()}?mode=ro", path) as connection:
            if _version_of(connection, path):
                yield Store(connection, path)
                return
    with open_store(None) as store:
        yield store


@contextmanager
def _connected(name: str, path: Path | None) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(name, timeout=30, uri=name.startswith("file:"))
    except sqlite3.Error as error:
        raise StoreError(f"{path}: the store cannot be opened ({error})") from None
    with closing(connection):
        try:
            yield connection
        except sqlite3.Error as error:
            raise StoreError(
                f"{path}: the store failed ({error}); what was finished is kept: mend that and run it again"
            ) from error


def _version_of(connection: sqlite3.Connection, path: Path | None) -> int:
    """0 for a file that holds nothing yet. Raises StoreError for a newer version, and for what is no store of viva."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path}: written by a newer viva (store version {version}); update viva or name another store"
        )
    if (version == 0) != (not tables) or (version and "responses" not in tables):
        raise StoreError(f"{path}: a database, but no store of viva; name another file")
    return version


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    version = _version_of(connection, path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=10000")  # pages; every checkpoint waits for the disk
    if version == 0:
        with connection:
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
