"""Rows of lm-evaluation-harness's samples files: what was asked, what came back and what it was worth."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.errors import DataError
from harness.identity import digest
from harness.records import Json, Message, Response, Sample
from suites.imports.logs import Logged, outcome_of
from suites.rows import Row, as_text, fetch

PlacedRow = tuple[str, Row]  # `file:line`, and what stands there
NOTHING_FOUND = "[invalid]"  # what lm-eval's extracting filters answer when they find nothing


def items(
    rows: Sequence[PlacedRow], task: str, key: str, scores: Sequence[float], wanted: Mapping[str, str]
) -> Iterator[Logged]:
    """Every document once, with its score by the key `metric,filter`. Raises DataError for one that has no identity."""
    slices = {n: p for n, p in wanted.items() if any(_part(row.get("doc"), p) is not None for _, row in rows)}
    seen: set[str] = set()
    for (where, row), score in zip(rows, scores, strict=True):
        doc_hash = _doc_hash(row, where)
        item = _logged(row, doc_hash, key, score)
        name = f"{item.sample.id}-{row['doc_id']}" if item.sample.id in seen else item.sample.id
        seen.add(name)
        parts = {n: _part(row.get("doc"), path) or "(none)" for n, path in slices.items()}
        yield replace(item, sample=replace(item.sample, id=name, slices=parts, source=task))


def _logged(row: Row, doc_hash: str, key: str, score: float) -> Logged:
    prompt, choices, answer, text = _exchange(row, key.partition(",")[0])
    target = row.get("target")
    gold = None if target is None else as_text(target if isinstance(target, str) else str(target))  # as newer logs do
    asked = (Message(role="user", content=prompt or as_text(row.get("doc")) or ""),)
    source = None if gold is None else "lm-eval"
    outcome = outcome_of(score, "unknown") if math.isfinite(score) else "failed"
    nothing = score == 0 and text is not None and answer == NOTHING_FOUND
    return Logged(
        sample=Sample(id=doc_hash[:16], messages=asked, target=gold, target_source=source, choices=choices),
        content=digest([doc_hash, gold]),
        outcome="unparsed" if nothing else outcome,
        score=score if math.isfinite(score) else None,
        reason=f"lm-eval's {key} is {score:g}" if math.isfinite(score) else f"lm-eval logged no number for {key}",
        answer=answer,
        response=None if text is None else Response(key="", model="", text=text),
    )


def _doc_hash(row: Row, where: str) -> str:
    """lm-eval's hash of the document; where a row lacks it, made as lm-eval makes it. Raises DataError without both."""
    given = row.get("doc_hash")
    if isinstance(given, str) and given:
        return as_text(given) or ""
    if row.get("doc") is None:
        raise DataError(f"{where}: neither doc nor doc_hash, so nothing to pair it by")
    text = json.dumps(row["doc"], indent=2, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _exchange(row: Row, metric: str) -> tuple[str | None, tuple[str, ...], str | None, str | None]:
    """The prompt, the choices, the answer that was judged, and the text as the model wrote it."""
    given, filtered = row.get("arguments"), row.get("filtered_resps")
    asked = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else []
    requests: list[Json] = [list(r.values()) if isinstance(r, dict) else r for r in asked]
    prompt = as_text(_end(requests))
    options = [as_text(r[1]) or "" for r in requests if isinstance(r, list) and len(r) > 1 and isinstance(r[1], str)]
    if not options:
        return prompt, (), as_text(_end(filtered)), as_text(_end(row.get("resps")))
    if len(options) == 1:  # nothing to choose from; the last value tells whether the model would have written it
        return prompt, (), options[0] if str(_end(filtered, -1)) == "True" else None, None
    told = [number(_end(one)) for one in filtered] if isinstance(filtered, list) else []
    lengths = [len(option.lstrip()) or 1 if metric == "acc_norm" else 1 for option in options]
    sums = [value / length for value, length in zip(told, lengths, strict=False) if value is not None]
    answer = options[sums.index(max(sums))] if len(sums) == len(options) and not math.isnan(sum(sums)) else None
    return prompt, tuple(options), answer, None


def _end(value: Json, at: int = 0) -> Json:
    """The first thing of lists in lists, or the last; None for an empty one."""
    while isinstance(value, list):
        value = value[at] if value else None
    return value


def number(value: Any) -> float | None:
    """NaN for a missing value, None for what is no number. lm-eval writes some numbers as text."""
    try:
        return math.nan if value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _part(doc: Json, path: str) -> str | None:
    """A document's field as text; None if it is missing or empty."""
    try:
        return as_text(fetch(doc, path)) or None if isinstance(doc, dict) else None
    except KeyError:
        return None
