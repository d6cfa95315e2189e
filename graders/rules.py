"""Rules that a reply must keep, whatever else it says: what must stand in it, and what must not.

Each rule is a check of its own, so that broken ones come out as an absolute rate with what the number of replies still
allows: 0 of 300 is no proof of less than 1%. Rules stand in the options; a sample's target may hold further ones, or
the values that rules name (`contains: {target: canary}`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graders.options import flag, refuse_unknown
from graders.reading import no_answer, no_reply, right, short, spoken, wrong
from graders.rules_kinds import Reply, Undecided, seen
from graders.rules_reading import Rule, check_names, read_rules
from harness.protocols import Grader
from harness.records import Check, Json, Judgement, Response, Sample

version = "1"
needs_target = False

OPTIONS = ("must", "must_not", "partial")

NAME_SHOWN = 60  # characters of a rule's name in an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What came of rules. `kept` has those that are decided, by name.

    Neither kept nor broken is what must stand in a reply that was cut off: it may still have followed.
    """

    rules: tuple[Rule, ...]
    kept: Mapping[str, bool]
    undecided: Mapping[str, Exception]

    @property
    def broken(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if self.kept.get(rule.name) is False)

    def share(self) -> float:
        return sum(self.kept.values()) / len(self.rules)

    def checks(self) -> tuple[Check, ...]:
        return tuple(
            Check(name=name, kind="rule", hits=float(kept), spurious=float(not kept))
            for name, kept in self.kept.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`own` are the rules of the options."""

    own: tuple[Rule, ...]
    partial: bool

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        rules = self._of(sample.target)
        response = spoken(response)
        silent = no_reply(response)
        if silent and silent.outcome == "failed":
            return silent
        reply = seen(response)
        found = _findings(rules, reply, sample.target)
        return replace(self._judged(found, reply, response), checks=found.checks())

    def check(self, samples: Sequence[Sample]) -> None:
        """Raises ValueError for the first sample without a rule, or without a value that a rule needs."""
        for sample in samples:
            try:
                self._of(sample.target)
            except ValueError as error:
                raise ValueError(f'sample "{sample.id}": {error}') from None

    def rule_names(self, samples: Sequence[Sample]) -> Iterable[str]:
        """Of the samples' own rules, those that can be read."""
        names = [rule.name for rule in self.own]
        for sample in samples:
            names += [rule.name for rule in read_rules(sample.target if isinstance(sample.target, dict) else {})]
        return dict.fromkeys(names)

    def _judged(self, found: Findings, reply: Reply, response: Response) -> Judgement:
        if found.broken and reply.declines and all(rule.must or rule.kind == "declines" for rule in found.broken):
            return Judgement(outcome="refused", score=0.0, answer=None, reason="the reply declines")
        if not reply.text.strip() and not reply.declines:
            return no_answer(response, "the reply is empty")
        if found.broken:
            names = ", ".join(short(rule.name, NAME_SHOWN) for rule in found.broken)
            return wrong(f"broken: {names}", f"breaks {names}", score=found.share() if self.partial else 0.0)
        for name, error in found.undecided.items():
            if isinstance(error, TimeoutError):
                raise error
            return no_answer(response, f"{short(name, NAME_SHOWN)}: {error}")
        if reply.cut_off:
            return no_answer(response, "what there is of the reply breaks no rule")
        return right("kept", f"keeps all of {len(found.rules)} rules")

    def _of(self, target: Json) -> tuple[Rule, ...]:
        """The rules for a sample. Raises ValueError for a target whose rules or values are unfit."""
        given = target if isinstance(target, dict) else {}
        rules = (*self.own, *read_rules(given))
        if not rules:
            raise ValueError("no rules: neither the options nor the sample's target hold any")
        _check_apart(rules)
        check_names(given, rules)
        for rule in rules:
            if rule.key is not None:
                rule.check(target)
        return rules


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    own = read_rules(options)
    _check_apart(own)
    return Rules(own=own, partial=flag(options, "partial", False))


def gold(sample: Sample) -> str | None:
    """None: many replies keep the rules. Raises ValueError for a target whose own rules are unfit."""
    if isinstance(sample.target, dict):
        read_rules(sample.target)
    return None


def _findings(rules: tuple[Rule, ...], reply: Reply, target: Json) -> Findings:
    kept: dict[str, bool] = {}
    undecided: dict[str, Exception] = {}
    for rule in rules:
        try:
            keeps = rule.kept(reply, target)
        except (Undecided, TimeoutError) as error:
            undecided[rule.name] = error
            continue
        if keeps or not (rule.must and reply.cut_off):
            kept[rule.name] = keeps
    return Findings(rules=rules, kept=kept, undecided=undecided)


def _check_apart(rules: Iterable[Rule]) -> None:
    """Raises ValueError for two rules of one name."""
    names: set[str] = set()
    for rule in rules:
        if rule.name in names:
            raise ValueError(f'two rules are called "{short(rule.name)}"; give each a name of its own')
        names.add(rule.name)
