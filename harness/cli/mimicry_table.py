"""Mimicry profiles and findings in a terminal: tables for `viva compare`, a line each for the end of a run."""

from collections.abc import Sequence

from rich.console import Console

from harness.cli.figures import NONE, limits, show, table_of
from harness.evaluation import ALL, Finding, MimicryLabel, Profile
from harness.gate_words import points

STYLES: dict[MimicryLabel, str] = {
    "FAITHFUL": "green",
    "SUPERFICIAL MIMICRY": "bold red",
    "WEAKER": "yellow",
    "INCONCLUSIVE": "dim",
}


def print_profiles(profiles: Sequence[Profile], console: Console) -> None:
    """One line each, then the reasons of whole suites, and what is missing where nothing could be decided."""
    if not profiles:
        return
    found = table_of(("suite", "student", "slice", "label"), ["style", "told apart", "overrated"])
    found.add_column("flagged", no_wrap=True)
    for p in profiles:
        found.add_row(p.suite, p.student, str(p.slice), p.label, *_figures(p), ", ".join(p.flagged) or NONE)
    console.print(
        "\nmimicry: style distance (0: the teacher's own), how well the two are told apart by style (0.5: not at all), "
        "points that a grader of the surface scores too high"
    )
    show(found, console)
    for p in profiles:
        if p.slice.name == ALL:
            print_label(p, console)
            for reason in p.missing if p.label == "INCONCLUSIVE" else ():
                console.print(f"  missing: {reason}", style="dim")


def print_label(profile: Profile, console: Console) -> None:
    """The label of a suite with its reason, in a line."""
    console.print(f"{profile.student}, {profile.suite}: {profile.label}: {profile.reason}", style=STYLES[profile.label])


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """What detectors found or why they abstained; what has no group never counts."""
    if not findings:
        return
    found = table_of(("suite", "student", "slice", "group", "detector", "state"), ["points", "interval", "p"])
    found.add_column("what was seen", overflow="fold", min_width=24)
    for f in findings:
        found.add_row(
            f.suite,
            f.student,
            str(f.slice),
            f.group or "diagnostic",
            f.detector,
            f.state if f.group or f.state == "abstained" else NONE,
            NONE if f.estimate is None else points(f.estimate.point),
            limits(f.estimate),
            _p(f),
            f.reason,
        )
    console.print("\nfindings: points beyond the teacher, p after Holm; diagnostics never count")
    show(found, console)


def _p(f: Finding) -> str:
    if f.p_adjusted is None:
        return NONE
    return "< 0.001" if f.p_adjusted < 0.001 else f"{f.p_adjusted:.3f}"


def _figures(p: Profile) -> tuple[str, str, str]:
    distance, close = p.style.distance, p.style.close
    word = "" if close is None else " close" if close else " far"
    return (
        NONE if distance is None else f"{distance:.2f}{word}",
        NONE if p.style.auc is None else f"{p.style.auc.point:.2f}",
        NONE if p.overrated is None else points(p.overrated.point),
    )
