"""What several parts of the page print: badges, figures with their intervals, tables, texts, items."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A decision three times over: `kind` picks colour and symbol, `word` says it."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and, smaller, its interval or the reason why there is none."""

    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A name that leads somewhere; to nowhere where `href` is blank."""

    name: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A named row of figures; `where` is what stands smaller under the name: its slice and items, or blank."""

    name: str
    figures: tuple[Estimate, ...]
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Named rows of figures. `head` stands above the names; `more` says what is left out."""

    title: str
    caption: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text by somebody, escaped. A tall one scrolls in its own pane; `cut` says what is left out."""

    body: Markup
    tall: bool = False
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A titled text: a turn of the prompt, a train of thought, a plan."""

    title: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one model made of an item. `footnotes` explain the numbered marks in its text."""

    who: str
    badge: Badge
    extracted: str
    reason: str
    faults: tuple[str, ...]
    text: Text
    notes: tuple[str, ...]
    extras: tuple[Passage, ...]
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    sample: str
    slices: tuple[str, ...]
    badge: Badge
    change: str
    asked: tuple[Passage, ...]
    teacher: Answer
    student: Answer
    note: str
    why: str = ""
    opened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The shown part of the items that a student lost or gained."""

    title: str
    lead: str
    items: tuple[Item, ...]
