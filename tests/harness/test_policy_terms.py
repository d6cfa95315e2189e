"""What a policy may say of caps, limits, costs, evidence, lineage and waivers, and where a fault is shown."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import PlanError
from harness.evaluation import Slice
from harness.policy import Policy
from harness.policy_file import load_policy
from harness.policy_terms import Caps, Waiver, days

WAIVER = "{waive: level=1, who: Mia, why: rare, until: 2027-01-31}"
FAULTS = {
    "an unknown outcome": ("caps:\n  refusd: 1\n", '2: unknown key "caps.refusd"; did you mean "refused"?'),
    "an unknown outcome of a slice": (
        "caps:\n  slices:\n    level=1: {refusd: 1}\n",
        "3: \"caps.slices.level=1.refusd\": input should be 'truncated', 'unparsed', 'refused' or 'failed'",
    ),
    "a cap that nothing can meet": ("caps:\n  refused: 0\n", '2: "caps.refused": input should be greater than 0'),
    "a cap in words": ("caps:\n  refused: few\n", '2: "caps.refused": input should be a valid number'),
    "a rule that nothing can meet": ("rules:\n  polite: 0\n", '2: "rules.polite": input should be greater than 0'),
    "a share above all": ("other_rules: 100\n", '1: "other_rules": input should be less than 100'),
    "an unknown limit": (
        "limits:\n  latency: {at_most: 2}\n",
        '2: unknown key "limits.latency"; did you mean "latency_s"?',
    ),
    "a limit by another word": (
        "limits:\n  latency_s: {at_mots: 2}\n",
        '2: unknown key "limits.latency_s.at_mots"; did you mean "at_most"?',
    ),
    "a limit of nothing": (
        "limits:\n  latency_s: {}\n",
        '2: "limits.latency_s": give `at_most`, an amount, or `of_teacher`, a multiple of the teacher\'s',
    ),
    "a bare number for a limit": ("limits:\n  latency_s: 2\n", '2: "limits.latency_s": input should be'),
    "a cost without its price": (
        "costly:\n  - slice: level=1\n",
        '2: the key "costly[1].per_error" is missing',
    ),
    "a price of nothing": (
        "costly:\n  - {slice: level=1, per_error: 0}\n",
        '2: "costly[1].per_error": input should be greater than 0',
    ),
    "an unknown key of a cost": (
        "costly:\n  - {slice: level=1, per_eror: 1}\n",
        '2: unknown key "costly[1].per_eror"; did you mean "per_error"?',
    ),
    "months": (
        "margin_points: 3\nvalid_for: 6 months\n",
        "2: \"valid_for\": give a number of days with a d behind it, such as 180d (given: '6 months')",
    ),
    "no days": ("valid_for: 0d\n", "give a number of days"),
    "a number without a unit": ("valid_for: 180\n", '1: "valid_for": input should be a valid string'),
    "too short a fingerprint": (
        "teacher_fingerprint: abc\n",
        '1: "teacher_fingerprint": string should have at least 8',
    ),
    "lineage in a word": ("lineage: required\n", '1: "lineage": '),
    "an unknown key of lineage": (
        "lineage:\n  require: true\n",
        '2: unknown key "lineage.require"; did you mean "required"?',
    ),
    "a waiver without a name": (
        f"waivers:\n  - {WAIVER.replace('who: Mia, ', '')}\n",
        '2: the key "waivers[1].who" is missing',
    ),
    "a waiver without a reason": (
        f"waivers:\n  - {WAIVER.replace('why: rare, ', '')}\n",
        '2: the key "waivers[1].why" is missing',
    ),
    "a waiver with an empty reason": (
        f"waivers:\n  - {WAIVER.replace('rare', repr('  '))}\n",
        '2: "waivers[1].why": string should have at least 1 character',
    ),
    "a waiver for ever": (
        f"waivers:\n  - {WAIVER.replace(', until: 2027-01-31', '')}\n",
        '2: the key "waivers[1].until" is missing',
    ),
    "a day that is none": (f"waivers:\n  - {WAIVER.replace('01-31', '02-31')}\n", "2: not valid YAML: no timestamp"),
    "a day in words": (
        f"waivers:\n  - {WAIVER.replace('2027-01-31', 'next May')}\n",
        '2: "waivers[1].until": input should be a valid date',
    ),
    "an unknown key of a waiver": (
        f"waivers:\n  - {WAIVER.replace('until', 'untill')}\n",
        '2: unknown key "waivers[1].untill"; did you mean "until"?',
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    content, expected = FAULTS[name]
    (tmp_path / "policy.yaml").write_text(content)
    with pytest.raises(PlanError) as caught:
        load_policy(tmp_path / "policy.yaml")
    assert expected in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/policy.yaml:")


def test_a_policy_is_read_with_all_its_terms(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "caps: {refused: 1, failed: 0, slices: {level=1: {refused: 3}}}\nrules: {polite: 0.5}\nvalid_for: 30d\n"
        f"limits: {{latency_s: {{at_most: 2}}}}\ncostly: [{{slice: level=1, per_error: 4}}]\nwaivers: [{WAIVER}]\n"
    )
    policy = load_policy(tmp_path / "policy.yaml")
    assert policy.caps.of_suites() == {"refused": 1, "failed": 0}
    assert policy.waivers[0] == Waiver(waive="level=1", who="Mia", why="rare", until=date(2027, 1, 31))
    assert list(policy.named()) == [
        (("caps", "slices", "level=1"), "level=1"),
        (("costly", 0, "slice"), "level=1"),
        (("waivers", 0, "waive"), "level=1"),
    ]
    assert Policy.model_validate(policy.model_dump(mode="json")) == policy  # as manifest and verdict keep it


@pytest.mark.parametrize(("written", "number"), [("1d", 1), ("180d", 180), ("99999d", 99999)])
def test_days(written: str, number: int) -> None:
    assert days(written) == number


@pytest.mark.parametrize(
    "written", ["", "d", "0d", "01d", "-1d", "1.5d", "180", "180d ", "100000d", "١d", "1D", "1d\n"]
)
def test_what_is_no_number_of_days(written: str) -> None:
    with pytest.raises(ValueError, match="give a number of days"):
        days(written)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mimicry", ("mimicry", None)),
        ("caps", ("caps", None)),
        ("caps.refused", ("caps", "refused")),
        ("rules.promises more than 50", ("rules", "promises more than 50")),
        ("rules.a.b", ("rules", "a.b")),
        ("limits.cost_per_1000", ("limits", "cost_per_1000")),
        ("costly.level=1", ("costly", "level=1")),
        ("evidence.valid_for", ("evidence", "valid_for")),
        ("lineage", ("lineage", None)),
        ("lineage.distillation", None),
        ("mimicry.math", None),
        ("caps.", None),
        ("rules.", None),
        ("caps.v2", None),  # a suite may be called that
        ("capsule", None),
        ("level=1", None),
    ],
)
def test_what_a_waiver_names(name: str, kind: tuple[str, str | None] | None) -> None:
    assert Waiver(waive=name, who="a", why="b", until=date(2027, 1, 1)).kind() == kind


def test_names_of_caps_costs_and_waivers_must_exist_too() -> None:
    policy = Policy.model_validate(
        {
            "caps": Caps(slices={"level=1": {"refused": 1}}),
            "costly": [{"slice": "level=2", "per_error": 1}],
            "waivers": [{"waive": name, "who": "a", "why": "b", "until": "2027-01-01"} for name in ("math", "mimicry")],
        }
    )
    assert [name for _, name in policy.named()] == ["level=1", "level=2", "math"]
    assert policy.tier("math", Slice(name="level", value="1")) == "supporting"
