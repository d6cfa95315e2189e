"""An object compared with another, value by value: what is wrong, and how many values of each field are right.

`null` is no value: a field that is null and one that is absent are the same, in target and reply. The fields of nested
objects have names such as "address.city"; the elements of a list share the name of its field and are compared in order.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from graders.comparators import Alike, Comparator, Rules, Set
from graders.json_reading import VALUE_SHOWN, shown
from graders.reading import short
from harness.records import Check, Json

OTHER = "(other fields)"  # one name for those that only the reply has, which are without number

_NAME_SHOWN = 100  # characters of a field's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """How objects are compared. `own`: comparators by the names of fields, for these and what lies below them.

    `counted`: names of fields that are counted even where the target lacks them.
    """

    default: Comparator = Alike()
    own: Mapping[str, Comparator] = field(default_factory=dict)
    ignore_extra: bool = True
    counted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the name of its field, that name with positions in lists, and what compares it."""

    name: str
    shown: str
    how: Comparator

    def field(self, key: str, by: Comparing) -> "Place":
        name = f"{self.name}.{key}" if self.name else key
        seen = short(key, VALUE_SHOWN)
        return Place(name, f"{self.shown}.{seen}" if self.name else seen, by.own.get(name, self.how))

    def element(self, number: int) -> "Place":
        return Place(self.name, f"{self.shown}[{number}]", self.how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of a value: counts of values as in `Check`, and its fault if it makes the reply wrong."""

    name: str
    hits: int = 0
    spurious: int = 0
    missed: int = 0
    fault: str | None = None


def top(by: Comparing) -> Place:
    return Place("", "", by.default)


def compared(got: Json, gold: Json, at: Place, by: Comparing) -> Iterator[Finding]:
    """Raises ValueError for a gold that its comparator cannot read."""
    if gold is None:
        fault = None if got is None else f"{at.shown}: got {shown(got)}, expected null"
        yield Finding(name=at.name, spurious=0 if got is None else _size(got), fault=fault)
    elif isinstance(at.how, Set):
        yield _set(got, gold, at, at.how)
    elif isinstance(gold, dict | list) and gold:
        yield from _nested(got, gold, at, by)
    else:
        yield _value(got, gold, at, by)


def extra(value: Json, at: Place, by: Comparing) -> Iterator[Finding]:
    """A value of a field that the target lacks."""
    fault = None if by.ignore_extra else f"{at.shown}: not asked for"
    if value is not None and (at.name in by.counted or fault):
        yield Finding(name=at.name if at.name in by.counted else OTHER, spurious=_size(value), fault=fault)


def same(got: Json, gold: Json, rules: Rules) -> bool:
    """Whether two values are equal at every depth."""
    by = Comparing(default=Alike(rules), ignore_extra=rules.ignore_extra)
    return all(finding.fault is None for finding in compared(got, gold, top(by), by))


def checks(findings: Iterable[Finding]) -> tuple[Check, ...]:
    """The counts of each field, in the order in which fields are first found."""
    counts: dict[str, Check] = {}
    for found in findings:
        name = short(found.name, _NAME_SHOWN)
        old = counts.get(name) or Check(name=name, kind="field")
        counts[name] = replace(
            old, hits=old.hits + found.hits, spurious=old.spurious + found.spurious, missed=old.missed + found.missed
        )
    return tuple(counts.values())


def _nested(got: Json, gold: dict[str, Json] | list[Json], at: Place, by: Comparing) -> Iterator[Finding]:
    if isinstance(gold, dict):
        found = _objects(got if isinstance(got, dict) else {}, gold, at, by)
    else:
        found = _lists(got if isinstance(got, list) else [], gold, at, by)
    if isinstance(got, type(gold)):
        yield from found
    elif got is None:
        yield from _blamed(found, _unlike(got, gold, at))
    else:
        yield Finding(name=at.name, spurious=_size(got), fault=_unlike(got, gold, at))
        yield from (replace(finding, fault=None) for finding in found)


def _objects(got: dict[str, Json], gold: dict[str, Json], at: Place, by: Comparing) -> Iterator[Finding]:
    for key, value in gold.items():
        yield from compared(got.get(key), value, at.field(key, by), by)
    for key, value in got.items():
        if key not in gold:
            yield from extra(value, at.field(key, by), by)


def _lists(got: list[Json], gold: list[Json], at: Place, by: Comparing) -> Iterator[Finding]:
    for number, (one, other) in enumerate(zip(got, gold, strict=False)):
        yield from compared(one, other, at.element(number), by)
    for number, value in enumerate(gold[len(got) :], len(got)):
        lost = at.element(number)
        fault = _unlike(None, value, lost)
        found = [finding for finding in compared(None, value, lost, by) if finding.missed]
        yield from _blamed(found or [Finding(name=at.name, missed=1, fault=fault)], fault)
    for number, value in enumerate(got[len(gold) :], len(gold)):
        found = list(_unasked(value, gold[-1], at, by)) or [Finding(name=at.name, spurious=1)]
        yield replace(found[0], fault=f"{at.element(number).shown}: not asked for")
        yield from found[1:]


def _unasked(value: Json, like: Json, at: Place, by: Comparing) -> Iterator[Finding]:
    """The values of an element that is one too many, as far as those of the elements asked for have such fields."""
    if isinstance(value, dict) and isinstance(like, dict):
        for key, inner in like.items():
            if value.get(key) is not None:
                yield from _unasked(value[key], inner, at.field(key, by), by)
    else:
        yield Finding(name=at.name, spurious=_size(value))


def _blamed(found: Iterable[Finding], fault: str) -> Iterator[Finding]:
    """The findings with one fault for all of theirs, if there are any."""
    findings = list(found)
    faulty = any(finding.fault for finding in findings)
    for number, finding in enumerate(findings):
        yield replace(finding, fault=fault if faulty and number == 0 else None)


def _value(got: Json, gold: Json, at: Place, by: Comparing) -> Finding:
    """A gold that has no parts: a scalar, {} or []."""
    if _equal(got, gold, at, by):
        return Finding(name=at.name, hits=1)
    spurious = 0 if got is None else _size(got)
    return Finding(name=at.name, spurious=spurious, missed=1, fault=_unlike(got, gold, at))


def _equal(got: Json, gold: Json, at: Place, by: Comparing) -> bool:
    if isinstance(gold, dict):
        return isinstance(got, dict) and (by.ignore_extra or not got)
    if isinstance(gold, list):
        return got == gold
    with _target(at):
        at.how.key(gold)
        return got is not None and at.how.same(got, gold)


def _set(got: Json, gold: Json, at: Place, how: Set) -> Finding:
    with _target(at):
        wanted = how.key(gold)
    given = how.given(got)
    hits = len(wanted & given)
    missed, spurious = len(wanted) - hits, len(given) - hits
    if not wanted:  # an empty list is a value, too
        hits, missed = (1, 0) if got == [] else (0, 1)
    fault = _unlike(got, gold, at) if missed or spurious else None
    return Finding(name=at.name, hits=hits, spurious=spurious, missed=missed, fault=fault)


@contextmanager
def _target(at: Place) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"target field {at.shown}: {error}") from None


def _unlike(got: Json, gold: Json, at: Place) -> str:
    return f"{at.shown}: {'missing' if got is None else f'got {shown(got)}'}, expected {shown(gold)}"


def _size(value: Json) -> int:
    """Of how many values a field consists: those of a list are its elements."""
    return max(1, len(value)) if isinstance(value, list) else 1
