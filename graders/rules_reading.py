"""How rules are written, and what each kind looks for."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from graders import json_schema
from graders.comparators import Rules as Values
from graders.json_fields import same
from graders.json_reading import Unreadable, read_object
from graders.numerals import tidy, value
from graders.options import exact
from graders.reading import one_spelling, short
from graders.tool_reading import Call, calls_of, calls_of_target
from harness.errors import nearest
from harness.records import Json, Response, Sample

LONGEST = 200_000  # characters of a reply that rules are held against
SECONDS = 5  # for one pattern on one reply
_AMOUNT = re.compile(r"[-+]?\d[\d.,'\u202f\u00a0]{0,30}")
_EDGES = " \t\r\n\"'`*_.!?:;,()[]<>«»“”„-"

Holds = Callable[[Json, Sample, Response], bool]


class TooLong(ValueError):
    """A reply that is longer than rules are held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`kind` looks for something, with `argument` to go by; the rule is kept if it is there, or not there."""

    name: str
    must: bool
    kind: str
    argument: Json

    def kept(self, sample: Sample, response: Response) -> bool:
        """Raises TooLong, and TimeoutError where a pattern takes too long."""
        if len(response.text) > LONGEST:
            raise TooLong(f"a reply of {len(response.text)} characters; rules are held against {LONGEST} at most")
        return KINDS[self.kind].holds(self._argument(sample.target), sample, response) == self.must

    def check_target(self, target: Json) -> None:
        """Raises ValueError where the rule names a value that the target does not hold, or one that is unfit."""
        KINDS[self.kind].check(self._argument(target))

    def _argument(self, target: Json) -> Json:
        if not isinstance(self.argument, dict) or set(self.argument) != {"target"}:
            return self.argument
        key = self.argument["target"]
        if not isinstance(target, dict) or not isinstance(key, str) or key not in target:
            raise ValueError(f'rule "{self.name}": the target has no "{key}"')
        return target[key]


@dataclass(frozen=True, slots=True)
class Kind:
    holds: Holds
    check: Callable[[Json], None]


def read_rules(given: Mapping[str, Json]) -> tuple[Rule, ...]:
    """The rules under `must` and `must_not`. Raises ValueError."""
    rules: list[Rule] = []
    for side, listed in given.items():
        if not isinstance(listed, list):
            raise ValueError(f"{side}: {short(repr(listed))} is not a list of rules")
        rules += [_rule(one, must=side == "must") for one in listed]
    return tuple(rules)


def _rule(given: Json, *, must: bool) -> Rule:
    if not isinstance(given, dict):
        raise ValueError(f"{short(repr(given))} is not a rule, such as {{name: ..., contains: ...}}")
    kinds = [key for key in given if key != "name"]
    for key in kinds:
        if key not in KINDS:
            raise ValueError(f'unknown rule "{key}"{nearest(key, KINDS)}')
    if len(kinds) != 1:
        raise ValueError(f"{short(repr(given))}: a rule has a name and one of {', '.join(KINDS)}")
    name = given.get("name", f"{'' if must else 'not '}{kinds[0]} {short(str(given[kinds[0]]), 40)}")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"{short(repr(given))}: the name of a rule is a text")
    rule = Rule(name=name, must=must, kind=kinds[0], argument=given[kinds[0]])
    if not (isinstance(rule.argument, dict) and set(rule.argument) == {"target"}):
        try:
            KINDS[rule.kind].check(rule.argument)
        except ValueError as error:
            raise ValueError(f'rule "{name}": {error}') from None
    return rule


def _matches(argument: Json, sample: Sample, response: Response) -> bool:
    import regex

    try:
        return regex.search(str(argument), response.text, regex.MULTILINE, timeout=SECONDS) is not None
    except TimeoutError:
        raise TimeoutError(f"the pattern {short(str(argument), 60)!r} took more than {SECONDS} s") from None


def _check_pattern(argument: Json) -> None:
    import regex

    if not isinstance(argument, str) or not argument:
        raise ValueError(f"{argument!r} is not a regular expression")
    try:
        regex.compile(argument, regex.MULTILINE)
    except regex.error as error:
        raise ValueError(f"{argument!r} is not a regular expression: {error}") from None


def _contains(argument: Json, sample: Sample, response: Response) -> bool:
    """Any of the texts, whatever its case, white space and quotes."""
    said = _folded(response.text)
    return any(_folded(text) in said for text in _texts(argument))


def _says(argument: Json, sample: Sample, response: Response) -> bool:
    """Any of the texts makes up a whole line: said, not quoted."""
    wanted = {_folded(text).strip(_EDGES) for text in _texts(argument)}
    return any(_folded(line).strip(_EDGES) in wanted for line in response.text.splitlines())


def _check_texts(argument: Json) -> None:
    if not _texts(argument):
        raise ValueError(f"{short(repr(argument))} is not a text, or a list of them")


def _texts(argument: Json) -> list[str]:
    given = argument if isinstance(argument, list) else [argument]
    return [text for text in given if isinstance(text, str) and text.strip()] if all(given) else []


def _folded(text: str) -> str:
    return " ".join(one_spelling(text).casefold().split())


def _schema(argument: Json, sample: Sample, response: Response) -> bool:
    try:
        found = read_object(response.text)
    except Unreadable:
        return False
    return not _known_schema(json.dumps(argument)).violations(found)


@lru_cache(maxsize=64)
def _known_schema(text: str) -> json_schema.Schema:
    return json_schema.schema(json.loads(text))


def _check_schema(argument: Json) -> None:
    json_schema.schema(argument)


def _amount_above(argument: Json, sample: Sample, response: Response) -> bool:
    return any(found > exact(_number(argument)) for found in _amounts(response.text))


def _other_amount(argument: Json, sample: Sample, response: Response) -> bool:
    allowed = {exact(_number(one)) for one in argument} if isinstance(argument, list) else set()
    return any(found not in allowed for found in _amounts(response.text))


def _amounts(text: str) -> list[Fraction]:
    """The sizes of all numbers of a text, in digits."""
    found = (value(match[0].rstrip(".,'")) for match in _AMOUNT.finditer(tidy(text)))
    return [abs(number) for number in found if number is not None]


def _check_number(argument: Json) -> None:
    _number(argument)


def _check_numbers(argument: Json) -> None:
    if not isinstance(argument, list) or not argument:
        raise ValueError(f"{short(repr(argument))} is not a list of numbers")
    for one in argument:
        _number(one)


def _number(argument: Json) -> int | float:
    if isinstance(argument, bool) or not isinstance(argument, int | float):
        raise ValueError(f"{short(repr(argument))} is not a number")
    return argument


def _calls(argument: Json, sample: Sample, response: Response) -> bool:
    """A call of this name, with at least these arguments."""
    try:
        made = calls_of(response)
    except Unreadable:
        return False
    return any(
        call.name == wanted.name and same(call.arguments, wanted.arguments, Values())
        for wanted in _wanted(argument)
        for call in made
    )


def _check_calls(argument: Json) -> None:
    if not _wanted(argument):
        raise ValueError("no tool is named")


def _wanted(argument: Json) -> tuple[Call, ...]:
    named = [argument] if isinstance(argument, str | dict) else argument
    if not isinstance(named, list):
        raise ValueError(f"{short(repr(argument))} is not the name of a tool, or {{name: ..., arguments: ...}}")
    return calls_of_target([{"name": one} if isinstance(one, str) else one for one in named])


def _longer(argument: Json, sample: Sample, response: Response) -> bool:
    """More words than this."""
    return len(response.text.split()) > _number(argument)


KINDS: dict[str, Kind] = {
    "matches": Kind(_matches, _check_pattern),
    "contains": Kind(_contains, _check_texts),
    "says": Kind(_says, _check_texts),
    "schema": Kind(_schema, _check_schema),
    "amount_above": Kind(_amount_above, _check_number),
    "amount_other_than": Kind(_other_amount, _check_numbers),
    "calls": Kind(_calls, _check_calls),
    "words_above": Kind(_longer, _check_number),
}
