"""A student's verdict as a card that is read in seconds: what it costs, why, and what it is released for.

The gate's own sentences are kept whole behind it; the card says the same in fewer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.evaluation import ALL, Comparison
from harness.records import SuiteKind
from harness.verdict import Decision, RequirementKind, RequirementVerdict, SliceVerdict, StudentVerdict
from reports import wording
from reports.figures import badge, delta
from reports.front import Front
from reports.measures import words_of
from reports.mimicry import labels
from reports.pieces import Estimate
from reports.view import Card, Chip, Harm, SliceGroup
from reports.visible import shorten

OUTSIDE: Mapping[SuiteKind, str] = {
    "stress": "Stress variants: shown beside the workload, and counted only where the policy names them.",
    "retain": "What the students should retain, outside the workload: counted only where the policy names it.",
}
HARMS = 2  # suites whose cost a card shows; the tables have them all
FEW_REASONS = 2  # as many are shown as the gate gives them
WHOLES, DEMANDS = 2, 2  # reasons about whole suites and about further requirements that a card gives
NAMED_SLICES = 4  # slices of a kind that a card names before it folds the rest away
WARNED = 2  # warnings that the card of a student that passes shows openly
REASON_SHOWN = 400
GROUPS: tuple[tuple[Decision, str], ...] = (("pass", "Released"), ("fail", "Withheld"), ("inconclusive", "Undecided"))
_SPAN = re.compile(r" \(90% interval [^()]{0,80}\)")  # in the gate's sentences; the figures stand above them
DEMAND: Mapping[RequirementKind, str] = {
    "caps": "Too many answers that are none",
    "rules": "Rules are broken",
    "limits": "Answers take too much",
    "costly": "Errors cost too much",
    "evidence": "The evidence does not count",
    "lineage": "Lineage",
    "mimicry": "Superficial mimicry",
}


def card(front: Front, student: str, anchor: str) -> Card:
    judged = front.records.verdict_on(student)
    reasons = tuple(_sentence(r) for r in judged.reasons) if judged else ("The policy did not judge this student.",)
    why = tuple(_sentence(r) for r in _why(front, judged)) if judged and len(reasons) > FEW_REASONS else reasons
    warnings = tuple(map(_sentence, judged.warnings)) if judged else ()
    shown = min(WARNED, len(warnings)) if judged and judged.decision == "pass" else 0
    return Card(
        anchor=anchor,
        student=student,
        badge=badge(judged.decision if judged else None),
        harms=tuple(_harms(front, student)),
        why=why,
        reasons=reasons if why != reasons else (),
        all_reasons=f"All {wording.count(len(reasons))} reasons of the gate",
        labels=labels(front.records, student),
        warnings=warnings[:shown],
        more_warnings=warnings[shown:],
        more=wording.number_of(len(warnings) - shown, "more warning" if shown else "warning"),
        groups=tuple(_group(front, judged, decision, word) for decision, word in GROUPS)
        if judged and any(judged.parts(decision) for decision, _ in GROUPS)
        else (),
        waived=tuple(judged.waived()) if judged else (),
        absent=front.records.absence(student),
    )


def _why(front: Front, judged: StudentVerdict) -> list[str]:
    """The gate's reasons for whole suites, its slices in a sentence, and what else is not met."""
    against = [s for s in judged.slices if s.waived is None and s.tier != "advisory" and s.decision == judged.decision]
    wholes = [_SPAN.sub("", s.reason) for s in against if s.slice.name == ALL]
    said = wholes[:WHOLES]
    parts = [s for s in against if s.slice.name != ALL]
    if parts and judged.decision != "pass":
        said.append(_parts(front, judged, parts))
    said += _demands(judged)
    return said or list(judged.reasons[:FEW_REASONS])


def _parts(front: Front, judged: StudentVerdict, parts: Sequence[SliceVerdict]) -> str:
    """How many slices decide against the student, and the one that costs the traffic most."""
    compared = front.records.compared
    found = [c for s in parts if (c := compared.get((s.suite, judged.student, s.slice))) is not None]
    if judged.decision == "inconclusive":
        return f"{wording.number_of(len(parts), 'slice')} that must pass could not be decided"
    lead = f"A loss beyond the margin is shown on {wording.number_of(len(parts), 'slice')}"
    if not found:
        return lead
    worst = max(found, key=lambda c: (front.lost_of_all(c), front.share(c)))
    name = shorten(front.records.label(worst.suite, worst.slice))
    return f"{lead}; most is lost on {name}: {delta(worst).value} on {wording.percent(front.share(worst))} of requests"


def _demands(judged: StudentVerdict) -> list[str]:
    """What a policy asks beside the margins and the student does not meet, by kind."""
    kinds: dict[RequirementKind, list[RequirementVerdict]] = {}
    for one in judged.requirements:
        if one.decision == judged.decision != "pass" and one.tier == "critical" and one.waived is None:
            kinds.setdefault(one.kind, []).append(one)
    return [
        found[0].reason
        if len(found) == 1
        else f"{DEMAND[kind]}: {shorten(found[0].name)} and {wording.number_of(len(found) - 1, 'more place')}"
        for kind, found in kinds.items()
    ][:DEMANDS]


def _harms(front: Front, student: str) -> Iterator[Harm]:
    """For the team's own workload: benchmarks, variants and retained abilities are no requests that come in."""
    suites = [s for s in front.records.suites() if s.kind not in OUTSIDE]
    own = [s for s in suites if not s.public] or suites
    compared = [c for s in own if (c := front.records.whole(s.name, student)) is not None]
    for whole in compared[:HARMS]:
        yield Harm(suite=whole.suite, figure=harm(whole), counts=counted(whole))


def counted(comparison: Comparison) -> str:
    """What the figure of `harm` counts."""
    words = words_of(comparison)
    is_better = comparison.pupil.accuracy > comparison.teacher.accuracy
    return words.fewer if is_better and words.fewer else words.headline


def harm(comparison: Comparison) -> Estimate:
    """Of accuracy, wrong answers per 1,000 requests; what is neither right nor wrong stays in points."""
    if comparison.undecidable:
        return Estimate(value=wording.DASH, detail=f"{comparison.undecidable}.")
    interval = comparison.delta95
    if comparison.measure != "accuracy":
        found = delta(comparison)
        return replace(found, value=wording.bare_points(comparison.pupil.accuracy - comparison.teacher.accuracy))
    if interval is None:
        observed = comparison.pupil.accuracy - comparison.teacher.accuracy
        return Estimate(value=wording.per_thousand(observed), detail="no interval: too few independent items")
    span = wording.limits(wording.turned(interval), lambda loss: wording.per_thousand(-loss))
    return Estimate(value=wording.per_thousand(interval.point), detail=f"{wording.level(interval)}: {span}")


def _group(front: Front, judged: StudentVerdict, decision: Decision, word: str) -> SliceGroup:
    """The slices of a decision, the largest share of traffic first; undecided ones as the gate orders them."""
    parts = list(judged.parts(decision))
    if decision != "inconclusive":
        compared = front.records.compared
        shares = {s: front.share(c) for s in parts if (c := compared.get((s.suite, judged.student, s.slice)))}
        parts.sort(key=lambda s: -shares.get(s, 0.0))
    chips = tuple(_chip(front, judged.student, part) for part in parts)
    # One more than fits is not worth a fold.
    first = NAMED_SLICES if len(chips) > NAMED_SLICES + 1 else len(chips)
    return SliceGroup(
        badge=badge(decision),
        title=f"{word}: {wording.number_of(len(chips), 'slice')}",
        chips=chips[:first],
        folded=chips[first:],
        more=f"{wording.count(len(chips) - first)} more",
    )


def _chip(front: Front, student: str, part: SliceVerdict) -> Chip:
    items = part.more_items
    note = f"+{wording.count(items)} items" if part.decision == "inconclusive" and items else ""
    return Chip(link=front.link(part.suite, student, part.slice), note=note)


def _sentence(reason: str) -> str:
    short = shorten(reason, REASON_SHOWN)
    return wording.sentence(short)
