"""`viva size`: how many items a plan's margins need, and what chance the items there are have."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import status
from harness.evaluation import Slice
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Message, Sample
from harness.sizing import Sizing, seen_in, size
from harness.suite import Suite, make_suite
from tests.harness.gate_cases import card, evaluation, part, plain, table

PLAIN = Policy(margin_points=3, margins={"level=hard": 5})


def suite(n: int, change: Callable[[int, Sample], Sample] = lambda i, sample: sample) -> Suite:
    """A suite of n items, every third of them hard."""
    samples = [
        change(i, Sample(
            id=f"s{i}", messages=(Message(role="user", content=f"{i}?"),), target="1",
            slices={"level": ("easy", "hard")[i % 3 == 0]},
        ))
        for i in range(n)
    ]  # fmt: skip
    return make_suite(SuiteSpec(name="math", path="x.jsonl"), Loaded(samples=samples))


def whole(made: Suite, policy: Policy = PLAIN) -> Sizing:
    return size([made], policy)[0]


@pytest.mark.parametrize(
    ("points", "items"), [(3, [344, 687, 1374]), (5, [124, 248, 495]), (30, [20, 20, 20]), (1, [3092, 6183, 12366])]
)
def test_the_items_needed_are_those_of_the_formula(points: float, items: list[int]) -> None:
    """(1.645 + 0.842)^2 d / m^2, and never fewer than the policy asks for."""
    needs = whole(suite(50), Policy(margin_points=points)).needs
    assert [need.discordance for need in needs] == [0.05, 0.1, 0.2]
    assert [need.items for need in needs] == items


@pytest.mark.parametrize(("n", "below"), [(687, 0.8), (344, 0.6), (172, 0.4)])
def test_the_chance_falls_with_the_items(n: int, below: float) -> None:
    at_ten = whole(suite(n)).needs[1].chance
    assert below - 0.25 < at_ten <= below + 0.01


@pytest.mark.parametrize(
    ("n", "policy"),
    [
        (98, Policy(margin_points=3)),  # 0.97^98 > 5%: even without any disagreement, a loss of 3 points may be there
        (19, Policy(margin_points=60)),
        (50, Policy(margin_points=60, min_items=51)),
    ],
)
def test_too_few_items_have_no_chance_at_all(n: int, policy: Policy) -> None:
    sized = whole(suite(n), policy)
    assert [need.chance for need in sized.needs] == [0, 0, 0]
    assert sized.decided_up_to is None
    assert "cannot decide" in sized.sentence
    assert f"{n + 1} are needed even where the models never disagree" in sized.sentence
    assert whole(suite(n + 1), policy).needs[0].chance > 0


def test_a_sentence_says_what_the_items_decide() -> None:
    assert whole(suite(198)).sentence == (
        "198 items decide a margin of 3 points only if the models disagree on at most 2.9% of them; "
        "needed are 344 at 5%, 687 at 10%, 1,374 at 20%"
    )
    assert whole(suite(700)).sentence == (
        "700 items decide a margin of 3 points only if the models disagree on at most 10.2% of them; "
        "needed are 1,374 at 20%"
    )
    assert whole(suite(1374)).sentence == (
        "1,374 items decide a margin of 3 points, even where the models disagree on 20% of them"
    )


def test_every_slice_has_its_own_margin_and_tier() -> None:
    sized = size([suite(300)], PLAIN.model_copy(update={"critical": ("level=hard",)}))
    assert [(str(one.slice), one.tier, one.margin, one.items) for one in sized] == [
        ("all", "critical", 0.03, 300),
        ("level=easy", "supporting", 0.03, 200),
        ("level=hard", "critical", 0.05, 100),
    ]
    assert [need.items for need in sized[2].needs] == [124, 248, 495]


def test_unequal_weights_need_more_items() -> None:
    equal, unequal = whole(suite(1000)), whole(suite(1000, lambda i, s: replace(s, weight=1 + 9 * (i % 2))))
    assert unequal.effective == pytest.approx(1000 * 5.5**2 / 50.5)
    assert unequal.needs[1].items == pytest.approx(equal.needs[1].items * 50.5 / 5.5**2, abs=1)
    assert unequal.needs[1].chance < equal.needs[1].chance
    assert "as much as 599 equally heavy ones" in unequal.sentence
    scaled = whole(suite(1000, lambda i, s: replace(s, weight=7.0)))
    assert scaled == equal


def test_clusters_may_be_worth_as_little_as_one_item_each() -> None:
    alone = whole(suite(900))
    grouped = whole(suite(900, lambda i, s: replace(s, cluster=f"c{i // 3}")))
    assert grouped.clusters == 300
    assert grouped.needs[1].chance == alone.needs[1].chance
    assert grouped.needs[1].chance_at_worst == whole(suite(300)).needs[1].chance
    assert "300 clusters" in grouped.sentence
    single = whole(suite(900, lambda i, s: replace(s, cluster=f"c{i}")))
    assert (single.needs, single.sentence) == (alone.needs, alone.sentence)


def test_a_handful_of_clusters_decides_nothing() -> None:
    grouped = whole(suite(9000, lambda i, s: replace(s, cluster=f"c{i % 7}")))
    assert [need.chance for need in grouped.needs] == [0, 0, 0]
    assert grouped.sentence == "9,000 items in 7 clusters decide nothing: at least 8 clusters are needed"


def test_items_without_a_cluster_stand_alone() -> None:
    mixed = whole(suite(900, lambda i, s: replace(s, cluster="c" if i < 300 else None)))
    assert mixed.clusters == 601


def test_an_earlier_run_tells_the_discordance() -> None:
    run = evaluation(
        [
            plain(table(both=90, teacher_only=6, student_only=2, neither=2)),
            plain(table(both=80, teacher_only=11, student_only=7, neither=2), student="tiny"),
            plain(table(both=50, teacher_only=40, student_only=10, neither=0), student="base"),
            replace(plain(table(both=0, teacher_only=99, student_only=0, neither=1), part("hard")), undecidable="once"),
        ],
        [card("small"), card("tiny"), card("base", "base")],
    )
    seen = seen_in(run)
    assert {(where, str(piece)): (one.student, one.discordance) for (where, piece), one in seen.items()} == {
        ("math", "all"): ("tiny", pytest.approx(0.18))
    }
    sized = size([suite(198)], PLAIN, seen)
    assert [(need.seen, need.items) for need in sized[0].needs] == [
        (None, 344), (None, 687), (None, 1374), ("tiny", 1237),
    ]  # fmt: skip
    assert "1,237 at 18%, which is what tiny showed in the earlier run" in sized[0].sentence
    assert len(sized[1].needs) == 3


def printed(capfd: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capfd.readouterr()
    assert status(["size", *arguments]) == 0
    return capfd.readouterr()


def test_the_command_prints_figures_and_sentences(world: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = printed(capfd, str(world))
    assert told.out == ""
    assert "248 (79%)" in told.err
    assert "sums, level=hard (critical): 80 items decide a margin of 5 points only if" in told.err
    assert "0 of the 3 suites and slices that count are large enough at 10% disagreement" in told.err
    listed = json.loads(printed(capfd, str(world), "--json").out)
    assert [(one["slice"]["value"], one["items"]) for one in listed] == [("all", 240), ("easy", 160), ("hard", 80)]


def test_the_command_reckons_with_an_earlier_run(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(["run", str(world), "-o", str(tmp_path / "run")]) == 1
    told = printed(capfd, str(world), "--from", str(tmp_path / "run")).err
    assert "at 33.3%, poor: 825 (38%)" in told  # every hard sum, a third


def test_no_model_is_asked_and_nothing_is_written(
    world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("teacher", "good", "poor"):
        (tmp_path / f"{name}.jsonl").write_text("no reply at all")
    before = sorted(tmp_path.iterdir())
    printed(capfd, str(world))
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere.yaml"], "nowhere.yaml"),
        (["{plan}", "--from", "nowhere"], "not a run folder"),
        (["{broken}"], "the gate names"),
        (["{plan}", "extra"], "unexpected extra argument"),
    ],
)
def test_wrong_input_is_told(
    arguments: list[str], complaint: str, world: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(world.read_text().replace("critical: [level]", "critical: [leval]"))
    given = [one.format(plan=world, broken=broken) for one in arguments]
    assert status(["size", *given]) == 64
    told = capfd.readouterr()
    assert complaint in told.err
    assert told.out == ""


def test_the_slice_of_all_is_the_whole_suite() -> None:
    assert whole(suite(30)).slice == Slice()
