r"""Where a reply says its mathematical answer.

The last `\boxed{...}` holds it, or else what follows the last answer marker does, or else it is the whole reply where
that is nothing but mathematics, or else the last formula or number of its last line that has one. Boxes joined by a
comma, "and" or "or" are one answer with several values.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from graders.characters import visible
from graders.markers import ANSWER, IS, untagged
from graders.math_spelling import is_name, unwrapped

LONGEST = 4000  # characters of an answer that are still read, and of a reply's end in which one is looked for

# "answer is" counts where mathematics follows on its line: "I hope this answer is helpful" says nothing.
MARKER = (
    r"####|^[ \t>*_#]{0,12}A:|"
    rf"{ANSWER}(?:[ ]to[ ][^\n:=.]{{1,60}}?)?[\s*_\"']{{0,5}}(?:[:=]|{IS}(?=[^\n\d$\\]{{0,60}}[\d$\\]|[ ]?:))"
)

_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s{0,3}\{|\\[{}]|[{}]")
_BETWEEN = r"[\s$\\()\[\]*]{0,12}"
_JOINT = re.compile(rf"{_BETWEEN}(?:[,;]|,?\s?(?:\\text\{{\s?)?(?:and|or)\s?\}}?){_BETWEEN}")
_LEAD = re.compile(r"[\s*_:>]*+")
_DISPLAY = re.compile(r"\$\$([^$]{1,4000}+)\$\$|\\\[((?:[^\\]|\\(?!\])){1,4000}+)\\\]")
_INLINE = re.compile(r"\$((?:\\.|[^$\\]){1,4000}+)\$|\\\(((?:[^\\]|\\(?!\))){1,4000}+)\\\)")
_AND = re.compile(r"\s{0,3}(?:,|,?\s{0,3}\b(?:and|or)\b)\s{0,3}")
_EXPLAINED = re.compile(r"\s(?:because|since|as|where|which|so)\b|[.!?](?=\s|\Z)|\s[-\u2013\u2014]\s(?=[A-Za-z]{2})")
_TOKEN = re.compile(r"<\|\w{1,40}\|>")  # of a chat template, left in the text
_MATHEMATICS = re.compile(r"\d|\$[^$]+\$|\\[(\[]|\\[a-z]{2,}")
_COMPOUND = re.compile(r"[(\[{+^\\]")  # a lone number is found among its units and currencies as well
_VERB = re.compile(r"\b(?:is|are|be|equals|gives|get)\b|:(?=\s)")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_NO_PROSE = re.compile(
    r"\\(?:begin|end|text|mbox)\{[^{}]*\}|\\[A-Za-z]+|(?<![A-Za-z])(?:a|arc)?(?:sinh?|cosh?|tanh?|cot|sec|csc|log|ln|exp|sqrt|pi|infinity)(?![a-z])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a reply gives for its answer.

    `marked`: it says so. `closed`: its line or bracket has ended. `prose`: a number among words, still to be found.
    """

    text: str
    marked: bool
    closed: bool
    prose: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a box and its content begin and the content ends; `end` None when it is never closed."""

    opens: int
    start: int
    end: int | None


def read(text: str, marker: re.Pattern[str]) -> Found | None:
    """None where a reply holds neither a formula nor a number."""
    text = _TOKEN.sub("\n", untagged(visible(text)))
    if box := last_box(text):
        return box
    last = deque(marker.finditer(text), maxlen=1)
    if last and (found := _announced(text[last[0].end() :])):
        return found
    return _bare(text) or _last_said(text)


def last_box(text: str) -> Found | None:
    """The last box that is not blank, with those joined to it."""
    boxes = [box for box in _boxes(text) if text[box.start : box.end].strip()]
    if not boxes:
        return None
    last = boxes.pop()
    if last.end is None:
        return Found(text=text[last.start :].partition("\n")[0].rstrip("$ "), marked=True, closed=False)
    values = [text[last.start : last.end]]
    while boxes and boxes[-1].end is not None and _JOINT.fullmatch(text, boxes[-1].end + 1, last.opens):
        last = boxes.pop()
        values.insert(0, text[last.start : last.end])
    return Found(text=", ".join(dict.fromkeys(values)), marked=True, closed=True)


def _boxes(text: str) -> list[_Box]:
    """All boxes, in the order in which they open."""
    found: list[_Box] = []
    opened: list[_Box | None] = []
    for token in _BOX.finditer(text):
        if token[0] == "}":
            box = opened.pop() if opened else None
            if box:
                found.append(_Box(box.opens, box.start, token.start()))
        elif token[0] == "{":
            opened.append(None)
        elif token[0][-1] == "{" and len(token[0]) > 2:
            opened.append(_Box(token.start(), token.end(), None))
    return sorted([*found, *(box for box in opened if box)], key=lambda box: box.opens)


def _announced(rest: str) -> Found | None:
    """What a marker announces: a displayed formula, or the next line that says something."""
    body = rest[_LEAD.match(rest).end() :]  # type: ignore[union-attr]  # it matches the empty text too
    if display := _DISPLAY.match(body):
        return Found(text=display[1] or display[2], marked=True, closed=True)
    line, newline, _ = body.partition("\n")
    if not line.strip():
        return None
    if len(line) > LONGEST:
        return Found(text=line, marked=True, closed=bool(newline))
    if formulas := list(_INLINE.finditer(line)):
        groups = _joined(line, formulas)
        first = not line[: formulas[0].start()].strip(" *_")  # what follows explains it
        return Found(text=_values(groups[0 if first else -1]), marked=True, closed=bool(newline))
    return _in_sentence(_EXPLAINED.split(line, maxsplit=1)[0], marked=True, closed=bool(newline))


def _joined(line: str, formulas: list[re.Match[str]]) -> list[list[re.Match[str]]]:
    """The formulas of a line, together where only a comma, "and" or "or" stands between them."""
    groups = [[formulas[0]]]
    for formula in formulas[1:]:
        if _AND.fullmatch(line, groups[-1][-1].end(), formula.start()):
            groups[-1].append(formula)
        else:
            groups.append([formula])
    return groups


def _values(formulas: list[re.Match[str]]) -> str:
    return ", ".join(unwrapped(formula[1] or formula[2]) for formula in formulas)


def _bare(text: str) -> Found | None:
    """A reply that is nothing but its answer."""
    text = text.strip()
    if len(text) > LONGEST or "\n\n" in text or _is_prose(text) or (is_name(text) and " " in text):
        return None
    return Found(text=text, marked=False, closed=False)


def _last_said(text: str) -> Found | None:
    """The last formula or number of a reply that marks no answer: results are restated at the end."""
    text = text[-LONGEST:].rstrip()
    if text.endswith(("$$", "\\]")) and (displays := list(_DISPLAY.finditer(text))):
        return Found(text=displays[-1][1] or displays[-1][2], marked=False, closed=True)
    line = next((line for line in reversed(text.splitlines()) if _MATHEMATICS.search(line)), None)
    if line is None:
        return None
    if formulas := list(_INLINE.finditer(line)):
        after = line[formulas[-1].end() :]
        if not re.search(r"\d", after):
            return Found(text=_values(_joined(line, formulas)[-1]), marked=False, closed=False)
    return _in_sentence(line, marked=False, closed=False)


def _in_sentence(line: str, *, marked: bool, closed: bool) -> Found:
    """The answer at the end of a sentence without formulas, such as (-1, 6) in `The midpoint is (-1, 6).`."""
    last = _VERB.split(line)[-1]
    if _COMPOUND.search(last) and not _is_prose(last):
        return Found(text=last, marked=marked, closed=closed)
    return Found(text=line, marked=marked, closed=closed, prose=not marked or _is_prose(line))


def _is_prose(text: str) -> bool:
    text = unwrapped(text)
    return not is_name(text) and any(_words(text))


def _words(text: str) -> Iterator[re.Match[str]]:
    return _WORD.finditer(re.sub(r"\s(?:and|or)\s", ", ", _NO_PROSE.sub(" ", text)))
