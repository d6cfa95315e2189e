"""The demo's own variants: read back by its template, right by the workload's own rules, never trained on."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from graders.registry import GRADERS
from harness.grading import assign, check_gold
from harness.plan import StressSpec, SuiteSpec
from harness.protocols import Loaded
from harness.records import Sample
from harness.suite import make_suite
from suites.demo.parts import Quote, Ticket, Window, read
from suites.demo.suite import load
from suites.demo.variants import LIMITS
from suites.demo.workload import ARTICLES, NAMES, is_held_out
from suites.stress.making import Abstained
from suites.stress.vary import vary
from tests.suites.stress.independent import value
from tests.suites.stress.rows import asking, text_of

SPEC = SuiteSpec(name="desk", source="demo", size=300, seed=11, stress=StressSpec(variants=2))
KNOWN = ("renumber", "rename", "reorder_clauses", "exception_pair")  # stay within what the models were taught


@pytest.fixture(scope="module")
def bases() -> dict[str, Sample]:
    return {sample.id: sample for sample in load(SPEC).samples}


@pytest.fixture(scope="module")
def made(bases: dict[str, Sample]) -> Loaded:
    return vary(SPEC, list(bases.values()))


def of(made: Loaded, family: str) -> Sequence[Sample]:
    return [sample for sample in made.samples if sample.family == family]


def total(text: str) -> int:
    """A quote worked out from its words alone."""
    lines = sum(int(q) * int(p) for q, p in re.findall(r"(\d+) \w+ at \$(\d+) each", text))
    charge = re.search(r"(plus|less a) \$(\d+)", text)
    return lines + (0 if charge is None else int(charge[2]) * (1 if charge[1] == "plus" else -1))


def decision(text: str) -> str:
    """A return decided from its words alone."""
    limit = int(re.search(r"open for (\d+) days", text)[1])  # type: ignore[index]  # it is there, or the test fails
    days = [int(n) for n in re.findall(r"day (\d+)", text)]
    return "accept" if max(days) - min(days) <= limit else "reject"


def test_every_request_is_read_back(bases: dict[str, Sample]) -> None:
    kinds = Counter(type(read(sample)) for sample in bases.values())
    assert set(kinds) == {Quote, Window, Ticket} and min(kinds.values()) > 30


def test_a_request_of_another_template_is_left_alone() -> None:
    assert isinstance(read(asking("Hiro would like 3 hats.")), Abstained)


def test_a_target_that_the_parts_do_not_give_is_left_alone(bases: dict[str, Sample]) -> None:
    text = "Hiro orders 2 bowls at $5 each. How much is it? No rush."
    assert not isinstance(read(asking(text, "10")), Abstained)
    assert isinstance(read(asking(text, "11")), Abstained)


def test_every_gold_follows_from_the_variants_own_words(made: Loaded) -> None:
    for family in (*KNOWN, "distractor"):
        for variant in of(made, family):
            text = text_of(variant)
            if variant.slices["task"] == "quote":
                assert value(str(variant.target)) == total(text), text
            elif variant.slices["task"] == "window":
                assert variant.target == decision(text.partition(" The ")[0]), text
            else:
                assert isinstance(variant.target, dict)
                for name in ("order", "article", "paid"):
                    assert re.search(rf"\b{variant.target[name]}\b", text), text


def test_every_gold_is_right_by_its_grader(made: Loaded) -> None:
    check_gold(assign([make_suite(SPEC, made)], GRADERS))


def test_digits_are_kept_and_the_totals_are_others(made: Loaded, bases: dict[str, Sample]) -> None:
    found = of(made, "renumber")
    assert len(found) > 500
    for variant in found:
        base = bases[variant.variant_of or ""]
        shape = [re.sub(r"\d", "0", text_of(sample)) for sample in (variant, base)]
        assert shape[0] == shape[1]
        assert variant.slices["task"] != "quote" or variant.target != base.target


def test_variants_that_are_drawn_anew_were_never_trained_on(made: Loaded) -> None:
    for family in ("renumber", "rename"):
        assert all(is_held_out(text_of(v)) for v in of(made, family) if v.slices["task"] != "ticket")


def test_no_word_leaves_what_the_models_were_taught(made: Loaded, bases: dict[str, Sample]) -> None:
    taught = {word for sample in bases.values() for word in re.findall("[A-Za-z]+", text_of(sample))}
    taught |= {*NAMES, *ARTICLES, *(f"{article}s" for article in ARTICLES)}
    for family in KNOWN:
        words = {word for v in of(made, family) for word in re.findall("[A-Za-z]{2,}", text_of(v))}
        assert words <= taught, words - taught


def test_pairs_stand_on_either_side_of_the_limit(made: Loaded) -> None:
    pairs = of(made, "exception_pair")
    by_base: dict[str, set[int]] = {}
    for variant in pairs:
        text = text_of(variant)
        limit = int(re.search(r"open for (\d+) days", text)[1])  # type: ignore[index]  # it is there, or the test fails
        days = [int(n) for n in re.findall(r"day (\d+)", text)]
        by_base.setdefault(variant.variant_of or "", set()).add(max(days) - min(days) - limit)
        assert limit in LIMITS
    assert set().union(*by_base.values()) == {0, 1}
    assert {v.target for v in pairs} == {"accept", "reject"}
    assert sum(len(days) == 2 for days in by_base.values()) > 0.9 * len(by_base)


def test_a_reordered_request_says_the_same(made: Loaded, bases: dict[str, Sample]) -> None:
    for variant in of(made, "reorder_clauses"):
        base = bases[variant.variant_of or ""]
        assert variant.target == base.target
        numbers = [sorted(re.findall(r"\d+", text_of(sample))) for sample in (variant, base)]
        assert numbers[0] == numbers[1]


def test_what_the_desk_cannot_say_is_not_asked(made: Loaded) -> None:
    notes = {note.partition(":")[0]: note for note in made.notes}
    for family in ("missing_premise", "ambiguous"):
        assert notes[family].startswith(f"{family}: 0 of 300 samples; left out: 300 of a desk that has no answer")
