"""The words of the mimicry profile: kinds of evidence, what tells a style, what a grader of the surface thinks."""

from collections.abc import Mapping

from harness.evaluation import EvidenceGroup, Profile
from harness.records import Interval
from reports import wording

GROUPS: Mapping[EvidenceGroup, str] = {
    "trace": "Trace",
    "variants": "Variants",
    "calibration": "Calibration",
    "support": "Support",
}
LENGTHS: Mapping[str, tuple[str, str]] = {
    "length": ("longer replies", "shorter replies"),
    "words": ("more words", "fewer words"),
    "word length": ("longer words", "shorter words"),
    "line length": ("longer lines", "shorter lines"),
}
THINGS: Mapping[str, str] = {
    "headers": "headers",
    "bold": "bold text",
    "list items": "list items",
    "code": "code",
    "latex": "LaTeX",
    "numbers": "numbers",
    "capitals": "words with capitals",
    "line breaks": "line breaks",
    "paragraphs": "paragraphs",
    "equations": "equations",
    "braces": "braces",
    "quotes": "quotation marks",
    "currency": "amounts of money",
    "other scripts": "letters of other scripts",
    "hedges": "hedges",
    "certainty": "words of certainty",
    "discourse": "connectives",
    "thanks": "courtesies",
}


def telling(feature: str, weight: float) -> str:
    """What the student does more or less of than the teacher, from a feature of the style and its weight."""
    more = weight > 0
    if feature in LENGTHS:
        return LENGTHS[feature][0 if more else 1]
    if feature in THINGS:
        return f"{'more' if more else 'less'} use of {THINGS[feature]}"
    for way in ("begins", "ends"):
        if feature.startswith(f"{way} "):
            shape = feature.removeprefix(f"{way} ")[1:-1]
            return f"{way} {'more' if more else 'less'} often with “{shape}” (0: any number)"
    return f"{'more' if more else 'less'} use of “{feature}”"


def surface(profile: Profile) -> str:
    """How far a grader of the surface would be off, alone and beside the teacher; blank where that is not known."""
    alone, more = profile.overrated, profile.overrated_more
    if alone is None:
        return ""
    said = f"A grader that looks only at the surface would score this student {_off(alone)}"
    return wording.sentence(said if more is None else f"{said}; {_beside(alone, more)}")


def _off(alone: Interval) -> str:
    if _way(alone) == 0:
        return f"about right ({wording.points(alone.point)}; {_span(alone)})"
    far = wording.points(abs(alone.point)).lstrip("+")
    return f"{far} too {'high' if _way(alone) > 0 else 'low'} ({_span(alone)})"


def _beside(alone: Interval, more: Interval) -> str:
    far = wording.points(abs(more.point)).lstrip("+")
    if _way(more) == 0:
        return f"that it favours one of student and teacher is not shown ({wording.points(more.point)}; {_span(more)})"
    if _way(alone) == _way(more) == 1:
        return f"that is {far} more than for the teacher ({_span(more)})"
    whom = ("student", "teacher") if _way(more) > 0 else ("teacher", "student")
    return f"it would favour the {whom[0]} over the {whom[1]} by {far} ({_span(more)})"


def _way(interval: Interval) -> int:
    """Which side of zero the interval lies on; 0 where it holds zero."""
    if interval.low is not None and interval.low > 0:
        return 1
    return -1 if interval.high is not None and interval.high < 0 else 0


def _span(interval: Interval) -> str:
    return f"{wording.level(interval)}: {wording.limits(interval, wording.bare_points)}"
