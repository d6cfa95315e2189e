r"""A mathematical answer, compared by the math-verify library: `\frac{1}{2}`, 0.5 and 1/2 are one answer.

The library reads and compares; where a reply says its answer, and whether it may count, is decided here. Comparing is
done in a process with limits (`graders.timed`): a reply whose answer costs more than them is unparsed, since no reader
could tell what it is worth, and nothing of ours has failed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version as installed
from pathlib import Path

from graders.characters import visible
from graders.markers import ANSWER, IS, marker
from graders.math_reading import LONGEST, MARKER, Found, read
from graders.math_spelling import alike, boxed, is_word, other_base, readings, spelled, unwrapped
from graders.options import refuse_unknown
from graders.reading import answers, no_answer, no_reply, right, short, spoken, wrong
from graders.timed import OverspentError, TimedWorker
from harness.records import Json, Judgement, Response, Sample

version = f"2 with math-verify {installed('math-verify')}"
needs_target = True

OPTIONS = ("marker", "seconds")
SECONDS = 5  # of processor time, for one comparison
MEMORY = 2 << 30  # bytes that the comparing process may use


@dataclass(frozen=True, slots=True, kw_only=True)
class Math:
    marker: re.Pattern[str]
    word_marker: re.Pattern[str]
    seconds: int

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        golds = _golds(sample.target)
        found = self.read(response, self.word_marker if any(map(is_word, golds)) else self.marker)
        if isinstance(found, Judgement):
            return found
        try:
            return self._compared(golds, found, response)
        except OverspentError as error:
            return no_answer(response, f"comparing {short(found.text, 80)!r} {error}")

    def read(self, response: Response, marker: re.Pattern[str]) -> Found | Judgement:
        """What a reply answers, or the judgement of one that does not answer."""
        response = spoken(response)
        if silent := no_reply(response):
            return silent
        found = read(response.text, marker)
        if found is None:
            return no_answer(response, "no mathematics where the answer should be")
        if not answers(response, marked=found.marked, closed=found.closed):
            return no_answer(response, f"{short(found.text, 80)!r} may not be the whole answer")
        if len(found.text) > LONGEST:
            return no_answer(response, f"an answer of {len(found.text)} characters; {LONGEST} are read")
        return found

    def _compared(self, golds: tuple[str, ...], found: Found, response: Response) -> Judgement:
        verdict = self.asked(found, golds)
        if verdict["gold"] is not None:
            raise ValueError(f"target {short(str(verdict['gold']))!r} holds no mathematics that can be read")
        answer = _written(found, verdict)
        same = [gold for gold in golds if not other_base(gold, answer)]
        if same and (verdict["equal"] or any(alike(gold, answer) for gold in same)):
            return right(answer, f"{short(answer, 80)} for {' or '.join(golds)}")
        if verdict["equal"] is None:
            return no_answer(response, f"{short(answer, 80)!r} cannot be read as mathematics")
        return wrong(answer, f"{short(answer, 80)} is not {' or '.join(golds)}")

    def asked(self, found: Found, golds: tuple[str, ...]) -> dict[str, Json]:
        """What the comparing process says of an answer; see `math_worker`. Raises OverspentError."""
        texts = (
            [f"Answer: {found.text}" if found.marked else found.text]
            if found.prose
            else [boxed(text) for text in readings(found.text)]
        )
        verdict = _worker(self.seconds).ask({"golds": [boxed(spelled(gold)) for gold in golds], "texts": list(texts)})
        assert isinstance(verdict, dict)
        return verdict


def make(options: Mapping[str, Json]) -> Math:
    refuse_unknown(options, OPTIONS)
    seconds = options.get("seconds", SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= 600:
        raise ValueError(f'option "seconds": {seconds!r} is not a whole number from 1 to 600')
    words = marker(options, rf"{MARKER}|{ANSWER}\s{{0,3}}{IS}")
    return Math(marker=marker(options, MARKER), word_marker=words, seconds=seconds)


def gold(sample: Sample) -> str | None:
    """The first accepted target, boxed."""
    return boxed(_golds(sample.target)[0])


def _golds(target: Json) -> tuple[str, ...]:
    parts = target if isinstance(target, list) else [target]
    golds = tuple(visible(str(p)) for p in parts if isinstance(p, str | int | float) and not isinstance(p, bool))
    if not golds or len(golds) < len(parts) or not all(gold.strip() for gold in golds):
        raise ValueError(f"target {short(repr(target))} is neither a text nor a number, nor a list of them")
    return golds


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> str | None:
    """The answer of a reply as it is written; None too where that, as a target, would not be met by the reply itself.

    Whether a word is an answer or part of a phrase ("the answer is helpful") shows from the target alone: a reply with
    a word after its marker, and a number elsewhere that nothing marks, holds none.
    """
    grader = make(options)
    found = grader.read(response, grader.marker)
    if isinstance(found, Judgement) or not found.marked:
        word = grader.read(response, grader.word_marker)
        if isinstance(word, Found) and word.marked:
            if isinstance(found, Found) or not is_word(word.text):
                return None
            found = word
    if isinstance(found, Judgement):
        return None
    try:
        target = _written(found, grader.asked(found, ()))
        judgement = grader(replace(sample, target=target), response)
    except (OverspentError, ValueError):
        return None
    return target if judgement.outcome == "correct" else None


def _written(found: Found, verdict: Mapping[str, Json]) -> str:
    """The answer as the reply writes it: of prose, the stretch that the library has read."""
    read = verdict["found"] if found.prose and verdict["found"] else found.text
    return unwrapped(" ".join(str(read).split()))


@lru_cache(maxsize=4)
def _worker(seconds: int) -> TimedWorker:
    """One process for all graders with the same limit; it starts with the first comparison."""
    return TimedWorker(Path(__file__).with_name("math_worker.py"), seconds, MEMORY)
