r"""Strata by regular expressions, from a file: the first that is found in a text names its stratum.

    rules:
      - {name: refund, pattern: 'refund|money back'}
      - {name: card, pattern: '\bcards?\b'}

Case makes no difference. Texts are traffic and may be hostile, so that no pattern may take ever longer: a repeated
group that itself repeats or chooses, such as `(a+)+` or `(a|b)*`, is refused, and only the first 1,000 characters of a
text are searched.
"""

import re
from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from harness.errors import PlanError
from harness.policy import Strict
from harness.strict_yaml import Document, read

SEARCHED = 1000  # characters of a text
OTHER = "other"
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:=!<#]?|\{\d*,?\d*\}|.", re.DOTALL)


class Rule(Strict):
    name: str = Field(min_length=1)
    pattern: str = Field(min_length=1)


class RuleFile(Strict):
    rules: tuple[Rule, ...] = Field(min_length=1)


def load_rules(path: Path) -> Callable[[str], str]:
    """A function from a text to the name of the first rule that is found in it, else "other".

    Raises PlanError with file and line for a file or a pattern that cannot be used.
    """
    document = read(path)
    rules = document.validate(RuleFile).rules
    compiled = [(rule.name, _compiled(rule, document, number)) for number, rule in enumerate(rules)]

    def label(text: str) -> str:
        head = text[:SEARCHED]
        return next((name for name, pattern in compiled if pattern.search(head)), OTHER)

    return label


def _compiled(rule: Rule, document: Document, number: int) -> re.Pattern[str]:
    where = f'{document.place(("rules", number, "pattern"))}: rule "{rule.name}"'
    if rule.name == OTHER:
        raise PlanError(f'{where}: "{OTHER}" is what no rule is found in; call it something else')
    try:
        pattern = re.compile(rule.pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise PlanError(f"{where}: no regular expression: {error}") from None
    if may_take_for_ever(rule.pattern):
        raise PlanError(f"{where}: a repeated group with a repeat or choice in it can take for ever; write it flat")
    return pattern


def may_take_for_ever(pattern: str) -> bool:
    """Whether a group is repeated that holds a repeat or a choice: what backtracking can take exponential time on.

    `pattern` is a regular expression that compiles. Some that are refused would be harmless.
    """
    inside = [False]  # for each open group: whether a repeat or a choice stands in it
    closed = False  # whether the last thing was the end of a group with one
    for token in _TOKEN.findall(pattern):
        repeats = token in ("*", "+") or token.startswith("{")
        if repeats and closed:
            return True
        closed = False
        if token.startswith("("):
            inside.append(False)
        elif token == ")" and len(inside) > 1:
            closed = inside.pop()
            inside[-1] |= closed
        elif repeats or token in ("?", "|"):
            inside[-1] = True
    return False
