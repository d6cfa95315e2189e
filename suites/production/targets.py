r"""Right answers that the log itself tells of.

A file says where they are:

    correction: review.corrected            # what a human made of the reply
    accepted: {field: feedback, values: [up, copied]}
    rules:
      - {when: '\brefund\b', target: refunds}     # a constant
      - {reply: 'queue: (\w+)'}                   # the first group of what is found in the reply

The first of them that applies is the target; where none does, only the teacher can be the reference.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from harness.errors import DataError, PlanError
from harness.policy import Strict
from harness.records import Json
from harness.strict_yaml import Document, read
from suites.production.asked import Asked
from suites.production.strata_rules import may_take_for_ever
from suites.rows import as_text, fetch, plain

SEARCHED = 10_000  # characters of a text; texts are hostile, and a pattern may take quadratic time
SOURCES = ("gold", "correction", "accepted", "rule")


class Accepted(Strict):
    """A field, and the values by which it says that the user took the reply."""

    field: str
    values: Annotated[tuple[str | int | bool, ...], Field(min_length=1)]


class TargetRule(Strict):
    """Applies where `when` is found in what the user wrote and `reply` in the reply."""

    when: str | None = None
    reply: str | None = None
    target: Json = None

    @model_validator(mode="after")
    def _tells_a_target(self) -> "TargetRule":
        if self.target is None and self.reply is None:
            raise ValueError("a rule needs a `target`, or a `reply` pattern whose first group is the target")
        return self


class TargetFile(Strict):
    correction: str | None = None
    accepted: Accepted | None = None
    rules: tuple[TargetRule, ...] = ()


class Target(NamedTuple):
    value: Json
    source: str | None


@dataclass(frozen=True, slots=True)
class _Rule:
    when: re.Pattern[str] | None
    reply: re.Pattern[str] | None
    target: Json


@dataclass(frozen=True, slots=True)
class Targets:
    """Finds the right answer to a request, where the log knows one."""

    how: TargetFile
    rules: tuple[_Rule, ...] = ()

    def of(self, asked: Asked) -> Target:
        """The target and its source: gold (the map's), correction, accepted, rule, or None."""
        if asked.target is not None:
            return Target(asked.target, "gold")
        corrected = _value(asked, self.how.correction)
        if corrected not in (None, "", [], {}):
            return Target(corrected, "correction")
        if asked.reply is not None and self._is_accepted(asked):
            return Target(asked.reply, "accepted")
        for rule in self.rules:
            found = _applied(rule, asked)
            if found is not None:
                return Target(found, "rule")
        return Target(None, None)

    def _is_accepted(self, asked: Asked) -> bool:
        how = self.how.accepted
        if how is None:
            return False
        given = as_text(_value(asked, how.field))
        return given is not None and given.casefold() in [str(as_text(value)).casefold() for value in how.values]


def no_targets() -> Targets:
    return Targets(TargetFile())


def load_targets(path: Path) -> Targets:
    """Raises PlanError with file, line and the mend."""
    document = read(path)
    how = document.validate(TargetFile)
    rules = tuple(
        _Rule(
            _compiled(rule.when, document, ("rules", number, "when")),
            _compiled(rule.reply, document, ("rules", number, "reply")),
            rule.target,
        )
        for number, rule in enumerate(how.rules)
    )
    return Targets(how, rules)


def _compiled(pattern: str | None, document: Document, place: tuple[str | int, ...]) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        found = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise PlanError(f"{document.place(place)}: no regular expression: {error}") from None
    if may_take_for_ever(pattern):
        where = document.place(place)
        raise PlanError(f"{where}: a repeated group with a repeat or choice in it can take for ever; write it flat")
    return found


def _applied(rule: _Rule, asked: Asked) -> Json:
    """The rule's target, or None where it does not apply."""
    said = "\n".join(m.content for m in asked.messages if m.role == "user")
    if rule.when is not None and not rule.when.search(said[:SEARCHED]):
        return None
    if rule.reply is None:
        return rule.target
    match = rule.reply.search((asked.reply or "")[:SEARCHED])
    if match is None:
        return None
    return rule.target if rule.target is not None else match[1 if rule.reply.groups else 0] or None


def _value(asked: Asked, path: str | None) -> Json:
    if path is None:
        return None
    if path in asked.named:
        return asked.named[path]
    try:
        return plain(fetch(asked.values, path), "row")
    except (KeyError, DataError):
        return None
