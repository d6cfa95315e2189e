"""A demo request read back into the parts that its template was filled with: the template the other way round."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.records import Json, Sample
from suites.stress.making import Abstained

_QUOTE = re.compile(r"(?:(Quote for )([A-Z][a-z]+)(: )|()([A-Z][a-z]+)( would like | orders ))([^.]+)\.( .+)")
_LINE = re.compile(r"(\d+) ([a-z]+)s at \$(\d+) each")
_CHARGE = re.compile(r", (?:plus \$(\d+) shipping|less a \$(\d+) coupon)$")
_WINDOW = re.compile(
    r"(?:([A-Z][a-z]+) got a ([a-z]+) on day (\d+) and brings it back on day (\d+)\. Returns are open for (\d+) days\."
    r"|Returns are open for (\d+) days\. ([A-Z][a-z]+) returns a ([a-z]+) on day (\d+), bought on day (\d+)\.)"
    r"( Accept or reject\? .+)"
)
_TICKET = re.compile(
    r"Ticket: (?:My ([a-z]+) from order ([A-Z]\d{4}) |Order ([A-Z]\d{4}): the ([a-z]+) )([^.]+\.) (.+) Answer in JSON\."
)
PAID = re.compile(r"I paid \$(\d+)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    before: str
    name: str
    between: str
    lines: tuple[tuple[int, str, int], ...]
    charge: int
    rest: str

    @property
    def target(self) -> Json:
        return str(sum(q * p for q, _, p in self.lines) + self.charge)

    @property
    def prompt(self) -> str:
        parts = [f"{q} {article}s at ${p} each" for q, article, p in self.lines]
        listing = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
        if self.charge:
            listing += f", plus ${self.charge} shipping" if self.charge > 0 else f", less a ${-self.charge} coupon"
        return f"{self.before}{self.name}{self.between}{listing}.{self.rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    name: str
    article: str
    bought: int
    back: int
    limit: int
    rule_first: bool
    rest: str

    @property
    def target(self) -> Json:
        return "accept" if self.back - self.bought <= self.limit else "reject"

    @property
    def prompt(self) -> str:
        rule = f"Returns are open for {self.limit} days."
        who = f"{self.name} returns a {self.article} on day {self.back}, bought on day {self.bought}."
        other = f"{self.name} got a {self.article} on day {self.bought} and brings it back on day {self.back}."
        return f"{rule} {who}{self.rest}" if self.rule_first else f"{other} {rule}{self.rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    article: str
    order: str
    order_first: bool
    complaint: str
    sentences: tuple[str, ...]
    known: Mapping[str, Json]

    @property
    def target(self) -> Json:
        paid = [int(m[1]) for s in self.sentences if (m := PAID.fullmatch(s))]
        return {**self.known, "order": self.order, "article": self.article, "paid": paid[0] if len(paid) == 1 else None}

    @property
    def prompt(self) -> str:
        first = f"Order {self.order}: the {self.article}"
        if not self.order_first:
            first = f"My {self.article} from order {self.order}"
        return f"Ticket: {first} {self.complaint} {' '.join(self.sentences)} Answer in JSON."


Parts = Quote | Window | Ticket
_STRANGE = Abstained("that this desk's template did not make")


def read(sample: Sample) -> Parts | Abstained:
    """The parts of a prompt, which give it and its target again."""
    text = sample.messages[-1].content if sample.messages else ""
    parts = _quote(text) or _window(text) or _ticket(text, sample.target)
    return parts if parts and parts.prompt == text and parts.target == sample.target else _STRANGE


def _quote(text: str) -> Quote | None:
    match = _QUOTE.fullmatch(text)
    if match is None:
        return None
    before, name, between = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
    charge = _CHARGE.search(match[7])
    return Quote(
        before=before,
        name=name,
        between=between,
        lines=tuple((int(q), article, int(p)) for q, article, p in _LINE.findall(match[7])),
        charge=int(charge[1] or 0) - int(charge[2] or 0) if charge else 0,
        rest=match[8],
    )


def _window(text: str) -> Window | None:
    match = _WINDOW.fullmatch(text)
    if match is None:
        return None
    first = match[6] is not None
    limit, name, article, back, bought = match.group(6, 7, 8, 9, 10) if first else match.group(5, 1, 2, 4, 3)
    return Window(
        name=name,
        article=article,
        bought=int(bought),
        back=int(back),
        limit=int(limit),
        rule_first=first,
        rest=match[11],
    )


def _ticket(text: str, target: Json) -> Ticket | None:
    match = _TICKET.fullmatch(text)
    if match is None or not isinstance(target, dict):
        return None
    return Ticket(
        article=match[1] or match[4],
        order=match[2] or match[3],
        order_first=match[3] is not None,
        complaint=match[5],
        sentences=tuple(re.split(r"(?<=[.!?]) ", match[6])),
        known=target,
    )
