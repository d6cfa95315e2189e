"""What can go wrong, as a tree.

    VivaError                 one message for the user: what, where, the mend
    |- UsageError             the command or a file it names is wrong: nothing was written (exit 64)
    |  |- PlanError           an evaluation plan or policy, with file and line
    |  |- PolicyNameError     a policy names what there is not, with its place in the policy
    |  `- DataError           samples, rows or logs that cannot be used, with file and row
    |- EngineError            a model could not be loaded or did not answer
    `- StoreError             the store or a run folder cannot be used

A grader or detector that fails raises nothing past its boundary: its failure is data (`Grade(outcome="failed")`).
"""

import difflib
from collections.abc import Iterable, Sequence


class VivaError(Exception):
    """Something the user can mend; its text is all that is shown."""


class UsageError(VivaError):
    pass


class PlanError(UsageError):
    pass


class PolicyNameError(UsageError):
    """`place`: the keys and numbers that lead to the name, from the top of the policy."""

    def __init__(self, message: str, place: Sequence[str | int]) -> None:
        super().__init__(message)
        self.place = tuple(place)


class DataError(UsageError):
    pass


class EngineError(VivaError):
    pass


class StoreError(VivaError):
    pass


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for a word that is almost a known one, else what is known, else nothing."""
    names = list(dict.fromkeys(known))
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known: {', '.join(names)}" if names else ""
