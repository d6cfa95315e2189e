"""Compares answers with the math-verify library; run as a process by `graders.timed`, one JSON line for another.

A question is `{"golds": [...], "texts": [...]}`: LaTeX or prose, each with one answer in it; the texts are readings of
one answer. The answer says whether any are `equal` (null where no text holds mathematics that the library can read),
which `gold` could not be read, and what was `found`.
"""

import logging
from functools import lru_cache
from typing import Any

from graders.worker_process import serve

CLOSE = 1e-4  # share by which an inexact answer may differ, beside the library's rule of six decimals


@lru_cache(maxsize=4096)
def parsed(text: str) -> tuple[list[Any], str | None]:
    """What the library reads in a text (expressions of sympy, mostly one), and the stretch that it read."""
    from math_verify import parse

    found = parse(text, parsing_timeout=None)
    return [part for part in found if not isinstance(part, str)], next((p for p in found if isinstance(p, str)), None)


def same(gold: Any, answer: Any) -> bool:
    from math_verify import verify

    return bool(verify(gold, answer, timeout_seconds=None)) and not far_apart(gold, answer)


def far_apart(gold: Any, answer: Any) -> bool:
    """Whether two numbers differ by more than CLOSE although they have the same six decimals: 0.0000671, 0.0000672."""
    from sympy import Expr, Float

    if not all(isinstance(side, Expr) and side.is_number for side in (gold, answer)):
        return False
    if not (gold.has(Float) or answer.has(Float)):
        return False
    try:
        one, other = complex(gold.doit().evalf()), complex(answer.doit().evalf())
    except (TypeError, ValueError, OverflowError):  # not a number that a machine holds
        return False
    # A percentage and its number are the same to the library: 9% is 9 as well as 0.09.
    return all(abs(one - other * scale) > CLOSE * abs(one) for scale in (0.01, 1, 100))


def compare(golds: list[str], texts: list[str]) -> dict[str, Any]:
    answers = [answer for text in texts for answer in parsed(text)[0]]
    found = parsed(texts[0])[1]
    for gold in golds:
        if not parsed(gold)[0]:
            return {"equal": None, "gold": gold, "found": found}
    if not answers:
        return {"equal": None, "gold": None, "found": found}
    equal = any(same(one, answer) for gold in golds for one in parsed(gold)[0] for answer in answers)
    return {"equal": equal, "gold": None, "found": found}


def warm() -> None:
    """Load the libraries, which takes longer than an answer may."""
    logging.disable(logging.CRITICAL)
    compare([r"\boxed{\frac{1}{2}}"], [r"\boxed{0.5}"])


if __name__ == "__main__":
    serve(compare, warm)
