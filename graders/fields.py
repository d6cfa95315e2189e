"""One JSON object, compared with the target field by field.

The object must be JSON to the letter unless repair is asked for: a reply that no program downstream could parse holds
no answer, however right it looks. The values of each field are counted in every reply, so that each has its own F1.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from graders import json_schema
from graders.comparators import Alike, Comparator, Rules, Set, comparators
from graders.json_fields import Comparing, Finding, checks, compared, extra, top
from graders.json_fields import same as same
from graders.json_reading import Reading, Unreadable, canonical, to_the_letter, with_repairs
from graders.json_reading import read_object as read_object
from graders.options import amount, flag, refuse_unknown, texts
from graders.reading import gold as gold
from graders.reading import no_answer, no_reply, right, short, spoken, wrong
from graders.timed import OverspentError
from harness.errors import nearest
from harness.protocols import Grader
from harness.records import Check, Json, Judgement, Response, Sample

version = "2"
needs_target = True

OPTIONS = (
    "fields",
    "partial",
    "ignore_extra",
    "ignore_case",
    "ignore_space",
    "tolerance",
    "coerce",
    "compare",
    "repair",
    "schema",
)
TO_THE_LETTER = "valid JSON to the letter"
SCHEMA = "schema"  # the rule that the object keeps it

_ByField = Mapping[str, list[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """`fields`: those to compare, all of the target's if there are none. `read` finds the object of a text."""

    fields: tuple[str, ...]
    partial: bool
    by: Comparing
    read: Callable[[str], Reading]
    schema: json_schema.Schema | None

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        gold = self._gold(sample.target)
        response = spoken(response)
        if silent := no_reply(response):
            return self._unread(silent, gold, _letter(0))
        try:
            reading = self.read(response.text)
        except Unreadable as error:
            return self._unread(no_answer(response, str(error)), gold, _letter(0))
        letter = _letter(0 if reading.repairs else 1)
        try:
            broken = self.schema.violations(reading.value) if self.schema else ()
        except OverspentError as error:
            return self._unread(no_answer(response, f"checking the object by the schema {error}"), gold, letter)
        return self._judged(reading, broken, gold, (letter, _rule(broken)) if self.schema else (letter,))

    def check(self, samples: Sequence[Sample]) -> None:
        """Raises ValueError for a field that is to be compared in its own way and that no target has."""
        known = {path for sample in samples for path in _paths(self._gold(sample.target))}
        for name in self.by.own:
            if known and name not in known:
                raise ValueError(f'option "compare": no target has the field "{name}"{nearest(name, sorted(known))}')

    def rule_names(self, samples: Sequence[Sample]) -> Iterable[str]:
        return (SCHEMA,) if self.schema else ()

    def _judged(
        self, reading: Reading, broken: tuple[str, ...], gold: dict[str, Json], form: tuple[Check, ...]
    ) -> Judgement:
        found = self._compared(reading.value, gold)
        faults = [f"breaks the schema at {violation}" for violation in broken]
        faults += [fault for findings in found.values() for fault in _faults(findings)]
        mended = f"after repair ({', '.join(reading.repairs)}): " if reading.repairs else ""
        answer = canonical(reading.value)
        if faults:
            score = self._share(found, gold) if self.partial and not broken else 0.0
            judgement = wrong(answer, mended + "; ".join(faults), score=score)
        else:
            judgement = right(answer, f"{mended}all of {len(self.fields or gold)} fields")
        return replace(judgement, checks=(*form, *_counts(found)))

    def _unread(self, judgement: Judgement, gold: dict[str, Json], letter: Check) -> Judgement:
        """The judgement of a reply without an object that counts: every value that was asked for is missed."""
        if judgement.outcome == "failed":
            return judgement
        return replace(judgement, checks=(letter, *_counts(self._compared({}, gold))))

    def _gold(self, target: Json) -> dict[str, Json]:
        try:
            gold = read_object(target if isinstance(target, str) else json.dumps(target, allow_nan=False))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"target {short(repr(target))} is not one JSON object: {error}") from None
        for name in self.fields:
            if name not in gold:
                raise ValueError(f'target has no field "{name}"{nearest(name, gold)}')
        if not gold:
            raise ValueError("target {} has no fields to compare")
        return gold

    def _compared(self, got: dict[str, Json], gold: dict[str, Json]) -> _ByField:
        """What came of the target's fields, and of those that only the reply has where they matter."""
        start = top(self.by)
        names = self.fields or tuple(gold)
        asked = {n: list(compared(got.get(n), gold[n], start.field(n, self.by), self.by)) for n in names}
        more = {n: list(extra(got[n], start.field(n, self.by), self.by)) for n in got if n not in gold}
        return asked | {name: findings for name, findings in more.items() if findings}

    def _share(self, found: _ByField, gold: dict[str, Json]) -> float:
        """The share of fields that are right, nested ones as a whole; those not asked for are wrong."""
        faulty = [name for name in found if _faults(found[name])]
        return 1 - len(faulty) / (len(self.fields or gold) + sum(name not in gold for name in faulty))


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    rules = Rules(
        ignore_extra=flag(options, "ignore_extra", True),
        ignore_case=flag(options, "ignore_case", False),
        ignore_space=flag(options, "ignore_space", False),
        tolerance=amount(options, "tolerance"),
        coerce=flag(options, "coerce", False),
    )
    names = texts(options, "fields")
    own = _own(options, names)
    listed = () if names else json_schema.names(options.get("schema"))
    return Fields(
        fields=names,
        partial=flag(options, "partial", False),
        by=Comparing(
            default=Alike(rules), own=own, ignore_extra=rules.ignore_extra, counted=frozenset([*own, *listed])
        ),
        read=with_repairs if flag(options, "repair", False) else to_the_letter,
        schema=_schema(options),
    )


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> Json:
    """The reply's object, if it would be right as an answer to itself; else None."""
    grader = make(options)
    assert isinstance(grader, Fields)
    response = spoken(response)
    if no_reply(response):
        return None
    try:
        found = grader.read(response.text).value
        return found if grader(replace(sample, target=found), response).outcome == "correct" else None
    except ValueError:  # it holds no object, or one that cannot be a target
        return None


def _own(options: Mapping[str, Json], names: tuple[str, ...]) -> dict[str, Comparator]:
    """The fields' own comparators. Raises ValueError for one that would never be asked."""
    own = comparators(options.get("compare", {}))
    for name in own:
        if names and not any(name == asked or name.startswith(f"{asked}.") for asked in names):
            raise ValueError(f'option "compare": "{name}" is not among the fields to compare{nearest(name, names)}')
        for above, how in own.items():
            if isinstance(how, Set) and name.startswith(f"{above}."):
                raise ValueError(f'option "compare": "{name}" lies in "{above}", a set, which is compared as a whole')
    return own


def _paths(value: Json, above: str = "") -> Iterator[str]:
    """The dotted paths of the fields of an object, and of the objects in it and in its lists."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{above}{name}"
            yield from _paths(inner, f"{above}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, above)


def _schema(options: Mapping[str, Json]) -> json_schema.Schema | None:
    try:
        return json_schema.schema(options["schema"]) if "schema" in options else None
    except ValueError as error:
        raise ValueError(f'option "schema": {error}') from None


def _letter(kept: int) -> Check:
    return Check(name=TO_THE_LETTER, kind="share", hits=kept, spurious=1 - kept)


def _rule(broken: tuple[str, ...]) -> Check:
    return Check(name=SCHEMA, kind="rule", hits=0 if broken else 1, spurious=1 if broken else 0)


def _counts(found: _ByField) -> tuple[Check, ...]:
    return checks(finding for findings in found.values() for finding in findings)


def _faults(findings: Iterable[Finding]) -> list[str]:
    return [finding.fault for finding in findings if finding.fault]
