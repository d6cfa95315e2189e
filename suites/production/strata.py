"""The kinds of requests that a suite must hold enough of: a logged field, or what can be told from the text.

`parse_strata(["intent", "length"], None)` gives one kind of strata for each name. `kind.fit(rows, seed)` makes it ready
on rows of the traffic (a sample of them will do), then `strata.labels(rows)` says where each row belongs. The name of
the strata and its label are a slice of the sample.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.errors import DataError, UsageError
from suites.production.records import Logged
from suites.production.strata_clusters import Clean, ClusterKind, without_personal_data
from suites.production.strata_rules import load_rules
from suites.production.texts import words

NONE = "(none)"  # the label of a row without the field
UNCLEAR = "unclear"
DEFAULT_CLUSTERS = 10
MOST_CLUSTERS = 200
LANGUAGE_CHARS = 1000  # what language is told from
LENGTHS = ((1, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 200), (201, 500), (501, 1000))
TURNS = ((1, 1), (2, 2), (3, 5), (6, 10))


class Strata(Protocol):
    """One way to part the traffic. `name` is the slice, a label its value."""

    @property
    def name(self) -> str: ...

    def labels(self, rows: Sequence[Logged]) -> list[str]:
        """The label of each row: never empty, the same for the same row."""
        ...


class Kind(Protocol):
    """Strata that were asked for. Only where `needs_sample` are they learned from the texts."""

    @property
    def name(self) -> str: ...

    @property
    def needs_sample(self) -> bool: ...

    def fit(self, rows: Sequence[Logged], seed: int) -> Strata:
        """Make ready on rows of the traffic, a sample of them. Raises DataError where they do not allow it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Strata told from each row alone, so that nothing is fitted."""

    name: str
    tell: Callable[[Logged], str]
    needs_sample: bool = False

    def fit(self, rows: Sequence[Logged], seed: int) -> "Derived":
        return self

    def labels(self, rows: Sequence[Logged]) -> list[str]:
        return [self.tell(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldKind:
    """A logged field; `fit` refuses one that no row has."""

    name: str
    needs_sample: bool = False

    def fit(self, rows: Sequence[Logged], seed: int) -> Derived:
        known = dict.fromkeys(name for row in rows for name in row.fields)
        if rows and self.name not in known:
            raise DataError(f'--by {self.name}: no row has a field "{self.name}"{_else(self.name, list(known))}')
        return Derived(name=self.name, tell=lambda row: row.fields.get(self.name, "").strip() or NONE)


def parse_strata(by: Sequence[str], rules: Path | None, clean: Clean | None = None) -> tuple[Kind, ...]:
    """The strata named by `by`, in its order; `rules` is the file of `rules`, which it names.

    `clean` leaves personal data out of the texts that clusters are named by; unless given, what can be found without a
    list of names.

    Names: `language`, `length`, `turns`, `rules`, `clusters` or `clusters:N`; any other is a logged field, and so is
    what stands after `field:`. Raises UsageError for names that cannot be used, PlanError for a rules file.
    """
    if rules is not None and "rules" not in by:
        raise UsageError(f"{rules}: rules are given, but the strata do not name them; add `rules` to --by")
    kinds = tuple(_kind(name.strip(), rules, clean or without_personal_data()) for name in by)
    names = [kind.name for kind in kinds]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f'--by: "{name}" is named twice')
    return kinds


def length_label(text: str) -> str:
    """The length of a text in words; a Han, kana or Hangul character counts as one."""
    return _binned(len(words(text)), LENGTHS, "word")


def language_teller() -> Callable[[str], str]:
    """A function from a text to its language (ISO 639), or "unclear" where that cannot be told: short texts, numbers.

    The model gives some language to any text; below a probability of 0.2 it means little. Loads the model (0.5 s).
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=0.2)

    def tell(text: str) -> str:
        language, _ = model.classify(text[:LANGUAGE_CHARS])
        return UNCLEAR if language in ("und", "zxx") else str(language)

    return tell


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageKind:
    """The language that the user writes in."""

    name: str = "language"
    needs_sample: bool = False

    def fit(self, rows: Sequence[Logged], seed: int) -> Derived:
        tell = language_teller()
        return Derived(name=self.name, tell=lambda row: tell(row.text))


def _kind(name: str, rules: Path | None, clean: Clean) -> Kind:
    if name == "length":
        return Derived(name=name, tell=lambda row: length_label(row.text))
    if name == "turns":
        return Derived(name=name, tell=lambda row: _binned(row.turns, TURNS, "turn"))
    if name == "language":
        return LanguageKind()
    if name == "rules":
        if rules is None:
            raise UsageError("--by rules: give the file that holds them with --rules FILE")
        label = load_rules(rules)
        return Derived(name=name, tell=lambda row: label(row.text))
    if name == "clusters" or name.startswith("clusters:"):
        return ClusterKind(count=_count(name), clean=clean)
    name = name.removeprefix("field:")
    if not name or ":" in name:
        raise UsageError(f'--by: "{name}" is neither a field nor one of language, length, turns, rules, clusters:N')
    return FieldKind(name=name)


def _count(name: str) -> int:
    if name == "clusters":
        return DEFAULT_CLUSTERS
    number = name.removeprefix("clusters:")
    if not re.fullmatch(r"[0-9]{1,6}", number) or not 2 <= int(number) <= MOST_CLUSTERS:
        raise UsageError(f"--by {name}: write clusters:N with a number between 2 and {MOST_CLUSTERS}")
    return int(number)


def _binned(count: int, bins: Sequence[tuple[int, int]], unit: str) -> str:
    for low, high in bins:
        if low <= count <= high:
            span = str(low) if low == high else f"{low}-{high}"
            return f"{span} {unit}{'' if high == 1 else 's'}"
    return f"no {unit}s" if count == 0 else f"over {bins[-1][1]} {unit}s"


def _else(name: str, known: Sequence[str]) -> str:
    """What might be meant instead: a field that is there, or strata that need none."""
    close = difflib.get_close_matches(name, [*known, "language", "length", "turns", "rules", "clusters"], n=1)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; fields: {', '.join(known)}" if known else "; the rows have no fields"
