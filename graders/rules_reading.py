"""How rules are written: `{name: ..., KIND: ARGUMENT}` under `must` and `must_not`."""

from collections.abc import Mapping
from dataclasses import dataclass

from graders.reading import short
from graders.rules_kinds import KINDS, Reply
from harness.errors import nearest
from harness.records import Json

SIDES = ("must", "must_not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`kind` looks for something, with `argument` to go by; the rule is kept if it is there, or not there."""

    name: str
    must: bool
    kind: str
    argument: Json

    @property
    def key(self) -> str | None:
        """Where in the target the argument stands, if it is not in the rule itself."""
        if not isinstance(self.argument, dict) or set(self.argument) != {"target"}:
            return None
        key = self.argument["target"]
        return key if isinstance(key, str) else None

    def kept(self, reply: Reply, target: Json) -> bool:
        """Raises Undecided, and TimeoutError where a pattern takes too long."""
        return KINDS[self.kind].holds(self._argument(target), reply) == self.must

    def check(self, target: Json) -> None:
        """Raises ValueError where the argument is unfit, or the target does not hold it."""
        try:
            KINDS[self.kind].check(self._argument(target))
        except ValueError as error:
            raise ValueError(f'rule "{short(self.name)}": {error}') from None

    def _argument(self, target: Json) -> Json:
        if self.key is None:
            return self.argument
        if not isinstance(target, dict) or self.key not in target:
            raise ValueError(f'the target has no "{self.key}"')
        return target[self.key]


def read_rules(given: Mapping[str, Json]) -> tuple[Rule, ...]:
    """The rules under `must` and `must_not`. Raises ValueError."""
    rules: list[Rule] = []
    for side in SIDES:
        listed = given.get(side, [])
        if not isinstance(listed, list):
            raise ValueError(f"{side}: {short(repr(listed))} is not a list of rules")
        rules += [_rule(one, must=side == "must") for one in listed]
    return tuple(rules)


def check_names(target: Mapping[str, Json], rules: tuple[Rule, ...]) -> None:
    """Raises ValueError for a name in a target that looks like `must` or `must_not` and is neither."""
    for name in target:
        if name not in SIDES and name not in {rule.key for rule in rules}:
            like = nearest(name[:20].replace("-", "_"), SIDES)
            if "did you mean" in like:
                raise ValueError(f'target: unknown "{short(name)}"{like}')


def _rule(given: Json, *, must: bool) -> Rule:
    if not isinstance(given, dict):
        raise ValueError(f"{short(repr(given))} is not a rule, such as {{name: ..., contains: ...}}")
    kinds = [key for key in given if key != "name"]
    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(f'unknown rule "{kind}"{nearest(kind, KINDS)}')
    if len(kinds) != 1:
        raise ValueError(f"{short(repr(given))}: a rule has a name and one of {', '.join(KINDS)}")
    [kind] = kinds
    name = given.get("name", f"{'' if must else 'not '}{kind} {short(str(given[kind]), 40)}")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"{short(repr(given))}: the name of a rule is a text")
    rule = Rule(name=name, must=must, kind=kind, argument=given[kind])
    if rule.key is None:
        rule.check(None)
    return rule
