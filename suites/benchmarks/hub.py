"""The files of a data set: from the Hugging Face Hub at one commit, or a local copy of the same rows.

Files are read by name, never by a loading script. The commit that a revision stands for is kept with the evaluation,
and so is the digest of a local copy. What was fetched once is found again without a network.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import NoReturn

from harness.errors import DataError
from harness.plan import SuiteSpec
from harness.records import Json
from suites.rows import ENDINGS, Row, as_text, plain, read_rows

KEYS = frozenset({"path", "revision"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A data set of the Hub. `files`: patterns of the files that hold its rows. `licence`: as its page states it."""

    id: str
    files: tuple[str, ...]
    licence: str
    gated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A data set on this machine: its files in their order, and where they come from."""

    files: tuple[Path, ...]
    origin: Mapping[str, Json]

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Each row with its place. Raises DataError."""
        for file in self.files:
            for number, row in read_rows(file):
                yield f"{file}:{number}", row


def copy_of(data_set: DataSet, suite: SuiteSpec) -> Copy:
    """The suite's `path`, or else the data set's files at its `revision`. Raises DataError with the mends."""
    if suite.path is not None:
        if suite.revision is not None:
            raise DataError(f'suite "{suite.name}": a local copy has no `revision`; take out that or the `path`')
        return _local(data_set, Path(suite.path), suite)
    folder = _fetched(data_set, suite)
    files = _matching(folder, data_set)
    if not files:
        raise DataError(
            f'suite "{suite.name}": {data_set.id} holds no file {" or ".join(data_set.files)} at commit '
            f"{folder.name}; name an older `revision`, or a local copy: `path: FILE`"
        )
    origin = {"data_set": data_set.id, "revision": suite.revision, "commit": folder.name, "licence": data_set.licence}
    return Copy(files=files, origin=origin)


def field(row: Row, names: tuple[str, ...], where: str) -> Json:
    """The first of these fields that a row has: public copies spell them differently. Raises DataError."""
    for name in names:
        if name in row:
            return plain(row[name], where)
    raise DataError(f'{where}: no field "{names[0]}"; is this the right data set?')


def text(row: Row, names: tuple[str, ...], where: str) -> str:
    """A field that must hold a text. Raises DataError."""
    value = as_text(field(row, names, where))
    if value is None or not value.strip():
        raise DataError(f'{where}: the field "{names[0]}" is empty')
    return value


def _local(data_set: DataSet, path: Path, suite: SuiteSpec) -> Copy:
    if not path.exists():
        raise DataError(f'suite "{suite.name}": {path} is not there; expected a file of {data_set.id}, or its folder')
    files = (path,) if path.is_file() else _matching(path, data_set) or _tables(path)
    if not files:
        raise DataError(f'suite "{suite.name}": {path} holds no rows; expected a file of {data_set.id}, or its folder')
    digests: dict[str, Json] = {file.name: _digest(file) for file in files}
    return Copy(files=files, origin={"data_set": data_set.id, "sha256": digests, "licence": data_set.licence})


def _fetched(data_set: DataSet, suite: SuiteSpec) -> Path:
    """The folder of the commit in the Hub's cache; its name is the commit."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    def failed(why: str, mend: str) -> NoReturn:
        raise DataError(f'suite "{suite.name}": {why}; {mend}, or name a local copy: `path: FILE`') from None

    access = f"accept the terms on the page of {data_set.id} and set HF_TOKEN to a token of that account"
    try:
        return Path(
            snapshot_download(
                data_set.id, repo_type="dataset", revision=suite.revision, allow_patterns=list(data_set.files)
            )
        )
    except GatedRepoError:
        failed(f"{data_set.id} is gated", access)
    except RevisionNotFoundError:
        failed(f'{data_set.id} has no revision "{suite.revision}"', "name another `revision`")
    except RepositoryNotFoundError:
        failed(f"the Hub has no data set {data_set.id}, or none for this account", access)
    except Exception as error:  # the boundary of the network: its client's errors share no base, and differ by version
        reason = (str(error).splitlines() or [""])[0][:120] or type(error).__name__
        mend = f"connect to the network ({access})" if data_set.gated else "connect to the network"
        failed(f"{data_set.id} can neither be fetched from the Hub nor found in its cache ({reason})", mend)


def _matching(folder: Path, data_set: DataSet) -> tuple[Path, ...]:
    def fits(name: str) -> bool:
        return any(fnmatch(name, pattern) or fnmatch(name, f"*/{pattern}") for pattern in data_set.files)

    return _files(folder, fits)


def _tables(folder: Path) -> tuple[Path, ...]:
    return _files(folder, lambda name: name.removesuffix(".gz").endswith(ENDINGS))


def _files(folder: Path, fits: Callable[[str], bool]) -> tuple[Path, ...]:
    """Files below a folder by their paths in it, numbers in the order of numbers: test2 before test10."""
    found = [file for file in folder.rglob("*") if file.is_file() and fits(file.relative_to(folder).as_posix())]
    return tuple(sorted(found, key=lambda file: _natural(file.relative_to(folder).as_posix())))


def _natural(name: str) -> list[tuple[str, int]]:
    return [(letters, int(digits or 0)) for letters, digits in re.findall(r"(\D*)(\d*)", name.rpartition(".")[0])]


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
