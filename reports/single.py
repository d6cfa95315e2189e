"""The report as one file for mail: the first page with every pair in it.

Nothing is loaded. Data stands in blocks that are not executed, and the only script that may run is the one whose digest
the content policy names.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from harness.errors import UsageError
from harness.evaluation import Comparison, Evaluation, Pair, Slice
from harness.extras import Extras
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports import wording
from reports.context import build
from reports.embedding import block, block_of
from reports.extra_pages import with_extras
from reports.folder import is_report
from reports.lookup import Lookup, lookup
from reports.pages import Pages, pages_of
from reports.policies import of_single
from reports.shards import Shard, shards
from reports.slice_links import shared_link
from reports.slice_page import book_of, page_data
from reports.templating import PAIR_STYLES, environment, script, stylesheet

MOST = 60_000_000  # characters of pairs: more can neither be mailed nor opened at once


class Block(NamedTuple):
    """A data block of the page."""

    name: str
    json: Markup


@dataclass(frozen=True, slots=True)
class InPlace:
    """Links to the pairs of a slice within the file, a `reports.front.PageOf`."""

    pages: Pages

    def __call__(self, suite: str, student: str, part: Slice) -> str:
        if not self.pages.page_of(suite, student, Slice()):
            return ""
        conditions = shared_link(part).removeprefix("#")
        return "#" + "&".join(filter(None, (f"p={self.pages.lists[suite, student]}", conditions)))


def write_single(
    evaluation: Evaluation,
    verdict: Verdict,
    pairs: Sequence[Pair],
    texts: PairTexts,
    file: Path,
    extras: Extras | None = None,
    most: int = MOST,
) -> Path:
    """Write the report as `file`, whole or not at all; returns its path. What only a folder can hold is left out.

    Raises UsageError where it would be too large or cannot be written, and where another file stands there.
    """
    if os.path.lexists(file) and not is_report(file):
        raise UsageError(f"{file}: is there and no report of viva; name another file, or move it away")
    records = lookup(evaluation, verdict)
    pages = pages_of(evaluation, records.students(), records.judged)
    page = with_extras(build(evaluation, verdict, pairs, texts, InPlace(pages)), _without_pages(extras))
    style, code = stylesheet(PAIR_STYLES), script()
    found = environment().get_template("single.html.j2").generate(
        page=replace(page, beside=()),
        style=Markup(style),
        script=Markup(code),
        policy=of_single(style, code),
        lead=f"{wording.number_of(len(pairs), 'pair')} of answers.",
        data=Markup(block(page_data(book_of(records, pages), _with_pairs(records, pages, pairs), None))),
        blocks=_blocks(shards(records, pages, pairs, texts), file, most),
    )  # fmt: skip
    draft = file.with_name(f".{file.name}.draft")
    try:
        with draft.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as out:
            out.writelines(found)
        os.replace(draft, file)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror}); name another file") from None
    finally:
        draft.unlink(missing_ok=True)
    return file


def _without_pages(extras: Extras | None) -> Extras | None:
    """Draws and changes are pages of their own, which lie in the folder."""
    if extras is None or extras.reviewed is None:
        return None
    return Extras(reviewed=replace(extras.reviewed, draws=()))


def _with_pairs(records: Lookup, pages: Pages, pairs: Sequence[Pair]) -> list[Comparison]:
    held = {(pair.suite, pair.student) for pair in pairs}
    return [c for key in pages.lists if key in held and (c := records.whole(*key)) is not None]


def _blocks(found: Iterator[Shard], file: Path, most: int) -> Iterator[Block]:
    size = 0
    for shard in found:
        text = block_of(shard.json)
        size += len(text)
        if size > most:
            raise UsageError(
                f"{file}: not written: its pairs would take more than {most // 1_000_000} MB, too much to mail or to "
                "open; `viva report RUN` writes a folder that loads them one by one, which an archive can hold"
            )
        yield Block(f"{shard.kind}-{shard.key}", Markup(text))
