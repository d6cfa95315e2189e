"""The profile: Holm over detectors and slices, the label, and what is missing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from graders.mimicry import profile as module
from graders.mimicry.findings import abstained, measured
from graders.mimicry.profile import profile
from harness.evaluation import EvidenceGroup, Finding, MimicryLabel, Slice
from harness.evidence import Attempt, Evidence, Exhibit
from harness.records import Interval

Make = Callable[..., Exhibit]
Try = Callable[..., Attempt]
Gather = Callable[..., Evidence]

WORKED = "4 x 5 = 20\nTotal: $20"


class Fixed:
    """A detector with a p-value, one that abstains (None), or one that breaks ("break")."""

    def __init__(self, group: EvidenceGroup | None, p: float | str | None) -> None:
        self.name, self.group, self.p = f"fixed {group} {p}", group, p

    def detect(self, evidence: Evidence) -> Finding:
        if self.p == "break":
            raise RuntimeError("oh no")
        if self.p is None:
            return abstained(self, evidence, "it lacks what it needs")
        estimate = Interval(point=0.2, low=0.1, high=0.3, level=0.9, method="fixed")
        return measured(self, evidence, estimate, float(self.p), ("as fixed", 60))


@pytest.fixture
def scene(exhibit: Make, attempt: Try, evidence: Gather) -> Callable[..., Evidence]:
    def make(lost: int = 0, n: int = 120, text: str = WORKED, part: Slice | None = None) -> Evidence:
        rows = [
            exhibit(f"s{k}", [attempt(WORKED, 1, answer="20")], [attempt(text, float(k >= lost), answer="20")])
            for k in range(n)
        ]
        return evidence(rows, part)

    return make


def labelled(
    monkeypatch: pytest.MonkeyPatch, parts: list[Evidence], fixed: list[Fixed], safe: bool
) -> tuple[MimicryLabel, tuple[Finding, ...], str]:
    monkeypatch.setattr(module, "detectors", lambda surface, traces: tuple(fixed))
    findings, profiles = profile([parts], lambda c: safe)
    return profiles[0].label, findings, profiles[0].reason


@pytest.mark.parametrize(
    ("lost", "safe", "fixed", "label"),
    [
        (0, True, [("trace", 0.5), ("support", 0.9)], "FAITHFUL"),
        (30, False, [("trace", 0.5), ("support", 0.9)], "WEAKER"),
        (30, False, [("trace", 0.001), ("support", 0.9)], "WEAKER"),
        (30, False, [("trace", 0.001), ("trace", 0.001)], "WEAKER"),  # one kind of evidence, twice
        (30, False, [("trace", 0.001), ("support", 0.001)], "SUPERFICIAL MIMICRY"),
        (0, True, [("trace", 0.001), ("support", 0.001)], "SUPERFICIAL MIMICRY"),
        (0, True, [("trace", 0.001), ("support", 0.9)], "INCONCLUSIVE"),
        (0, True, [("trace", 0.001), (None, 0.001)], "INCONCLUSIVE"),  # diagnostics do not gate
        (0, True, [("trace", None), ("support", None)], "INCONCLUSIVE"),  # nothing could be looked at
        (0, False, [("trace", 0.5)], "INCONCLUSIVE"),  # neither a loss nor its absence is shown
        (30, False, [("trace", 0.04), ("support", 0.04)], "WEAKER"),  # not after correction
        (30, False, [("trace", "break"), ("support", 0.001)], "WEAKER"),
    ],
)
def test_the_label_follows_from_style_loss_and_evidence(
    monkeypatch: pytest.MonkeyPatch,
    scene: Callable[..., Evidence],
    lost: int,
    safe: bool,
    fixed: list[tuple[EvidenceGroup | None, float | None]],
    label: MimicryLabel,
) -> None:
    found, _, reason = labelled(monkeypatch, [scene(lost)], [Fixed(*one) for one in fixed], safe)
    assert found == label, reason


def test_another_style_is_never_called_mimicry(monkeypatch: pytest.MonkeyPatch, scene: Callable[..., Evidence]) -> None:
    other = scene(30, text="Well, **perhaps** it could be twenty dollars? I am not quite sure about that!")
    label, _, reason = labelled(monkeypatch, [other], [Fixed("trace", 0.001), Fixed("support", 0.001)], False)
    assert label == "WEAKER" and "the style is not the teacher's" in reason


def test_a_detector_that_breaks_abstains_and_says_so(
    monkeypatch: pytest.MonkeyPatch, scene: Callable[..., Evidence]
) -> None:
    _, findings, _ = labelled(monkeypatch, [scene()], [Fixed("trace", "break")], True)
    assert findings[0].state == "abstained" and "RuntimeError: oh no" in findings[0].reason


def test_slices_are_corrected_among_themselves_and_small_ones_left_out(
    monkeypatch: pytest.MonkeyPatch, scene: Callable[..., Evidence]
) -> None:
    """Four slices at p = .02 are not flagged after Holm; the whole suite alone is."""
    parts = [scene(), *(scene(n=60, part=Slice(name="level", value=str(k))) for k in range(4))]
    parts.append(scene(n=49, part=Slice(name="level", value="few")))
    _, findings, _ = labelled(monkeypatch, parts, [Fixed("trace", 0.02)], True)
    assert [(str(f.slice), f.state, f.p_adjusted) for f in findings] == [
        ("all", "flagged", 0.02),
        *((f"level={k}", "clear", 0.08) for k in range(4)),
    ]


def test_what_is_missing_is_told_by_kind_of_evidence(
    monkeypatch: pytest.MonkeyPatch, scene: Callable[..., Evidence]
) -> None:
    fixed = [Fixed("trace", None), Fixed("trace", None), Fixed("support", 0.5)]
    monkeypatch.setattr(module, "detectors", lambda surface, traces: tuple(fixed))
    _, profiles = profile([[scene()]], lambda c: True)
    assert profiles[0].missing == ("trace: it lacks what it needs",)


def test_two_students_beside_one_teacher_are_told_what_each_would_be_told_alone(scene: Callable[..., Evidence]) -> None:
    """The teacher's traces are read once for both; nothing of the first student may reach the second."""
    first, second = scene(), replace(scene(30), student="other")
    together, _ = profile([[first], [second]], lambda c: True)
    alone = [finding for one in (first, second) for finding in profile([[one]], lambda c: True)[0]]
    assert list(together) == alone
