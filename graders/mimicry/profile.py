"""The profile: what all detectors found, corrected for how many looked, and the label that follows.

FAITHFUL: non-inferior, something could be looked at, and nothing is flagged. SUPERFICIAL MIMICRY: the style is the
teacher's, and at least two kinds of evidence say that the substance is not. WEAKER: a loss is shown that is not within
the margin, and it is not mimicry, whatever the style. INCONCLUSIVE: anything else, with what is missing.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from graders.mimicry.copied_errors import CopiedErrors
from graders.mimicry.features import Reading
from graders.mimicry.hollow import Hollow
from graders.mimicry.overconfidence import Overconfidence
from graders.mimicry.style import style_of, text_of
from graders.mimicry.surface import MaskedFailure, Surface, overrated
from graders.mimicry.trace import Traces
from graders.mimicry.trace_signs import trace_signs
from graders.mimicry.unsupported import Unsupported
from graders.mimicry.variants import Variants
from harness.evaluation import ALL, Comparison, EvidenceGroup, Finding, MimicryLabel, Profile, Style
from harness.evidence import Evidence
from harness.protocols import Detector
from harness.records import Interval
from harness.stats import multiplicity

log = logging.getLogger(__name__)

ALPHA = 0.05
FEWEST = 50  # items of a slice below which nothing is profiled
GROUPS_NEEDED = 2

IsSafe = Callable[[Comparison], bool]
Unlabelled = tuple[Evidence, tuple[Finding, ...]]


def profile(evidence: Iterable[Sequence[Evidence]], is_safe: IsSafe) -> tuple[tuple[Finding, ...], tuple[Profile, ...]]:
    """Findings and labels of every suite, student and slice; a whole suite comes before its slices.

    `is_safe` tells whether a comparison shows that the student is not inferior. Holm's correction is over the gating
    detectors on the whole suite, and over those on all slices.
    """
    from threadpoolctl import threadpool_limits

    findings: list[Finding] = []
    profiles: list[Profile] = []
    with threadpool_limits(1):  # for models as small as these, threads wait for one another
        for _, students in groupby(evidence, lambda parts: parts[0].suite):
            reading, traces = Reading(), Traces()  # a suite's teacher is read once for all students
            for parts in students:
                reading.learn(text_of(exhibit.teacher[0]) for exhibit in parts[0].exhibits)
                surface = Surface(reading)
                for one, found in _corrected(_detected(parts, detectors(surface, traces))):
                    findings += found
                    profiles.append(_profile(one, found, surface, is_safe))
                traces.forget(parts[0].student)
    return tuple(findings), tuple(profiles)


def detectors(surface: Surface, traces: Traces) -> tuple[Detector, ...]:
    """All of them, in the order in which they are shown."""
    return (
        *trace_signs(traces),
        Variants(),
        Overconfidence(),
        MaskedFailure(surface),
        Unsupported(),
        Hollow(),
        CopiedErrors(),
    )


def _detected(parts: Sequence[Evidence], detectors: Sequence[Detector]) -> Iterator[Unlabelled]:
    for one in parts:
        if len(one.exhibits) >= FEWEST:
            yield one, tuple(_detect(detector, one) for detector in detectors)


def _detect(detector: Detector, evidence: Evidence) -> Finding:
    try:
        return detector.detect(evidence)
    except Exception as error:  # the boundary of detectors: one that fails abstains, and says so
        log.warning("detector %s failed on %s, %s", detector.name, evidence.suite, evidence.slice, exc_info=True)
        return Finding(
            detector=detector.name,
            suite=evidence.suite,
            student=evidence.student,
            slice=evidence.slice,
            state="abstained",
            estimate=None,
            reason=f"the detector failed: {type(error).__name__}: {error}"[:300],
            group=detector.group,
        )


def _corrected(detected: Iterable[Unlabelled]) -> list[Unlabelled]:
    """The findings with Holm's p-values, over the whole suite and over all its slices, and the state that follows."""
    found = list(detected)
    adjusted: dict[tuple[int, int], float] = {}
    for is_whole in (True, False):
        places = [
            (n, k)
            for n, (one, findings) in enumerate(found)
            for k, finding in enumerate(findings)
            if (one.slice.name == ALL) == is_whole and finding.group is not None and finding.p_value is not None
        ]
        for place, p in zip(places, multiplicity.holm([found[n][1][k].p_value for n, k in places]), strict=True):
            if p is not None:
                adjusted[place] = p
    return [
        (one, tuple(_final(finding, adjusted.get((n, k))) for k, finding in enumerate(findings)))
        for n, (one, findings) in enumerate(found)
    ]


def _final(finding: Finding, p: float | None) -> Finding:
    if finding.state == "abstained" or p is None:
        return finding
    return replace(finding, state="flagged" if p <= ALPHA and finding.state == "flagged" else "clear", p_adjusted=p)


def _profile(evidence: Evidence, found: Sequence[Finding], surface: Surface, is_safe: IsSafe) -> Profile:
    style, (alone, more) = _style(evidence, surface)
    gating = [finding for finding in found if finding.group is not None]
    flagged = tuple(dict.fromkeys(f.group for f in gating if f.group is not None and f.state == "flagged"))
    looked = tuple(dict.fromkeys(f.group for f in gating if f.group is not None and f.state != "abstained"))
    label, reason = _label(evidence.comparison, style, flagged, looked, is_safe)
    return Profile(
        suite=evidence.suite,
        student=evidence.student,
        slice=evidence.slice,
        label=label,
        reason=reason,
        style=style,
        flagged=flagged,
        overrated=alone,
        overrated_more=more,
        missing=tuple(_missing(gating, looked)),
    )


def _style(evidence: Evidence, surface: Surface) -> tuple[Style, tuple[Interval | None, Interval | None]]:
    try:
        return style_of(evidence, surface.reading), overrated(evidence, surface) or (None, None)
    except Exception as error:  # the boundary of detectors
        log.warning("no style of %s, %s", evidence.suite, evidence.slice, exc_info=True)
        reason = f"the style could not be measured: {type(error).__name__}: {error}"[:300]
        nothing = Style(distance=None, floor=None, threshold=None, close=None, auc=None, reason=reason)
        return nothing, (None, None)


def _label(
    c: Comparison,
    style: Style,
    flagged: Sequence[EvidenceGroup],
    looked: Sequence[EvidenceGroup],
    is_safe: IsSafe,
) -> tuple[MimicryLabel, str]:
    signs = " and ".join(flagged)
    if style.close and len(flagged) >= GROUPS_NEEDED:
        return "SUPERFICIAL MIMICRY", f"the teacher's style, and less behind it: {signs} are flagged"
    if _is_worse(c) and not is_safe(c):
        also = f"; {signs} flagged, {_too_little(style, flagged)}" if flagged else "; no sign of mimicry"
        return "WEAKER", f"a loss beside the teacher is shown{also if looked else ''}"
    if flagged:
        return "INCONCLUSIVE", f"{signs} flagged, {_too_little(style, flagged)}"
    if not is_safe(c):
        return "INCONCLUSIVE", "neither a loss nor its absence is shown"
    if not looked:
        return "INCONCLUSIVE", "no loss beyond the margin, but no detector could look behind the answers"
    return "FAITHFUL", f"no loss beyond the margin, and nothing flagged ({', '.join(looked)} looked at)"


def _too_little(style: Style, flagged: Sequence[EvidenceGroup]) -> str:
    if len(flagged) >= GROUPS_NEEDED:
        return "but the style is not the teacher's" if style.close is False else "but how close the style is is unknown"
    return f"one kind of evidence, where mimicry needs {GROUPS_NEEDED}"


def _is_worse(c: Comparison) -> bool:
    """Whether a loss, of whatever size, is shown: one-sided at 5%."""
    return c.delta90 is not None and c.delta90.high is not None and c.delta90.high < 0


def _missing(gating: Sequence[Finding], looked: Sequence[EvidenceGroup]) -> Iterator[str]:
    """For each kind of evidence that nobody could look at, why not."""
    for group in dict.fromkeys(finding.group for finding in gating):
        if group not in looked:
            reasons = dict.fromkeys(finding.reason for finding in gating if finding.group == group)
            yield f"{group}: {'; '.join(reasons)}"
