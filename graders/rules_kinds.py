"""What rules look for in a reply: each kind, and how its argument is written."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from graders import json_schema
from graders.comparators import Rules as Values
from graders.json_fields import same
from graders.json_reading import Unreadable, canonical, read_object
from graders.reading import cut_off, one_spelling, refuses, short
from graders.rules_amounts import above, amounts, differing, finished, limit
from graders.timed import OverspentError
from graders.tool_reading import Call, calls_of, calls_of_target, readable_calls, without_calls
from harness.records import Json, Response

LONGEST = 200_000  # characters of a reply that rules are held against
SECONDS = 5  # for one pattern on one reply

_EDGES = " \t\r\n\"'`*_.!?:;,()[]<>«»“”„-"


class Undecided(ValueError):
    """Why it cannot be told whether a reply keeps a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply as rules see it: the same whether its calls stand in its text or were handed over apart.

    `words` is what it says besides its calls. `text` has these below, one a line, as JSON with sorted keys.
    """

    words: str
    text: str
    calls: tuple[Call, ...]
    declines: bool
    cut_off: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """`holds` may raise Undecided, `check` ValueError for an argument that cannot be one."""

    holds: Callable[[Json, Reply], bool]
    check: Callable[[Json], object]


def seen(response: Response) -> Reply:
    """Of a reply that is longer than rules are held against, the beginning, as of one that was cut off."""
    try:
        calls, words = calls_of(response), without_calls(response.text)
        written = [canonical(call.json()) for call in calls]
    except Unreadable:
        calls, words = readable_calls(response), response.text
        written = [canonical(call) for call in response.tool_calls]
    text = "\n".join([*([words] if words.strip() else []), *written])
    too_long = max(len(text), len(response.text)) > LONGEST
    return Reply(
        words=words[:LONGEST],
        text=text[:LONGEST],
        calls=calls,
        declines=response.finish == "refusal" or refuses(response.text),
        cut_off=too_long or cut_off(response),
    )


def _matches(argument: Json, reply: Reply) -> bool:
    import regex

    try:
        return regex.search(str(argument), reply.text, regex.MULTILINE, timeout=SECONDS) is not None
    except TimeoutError:
        raise TimeoutError(f"the pattern {short(str(argument), 60)!r} took more than {SECONDS} s") from None


def _pattern(argument: Json) -> None:
    import regex

    if not isinstance(argument, str) or not argument:
        raise ValueError(f"{argument!r} is not a regular expression")
    try:
        regex.compile(argument, regex.MULTILINE)
    except regex.error as error:
        raise ValueError(f"{argument!r} is not a regular expression: {error}") from None


def _contains(argument: Json, reply: Reply) -> bool:
    """Any of the texts, whatever its case, white space and quotes."""
    said = _folded(reply.text)
    return any(_folded(text) in said for text in _texts(argument))


def _says(argument: Json, reply: Reply) -> bool:
    """Any of the texts makes up a whole line: said, not quoted."""
    wanted = {_folded(text).strip(_EDGES) for text in _texts(argument)}
    lines = (line for line in reply.words.splitlines() if not line.lstrip().startswith(">"))
    return any(_folded(line).strip(_EDGES) in wanted for line in lines)


def _texts(argument: Json) -> list[str]:
    given = argument if isinstance(argument, list) else [argument]
    found = [text for text in given if isinstance(text, str) and _folded(text).strip(_EDGES)]
    if not found or len(found) < len(given):
        raise ValueError(f"{short(repr(argument))} is not a text with words, or a list of such")
    return found


def _folded(text: str) -> str:
    return " ".join(one_spelling(text).casefold().split())


def _schema(argument: Json, reply: Reply) -> bool:
    try:
        found = read_object(reply.words if reply.words.strip() else reply.text)
    except Unreadable:
        return False
    try:
        return not json_schema.Schema(json.dumps(argument)).violations(found)
    except OverspentError as error:
        raise Undecided(f"checking the object by the schema {error}") from None


def _amount_above(argument: Json, reply: Reply) -> bool:
    return any(above(amounts(reply.text), limit(argument)))


def _amount_other_than(argument: Json, reply: Reply) -> bool:
    found = finished(reply.text) if reply.cut_off else amounts(reply.text)
    return any(differing(found, [limit(one) for one in _listed(argument)]))


def _limits(argument: Json) -> None:
    allowed = [limit(one) for one in _listed(argument)]
    if any(one.currencies for one in allowed) and not all(one.currencies for one in allowed):
        raise ValueError(f"{short(repr(argument))}: either all amounts have a currency, or none has")


def _listed(argument: Json) -> list[Json]:
    if not isinstance(argument, list) or not argument:
        raise ValueError(f"{short(repr(argument))} is not a list of amounts")
    return argument


def _calls(argument: Json, reply: Reply) -> bool:
    """A call of this name, with at least these arguments."""
    return any(
        call.name == wanted.name and same(call.arguments, wanted.arguments, Values())
        for wanted in _wanted(argument)
        for call in reply.calls
    )


def _wanted(argument: Json) -> tuple[Call, ...]:
    named = argument if isinstance(argument, list) else [argument]
    if not named or not all(isinstance(one, str | dict) and one for one in named):
        raise ValueError(f"{short(repr(argument))} is not the name of a tool, or {{name: ..., arguments: ...}}")
    return calls_of_target([{"name": one} if isinstance(one, str) else one for one in named])


def _declines(argument: Json, reply: Reply) -> bool:
    return reply.declines


def _true(argument: Json) -> None:
    if argument is not True:
        raise ValueError(f"{short(repr(argument))} is not true")


def _words_above(argument: Json, reply: Reply) -> bool:
    return len(reply.words.split()) > _count(argument)


def _count(argument: Json) -> int:
    if isinstance(argument, bool) or not isinstance(argument, int) or argument < 0:
        raise ValueError(f"{short(repr(argument))} is not a number of words")
    return argument


KINDS: dict[str, Kind] = {
    "matches": Kind(_matches, _pattern),
    "contains": Kind(_contains, _texts),
    "says": Kind(_says, _texts),
    "schema": Kind(_schema, json_schema.schema),
    "amount_above": Kind(_amount_above, limit),
    "amount_other_than": Kind(_amount_other_than, _limits),
    "calls": Kind(_calls, _wanted),
    "declines": Kind(_declines, _true),
    "words_above": Kind(_words_above, _count),
}
