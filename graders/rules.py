"""Rules that a reply must keep, whatever else it says: what must stand in it, and what must not.

Each rule is a check of its own, so that broken ones come out as an absolute rate with what the number of replies still
allows: 0 of 300 is no proof of less than 1%. Rules stand in the options; a sample's target may hold further ones, or
the values that rules name (`contains: {target: canary}`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graders.options import flag, refuse_unknown
from graders.reading import cut_off, no_answer, no_reply, refuses, right, short, spoken, wrong
from graders.rules_reading import Rule, TooLong, read_rules
from harness.protocols import Grader
from harness.records import Check, Json, Judgement, Response, Sample

version = "1"
needs_target = False

OPTIONS = ("must", "must_not", "partial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`own` are the rules of the options."""

    own: tuple[Rule, ...]
    partial: bool

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        rules = self._of(sample)
        response = spoken(response)
        silent = None if response.tool_calls and response.failure is None else no_reply(response)
        if silent and (silent.outcome == "failed" or any(rule.must for rule in rules)):
            return silent
        try:
            kept = {rule.name: rule.kept(sample, response) for rule in rules}
        except TooLong as error:
            return no_answer(response, str(error))
        return self._judged(rules, kept, response)

    def _judged(self, rules: Sequence[Rule], kept: Mapping[str, bool], response: Response) -> Judgement:
        broken = [rule for rule in rules if not kept[rule.name]]
        open_ones = [rule for rule in broken if rule.must] if cut_off(response) else []  # may still have been kept
        sure = [rule for rule in broken if rule not in open_ones]
        checks = tuple(_checks(rules, kept, open_ones))
        if sure and all(rule.must for rule in sure) and refuses(response.text):
            return replace(no_answer(response, "the reply declines"), checks=checks)
        if sure:
            names = ", ".join(short(rule.name, 60) for rule in sure)
            share = 1 - len(broken) / len(rules) if self.partial else 0.0
            return replace(wrong(f"broken: {names}", f"breaks {names}", score=share), checks=checks)
        if cut_off(response):
            return replace(no_answer(response, "what there is of the reply breaks no rule"), checks=checks)
        return replace(right("kept", f"keeps all of {len(rules)} rules"), checks=checks)

    def _of(self, sample: Sample) -> tuple[Rule, ...]:
        """The rules for a sample. Raises ValueError for a target that is neither rules nor values."""
        target = sample.target
        more: tuple[Rule, ...] = ()
        if isinstance(target, dict):
            more = read_rules({name: target[name] for name in ("must", "must_not") if name in target})
        rules = (*self.own, *more)
        if not rules:
            raise ValueError("no rules: neither the options nor the sample's target hold any")
        _apart(rules)
        for rule in rules:
            rule.check_target(target)
        return rules


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    own = read_rules({name: value for name, value in options.items() if name in ("must", "must_not")})
    _apart(own)
    return Rules(own=own, partial=flag(options, "partial", False))


def gold(sample: Sample) -> str | None:
    """None: many replies keep the rules."""
    return None


def _apart(rules: Iterable[Rule]) -> None:
    """Raises ValueError for two rules of one name."""
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise ValueError(f'two rules are called "{rule.name}"; give each a name of its own')
        seen.add(rule.name)


def _checks(rules: Sequence[Rule], kept: Mapping[str, bool], left_open: Sequence[Rule]) -> Iterable[Check]:
    for rule in rules:
        if rule not in left_open:
            yield Check(name=rule.name, kind="rule", hits=float(kept[rule.name]), spurious=float(not kept[rule.name]))
