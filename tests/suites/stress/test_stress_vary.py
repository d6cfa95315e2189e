"""All families over a suite: ids, weights, clusters, notes, and that nothing depends on anything else."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from graders.registry import GRADERS
from harness.errors import DataError
from harness.grading import assign, check_gold
from harness.plan import StressSpec, SuiteSpec
from harness.protocols import Loaded
from harness.records import Sample
from harness.suite import make_suite
from suites.stress.vary import FAMILIES, vary
from tests.suites.stress.rows import BAKERY, ROWS, asking, problem


def spec(*families: str, variants: int = 3, seed: int = 7) -> SuiteSpec:
    return SuiteSpec(name="desk", stress=StressSpec(families=families, variants=variants, seed=seed))


@pytest.fixture
def samples() -> Sequence[Sample]:
    rows = [problem(row, weight=2.0, slices={"level": "easy"}) for row in ROWS]
    return [*rows, asking("How many hats?", id="short", cluster="hats"), asking("Say it.", None, id="open")]


def test_no_family_named_means_all(samples: Sequence[Sample]) -> None:
    made = vary(spec(), samples)
    assert [note.partition(":")[0] for note in made.notes] == list(FAMILIES)
    assert {s.family for s in made.samples} == set(FAMILIES) - {"shuffle_options", "exception_pair"}
    assert made.origin["seed"] == 7


def test_a_variant_knows_its_base_and_shares_its_weight(samples: Sequence[Sample]) -> None:
    bases = {sample.id: sample for sample in samples}
    weights: defaultdict[tuple[str | None, str | None], float] = defaultdict(float)
    made = vary(spec(), samples).samples
    for variant in made:
        base = bases[variant.variant_of or ""]
        assert variant.id.startswith(f"{base.id}~{variant.family}")
        assert variant.slices == {"family": variant.family, **base.slices}
        assert variant.cluster == (base.cluster or base.id)
        assert variant.messages != base.messages
        weights[variant.variant_of, variant.family] += variant.weight
    assert all(weight == pytest.approx(bases[base or ""].weight) for (base, _), weight in weights.items())
    assert len({v.id for v in made}) == len({(v.variant_of, v.family, v.messages) for v in made}) == len(made)


def test_as_many_as_wanted_where_there_are_so_many(samples: Sequence[Sample]) -> None:
    for wanted in (1, 5):
        made = vary(spec("renumber", "casing", variants=wanted), samples).samples
        counts = Counter((v.variant_of, v.family) for v in made)
        assert {n for (_, family), n in counts.items() if family == "renumber"} == {wanted}
        assert max(n for (_, family), n in counts.items() if family == "casing") == min(wanted, 3)


def test_the_seed_decides_and_neither_neighbours_nor_other_families_do(samples: Sequence[Sample]) -> None:
    whole = vary(spec(), samples).samples
    assert whole == vary(spec(), samples).samples
    one = vary(spec("renumber"), samples[:1]).samples
    assert one == [v for v in whole if v.family == "renumber" and v.variant_of == samples[0].id]
    assert one != vary(spec("renumber", seed=8), samples[:1]).samples
    few = vary(spec("renumber", variants=1), samples[:1]).samples
    assert [v.messages for v in few] == [v.messages for v in one[:1]]


def test_notes_count_the_samples_and_say_why_not(samples: Sequence[Sample]) -> None:
    renumber, exception = vary(spec("renumber", "exception_pair"), samples).notes
    assert renumber == (
        "renumber: 4 of 6 samples (12 variants); left out: 1 without a target: the teacher's own answer is their "
        "reference; 1 without a worked solution."
    )
    assert exception.startswith("exception_pair: 0 of 6 samples; left out: 5 not made by a template")


def test_every_gold_is_right_by_its_grader(samples: Sequence[Sample]) -> None:
    made = vary(spec(), samples).samples
    suite = make_suite(spec().model_copy(update={"grader": "number"}), Loaded(samples=made))
    assert len(made) > 40
    check_gold(assign([suite], GRADERS))


def test_a_family_that_nobody_knows_is_refused() -> None:
    with pytest.raises(DataError, match='suite "desk": stress family "renumbr" is unknown; did you mean "renumber"?'):
        vary(spec("renumbr"), [problem(BAKERY)])


def test_a_slice_called_family_is_refused() -> None:
    with pytest.raises(DataError, match='a slice is called "family"'):
        vary(spec(), [problem(BAKERY, slices={"family": "x"})])


def test_nothing_to_vary_is_told_in_notes() -> None:
    made = vary(spec("rename"), [asking("Say it.", None)])
    assert made.samples == [] and "0 of 1 samples" in made.notes[0]
