"""The named parts of judgements added up: fields found, rules kept, points got, for each side of a comparison."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from harness.compared import CheckTally, Tally
from harness.evaluation import Comparison
from harness.pairing import Item, Scores
from harness.records import Check, CheckKind, Grade
from harness.stats import rates
from harness.stats.clustered import effective_n

LEVEL = 0.95

Name = tuple[CheckKind, str]


@dataclass(slots=True)
class _Sum:
    """What one check came to on one side: counts, and the weight and clusters of the items that it was made on."""

    hits: float = 0.0
    spurious: float = 0.0
    missed: float = 0.0
    sizes: list[float] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


def tally(items: Sequence[Item], scores: Scores) -> tuple[CheckTally, ...]:
    """Every check of the items' grades, in the order in which they first stand there."""
    teacher = _sums((item.teacher for item in items), scores)
    pupil = _sums((item.student for item in items), scores)
    return tuple(
        CheckTally(
            name=name,
            kind=kind,
            n=max(len(side[kind, name].sizes) for side in (teacher, pupil) if (kind, name) in side),
            teacher=_tally(kind, teacher.get((kind, name))),
            pupil=_tally(kind, pupil.get((kind, name))),
        )
        for kind, name in dict.fromkeys([*teacher, *pupil])
    )


def _sums(sides: Iterable[Sequence[Grade]], scores: Scores) -> dict[Name, _Sum]:
    found: dict[Name, _Sum] = {}
    mean = float(scores.sizes.mean())
    for number, grades in enumerate(sides):
        size = float(scores.sizes[number]) / mean
        place = str(number) if scores.clusters is None else scores.clusters[number]
        for check in averaged(grade.checks for grade in grades):
            total = found.setdefault((check.kind, check.name), _Sum())
            total.hits += size * check.hits
            total.spurious += size * check.spurious
            total.missed += size * check.missed
            total.sizes.append(size)
            total.places.append(place)
    return found


def averaged(attempts: Iterable[Sequence[Check]]) -> tuple[Check, ...]:
    """The checks of several attempts as those of one: each averaged over the attempts that made it."""
    made: dict[Name, list[Check]] = {}
    for checks in attempts:
        for check in checks:
            made.setdefault((check.kind, check.name), []).append(check)
    return tuple(
        replace(
            checks[0],
            hits=sum(c.hits for c in checks) / len(checks),
            spurious=sum(c.spurious for c in checks) / len(checks),
            missed=sum(c.missed for c in checks) / len(checks),
        )
        for checks in made.values()
    )


def _tally(kind: CheckKind, total: _Sum | None) -> Tally | None:
    if total is None:
        return None
    found = Tally(hits=total.hits, spurious=total.spurious, missed=total.missed)
    count = total.hits + total.spurious
    if kind == "field" or not count:
        return found
    n = effective_n(total.sizes, total.places)
    if kind == "rule":
        bound = rates.upper_bound(min(1.0, total.spurious / count), n, LEVEL)
        return replace(found, rate95=bound, effective_n=n)
    return replace(found, rate95=rates.interval(min(1.0, total.hits / count), n, LEVEL), effective_n=n)


def telling(comparison: Comparison) -> tuple[CheckTally, ...]:
    """The checks without what tells nothing: the fields of a teacher that was only compared with itself."""
    if comparison.undecidable is None:
        return comparison.checks
    return tuple(replace(check, teacher=None) if check.kind == "field" else check for check in comparison.checks)


def fell_short(check: Check) -> bool:
    """Whether any of it went wrong: a value not right, a rule broken, points not got."""
    return bool(check.spurious or check.missed)


def in_words(check: Check) -> str:
    """A check of one reply as a reader wants it: `total: 1 not right, 1 missed`."""
    if check.kind == "share":
        return f"{check.name}: {check.hits:g} of {check.hits + check.spurious:g}"
    if check.kind == "rule" and not (check.hits and check.spurious):
        return f"{check.name}: {'broken' if check.spurious else 'kept'}"
    words = ("kept", "broken", "") if check.kind == "rule" else ("right", "not right", "missed")
    counts = (check.hits, check.spurious, check.missed)
    return f"{check.name}: " + ", ".join(f"{n:g} {word}" for n, word in zip(counts, words, strict=True) if n)
