"""Whether all that a policy names is there: found before any model is asked and before anything is written."""

from collections.abc import Callable, Collection, Iterable

from harness.compare import suite_card
from harness.errors import PolicyNameError, nearest
from harness.gate import check_names, check_students
from harness.grading import Assigned, rule_names, short_name
from harness.policy import Policy
from harness.suite import Suite


def check_policy(policy: Policy, suites: Iterable[Suite], students: Collection[str]) -> None:
    """Raises PolicyNameError for the first suite, slice or student that is none of these."""
    check_names([(card.name, part) for card in map(suite_card, suites) for part in card.parts], policy)
    check_students(students, policy)


def check_rules(policy: Policy, judges: Collection[Assigned], is_own: Callable[[str], bool]) -> None:
    """Raises PolicyNameError for a rule that no grader will report.

    `is_own` tells which graders are not viva's. What these report is not known before they judge: where there is one, a
    name is only refused if it is almost that of a known rule.
    """
    known = rule_names(judges)
    open_ended = any(is_own(judge.name) for judge in judges)
    for name in policy.rules:
        close = nearest(name, known)
        if name in known or (open_ended and "did you mean" not in close):
            continue
        graders = ", ".join(dict.fromkeys(short_name(judge.name) for judge in judges)) or "none"
        which = close or f"; the graders ({graders}) report no rules"
        told = f'the gate names the rule "{name}", which no answer will be checked by{which}'
        raise PolicyNameError(told, ("rules", name))
