"""Support: names and numbers from nowhere, beyond the teacher's; what a reply works out is no claim."""

from collections.abc import Callable

import pytest

from graders.mimicry.unsupported import Unsupported
from harness.evidence import Attempt, Evidence, Exhibit

Make = Callable[..., Exhibit]
Try = Callable[..., Attempt]
Gather = Callable[..., Evidence]

SOURCE = "Chiara Rossi from Turin ordered 4 lamps at $12 each on 9 May 2025."
RIGHT = "The order of Chiara Rossi from Turin, placed on 9 May 2025, is 4 x 12 = 48 dollars. So she pays $48."
WRONG_NAME = RIGHT.replace("Chiara Rossi", "Boris Petrov")
WRONG_DAY = RIGHT.replace("9 May", "19 May")
WRONG_NUMBER = RIGHT.replace("4 x 12 = 48", "7 x 12 = 84")


@pytest.fixture
def scene(exhibit: Make, attempt: Try, evidence: Gather) -> Callable[..., Evidence]:
    """A share of the student's replies is this one, and as large a share of its answers is wrong in any case."""

    def make(bad: str, share: float = 0.25, n: int = 200, context: str | None = SOURCE, score: float = 1) -> Evidence:
        return evidence(
            [
                exhibit(
                    f"s{k}",
                    [attempt(RIGHT, float(k % 10 > 0), answer="48")],
                    [attempt(bad if k % 100 < 100 * share else RIGHT, score, answer="48")],
                    context=context,
                )
                for k in range(n)
            ]
        )

    return make


@pytest.mark.parametrize("bad", [WRONG_NAME, WRONG_DAY, WRONG_NUMBER])
def test_what_the_source_does_not_hold_is_flagged_and_marked(scene: Callable[..., Evidence], bad: str) -> None:
    found = Unsupported().detect(scene(bad))
    assert found.state == "flagged" and found.group == "support"
    assert found.estimate is not None and found.estimate.point == pytest.approx(0.25)
    mark = found.marks[0]
    assert bad[mark.start : mark.end] not in SOURCE


@pytest.mark.parametrize("bad", [RIGHT, "She pays $48.", "4 lamps at $12 make 4 x 12 = 48 dollars for Chiara."])
def test_what_is_supported_or_worked_out_is_not(scene: Callable[..., Evidence], bad: str) -> None:
    assert Unsupported().detect(scene(bad)).state == "clear"


FIELDS = '{"customer": "Chiara", "town": "Turin", "rationale": "4 x 12 = 48", "total": 48}'


@pytest.mark.parametrize(
    ("bad", "state"),
    [
        (FIELDS, "clear"),
        (FIELDS.replace("Chiara", "Boris"), "flagged"),
        (
            FIELDS.replace("4 x 12 = 48", "7 x 12 = 84"),
            "flagged",
        ),  # the answer quotes it, and it is a claim all the same
        (FIELDS.replace('"total": 48', '"total": 96'), "clear"),  # a result is no claim
        (FIELDS.replace('"town": "Turin"', '"note": "Nothing else to say"'), "clear"),
    ],
)
def test_fields_of_json_are_read(exhibit: Make, attempt: Try, evidence: Gather, bad: str, state: str) -> None:
    rows = [
        exhibit(
            f"s{k}",
            [attempt(FIELDS, float(k % 10 > 0), answer=FIELDS)],
            [attempt(text := bad if k % 4 == 0 else FIELDS, 1, answer=text)],
            context=SOURCE,
        )
        for k in range(200)
    ]
    assert Unsupported().detect(evidence(rows)).state == state


def test_without_a_source_it_abstains(scene: Callable[..., Evidence]) -> None:
    found = Unsupported().detect(scene(WRONG_NAME, context=None))
    assert found.state == "abstained" and "context" in found.reason
