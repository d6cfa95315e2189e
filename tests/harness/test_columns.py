"""Public benchmarks, own traffic, stress and what should be retained, side by side."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.columns import Columns, columns
from harness.compared import PairedCells
from harness.evaluation import Comparison, SuiteCard
from harness.gate import judge
from harness.policy import Policy
from harness.records import Interval, SuiteKind
from tests.harness.gate_cases import BAD, GOOD, UNSURE, evaluation, part, plain, table


def suite(name: str, kind: SuiteKind = "workload", public: bool = False) -> SuiteCard:
    return SuiteCard(name=name, fingerprint=name, n=1000, slices=(), kind=kind, public=public)


def read(
    comparisons: Sequence[Comparison], suites: Sequence[SuiteCard], beside_base: Sequence[Comparison] = ()
) -> Columns:
    made = replace(evaluation(comparisons), suites=tuple(suites), beside_base=tuple(beside_base))
    (found,) = columns(made, judge(made, Policy(), "digest"))
    return found


def test_fine_on_benchmarks_and_failing_at_work_is_said_in_a_sentence() -> None:
    found = read(
        [plain(GOOD, suite="math500"), plain(BAD, suite="desk"), plain(UNSURE, suite="desk.stress")],
        [suite("math500", public=True), suite("desk"), suite("desk.stress", "stress"), suite("facts", "retain")],
        [plain(BAD, suite="facts")],
    )
    assert [(column.name, column.state) for column in found.columns] == [
        ("public", "kept"),
        ("own", "lost"),
        ("stress", "not shown"),
        ("retained", "lost"),
    ]
    assert found.reading == (
        "looks fine on public benchmarks, fails at work, has forgotten some of the rest; nothing is shown under stress"
    )
    assert found.columns[1].reading == "desk: a loss of more than 3 points is shown"
    assert found.columns[2].reading == "desk.stress: a loss of 3 points is neither shown nor ruled out"


def test_one_suite_that_lost_marks_the_column_and_all_must_keep() -> None:
    suites = [suite("one"), suite("two"), suite("three")]
    lost = read([plain(GOOD, suite="one"), plain(BAD, suite="two"), plain(UNSURE, suite="three")], suites)
    assert [column.state for column in lost.columns] == ["lost"]
    assert lost.columns[0].reading == "two: a loss of more than 3 points is shown"
    unsure = read([plain(GOOD, suite="one"), plain(UNSURE, suite="two")], suites)
    assert unsure.reading == "nothing is shown at work"
    assert read([plain(GOOD, suite="one"), plain(GOOD, suite="two")], suites).reading == "holds at work"


def test_retention_is_pooled_where_it_can_be() -> None:
    """90% of 100% on one suite and 300 of 400 on the other, each counting alike: (0.9 + 0.6) / (1.0 + 0.8)."""
    first, second = table(450, 50, 0, 0), table(300, 100, 0, 100)
    (own,) = read([plain(first, suite="one"), plain(second, suite="two")], [suite("one"), suite("two")]).columns
    assert own.retention is not None and own.retention.point == pytest.approx(1.5 / 1.8)
    weighted = replace(plain(second, suite="two"), cells=None)
    (own,) = read([plain(first, suite="one"), weighted], [suite("one"), suite("two")]).columns
    assert own.retention is None


def test_the_only_suite_keeps_its_own_interval_and_slices_are_no_suites() -> None:
    alone = Interval(point=0.8, low=0.7, high=0.9, level=0.95, method="fieller")
    whole = replace(plain(GOOD, suite="one"), retention95=alone)
    (own,) = read([whole, plain(BAD, part("hard"), suite="one")], [suite("one")]).columns
    assert (own.retention, own.state, len(own.suites)) == (alone, "kept", 1)


def test_too_few_items_and_unknown_ceilings_show_nothing() -> None:
    few: PairedCells = table(4, 8, 0, 0)
    (own,) = read([plain(few, suite="one")], [suite("one")]).columns
    assert (own.state, own.reading) == ("not shown", "one: no verdict from 12 items; at least 20 are asked for")
    blind = replace(plain(BAD, suite="one"), undecidable="the teacher answered once")
    (own,) = read([blind], [suite("one")]).columns
    assert (own.state, own.retention) == ("not shown", None)


def test_students_without_figures_have_no_columns() -> None:
    made = evaluation([], [])
    assert columns(made, judge(made, Policy(), "digest")) == ()
