"""The whole reply against one accepted text or several, equal but for how they are typed.

Width and composition of characters (NFKC), characters that cannot be seen, runs of white space and closing punctuation
do not count. Case does, unless `ignore_case` is set.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from graders.options import flag, refuse_unknown
from graders.reading import answers, cut_off, no_answer, no_reply, one_spelling, refuses, right, short, spoken, wrong
from graders.reading import gold as gold
from harness.records import Json, Judgement, Response, Sample

version = "2"
needs_target = True

OPTIONS = ("ignore_case",)

_RAISED = re.compile(r"[\u00b2\u00b3\u00b9\u2070-\u207f]+")  # NFKC alone would make 52 of five squared
_VULGAR = re.compile(r"[\u00bc-\u00be\u2150-\u215e\u2189]")  # and 11/2 of one and a half
_CLOSING = " .,;:!?\u3002\u2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    ignore_case: bool

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        golds = self._golds(sample.target)
        if self.normal(response.text) not in golds:  # else it is the target itself that has tags
            response = spoken(response)
        if silent := no_reply(response):
            return silent
        answer = self.normal(response.text)
        if answer in golds and not cut_off(response):  # cut off, "Paris" may have become "Paris, Texas"
            return right(answer, f"equals {short(answer)!r}")
        if not answers(response, marked=False, closed=False):
            return no_answer(response, "the reply is compared as a whole")
        return wrong(answer, f"not {' or '.join(map(repr, golds))}")

    def _golds(self, target: Json) -> tuple[str, ...]:
        texts = target if isinstance(target, list) else [target]
        golds = tuple(self.normal(text) for text in texts if isinstance(text, str))
        if len(golds) < len(texts) or not all(golds) or not golds:
            raise ValueError(f"target {short(repr(target))} is neither a text nor a list of texts, none of them blank")
        return golds

    def normal(self, text: str) -> str:
        text = _VULGAR.sub(r" \g<0>", _RAISED.sub(r"^\g<0>", text))
        text = " ".join(one_spelling(text).split())
        text = text.rstrip(_CLOSING) or text
        return unicodedata.normalize("NFKC", text.casefold()) if self.ignore_case else text


def make(options: Mapping[str, Json]) -> Exact:
    refuse_unknown(options, OPTIONS)
    return Exact(ignore_case=flag(options, "ignore_case", False))


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> str | None:
    """The whole reply as a target; None where it declines, was cut off or is blank."""
    response = spoken(response)
    if no_reply(response) or cut_off(response) or refuses(response.text):
        return None
    return response.text.strip() if make(options).normal(response.text) else None
