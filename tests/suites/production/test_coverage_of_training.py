"""Where training data do not cover the suite: the limit, the shares, and that texts like the training are familiar."""

import random
from collections.abc import Iterable

import numpy as np
import pytest

from harness.errors import DataError
from harness.records import Message, Sample
from suites.production.familiarity import (
    RATE,
    Familiarity,
    familiar_limit,
    find_unfamiliar,
    unfamiliar_shares,
)
from suites.production.overlap import Text
from suites.production.reservoir import reservoir
from suites.production.texts import pieces

NOUNS = (
    "lamp",
    "chair",
    "table",
    "sofa",
    "desk",
    "shelf",
    "mirror",
    "carpet",
    "curtain",
    "pillow",
    "blanket",
    "drawer",
)
ASKS = ("where is my {}", "the {} is broken", "i want to return the {}", "is the {} in stock", "how much is one {}")
TAX = ("which tax applies to imports from norway", "do you invoice without value added tax", "customs duty for {}")


def asked(rng: random.Random, forms: tuple[str, ...] = ASKS) -> str:
    made = [form.format(rng.choice(NOUNS)) for form in rng.sample(forms, 2)]
    return f"{made[0]}, also {made[1]}, {rng.choice(NOUNS)} and {rng.choice(NOUNS)} please"


def sample(text: str, number: int, topic: str, weight: float = 1.0) -> Sample:
    return Sample(
        id=f"s{number}", messages=(Message(role="user", content=text),), slices={"topic": topic}, weight=weight
    )


def searched(samples: list[Sample], train: Iterable[str]) -> Familiarity:
    texts = [Text(where=f"train.jsonl:{n}", text=text) for n, text in enumerate(train, 1)]
    return find_unfamiliar(samples, lambda: texts, 7)


def training(count: int = 600) -> list[str]:
    rng = random.Random(1)
    return [asked(rng) for _ in range(count)]


def test_what_training_covers_is_familiar_and_what_it_lacks_is_not() -> None:
    rng = random.Random(2)
    samples = [sample(asked(rng), n, "shop") for n in range(200)]
    samples += [sample(asked(rng, TAX), n, "tax", 3.0) for n in range(200, 240)]
    found = searched(samples, training())
    whole, shop, tax = (share.share for share in found.shares)
    assert shop.point < 0.12  # 5% expected
    assert tax.point == 1.0
    assert tax.low is not None and tax.low > 0.8
    assert whole.point == pytest.approx((shop.point * 200 + 120) / 320)
    assert [str(share.slice) for share in found.shares] == ["all", "topic=shop", "topic=tax"]


def test_about_one_in_twenty_texts_like_the_training_is_called_unfamiliar() -> None:
    rng = random.Random(3)
    found = searched([sample(asked(rng), n, "shop") for n in range(1000)], training(1500))
    assert 0.02 < found.shares[0].share.point < 0.09


def test_the_nearest_text_is_named() -> None:
    train = training(100)
    (found,) = searched([sample(train[41], 0, "shop")], train).samples
    assert found.nearest == f"train.jsonl:{train.index(train[41]) + 1}"
    assert found.similarity == pytest.approx(1.0, abs=1e-5)
    assert not found.unfamiliar


def test_copies_in_the_training_data_do_not_narrow_what_is_familiar() -> None:
    rng = random.Random(4)
    samples = [sample(asked(rng), n, "shop") for n in range(200)]
    once, often = (searched(samples, training(300) * times) for times in (1, 4))
    assert often.limit == pytest.approx(once.limit, abs=0.05)
    assert often.shares[0].share.point < 0.15


def test_a_word_that_training_lacks_makes_a_text_stranger() -> None:
    train = training()
    known, strange = train[7], f"{train[7]} zygomorphic quetzalcoatl"
    found = searched([sample(known, 0, "a"), sample(strange, 1, "a")], train).samples
    assert found[1].similarity < found[0].similarity - 0.1


def test_it_comes_out_the_same() -> None:
    samples = [sample("where is my lamp", 0, "a")]
    assert searched(samples, training()) == searched(samples, training())


def test_too_few_training_texts_are_refused() -> None:
    with pytest.raises(DataError, match="only 2 different training texts"):
        searched([sample("a", 0, "a")], ["one", "two", "One "] * 50)


def test_the_limit_is_a_conformal_quantile() -> None:
    assert familiar_limit(np.arange(1, 100) / 100) == 0.05  # the 5th of 99: 5 / 100 of the ranks lie at or below
    assert familiar_limit(np.ones(10)) == 0.0
    rng = np.random.default_rng(1)
    below = [rng.random() < familiar_limit(rng.random(39)) for _ in range(4000)]
    assert np.mean(below) == pytest.approx(RATE, abs=3 * 0.0035)


def test_shares_are_weighted_and_bounded() -> None:
    samples = [sample("x", n, "ab"[n % 2], weight) for n, weight in enumerate([1.0, 1.0, 3.0, 5.0])]
    shares = {str(s.slice): s for s in unfamiliar_shares(samples, [True, False, False, True])}
    assert shares["all"].share.point == pytest.approx(0.6)
    assert shares["topic=a"].share.point == pytest.approx(0.25)
    assert all(0 <= (s.share.low or 0) <= s.share.point <= (s.share.high or 1) <= 1 for s in shares.values())
    assert shares["topic=b"].n == 2


def test_a_reservoir_holds_each_item_with_the_same_chance() -> None:
    hits = np.zeros(50)
    for seed in range(2000):
        for item in reservoir((str(n) for n in range(50)), 10, seed)[0]:
            hits[int(item)] += 1
    assert np.abs(hits / 2000 - 0.2).max() < 4.5 * np.sqrt(0.16 / 2000)
    kept, count = reservoir(iter("abc"), 10, 1)
    assert (sorted(kept), count) == (["a", "b", "c"], 3)
    assert reservoir(range(50), 10, 1)[1] == 50


def test_pieces_of_words_and_of_characters_without_spaces() -> None:
    assert pieces("My card!") == [" my ", " car", "card", "ard "]
    assert pieces("a") == [" a "]
    assert pieces("\u8377\u7269\u3067 ok") == ["\u8377\u7269", "\u7269\u3067", " ok "]
    assert pieces("?!") == []
