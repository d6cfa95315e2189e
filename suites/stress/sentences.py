"""A prompt as sentences: where they end, and which one asks."""

import re
from dataclasses import dataclass

from harness.records import Sample
from suites.stress.making import Abstained, Asked, prose

_END = r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\b[A-Z][a-z]\.)(?<!\b[A-Z][a-z][a-z]\.)"  # of a sentence, not of "Mr."
_ENDS = re.compile(rf"{_END}[\"'\u201d\u2019)]?[ ]+(?=[A-Z\"'\u201c(])")


@dataclass(frozen=True, slots=True)
class Story:
    """What is told, sentence by sentence, and the question that it ends on, the only one."""

    request: Asked
    told: tuple[str, ...]
    question: str


def split(text: str) -> list[str]:
    """The sentences of a text in order; an abbreviation (`Mr.`) ends none."""
    parts, at = [], 0
    for match in _ENDS.finditer(text):
        parts.append(text[at : match.end()].strip())
        at = match.end()
    return [part for part in [*parts, text[at:].strip()] if part]


def story(sample: Sample) -> Story | Abstained:
    request = prose(sample)
    if isinstance(request, Abstained):
        return request
    if "\n" in request.text.strip():
        return Abstained("in several paragraphs or lines")
    sentences = split(request.text)
    if len(sentences) < 2 or not sentences[-1].endswith("?") or request.text.count("?") != 1:
        return Abstained("that do not tell something and then ask one question")
    return Story(request, tuple(sentences[:-1]), sentences[-1])
