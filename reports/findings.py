"""What the detectors found for a student: tables of the whole suite, of what is flagged on slices, of diagnostics."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.evaluation import ALL, Finding, Slice
from reports import wording
from reports.figures import badge
from reports.mimicry_words import GROUPS
from reports.pieces import Estimate
from reports.view import FindingRow, Findings
from reports.visible import shorten

NAMED, SHOWN = 3, 40
REASON_SHOWN = 400
HEADING = (
    "Points: how far the student exceeds the teacher, beyond what the loss of accuracy predicts. p: of no such excess "
    "beyond the 2 points that are tolerated, after Holm over all detectors; flagged at 0.05. Abstained: could not look."
)
ON_SLICES = "Only what is flagged, the strongest first; p is corrected over all slices."
DIAGNOSTICS = (
    "Shown, and never counted: how often a model mends a planted error, and how often two models err alike, depend on "
    "how good they are. These touch neither the label nor the verdict."
)


def of_suite(found: Iterable[Finding]) -> Findings:
    """What can count, on the whole suite."""
    return of_part(found, Slice())


def of_part(found: Iterable[Finding], part: Slice) -> Findings:
    """What can count, on one slice."""
    rows = tuple(replace(_row(f), where="") for f in found if f.slice == part and f.group is not None)
    return Findings(caption=HEADING, rows=rows, where=False)


def on_slices(found: Iterable[Finding]) -> Findings:
    chosen = sorted(
        (f for f in found if f.slice.name != ALL and f.group is not None and f.state == "flagged"),
        key=lambda f: -(f.estimate.point if f.estimate else 0.0),
    )
    left = len(chosen) - SHOWN
    more = f"{wording.number_of(left, 'more row')}: `viva compare RUN --findings --mimicry` prints them all."
    rows = tuple(map(_row, chosen[:SHOWN]))
    return Findings(caption=ON_SLICES, rows=rows, where=True, more=more if left > 0 else "")


def diagnostics(found: Iterable[Finding]) -> Findings:
    rows = tuple(_row(f) for f in found if f.slice.name == ALL and f.group is None)
    return Findings(caption=DIAGNOSTICS, rows=rows, where=False)


def _row(finding: Finding) -> FindingRow:
    return FindingRow(
        group=GROUPS[finding.group] if finding.group else "",
        detector=finding.detector,
        where="" if finding.slice.name == ALL else str(finding.slice),
        badge=badge(None if finding.group is None and finding.state != "abstained" else finding.state),
        estimate=_estimate(finding),
        p=wording.DASH if finding.p_adjusted is None else wording.p_value(finding.p_adjusted),
        reason=_capital(shorten(finding.reason, REASON_SHOWN)),
        telling=_telling(finding.evidence) if finding.state == "flagged" or finding.group is None else "",
    )


def _estimate(finding: Finding) -> Estimate:
    interval = finding.estimate
    if interval is None:
        return Estimate(value=wording.DASH, detail="")
    span = wording.limits(interval, wording.bare_points)
    return Estimate(value=wording.bare_points(interval.point), detail=f"{wording.level(interval)}: {span}")


def _telling(samples: Sequence[str]) -> str:
    more = len(samples) - NAMED
    return ", ".join(map(shorten, samples[:NAMED])) + (f" and {wording.count(more)} more" if more > 0 else "")


def _capital(reason: str) -> str:
    return wording.sentence(wording.capital(reason)) if reason else ""
