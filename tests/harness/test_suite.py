"""Suites as they are loaded: their own defaults, stress variants as a second suite, limits, and how they are asked."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.collect import plan_asks
from harness.errors import DataError
from harness.plan import DecodingSpec, ModelSpec, Plan, StressSpec, SuiteSpec
from harness.protocols import Loaded
from harness.records import Continuation, Decoding, Json, Message, Sample
from harness.suite import Suite, load_suites, make_suite

MODEL = ModelSpec(name="m", model="./m")


def sample(number: int) -> Sample:
    asked = (Message(role="user", content=f"What is {number}?"),)
    return Sample(id=f"s{number}", messages=asked, target=str(number), slices={"level": "low"})


class Source:
    """Three samples, and a word of its own on everything."""

    keys: frozenset[str] = frozenset()

    def load(self, suite: SuiteSpec) -> Loaded:
        options: dict[str, dict[str, Json]] = {"number": {"tolerance": 1, "marker": "A:"}}
        return Loaded(
            samples=[sample(n) for n in range(3)],
            grader="number",
            grader_options=options,
            decoding=Decoding(max_tokens=9),
            repeats=4,
            origin={"licence": "MIT"},
            notes=("Invented.",),
        )


def twice(spec: SuiteSpec, samples: Sequence[Sample]) -> Loaded:
    """Two variants of every sample, in an order of their own."""
    made = [
        replace(base, id=f"{base.id}~{family}", variant_of=base.id, family=family, slices={"family": family})
        for family in ("typos", "casing")
        for base in samples
    ]
    return Loaded(samples=made, origin={"seed": 7}, notes=("typos: 3 of 3 samples.",))


def none(spec: SuiteSpec, samples: Sequence[Sample]) -> Loaded:
    return Loaded(samples=[], notes=("typos: 0 of 3 samples.",))


def plan(suite: SuiteSpec, **more: object) -> Plan:
    return Plan.model_validate({"teacher": MODEL, "students": [MODEL], "suites": [suite], **more})


def loaded(suite: SuiteSpec, limit: int | None = None) -> tuple[Suite, ...]:
    return load_suites(plan(suite), {"rows": Source()}, twice, limit)


def test_a_suite_brings_what_the_plan_does_not_say() -> None:
    (suite,) = loaded(SuiteSpec(name="x"))
    assert suite.spec.grader == "number"
    assert suite.spec.grader_options == {"number": {"tolerance": 1, "marker": "A:"}}
    assert (suite.kind, suite.origin, suite.notes) == ("workload", {"licence": "MIT"}, ("Invented.",))


def test_the_plan_overrules_option_by_option() -> None:
    (suite,) = loaded(SuiteSpec(name="x", grader="exact", grader_options={"number": {"tolerance": 2}}))
    assert suite.spec.grader == "exact"
    assert suite.spec.grader_options == {"number": {"tolerance": 2, "marker": "A:"}}


def test_what_should_be_retained_is_a_kind_of_its_own() -> None:
    assert loaded(SuiteSpec(name="x", retain=True))[0].kind == "retain"


def test_variants_are_a_second_suite_in_the_order_of_their_bases() -> None:
    base, stress = loaded(SuiteSpec(name="x", stress=StressSpec()))
    assert (base.spec.name, stress.spec.name, stress.kind) == ("x", "x.stress", "stress")
    assert [s.variant_of for s in stress.samples] == ["s0", "s0", "s1", "s1", "s2", "s2"]
    assert stress.spec.grader == "number" and stress.repeats == 4
    assert stress.origin == {"seed": 7} and stress.notes == ("typos: 3 of 3 samples.",)


def test_a_limit_takes_the_variants_of_the_samples_that_are_asked() -> None:
    base, stress = loaded(SuiteSpec(name="x", stress=StressSpec()), limit=2)
    assert [s.id for s in base.asked] == ["s0", "s1"]
    assert {s.variant_of for s in stress.asked} == {"s0", "s1"}
    assert len(stress.samples) == 6


def test_slices_that_the_plan_names_are_joined_by_the_family() -> None:
    def kept(spec: SuiteSpec, samples: Sequence[Sample]) -> Loaded:
        made = twice(spec, samples).samples
        return Loaded(samples=[replace(s, slices={**s.slices, "level": "low"}) for s in made])

    spec = SuiteSpec(name="x", slices=("level",), stress=StressSpec())
    assert load_suites(plan(spec), {"rows": Source()}, kept, None)[1].spec.slices == ("level", "family")


def test_stress_without_a_variant_is_refused_with_its_reasons() -> None:
    with pytest.raises(DataError, match=r'suite "x": no stress variant could be made: typos: 0 of 3 samples\.'):
        load_suites(plan(SuiteSpec(name="x", stress=StressSpec())), {"rows": Source()}, none, None)


@pytest.mark.parametrize(
    ("model", "suite", "common", "tokens"),
    [(1, 2, 3, 1), (None, 2, 3, 2), (None, None, 3, 3), (None, None, None, 9)],
    ids=["the model's", "the suite's", "the plan's", "the source's own"],
)
def test_who_decides_how_replies_are_drawn(
    model: int | None, suite: int | None, common: int | None, tokens: int
) -> None:
    def how(limit: int | None) -> DecodingSpec | None:
        return DecodingSpec(max_tokens=limit) if limit else None

    spec = SuiteSpec(name="x", decoding=how(suite))
    whole = plan(spec, decoding=how(common))
    asked = plan_asks(whole, MODEL.model_copy(update={"decoding": how(model)}), loaded(spec), "f")
    assert {ask.request.decoding.max_tokens for ask in asked} == {tokens}


@pytest.mark.parametrize(("suite", "common", "n"), [(2, 3, 2), (None, 3, 3), (None, None, 4)])
def test_who_decides_how_often_a_sample_is_asked(suite: int | None, common: int | None, n: int) -> None:
    spec = SuiteSpec(name="x", repeats=suite)
    asked = plan_asks(plan(spec, repeats=common), MODEL, loaded(spec), "f")
    assert sorted({ask.request.attempt for ask in asked}) == list(range(n))


def test_likelihoods_are_asked_once_and_whatever_the_decoding() -> None:
    options = (Continuation(context="2+2=", text=" 4"), Continuation(context="2+2=", text=" 5"))
    suite = make_suite(SuiteSpec(name="x"), Loaded(samples=[Sample(id="s", continuations=options)]))
    keys = set()
    for tokens in (8, 16):
        whole = plan(SuiteSpec(name="x"), repeats=5, decoding=DecodingSpec(max_tokens=tokens))
        (ask,) = plan_asks(whole, MODEL, [suite], "f")
        assert (ask.request.kind, ask.request.continuations) == ("score", options)
        keys.add(ask.request.key)
    assert len(keys) == 1


def test_a_raw_prompt_goes_without_the_system_message() -> None:
    suite = make_suite(SuiteSpec(name="x"), Loaded(samples=[Sample(id="s", prompt="2+2=")]))
    (ask,) = plan_asks(plan(SuiteSpec(name="x")), MODEL.model_copy(update={"system": "Be brief."}), [suite], "f")
    assert (ask.request.prompt, ask.request.messages) == ("2+2=", ())
