"""Rules that a policy names: known by viva's own graders beforehand, and not by those of a team."""

from collections.abc import Iterable, Sequence

import pytest

from harness.errors import UsageError
from harness.grading import Assigned
from harness.policy import Policy
from harness.policy_names import check_rules
from harness.records import Judgement, Response, Sample


class Silent:
    """A grader that says nothing of rules."""

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        return Judgement(outcome="correct", score=1.0, answer=None, reason="")


class Polite(Silent):
    def rule_names(self, samples: Sequence[Sample]) -> Iterable[str]:
        return ["polite", *(f"of {sample.id}" for sample in samples)]


class Kind:
    version, needs_target = "1", False

    def make(self, options: object) -> Silent:
        return Silent()

    def gold(self, sample: Sample) -> None:
        return None


def assigned(name: str, grader: Silent, *samples: str) -> list[Assigned]:
    return [Assigned(Sample(id=sample), name, Kind(), {}, grader) for sample in samples]


def is_own(name: str) -> bool:
    return name.endswith(".py:f")


def asked(rule: str, *judges: Assigned) -> None:
    check_rules(Policy(rules={rule: 1}), judges, is_own)


def test_rules_of_options_and_of_samples_are_known() -> None:
    judges = assigned("rules", Polite(), "a", "b")
    for rule in ("polite", "of a", "of b"):
        asked(rule, *judges)
    with pytest.raises(UsageError, match='the rule "pollite", .* did you mean "polite"'):
        asked("pollite", *judges)
    with pytest.raises(UsageError, match='the rule "length", .* known: polite, of a, of b'):
        asked("length", *judges)


def test_graders_without_rules_break_none() -> None:
    with pytest.raises(UsageError, match=r"the graders \(exact\) report no"):
        asked("polite", *assigned("exact", Silent(), "a"))
    with pytest.raises(UsageError, match=r"the graders \(none\) report no"):
        asked("polite")


def test_what_a_grader_of_the_team_reports_is_not_known() -> None:
    mixed = [*assigned("rules", Polite(), "a"), *assigned("graders/mine.py:f", Silent(), "b")]
    asked("length", *mixed)
    with pytest.raises(UsageError, match="did you mean"):
        asked("pollite", *mixed)
