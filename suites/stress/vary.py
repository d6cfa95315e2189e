"""The stress variants of a suite: every family on every sample where the right answer stays certain.

What is made depends on the seed, the sample's id and the family alone: other samples or families change nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from random import Random

from harness.errors import DataError, nearest
from harness.plan import StressSpec, SuiteSpec
from harness.protocols import Loaded
from harness.records import Sample
from suites.stress.distractor import distractor
from suites.stress.exception_pair import exception_pair
from suites.stress.hidden_instruction import hidden_instruction
from suites.stress.making import Abstained, Family
from suites.stress.rename import rename
from suites.stress.renumber import renumber
from suites.stress.reorder_clauses import reorder_clauses
from suites.stress.shuffle_options import shuffle_options
from suites.stress.spelling import casing, typos
from suites.stress.templates import of_template
from suites.stress.underdetermined import ambiguous, missing_premise

FAMILIES: Mapping[str, Family] = {
    "renumber": renumber,
    "rename": rename,
    "shuffle_options": shuffle_options,
    "reorder_clauses": reorder_clauses,
    "distractor": distractor,
    "missing_premise": missing_premise,
    "ambiguous": ambiguous,
    "exception_pair": exception_pair,
    "typos": typos,
    "casing": casing,
    "hidden_instruction": hidden_instruction,
}
MARK = "~"  # stands between a sample's id and its variants' families
_DRAFTS = 8  # drafts looked at for each variant wanted; some repeat an earlier one
_NOTHING_ELSE = Abstained("for which no other wording or numbers would do")


@dataclass(slots=True)
class Tally:
    """What became of a family: to how many samples it applied, how many variants that made, and why not to the rest."""

    samples: int = 0
    variants: int = 0
    without: Counter[str] = field(default_factory=Counter)

    def sentence(self, family: str, of: int) -> str:
        made = f"{family}: {self.samples:,} of {of:,} samples"
        made += f" ({self.variants:,} variants)" if self.variants != self.samples else ""
        reasons = [f"{n:,} {reason}" for reason, n in sorted(self.without.items(), key=lambda r: (-r[1], r[0]))]
        return f"{made}; left out: {'; '.join(reasons)}." if reasons else f"{made}."


def vary(spec: SuiteSpec, samples: Sequence[Sample]) -> Loaded:
    """The variants of these samples, base by base, and in notes to how many samples each family applied.

    The variants of a sample in one family share its weight, so that each family estimates what it does to the traffic.
    Raises DataError for a family that is unknown, or a slice called `family`.
    """
    how = spec.stress or StressSpec()
    families = how.families or tuple(FAMILIES)
    for family in families:
        if family not in FAMILIES:
            raise DataError(f'suite "{spec.name}": stress family "{family}" is unknown{nearest(family, FAMILIES)}')
    if any("family" in sample.slices for sample in samples):
        raise DataError(f'suite "{spec.name}": a slice is called "family", as that of stress variants is; rename it')
    tallies = {family: Tally() for family in dict.fromkeys(families)}
    variants = [v for sample in samples for family, t in tallies.items() for v in _variants(sample, family, how, t)]
    notes = tuple(tally.sentence(family, len(samples)) for family, tally in tallies.items())
    return Loaded(
        samples=variants,
        origin={"seed": how.seed, "variants": {family: tally.variants for family, tally in tallies.items()}},
        notes=notes,
    )


def _variants(sample: Sample, family: str, how: StressSpec, tally: Tally) -> Iterator[Sample]:
    """Of one sample in one family; `tally` is told."""
    make = of_template(sample, family) or FAMILIES[family]
    drafts = make(sample, Random(f"{how.seed}\n{family}\n{sample.id}"))
    found = drafts if isinstance(drafts, Abstained) else _distinct(sample, drafts, how.variants) or _NOTHING_ELSE
    if isinstance(found, Abstained):
        tally.without[found.reason] += 1
        return
    tally.samples += 1
    tally.variants += len(found)
    for number, draft in enumerate(found, 1):
        yield replace(
            draft,
            id=f"{sample.id}{MARK}{family}{number}",
            variant_of=sample.id,
            family=family,
            cluster=sample.cluster or sample.id,
            slices={"family": family, **sample.slices},
            weight=sample.weight / len(found),
        )


def _distinct(sample: Sample, drafts: Iterator[Sample], wanted: int) -> list[Sample]:
    """The first drafts that ask something else than the sample and one another."""
    found = {sample.messages: sample}
    for draft in islice(drafts, wanted * _DRAFTS):
        if len(found) > wanted:
            break
        found.setdefault(draft.messages, draft)
    return list(found.values())[1:]
