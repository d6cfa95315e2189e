"""What every grader must decide before it compares anything: is there an answer here at all?

A reply without an answer is not a wrong one. It was refused, cut off, or cannot be read, and each calls for another
repair; so each has an outcome of its own, told apart here and nowhere else. Graders read `response.text` only: what was
thought (`reasoning`) is not what was answered.
"""

import hashlib
import json
import re
import unicodedata

from harness.records import Json, Judgement, Response, Sample

SHOWN = 200  # characters of an answer or a reason that are kept

_QUOTES = str.maketrans("\u2018\u2019\u02bc\u201c\u201d", "'''\"\"")
_HEAP = re.compile(r"[^\w\s\x00-\x7f]{30}")
_OPENING = 300  # characters within which a refusal says so
_REFUSAL = re.compile(
    r"""\A\W{0,9}(?:i(?:'m|[ ]am)[ ])?(?:\w{2,6}[ ])?(?:sorry|afraid)\b[^.!?\n]{0,40}?\bi[ ]
        (?:can't|cannot|can[ ]not|won't)\b
    | \bi[ ](?:can't|cannot|can[ ]not|won't|will[ ]not)[ ](?:help|assist|comply|fulfil)\b(?![ ]but\b)
    | \bi(?:'m|[ ]am)[ ](?:unable|not[ ]able)[ ]to[ ](?:help|assist|comply|fulfil|answer|provide)\b
    | \bi[ ](?:must|have[ ]to)[ ](?:decline|refuse)\b
    """,
    re.IGNORECASE | re.VERBOSE,
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
    return _REFUSAL.search(text[:_OPENING].translate(_QUOTES)) is not None


def one_spelling(text: str) -> str:
    """The text in NFKC and with straight quotes. Heaped accents are broken up: to order them takes quadratic time."""
    return unicodedata.normalize("NFKC", _HEAP.sub(r"\g<0> ", text).translate(_QUOTES))


def short(text: str, limit: int = SHOWN) -> str:
    """At most `limit` characters that can be stored. A digest keeps two long texts with one beginning apart."""
    text = text.encode("utf-8", "replace").decode()
    if len(text) <= limit:
        return text
    mark = f"... [{len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:8]}]"
    return text[: limit - len(mark)] + mark
