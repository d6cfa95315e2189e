"""A suite beside the traffic: shares, lengths, and a classifier that finds a difference only where there is one."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score  # noqa: TID253  # what ours is compared with

from harness.records import Message, Sample
from suites.production.coverage import compare_traffic, largest_gap, share_p_value, weighted_quantiles
from suites.production.logs import Read, open_logs
from suites.production.two_sample import FOLDS, Texts, cross_validated_auc, deal, tell_apart, without_floods

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


def asked(rng: random.Random, nouns: tuple[str, ...] = NOUNS) -> str:
    return f"{rng.choice(ASKS).format(rng.choice(nouns))} and the {rng.choice(nouns)} number {rng.randint(1, 99)}"


def texts(seed: int, count: int, nouns: tuple[str, ...] = NOUNS) -> Texts:
    rng = random.Random(seed)
    return Texts(texts=[asked(rng, nouns) for _ in range(count)], weights=np.ones(count))


def samples(side: Texts, **slices: str) -> list[Sample]:
    return [
        Sample(id=str(n), messages=(Message(role="user", content=text),), weight=float(weight), slices=slices)
        for n, (text, weight) in enumerate(zip(side.texts, side.weights, strict=True))
    ]


def read(folder: Path, side: Texts, **fields: str) -> list[Read]:
    rows = [{"messages": [{"role": "user", "content": text}], "metadata": fields} for text in side.texts]
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(open_logs([path]).read(lambda *fault: None))


@pytest.mark.parametrize("seed", range(4))
def test_texts_of_one_kind_cannot_be_told_apart(seed: int) -> None:
    found = tell_apart(texts(seed, 300), texts(seed + 100, 600), seed)
    assert found is not None
    assert found.auc.low is not None and found.auc.high is not None
    assert found.auc.low - 0.02 < 0.5 < found.auc.high + 0.02  # 95%: one in twenty lies outside
    assert abs(found.auc.point - 0.5) < 0.06


def test_a_suite_drawn_from_the_same_log_cannot_be_told_from_it() -> None:
    """Each of its texts stands in the log, too: a classifier that knew them by heart would be wrong about them."""
    log = texts(1, 800)
    drawn = Texts(texts=log.texts[:200], weights=np.ones(200))
    found = tell_apart(drawn, log, 7)
    assert found is not None
    assert abs(found.auc.point - 0.5) < 0.06


def test_new_words_are_told_and_named() -> None:
    found = tell_apart(texts(1, 300), texts(2, 600, (*NOUNS[:6], "voucher", "gift card")), 7)
    assert found is not None
    assert found.auc.low is not None and found.auc.low > 0.6
    assert {"voucher", "gift card"} & {telling.term for telling in found.for_second}
    assert {"drawer", "blanket"} & {telling.term for telling in found.for_first}
    for telling in found.for_second:
        assert 0 <= telling.first < telling.second <= 1


def test_weights_make_a_skewed_draw_look_like_its_traffic() -> None:
    common, rare = texts(1, 400, NOUNS[:6]), texts(2, 400, NOUNS[6:])
    traffic = Texts(texts=[*common.texts, *rare.texts[:40]], weights=np.ones(440))
    half = [*texts(3, 200, NOUNS[:6]).texts, *texts(4, 200, NOUNS[6:]).texts]
    plain = tell_apart(Texts(texts=half, weights=np.ones(400)), traffic, 7)
    weighted = tell_apart(Texts(texts=half, weights=np.repeat([2.0, 0.2], 200)), traffic, 7)
    assert plain is not None and weighted is not None
    assert plain.auc.point > 0.65
    assert abs(weighted.auc.point - 0.5) < 0.08


def test_it_comes_out_the_same_for_a_seed() -> None:
    assert tell_apart(texts(1, 100), texts(2, 100), 7) == tell_apart(texts(1, 100), texts(2, 100), 7)


def test_too_few_texts_are_not_told_apart() -> None:
    assert tell_apart(texts(1, 49), texts(2, 600), 7) is None


def test_the_auc_of_one_fold_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    side = rng.integers(0, 2, 500)
    scores = np.round(rng.normal(side * 0.7, 1), 1)  # with ties
    weights = rng.uniform(0.5, 3, 500)
    found = cross_validated_auc(scores, side, weights, np.zeros(500, dtype=np.int64), np.arange(500))
    assert found.point == pytest.approx(roc_auc_score(side, scores, sample_weight=weights))


def test_the_interval_of_the_auc_holds_the_truth_as_often_as_it_says() -> None:
    """Normal scores a shift of 0.6 apart: the true AUC is Phi(0.6 / sqrt 2) = 0.6643."""
    rng = np.random.default_rng(5)
    side = np.repeat([0, 1], [80, 120])
    folds = np.arange(200) % FOLDS
    held = 0
    for _ in range(1000):
        auc = cross_validated_auc(rng.normal(side * 0.6, 1), side, np.ones(200), folds, np.arange(200))
        held += auc.low is not None and auc.high is not None and auc.low <= 0.6643 <= auc.high
    assert 0.93 < held / 1000 < 0.975


def test_copies_do_not_make_the_auc_surer() -> None:
    rng = np.random.default_rng(5)
    side = np.repeat([0, 1], [50, 50])
    scores = rng.normal(side * 0.6, 1)
    once = cross_validated_auc(scores, side, np.ones(100), np.zeros(100, dtype=np.int64), np.arange(100))
    copied = [
        np.tile(values, 10) for values in (scores, side, np.ones(100), np.zeros(100, dtype=np.int64), np.arange(100))
    ]
    tenfold = cross_validated_auc(*copied)
    assert tenfold.point == pytest.approx(once.point)
    assert tenfold.low == pytest.approx(once.low, abs=0.01)


def test_sides_that_never_mix_have_an_interval_all_the_same() -> None:
    side = np.repeat([0, 1], [30, 30])
    auc = cross_validated_auc(side.astype(float), side, np.ones(60), np.arange(60) % FOLDS, np.arange(60))
    assert auc.point == 1.0
    assert auc.low is not None and 0.8 < auc.low < 0.95


def test_groups_stay_in_one_fold_and_folds_hold_both_sides() -> None:
    groups = np.r_[np.arange(100), np.arange(50), np.arange(200, 400)]
    side = np.repeat([0, 1], [100, 250])
    folds = deal(groups, side, 3)
    assert all(len(set(folds[groups == group].tolist())) == 1 for group in np.unique(groups))
    counts = np.array([np.bincount(side[folds == fold], minlength=2) for fold in range(FOLDS)])
    assert np.abs(counts - counts.mean(axis=0)).max() <= 2


@pytest.mark.parametrize("others", [0, 3])
def test_a_flood_of_one_message_is_told(others: int) -> None:
    flood = ["my parcel number 12 never came, where is it"] * 60 + [*texts(9, others).texts]
    found = tell_apart(texts(1, 80), Texts(texts=flood, weights=np.ones(len(flood))), 7)
    assert found is not None
    assert found.auc.low is not None and found.auc.low > 0.6
    assert "parcel" in " ".join(telling.term for telling in found.for_second)


def test_copies_of_a_text_of_the_other_side_tell_nothing() -> None:
    side = texts(1, 80)
    assert tell_apart(side, Texts(texts=[side.texts[0]] * 60, weights=np.ones(60)), 7) is None
    same = Texts(texts=["same"] * 60, weights=np.ones(60))
    assert tell_apart(same, same, 7) is None


@pytest.mark.parametrize("seed", range(3))
def test_copies_that_the_draw_passed_over_are_no_difference(seed: int) -> None:
    """A log of 100 texts with 8 copies each, and 60 of them drawn: the copies of the other 40 are no flood."""
    kinds = list(dict.fromkeys(texts(seed, 400).texts))[:100]
    log = Texts(texts=[text for text in kinds for _ in range(8)], weights=np.ones(800))
    drawn = Texts(texts=random.Random(seed).sample(kinds, 60), weights=np.full(60, 800 / 60))
    found = tell_apart(drawn, log, 7)
    assert found is not None
    assert found.auc.low is None or found.auc.low <= 0.5


def test_a_flood_is_what_the_other_side_would_hold_too() -> None:
    side = np.repeat([0, 1], [100, 100])
    groups = np.r_[np.arange(100), np.repeat(200, 9), np.repeat(201, 5), np.repeat(0, 40), np.arange(300, 346)]
    found = without_floods(groups, side, np.ones(200))
    assert len(set(found[100:109].tolist())) == 9  # 0.91 ** 100 = 8e-5
    assert len(set(found[109:114].tolist())) == 1  # 0.95 ** 100 = 6e-3
    assert len({found[0], *found[114:154].tolist()}) == 1  # on both sides


def test_shares_of_slices_stand_side_by_side(tmp_path: Path) -> None:
    suite = [*samples(texts(1, 60), queue="a", odd="x"), *samples(texts(2, 20), queue="b", odd="x")]
    logs = [*read(tmp_path, texts(3, 60), queue="a"), *read(tmp_path, texts(4, 60), queue="c")]
    found = compare_traffic(suite, logs, {"queue": [read.logged.fields["queue"] for read in logs]}, 7)
    (queue,) = found.slices
    assert [(v.slice.value, v.suite, v.logs) for v in queue.values] == [("a", 0.75, 0.5), ("c", 0, 0.5), ("b", 0.25, 0)]
    assert queue.moved == pytest.approx(0.5)
    assert queue.values[1].p_adjusted < 1e-6
    assert found.untold == ("odd",)


def test_slices_about_training_are_no_slices_of_the_traffic(tmp_path: Path) -> None:
    suite = samples(texts(1, 60), unfamiliar="no", seen_in_training="yes")
    found = compare_traffic(suite, read(tmp_path, texts(2, 60)), {}, 7)
    assert (found.slices, found.untold) == ((), ())


def test_lengths_stand_side_by_side(tmp_path: Path) -> None:
    short = Texts(texts=["one two"] * 9 + ["one two three four"], weights=np.ones(10))
    long = Texts(texts=["one two three four"] * 10, weights=np.ones(10))
    found = compare_traffic(samples(short), read(tmp_path, long), {}, 7)
    assert found.lengths.suite == (2, 2, 2)
    assert found.lengths.logs == (4, 4, 4)
    assert found.lengths.gap == pytest.approx(0.9)
    assert found.apart is None


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        compare_traffic([], [], {}, 7)


def test_quantiles_and_gaps_are_weighted() -> None:
    assert weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([1.0, 8.0, 1.0]), (0.5, 0.85, 1.0)) == (1, 2, 3)
    pair = (np.array([1.0, 2.0]), np.array([3.0, 1.0]))
    assert largest_gap(pair, (np.array([1.0, 2.0]), np.array([1.0, 1.0]))) == pytest.approx(0.25)
    assert largest_gap(pair, pair) == 0


def test_the_p_value_of_shares_is_that_of_the_z_test() -> None:
    assert share_p_value((0.3, 0.5), (100, 100)) == pytest.approx(0.003892, abs=1e-5)  # z = 2.8868
    assert share_p_value((0.0, 0.0), (10, 10)) == 1.0
