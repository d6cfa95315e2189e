"""What every grader must decide before it compares anything: is there an answer here at all?

A reply without an answer is not a wrong one. It was refused, cut off, or cannot be read, and each calls for another
repair; so each has an outcome of its own, told apart here and nowhere else. Graders read `response.text` only: what was
thought (`reasoning`, or thoughts left in the text) is not what was answered.
"""

import hashlib
import json
from dataclasses import replace

from graders.characters import one_spelling as one_spelling
from graders.refusals import declines
from harness.engines.thinking import split_thinking
from harness.records import Json, Judgement, Response, Sample

SHOWN = 200  # characters of an answer or a reason that are kept

# Between these a model thinks; engines and logs split most of it off, but not always.
_THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
)


def gold(sample: Sample) -> str | None:
    """The target as a model would write it; of several accepted texts the first."""
    return _written(sample.target)


def _written(target: Json) -> str:
    if isinstance(target, list) and target:
        return _written(target[0])
    return target if isinstance(target, str) else json.dumps(target, ensure_ascii=False)


def no_reply(response: Response) -> Judgement | None:
    """The judgement of a response that there is no need to read: none came, it was withheld, or it is blank."""
    if response.failure is not None or response.finish == "error":
        reason = short(response.failure or "the reply ended in an error")
        return Judgement(outcome="failed", score=None, answer=None, reason=reason)
    if response.finish == "refusal":
        return Judgement(outcome="refused", score=0.0, answer=None, reason="the model or its server withheld the reply")
    if not response.text.strip():
        called = response.finish == "tool_calls" or bool(response.tool_calls)
        return no_answer(response, "a tool call and no text" if called else "the reply is empty")
    return None


def no_answer(response: Response, why: str) -> Judgement:
    """The judgement of a reply in which no answer was found, which is what `why` tells."""
    if refuses(response.text):
        return Judgement(outcome="refused", score=0.0, answer=None, reason="the reply declines to answer")
    if cut_off(response):
        return Judgement(outcome="truncated", score=0.0, answer=None, reason=short(f"cut off: {why}"))
    return Judgement(outcome="unparsed", score=0.0, answer=None, reason=short(why))


def answers(response: Response, *, marked: bool, closed: bool) -> bool:
    """Whether a text found in the reply may be taken for its answer.

    `marked`: the reply says that it is the answer. `closed`: no further text could turn it into another, because its
    line or bracket has ended. A reply that was cut off answers only with what is both; one that declines to help
    only with what is marked, since a stray "5" in an apology is no answer.
    """
    if cut_off(response):
        return marked and closed
    return marked or not refuses(response.text)


def right(answer: str, reason: str) -> Judgement:
    return Judgement(outcome="correct", score=1.0, answer=short(answer), reason=short(reason))


def wrong(answer: str, reason: str, score: float = 0.0) -> Judgement:
    return Judgement(outcome="incorrect", score=score, answer=short(answer), reason=short(reason))


def cut_off(response: Response) -> bool:
    return response.finish == "length"


def refuses(text: str) -> bool:
    """Whether a reply declines to help in so many words; not whether it merely fails to find an answer."""
    return declines(_without_thoughts(text))


def spoken(response: Response) -> Response:
    """The response without what its model thought, where that was left in the text (`<think>...</think>`).

    A thought that never ends leaves nothing.
    """
    text = _without_thoughts(response.text)
    return response if text == response.text else replace(response, text=text)


def _without_thoughts(text: str) -> str:
    for opening, closing in _THOUGHTS:
        if closing in text or text.lstrip()[: len(opening)] == opening:
            text = split_thinking(text, opening, closing)[1]
    return text


def short(text: str, limit: int = SHOWN) -> str:
    """At most `limit` characters that can be stored. A digest keeps two long texts with one beginning apart."""
    text = text.encode("utf-8", "replace").decode()
    if len(text) <= limit:
        return text
    mark = f"... [{len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:8]}]"
    return text[: limit - len(mark)] + mark
