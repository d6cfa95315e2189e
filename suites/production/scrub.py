"""Personal data taken out of texts before anything is written; what was removed is counted by kind and never shown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.records import Json, Message, Sample
from suites.production.pseudonyms import Pseudonyms
from suites.production.recognisers import REGIONS, Finder, Span, presidio_finders

# The first kind names a span that several found: an IBAN or an address may look like a phone number.
KINDS = ("secret", "iban", "card", "email", "ip", "phone", "name")
_WHOLE = ("secret", "name")  # found in the whole text: a key may be longer than two pieces share
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_LONG = 1e20  # beyond the longest card number
_PIECE, _SHARED = 4000, 400  # characters: however long a text is, time is in proportion to it


ROLES = ("system", "developer", "user", "assistant", "tool", "function")


@dataclass(frozen=True, slots=True)
class Scrubber:
    """Texts in, scrubbed texts out; `counts` says how often each kind was replaced."""

    finders: Mapping[str, Finder]
    pseudonyms: Pseudonyms
    counts: Counter[str] = field(default_factory=Counter)

    def text(self, text: str) -> str:
        parts: list[str] = []
        plain, done = narrow(text), 0
        for (start, end), kind in merged(self._found(text)):
            parts += [text[done:start], self.pseudonyms.of(kind, (text if kind == "name" else plain)[start:end])]
            self.counts[kind] += 1
            done = end
        return "".join([*parts, text[done:]])

    def uncounted(self, text: str) -> str:
        """The same, for texts that are no part of a sample: the report counts what samples held."""
        return replace(self, counts=Counter()).text(text)

    def without(self, text: str) -> str:
        """The text with spaces for what was found."""
        parts: list[str] = []
        done = 0
        for (start, end), _ in merged(self._found(text)):
            parts.append(text[done:start])
            done = end
        return " ".join([*parts, text[done:]])

    def json(self, value: Json) -> Json:
        """The value with every text scrubbed, names of members, too; a number that is someone's becomes a pseudonym."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {self.text(name): self.json(item) for name, item in value.items()}
        if isinstance(value, int | float) and not isinstance(value, bool):
            written = _written(value)
            scrubbed = self.text(written)
            return value if scrubbed == written else scrubbed
        return value

    def sample(self, sample: Sample) -> Sample:
        """Every text of the sample but its id; a cluster is a person or a session, and becomes a code."""
        return replace(
            sample,
            messages=tuple(Message(role=self._role(m.role), content=self.text(m.content)) for m in sample.messages),
            target=self.json(sample.target),
            solution=sample.solution and self.text(sample.solution),
            choices=tuple(self.text(choice) for choice in sample.choices),
            tools=tuple(self.json(tool) for tool in sample.tools),
            context=sample.context and self.text(sample.context),
            slices={name: self.text(value) for name, value in sample.slices.items()},
            cluster=sample.cluster and self.pseudonyms.code("cluster", sample.cluster),
            source=sample.source and self.text(sample.source),
        )

    def _role(self, role: str) -> str:
        """A pattern for names may match anything; a conversation without its roles cannot be asked."""
        return role if role in ROLES else self.text(role)

    def _found(self, text: str) -> Iterator[tuple[Span, str]]:
        plain = narrow(text)
        for kind, find in self.finders.items():
            for offset, piece in [(0, text if kind == "name" else plain)] if kind in _WHOLE else _pieces(plain):
                for start, end in find(piece):
                    yield (offset + start, offset + end), kind


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as those of ASCII; every character stays in its place."""
    return text if text.isascii() else text.translate(_NARROW)


def load_scrubber(pseudonyms: Pseudonyms, names: Finder | None = None, regions: Sequence[str] = REGIONS) -> Scrubber:
    """A scrubber with every recogniser; it takes seconds to load. `regions`: phone numbers without a country code."""
    found = presidio_finders(regions)
    return Scrubber({**found, "name": names} if names else found, pseudonyms)


def merged(found: Iterator[tuple[Span, str]]) -> list[tuple[Span, str]]:
    """Spans in their order, those that overlap as one, named by the first of their kinds."""
    whole: list[tuple[Span, str]] = []
    for (start, end), kind in sorted(found):
        if whole and start < whole[-1][0][1]:
            (first, last), other = whole[-1]
            whole[-1] = (first, max(last, end)), min(kind, other, key=KINDS.index)
        else:
            whole.append(((start, end), kind))
    return whole


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in overlapping pieces, each with its place."""
    for start in range(0, max(1, len(text) - _SHARED), _PIECE - _SHARED):
        yield start, text[start : start + _PIECE]


def _written(number: float) -> str:
    """A number as people write it: a card number that was read as a float has no point."""
    whole = isinstance(number, float) and number.is_integer() and abs(number) < _LONG
    return str(int(number) if whole else number)
