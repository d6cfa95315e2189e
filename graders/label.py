"""One label of a closed list: the one that follows the last answer marker, or else the only one that is mentioned.

A label is a whole word (or words) and not a denied one: "unacceptable" and "not accept" do not mention "accept".
Where labels contain one another the longest counts. A reply that mentions several without saying which is its answer
is not read in its favour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from graders.characters import one_spelling
from graders.markers import IS, after_last, marker
from graders.options import refuse_unknown, texts
from graders.reading import answers, no_answer, no_reply, right, short, spoken, wrong
from graders.reading import gold as gold
from harness.errors import nearest
from harness.records import Json, Judgement, Response, Sample

version = "2"
needs_target = True

OPTIONS = ("labels", "marker")
NOUNS = (
    "answer|decision|label|category|class|classification|verdict|intent|choice|result|prediction"
    "|antwort|entscheidung|kategorie|klasse|réponse|décision|catégorie|étiquette|respuesta|decisión|categoría|etiqueta"
)
_NOUNS_APART = "答案|类别|類別|分类|分類|标签|標籤"  # of a language that puts no spaces between words

_DENIAL = r"""(?:not|no|non|never|cannot|without|neither|nor|rather[ ]than|instead[ ]of|\w{1,9}n't
    |unable|refus(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|except|excluding|other[ ]than|(?:all|anything|everything)[ ]but
    |nicht|kein(?:e|en|er|em)?|weder|ohne|pas|sans|sin|ni)"""
# {"accept": false}, "accept is wrong", "accept does not apply".
_DENIED_AFTER = r"""["'*`]{0,3}(?:\s?[:=]\s?(?:false\b|0(?![.\d]))
    |\s(?:is|are|was|would[ ]be|seems)(?:n't|[ ](?:not\b|wrong|incorrect|false|out\b|no[ ]option|never\b|excluded))
    |\s(?:does|do)(?:n't|[ ]not)[ ](?:apply|fit|match)\b)"""
_FILLERS = r"(?:(?:a|an|the|to|be|as|it|this|that|we|i|you|should|would|really|think|believe|want|going)[ ]){0,6}"
_SEPARATORS = re.compile(r"(?<=[^\W_])[\s_\\-]++(?=[^\W_])")
_WRAPPING = " \t\r\n\"'`*.!()[]{}"
_LINE = re.compile(r"\W*+[^\n]*")  # the rest of the marker's line, or the next line that says something
_BREAK = re.compile(r'[.;!(\u2013\u2014]| - |\b(?:because|since)\b|"\s*,\s*"\w+"\s*:')  # an explanation follows
_TURN = re.compile(r"\b(?:no|wait|actually|correction|sorry)\b", re.IGNORECASE)  # or second thoughts do


@dataclass(frozen=True, slots=True)
class Found:
    """A label that a reply gives. `marked`: it says that this is its answer, or consists of nothing else."""

    label: str
    marked: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels by their folded spelling, and the patterns that find them.

    In `mention`, group n holds the n-th label, and a denied label stands in no group.
    """

    folded: Mapping[str, str]
    mention: re.Pattern[str]
    marker: re.Pattern[str]

    def only(self, text: str) -> str | None:
        """The label that makes up the whole text, quotes and closing punctuation aside."""
        return self.folded.get(_fold(text)) or self.folded.get(_fold(text.strip(_WRAPPING)))

    def mentions(self, text: str) -> list[tuple[str, int, int]]:
        """Each label mentioned and not denied, in order, with where it starts and ends."""
        labels = tuple(self.folded.values())
        return [(labels[m.lastindex - 1], m.start(), m.end()) for m in self.mention.finditer(text) if m.lastindex]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    labels: tuple[str, ...]
    marker: re.Pattern[str] | None

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        words = vocabulary(sample.choices or self.labels)
        gold = words.only(sample.target) if isinstance(sample.target, str) else None
        if gold is None:
            known = nearest(str(sample.target), words.folded.values())
            raise ValueError(f"target {short(repr(sample.target))} is none of the labels{known}")
        found = self.read(response, words)
        if isinstance(found, Judgement):
            return found
        if found.label == gold:
            return right(gold, f"{gold!r} as expected")
        return wrong(found.label, f"{found.label!r} is not {gold!r}")

    def read(self, response: Response, words: Vocabulary) -> Found | Judgement:
        """What a reply answers, or the judgement of one that does not answer."""
        response = spoken(response)
        if silent := no_reply(response):
            return silent
        found = self._found(_typed_plainly(response.text), words)
        if isinstance(found, str):
            return no_answer(response, found)
        if not answers(response, marked=found.marked, closed=found.closed):
            return no_answer(response, f"{found.label!r} may not be the whole answer")
        return found

    def _found(self, text: str, words: Vocabulary) -> Found | str:
        """The label found, or why there is none."""
        if label := words.only(text):
            return Found(label, marked=True, closed="\n" in text.lstrip())
        region = after_last(self.marker or words.marker, text)
        if region:
            line = _LINE.match(region.text)
            stretch = line[0] if line else ""
            label, why = _committed(stretch, words)
            closed = region.closed or len(stretch) < len(region.text)
            return Found(label, marked=True, closed=closed) if label else why
        named = tuple(dict.fromkeys(label for label, _, _ in words.mentions(text)))
        return Found(named[0], marked=False, closed=False) if len(named) == 1 else _unclear(named)


def make(options: Mapping[str, Json]) -> Label:
    refuse_unknown(options, OPTIONS)
    labels = texts(options, "labels")
    if labels:
        vocabulary(labels)  # so that labels which cannot be told apart are found before any reply is read
    return Label(labels=labels, marker=marker(options, "") if "marker" in options else None)


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> str | None:
    """The label that a reply gives, as the labels spell it."""
    grader = make(options)
    found = grader.read(response, vocabulary(sample.choices or grader.labels))
    return None if isinstance(found, Judgement) else found.label


@lru_cache(maxsize=64)
def vocabulary(labels: tuple[str, ...]) -> Vocabulary:
    """Raises ValueError for labels that cannot be told apart."""
    if not labels:
        raise ValueError('no labels: neither the sample\'s choices nor the option "labels" name any')
    folded: dict[str, str] = {}
    for label in sorted(labels, key=len, reverse=True):
        if not _fold(label) or _fold(label) in folded:
            raise ValueError(f"label {label!r} is blank or cannot be told from {folded.get(_fold(label), label)!r}")
        folded[_fold(label)] = label
    spelled = [_spelled(label) for label in folded.values()]
    groups, either = "|".join(f"({words})" for words in spelled), "|".join(spelled)
    return Vocabulary(folded, _mention(groups, either), _marker(either))


def _mention(groups: str, either: str) -> re.Pattern[str]:
    denied = rf"""{_DENIAL}[\s*"'`]{{1,4}}{_FILLERS}[*"'`]{{0,3}}(?:{either})"""
    after = rf"(?:{either})(?!-?\w){_DENIED_AFTER}"
    return re.compile(rf"(?<!\w)(?<!\w-)(?:(?:{after})|(?:{groups}|{denied})(?!-?\w))", re.IGNORECASE | re.VERBOSE)


def _marker(either: str) -> re.Pattern[str]:
    """A noun with a colon, or with "is" where a label follows at once: "the answer is clear" says nothing."""
    follows = rf"""[\s"'*`]{{1,5}}(?:(?:a|an|the|to)\s)?(?:{either})(?!-?\w)"""
    noun = rf"(?:\b(?:{NOUNS})\b|{_NOUNS_APART})"
    said = rf"""{noun}["'*`\s]{{0,5}}(?:[:=]|{IS}:?(?={follows})|[是为為])"""
    return re.compile(rf"{said}|<(?:{NOUNS})>|\\boxed\s?\{{", re.IGNORECASE)


def _committed(stretch: str, words: Vocabulary) -> tuple[str | None, str]:
    """The label that a marked stretch gives, or why it gives none. What explains the label is not read."""
    mentions = words.mentions(stretch)
    if not mentions:
        return None, f"{short(stretch.strip())!r} is none of the labels"
    label, _, end = mentions[0]
    rival = next(((other, start) for other, start, _ in mentions if other != label), None)
    if rival and (not _BREAK.search(stretch, end, rival[1]) or _TURN.search(stretch, end, rival[1])):
        return None, _unclear((label, rival[0]))
    return label, ""


def _unclear(named: tuple[str, ...]) -> str:
    return f"several labels: {', '.join(named)}" if named else "no label"


def _spelled(label: str) -> str:
    return r"[\s_\\-]{1,3}".join(map(re.escape, _SEPARATORS.split(_typed_plainly(label).strip())))


def _fold(text: str) -> str:
    return _SEPARATORS.sub(" ", _typed_plainly(text).strip()).casefold()


def _typed_plainly(text: str) -> str:
    """The text with one spelling of quotes and widths, and without the underscores that make bold."""
    return one_spelling(text).replace("__", " ")
