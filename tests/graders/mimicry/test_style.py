"""Style closeness: the teacher beside itself is the floor, another manner is far, right and wrong do not matter."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.mimicry.features import FIGURES, Reading
from graders.mimicry.style import CLOSE, energy, style_of
from harness.evidence import Attempt, Evidence, Exhibit

Make = Callable[..., Exhibit]
Try = Callable[..., Attempt]
Gather = Callable[..., Evidence]
Voice = Callable[[int, int], str]


def worked(a: int, b: int) -> str:
    return f"{a} x {b} = {a * b}\nTotal: ${a * b}"


def wrongly_worked(a: int, b: int) -> str:
    return f"{a} x {b} = {(a + 1) * b}\nTotal: ${a * b + 7}"


def bare(a: int, b: int) -> str:
    return str(a * b)


def prose(a: int, b: int) -> str:
    return f"Well, **I think** that {a} times {b} might be about {a * b}, so perhaps you owe us {a * b} dollars!"


@pytest.fixture
def scene(exhibit: Make, attempt: Try, evidence: Gather) -> Callable[..., Evidence]:
    def make(student: Voice, base: Voice | None = None, n: int = 200) -> Evidence:
        rng = np.random.default_rng(2)

        def one(voice: Voice, score: float) -> list[Attempt]:
            return [attempt(voice(int(rng.integers(2, 99)), int(rng.integers(2, 99))), score)]

        rows = [
            exhibit(
                f"s{k}",
                one(worked, 1),
                one(student, float(k % 4 > 0)),
                base=one(base, float(k % 4 == 0)) if base else (),
            )
            for k in range(n)
        ]
        return evidence(rows)

    return make


def read(made: Evidence) -> Reading:
    reading = Reading()
    reading.learn(e.teacher[0].response.text for e in made.exhibits)
    return reading


def test_the_teachers_manner_is_close_and_cannot_be_told_apart(scene: Callable[..., Evidence]) -> None:
    made = scene(worked)
    style = style_of(made, read(made))
    assert style.close and style.distance is not None and style.distance < 0.1
    assert style.auc is not None and style.auc.point < 0.6


def test_wrong_answers_in_the_teachers_manner_are_as_close(scene: Callable[..., Evidence]) -> None:
    made = scene(wrongly_worked)
    assert style_of(made, read(made)).close


@pytest.mark.parametrize("voice", [bare, prose])
def test_another_manner_is_far_and_told_apart(scene: Callable[..., Evidence], voice: Voice) -> None:
    made = scene(voice)
    style = style_of(made, read(made))
    assert style.close is False and style.distance is not None and style.distance > 2 * CLOSE
    assert style.auc is not None and style.auc.point > 0.95


def test_the_most_telling_features_are_named_with_their_direction(scene: Callable[..., Evidence]) -> None:
    made = scene(prose)
    telling = dict(style_of(made, read(made)).telling)
    assert telling.get("equations", -1) < 0
    assert any(weight > 0 for weight in telling.values())


def test_what_was_recovered_of_the_way_from_the_base(scene: Callable[..., Evidence]) -> None:
    made = scene(worked, base=bare)
    style = style_of(made, read(made))
    assert style.recovery is not None and style.recovery.point > 0.9
    assert style.capability is not None and style.capability.point == pytest.approx(2 / 3, abs=0.02)
    assert style.gap is not None and style.gap.low is not None and style.gap.low > 0.1


def test_a_base_that_is_like_the_teacher_leaves_nothing_to_recover(scene: Callable[..., Evidence]) -> None:
    made = scene(worked, base=worked)
    style = style_of(made, read(made))
    assert style.recovery is None and "base" in style.reason


def test_few_samples_have_no_style(scene: Callable[..., Evidence]) -> None:
    made = scene(worked, n=30)
    assert style_of(made, read(made)).close is None


def test_the_same_evidence_gives_the_same_style(scene: Callable[..., Evidence]) -> None:
    made = scene(prose, base=bare)
    assert style_of(made, read(made)) == style_of(made, read(made))


def test_the_energy_distance_of_known_samples() -> None:
    """Two points apart by 3 in one dimension: 2 * 3 - 0 - 0, and its root."""
    x, y = np.zeros((2, 1)), np.full((2, 1), 3.0)
    assert energy(x, y) == pytest.approx(np.sqrt(6))
    assert energy(x, x) == 0


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400))
def test_any_text_has_finite_features(text: str) -> None:
    reading = Reading()
    reading.learn(["Total: $5", "Total: $7"])
    found = reading.of([text])
    assert found.shape == (1, len(reading.names)) and np.isfinite(found).all()


def test_a_megabyte_is_read_in_part() -> None:
    assert np.isfinite(Reading().of(["=" * 10**6, "a " * 500_000, "\n" * 10**6, "**" * 500_000])).all()


def test_rates_do_not_grow_with_length() -> None:
    once, often = Reading().of(["So we add 4 and 5.\n", "So we add 4 and 5.\n" * 20])
    for name, one, many in zip(FIGURES, once, often, strict=True):
        if name not in ("length", "words"):
            assert many == pytest.approx(one, rel=0.25, abs=1.5), name
