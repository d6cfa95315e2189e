"""One JSON object, compared with the target field by field.

The object may stand alone, in a fence or in prose, but there must be exactly one, and it must be JSON to the letter: a
reply that no program downstream could parse holds no answer, however right it looks.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import isfinite
from typing import NoReturn

from graders.options import amount, exact, flag, refuse_unknown, texts
from graders.reading import gold as gold
from graders.reading import no_answer, no_reply, right, short, wrong
from harness.errors import nearest
from harness.protocols import Grader
from harness.records import Json, Judgement, Response, Sample

version = "1"
needs_target = True

OPTIONS = ("fields", "partial", "ignore_extra", "ignore_case", "ignore_space", "tolerance", "coerce")

_DEEPEST = 100  # levels of nesting that are still read
_VALUE_SHOWN = 60  # characters of a value in a reason
_START = re.compile(r'\{(?=\s*+["}])')
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[][{}]', re.DOTALL)
_SCALAR = re.compile(r"true|false|-?(?:0|[1-9]\d{0,99})(?:\.\d{1,99})?(?:e[-+]?\d{1,2})?")


class Unreadable(ValueError):
    """Why a text does not hold exactly one JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When two values are the same. All but `ignore_extra` are as strict as they can be unless set."""

    ignore_extra: bool
    ignore_case: bool
    ignore_space: bool
    tolerance: Fraction
    coerce: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    fields: tuple[str, ...]
    partial: bool
    rules: Rules

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        gold = self._gold(sample.target)
        if silent := no_reply(response):
            return silent
        try:
            got = read_object(response.text)
        except Unreadable as error:
            return no_answer(response, str(error))
        names = self.fields or tuple(gold)
        faults = [fault for name in names if (fault := self._fault(name, got, gold))]
        extra = [] if self.rules.ignore_extra else [name for name in got if name not in gold]
        faults += [f"{short(name, _VALUE_SHOWN)}: not asked for" for name in extra]
        if not faults:
            return right(canonical(got), f"all of {len(names)} fields")
        share = 1 - len(faults) / (len(names) + len(extra))
        return wrong(canonical(got), "; ".join(faults), score=share if self.partial else 0.0)

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

    def _fault(self, name: str, got: dict[str, Json], gold: dict[str, Json]) -> str | None:
        """What is wrong with a field of the reply, if anything."""
        if name in got and same(got[name], gold[name], self.rules):
            return None
        found = f"got {short(canonical(got[name]), _VALUE_SHOWN)}" if name in got else "missing"
        return f"{name}: {found}, expected {short(canonical(gold[name]), _VALUE_SHOWN)}"


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    rules = Rules(
        ignore_extra=flag(options, "ignore_extra", True),
        ignore_case=flag(options, "ignore_case", False),
        ignore_space=flag(options, "ignore_space", False),
        tolerance=amount(options, "tolerance"),
        coerce=flag(options, "coerce", False),
    )
    return Fields(fields=texts(options, "fields"), partial=flag(options, "partial", False), rules=rules)


def read_object(text: str) -> dict[str, Json]:
    """The one JSON object of a text. Raises Unreadable."""
    spans = list(islice(_spans(text), 2))
    if len(spans) != 1:
        raise Unreadable("more than one JSON object" if spans else "no JSON object")
    start, end = spans[0]
    if text[:start].rstrip().endswith("[") or text[end:].lstrip().startswith("]"):
        raise Unreadable("a list, not one JSON object")
    try:
        found: dict[str, Json] = json.loads(
            text[start:end], object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(f"not valid JSON: {error}") from None
    return found


def same(got: Json, gold: Json, rules: Rules) -> bool:
    """Whether two values are equal at every depth. true is not 1, "37" is not 37; 37.0 is 37."""
    if isinstance(got, dict) and isinstance(gold, dict):
        no_more = rules.ignore_extra or got.keys() <= gold.keys()
        return no_more and all(name in got and same(got[name], gold[name], rules) for name in gold)
    if isinstance(got, list) and isinstance(gold, list):
        return len(got) == len(gold) and all(same(a, b, rules) for a, b in zip(got, gold, strict=True))
    if rules.coerce and isinstance(got, str) != isinstance(gold, str):
        got, gold = _unquoted(got), _unquoted(gold)
    if isinstance(got, str) and isinstance(gold, str):
        return _normal(got, rules) == _normal(gold, rules)
    if isinstance(got, bool) or isinstance(gold, bool):
        return got is gold
    if isinstance(got, int | float) and isinstance(gold, int | float):
        return abs(exact(got) - exact(gold)) <= rules.tolerance
    return got is None and gold is None


def canonical(value: Json) -> str:
    """The value as JSON with sorted keys, so that equal values read the same."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the outermost objects of a text start and end, found in one pass."""
    at = 0
    while start := _START.search(text, at):
        depth = 0
        for token in _TOKEN.finditer(text, start.start()):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
            if depth > _DEEPEST:
                raise Unreadable(f"JSON nested deeper than {_DEEPEST} levels")
            if depth == 0:
                break
        else:
            raise Unreadable("a JSON object that does not end")
        at = token.end()
        yield start.start(), at


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise Unreadable(f"the field {short(twice, _VALUE_SHOWN)!r} stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a JSON value")


def _finite(text: str) -> float:
    if not isfinite(number := float(text)):
        raise Unreadable(f"{short(text, _VALUE_SHOWN)} is too large a number")
    return number


def _unquoted(value: Json) -> Json:
    """A text that spells a number or a truth value, as that value."""
    if isinstance(value, str) and _SCALAR.fullmatch(plain := value.strip().lower()):
        unquoted: Json = json.loads(plain)
        return unquoted
    return value


def _normal(text: str, rules: Rules) -> str:
    text = " ".join(text.split()) if rules.ignore_space else text
    return text.casefold() if rules.ignore_case else text
