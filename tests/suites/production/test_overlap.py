"""Overlap with training data: the same text, shared 13-grams, near-duplicates, and what is none of them."""

import random
import time

import pytest

from harness.records import Message, Sample
from suites.production.masked import mask, mask_like, masked
from suites.production.overlap import GRAM, WAYS, Bar, Overlap, Text, WordHashes, find_overlap, requests, user_text
from suites.production.texts import words

LONG = (
    "I ordered two lamps last week and only one of them came in the box today, so where is the other lamp and who pays "
    "for sending it again"
)
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


def sample(text: str, name: str = "s", weight: float = 1.0) -> Sample:
    return Sample(id=name, messages=(Message(role="user", content=text),), weight=weight)


def found(asked: str, *train: str, bar: Bar | None = None) -> Overlap:
    return find_overlap([sample(asked)], (Text(where=f"t.jsonl:{n}", text=t) for n, t in enumerate(train, 1)), bar)


@pytest.mark.parametrize(
    ("asked", "trained", "ways"),
    [
        ("Where is my lamp?", "\nWhere is my lamp? ", WAYS),
        ("Where is my lamp?", "where is  my lamp", ("13-gram", "near-duplicate")),
        ("Where is my lamp?", "Hello! Where is my lamp?", ()),
        ("Where is my lamp?", "Is my lamp where?", ()),
        ("Where is the small lamp that I ordered?", "Where is the small lamp that I orderd?", ("near-duplicate",)),
        (
            LONG,
            f"Hello, a complaint. {LONG}. Please answer by Friday, I am waiting, and I am not amused.",
            ("13-gram",),
        ),
        (LONG, LONG.replace(" and ", " but ").replace("of", "among").replace("box", "mail"), ()),
        ("ok", "ok then", ()),
        (
            "\u8377\u7269\u304c\u307e\u3060\u5c4a\u3044\u3066\u3044\u307e\u305b\u3093",
            "\u8377\u7269\u304c\u307e\u3060\u5c4a\u3044\u3066\u3044\u307e\u305b\u3093\uff01",
            ("13-gram", "near-duplicate"),
        ),
    ],
)
def test_ways_of_having_been_seen(asked: str, trained: str, ways: tuple[str, ...]) -> None:
    seen = found(asked, "something else", trained).seen
    assert (seen[0].ways if seen else ()) == ways


def test_the_share_of_grams_may_come_from_several_texts() -> None:
    parts = LONG.split()
    first, second = " ".join(parts[:18]), " ".join(parts[6:])
    (seen,) = found(LONG, first, second).seen
    assert seen.share == 1.0
    assert "13-gram" not in seen.where
    count = len(parts) - GRAM + 1
    assert found(LONG, first, bar=Bar(share=0.01)).seen[0].share == pytest.approx(6 / count)
    assert found(LONG, first).seen == ()  # below the half


def test_the_place_is_that_of_the_first_find() -> None:
    (seen,) = found("Where is my lamp?", "no", "WHERE is my lamp?", "Where is my lamp?").seen
    assert seen.where == {"exact": "t.jsonl:3", "near-duplicate": "t.jsonl:2"}
    assert seen.similarity == 1.0


def test_counts_and_traffic_are_those_of_the_samples() -> None:
    samples = [sample("Where is my lamp?", "a", 7.0), sample("I want my money back", "b", 2.0), sample(LONG, "c", 1.0)]
    result = find_overlap(samples, [Text(where="x:1", text=LONG), Text(where="x:2", text="Where is my lamp?")])
    assert [seen.sample for seen in result.seen] == ["a", "c"]
    assert (result.samples, result.texts, result.traffic, result.seen_traffic) == (3, 2, 10.0, 8.0)
    assert [result.count(way) for way in WAYS] == [2, 2, 2]


def test_nothing_to_look_at() -> None:
    assert find_overlap([], [Text(where="x", text="a")]).seen == ()
    assert found("a").texts == 0
    assert found("", "", "b").count("13-gram") == 0


def test_a_conversation_stands_for_each_of_its_requests() -> None:
    roles = ("system", "user", "assistant", "user")
    messages = [Message(role=role, content=text) for role, text in zip(roles, ("s", "one", "yes", "two"), strict=True)]
    assert list(requests(messages)) == ["one", "one\ntwo"]
    assert len(list(requests(messages * 200))) == 50


def test_a_raw_prompt_is_what_is_asked() -> None:
    assert user_text(Sample(id="a", messages=(), prompt="Q: 2+2?\nA:")) == "Q: 2+2?\nA:"


def test_grams_are_runs_of_13_words() -> None:
    hashes = WordHashes()
    text = " ".join(NOUNS * 3)
    assert hashes.grams(text).size == len(words(text)) - GRAM + 1
    assert hashes.grams("lamp chair").size == 1
    assert hashes.grams("?!").size == 0
    assert hashes.grams("lamp chair") != hashes.grams("chair lamp")
    assert hashes.grams("LAMP, chair") == WordHashes().grams("lamp chair")


def test_planted_texts_are_found_and_no_others() -> None:
    rng = random.Random(4)
    unlike = [" ".join(f"{rng.choice(NOUNS)}{rng.randint(0, 999)}" for _ in range(25)) for _ in range(2500)]
    samples = [sample(text, str(n)) for n, text in enumerate(unlike[:500])]
    typos = [text[:40] + "#" + text[41:] for text in unlike[100:150]]
    train = [*unlike[500:], *unlike[:50], *typos]
    rng.shuffle(train)
    result = find_overlap(samples, (Text(where="t", text=text) for text in train))
    assert [int(seen.sample) for seen in result.seen] == [*range(50), *range(100, 150)]
    assert [result.count(way) for way in WAYS][::2] == [50, 100]


def test_samples_of_one_form_cost_no_pairs_of_all() -> None:
    """Texts that share most bands without being near-duplicates."""
    form = "Please help me quickly with the order that I placed on your page last Monday, its number is "
    samples = [sample(form + f"{n * 7919:012d}" * 3, str(n)) for n in range(1500)]
    train = (Text(where="t", text=form + f"{n * 104729:012d}" * 3) for n in range(1500))
    began = time.monotonic()
    find_overlap(samples, train, Bar(similarity=0.95))
    assert time.monotonic() - began < 60  # 3 s on two cores


def test_pseudonyms_do_not_hide_what_was_seen() -> None:
    scrubbed = [sample("Call <PHONE_1f2e3d4c> or write to user-0a1b2c3d@example.invalid about my lamp")]
    clean = mask_like(scrubbed, None)
    raw = "Call +49 170 1234567 or write to jo.doe@mail.example.com about my lamp"
    train = [Text(where="t:1", text=clean(raw))]
    assert find_overlap(scrubbed, train).seen == ()
    assert find_overlap(masked(scrubbed), train).count("exact") == 1
    assert train[0].text == "Call <phone> or write to <email> about my lamp"


def test_without_pseudonyms_nothing_is_scrubbed() -> None:
    clean = mask_like([sample("Where is <B_1> my lamp?")], None)
    assert clean("Call +49 170 1234567") == "Call +49 170 1234567"


def test_only_pseudonyms_are_masked() -> None:
    assert mask("<NAME_0123abcd> <NAME_0123abcg> <FOO_0123abcd> user-1@example.invalid") == (
        "<name> <NAME_0123abcg> <FOO_0123abcd> user-1@example.invalid"
    )
