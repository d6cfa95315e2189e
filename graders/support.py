"""Whether the numbers, dates and names of a reply stand in the text that it must be supported by.

The text is the sample's `context`, or without one what the model was asked. Only what can be looked up is judged: not
whether a sentence follows from the source, nor whether the reply says enough. A reply that claims nothing of the kind
has nothing unsupported in it and is right; "the contract does not say" is a good answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from graders.options import flag, refuse_unknown, texts
from graders.reading import cut_off, no_answer, no_reply, refuses, right, short, spoken, wrong
from graders.support_claims import KINDS, Claim, Kind, claims
from graders.support_source import near, unsupported, values
from harness.errors import nearest
from harness.protocols import Grader
from harness.records import Check, Json, Judgement, Response, Sample

version = "1"
needs_target = False

OPTIONS = ("claims", "partial", "derived")
MOST_DERIVED_FROM = 30  # numbers of a source; of more, some two would give nearly any number

_ASKED = ("system", "developer", "user", "tool", "document", "prompt")  # what assistants said earlier is no source
_CLAIM_SHOWN = 40  # characters of a claim in a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    kinds: tuple[Kind, ...]
    partial: bool
    derived: bool

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        source, asked = _source(sample)
        response = spoken(response)
        if silent := no_reply(response):
            return silent
        if refuses(response.text):
            return no_answer(response, "")
        found = [claim for claim in claims(response.text) if claim.kind in self.kinds]
        if cut_off(response):  # the last of them may have been cut in two
            found = [claim for claim in found if claim.end < len(response.text.rstrip())]
        found = _once(found)
        missing = unsupported(found, source, asked)
        if self.derived:
            missing = _not_derived(missing, values(source))
        return self._judged(response, found, missing)

    def _judged(self, response: Response, found: Sequence[Claim], missing: Sequence[Claim]) -> Judgement:
        if missing:
            told = ", ".join(short(claim.text, _CLAIM_SHOWN) for claim in missing)
            share = (len(found) - len(missing)) / len(found) if self.partial else 0.0
            judged = wrong(told, f"not in the source: {told}", score=share)
        elif cut_off(response):
            judged = no_answer(response, "what there is of the reply is supported")
        elif found:
            judged = right(f"{len(found)} supported", f"all of {len(found)} claims stand in the source")
        else:
            judged = right("no claims", "makes no claim that could be checked")
        return replace(judged, checks=tuple(_checks(found, missing)))


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    named = texts(options, "claims")
    for name in named:
        if name not in KINDS:
            raise ValueError(f'option "claims": {name!r} is none of {", ".join(KINDS)}{nearest(name, KINDS)}')
    kinds = tuple(kind for kind in KINDS if kind in (named or KINDS))
    return Support(kinds=kinds, partial=flag(options, "partial", True), derived=flag(options, "derived", False))


def gold(sample: Sample) -> str | None:
    """None: there is no target, since many replies are supported."""
    return None


def _source(sample: Sample) -> tuple[str, str]:
    """The text that supports a reply, and one that its names may also come from. Raises ValueError."""
    asked = "\n\n".join(message.content for message in sample.read() if message.role in _ASKED)
    if sample.context is not None and sample.context.strip():
        return sample.context, asked
    if not asked.strip():
        raise ValueError("no source text: neither a context nor a prompt that could support a reply")
    return asked, ""


def _once(found: Sequence[Claim]) -> list[Claim]:
    """Each claim where it first stands: one that is repeated weighs no more."""
    first: dict[tuple[Kind, str], Claim] = {}
    for claim in found:
        first.setdefault((claim.kind, claim.form), claim)
    return list(first.values())


def _checks(found: Sequence[Claim], missing: Sequence[Claim]) -> Iterator[Check]:
    for kind in KINDS:
        total = sum(claim.kind == kind for claim in found)
        lacking = sum(claim.kind == kind for claim in missing)
        if total:
            yield Check(name=kind, kind="share", hits=total - lacking, spurious=lacking)


def _not_derived(missing: Sequence[Claim], numbers: Sequence[Fraction]) -> tuple[Claim, ...]:
    """The claims that are no sum, difference or percentage of two numbers of the source, where it has only a few."""
    if len(numbers) > MOST_DERIVED_FROM:
        return tuple(missing)
    pairs = [(a, b) for a in numbers for b in numbers]
    sums = sorted({a + b for a, b in pairs} | {abs(a - b) for a, b in pairs})
    shares = sorted({share for a, b in pairs if b for share in (100 * a / b, 100 * abs(a - b) / b)})
    return tuple(claim for claim in missing if not _among(claim, sums, shares))


def _among(claim: Claim, sums: Sequence[Fraction], shares: Sequence[Fraction]) -> bool:
    known = shares if "%" in claim.text or "cent" in claim.text else sums
    return claim.kind == "numbers" and any(near(known, value, slack) for value, slack in claim.amounts)
