"""A report's folder, built aside and then put in place: a build that fails leaves the earlier report as it was.

`files.json` lists what viva wrote. By it, what an earlier report held and the new one does not is removed; a file that
is not on it belongs to somebody else, and is neither overwritten nor removed.
"""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from harness.errors import StoreError
from reports.pages import FRONT

LISTED = "files.json"
DRAFTS = ".drafts"
_HEAD = 1 << 16  # bytes of a page, its title among them
# What may be removed, even if the list of a folder that came from elsewhere names other things.
_OURS = re.compile(
    r"index\.html|slice-\d+-\d+-\d+\.html|draw-[0-9a-f]{8}\.html|changes\.html|"
    r"assets/viva\.(css|js)|data/(index|texts)-\d+-\d+\.js|tables/\w[\w.-]*"
)


@dataclass(frozen=True, slots=True)
class Drafts:
    """The files of a report before they take their names; `names` are slashed and relative to the report."""

    path: Path
    names: dict[str, None] = field(default_factory=dict)

    def text(self, name: str, chunks: Iterable[str]) -> None:
        """Write a file of these pieces. Lone surrogates, which UTF-8 cannot hold, are written as escapes."""
        with self._new(name).open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(chunks)
        self.names[name] = None

    def adopt(self, folder: str) -> None:
        """Take what another writer put below `folder` of the drafts into the report."""
        found = sorted(path for path in (self.path / folder).rglob("*") if path.is_file())
        self.names.update({path.relative_to(self.path).as_posix(): None for path in found})

    def _new(self, name: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@contextmanager
def building(out: Path) -> Iterator[Drafts]:
    """Drafts that become the report in `out` when all are written; the first page takes its name last.

    Raises StoreError where something that viva did not write stands in the way, or where `out` cannot be written.
    """
    try:
        if out.exists() and not out.is_dir():
            raise StoreError(f"{out}: a file stands where the report's folder should be; remove it")
        drafts = Drafts(out / DRAFTS)
        _clear(drafts.path)
        drafts.path.mkdir(parents=True)
        try:
            yield drafts
            _place(drafts, out)
        finally:
            _clear(drafts.path)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise StoreError(f"{out}: the report cannot be written ({why}); mend that, then `viva report RUN`") from None


def add(out: Path, name: str, chunks: Iterable[str]) -> Path:
    """Put one more file into a report that stands already, and onto its list. Raises StoreError as `building` does."""
    try:
        drafts = Drafts(out / DRAFTS)
        _clear(drafts.path)
        try:
            drafts.text(name, chunks)
            earlier = _listed(out)
            _check_free(out, [name], earlier)
            _list(out, dict.fromkeys([*earlier, name]))
            os.replace(drafts.path / name, out / name)
        finally:
            _clear(drafts.path)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise StoreError(f"{out / name}: cannot be written ({why}); mend that and run it again") from None
    return out / name


def _clear(drafts: Path) -> None:
    """What an interrupted build left, or this one."""
    if drafts.is_dir() and not drafts.is_symlink():
        shutil.rmtree(drafts)


def _place(drafts: Drafts, out: Path) -> None:
    """Every draft in its place, then away with what only the earlier report had.

    The list is written first, with the old names and the new: so an interrupted build can be done again.
    """
    earlier, names = _listed(out), list(drafts.names)
    _check_free(out, names, earlier)
    _list(out, dict.fromkeys([*earlier, *names]))
    for name in sorted(names, key=lambda name: name == FRONT):
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(drafts.path / name, target)
    for name in earlier:
        if name not in drafts.names and _OURS.fullmatch(name):
            (out / name).unlink(missing_ok=True)
            _remove_empty((out / name).parent, out)
    _list(out, names)


def _check_free(out: Path, names: Iterable[str], earlier: Iterable[str]) -> None:
    known = {*earlier, *([FRONT] if is_report(out / FRONT) else [])}
    for name in [LISTED, *names]:
        target, above = out / name, PurePosixPath(name).parent
        if target.is_dir() or (name not in known and name != LISTED and os.path.lexists(target)):
            raise _in_the_way(target)
        if above.name and os.path.lexists(out / above) and not (out / above).is_dir():
            raise _in_the_way(out / above)


def is_report(page: Path) -> bool:
    """Whether viva wrote this page. Reports of older versions were one page, and had no list."""
    try:
        with page.open("rb") as file:
            return b"viva report</title>" in file.read(_HEAD)
    except OSError:
        return False


def _in_the_way(path: Path) -> StoreError:
    return StoreError(f"{path}: viva did not write this, and the report needs its place; move it elsewhere")


def _listed(out: Path) -> list[str]:
    """What the folder's own list names; a list that cannot be read names nothing."""
    try:
        found = json.loads((out / LISTED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    names = found.get("files") if isinstance(found, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _list(out: Path, names: Iterable[str]) -> None:
    draft = out / DRAFTS / LISTED
    draft.write_text(json.dumps({"viva_report": 1, "files": sorted(names)}, indent=0) + "\n", encoding="utf-8")
    os.replace(draft, out / LISTED)


def _remove_empty(folder: Path, out: Path) -> None:
    if folder != out and not any(folder.iterdir()):
        folder.rmdir()
