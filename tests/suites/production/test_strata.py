"""Strata: which label a request gets, which names and rules are refused, and clusters that come out the same."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.errors import DataError, PlanError, UsageError
from harness.records import Message
from suites.production.records import Logged
from suites.production.strata import Kind, length_label, parse_strata
from suites.production.strata_rules import load_rules, may_take_for_ever

TOPICS = {
    "parcel": (
        "Where is my parcel {}?",
        "The courier lost parcel {}",
        "parcel {} has not been delivered by the courier",
    ),
    "refund": ("I want a refund of {} dollars", "When is the refund of {} paid?", "refund {} missing on my account"),
    "password": (
        "I forgot my password {}",
        "password reset mail {} never comes",
        "cannot log in, password {} is wrong",
    ),
}


def logged(*texts: str, fields: Mapping[str, str] | None = None) -> Logged:
    """A conversation in which the user said these texts."""
    turns = [m for t in texts for m in (Message(role="user", content=t), Message(role="assistant", content="Yes."))]
    return Logged(where="log.jsonl:1", messages=tuple(turns[:-1]), fields=fields or {})


def topics() -> list[tuple[str, Logged]]:
    return [(name, logged(t.format(n))) for n in range(40) for name, texts in TOPICS.items() for t in texts]


def only(name: str, rules: Path | None = None) -> Kind:
    (kind,) = parse_strata([name], rules)
    return kind


def labels(name: str, rows: Sequence[Logged], rules: Path | None = None) -> list[str]:
    strata = only(name, rules).fit(rows, 7)
    found = strata.labels(rows)
    assert [strata.labels([row]) for row in rows[:5]] == [[label] for label in found[:5]]
    return found


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_field_is_its_value() -> None:
    rows = [logged("a", fields={"intent": " billing "}), logged("b"), logged("c", fields={"intent": ""})]
    assert labels("intent", rows) == labels("field:intent", rows) == ["billing", "(none)", "(none)"]


def test_a_field_may_be_called_like_derived_strata() -> None:
    assert labels("field:language", [logged("Guten Tag", fields={"language": "german"})]) == ["german"]


def test_a_field_that_no_row_has_is_refused_with_what_may_be_meant() -> None:
    rows = [logged("a", fields={"intent": "x"})]
    for name, told in (
        ("intend", 'did you mean "intent"'),
        ("lenght", 'did you mean "length"'),
        ("zzz", "fields: intent"),
    ):
        with pytest.raises(DataError, match=told):
            only(name).fit(rows, 7)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("", "no words"),
        ("?!", "no words"),
        ("help", "1-5 words"),
        ("one two three four five six", "6-10 words"),
        ("w " * 20, "11-20 words"),
        ("w " * 21, "21-50 words"),
        ("w " * 1001, "over 1000 words"),
        ("\u79c1\u306e\u8377\u7269\u306f\u3069\u3053", "6-10 words"),
    ],
)
def test_lengths_are_counted_in_words(text: str, label: str) -> None:
    assert length_label(text) == label


@pytest.mark.parametrize(("turns", "label"), [(1, "1 turn"), (2, "2 turns"), (4, "3-5 turns"), (11, "over 10 turns")])
def test_turns_are_those_of_the_user(turns: int, label: str) -> None:
    assert labels("turns", [logged(*["hello"] * turns)]) == [label]


def test_languages_are_told_or_said_to_be_unclear() -> None:
    texts = (
        "Where is my parcel? It should have been here on Monday.",
        "Wo ist mein Paket? Es sollte am Montag ankommen.",
        "O\u00f9 est mon colis ? Il devait arriver lundi dernier.",
        "\u79c1\u306e\u8377\u7269\u306f\u3069\u3053\u3067\u3059\u304b",
        "4711",
        "",
    )
    assert labels("language", [logged(text) for text in texts]) == ["en", "de", "fr", "ja", "unclear", "unclear"]


def test_the_first_rule_that_is_found_names_the_stratum(tmp_path: Path) -> None:
    path = written(
        tmp_path, "rules:\n- {name: refund, pattern: 'refund|money back'}\n- {name: card, pattern: '\\bcard\\b'}\n"
    )
    texts = ("REFUND my card", "my card", "discard it", "MONEY BACK!", "x" * 1000 + " card")
    assert labels("rules", [logged(t) for t in texts], path) == ["refund", "card", "other", "refund", "other"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: []", "rules"),
        ("rule: []", 'unknown key "rule"'),
        ("rules:\n- {name: a, pattern: '('}", r'rules.yaml:2: rule "a": no regular expression'),
        (
            "rules:\n- {name: a, pattern: x}\n- {name: b, pattern: '(a+)+$'}",
            r'rules.yaml:3: rule "b": a repeated group',
        ),
        ("rules:\n- {name: a, pattern: ''}", "pattern"),
        ("rules:\n- {name: other, pattern: x}", "other"),
    ],
)
def test_a_rules_file_is_read_strictly(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=told):
        load_rules(written(tmp_path, text))


@pytest.mark.parametrize(
    ("pattern", "slow"),
    [
        (r"(a+)+$", True),
        (r"((a+)b)+", True),
        (r"(a|aa)+$", True),
        (r"(a?){30}", True),
        (r"(?:\w*\s)*$", True),
        (r"(?P<n>x+)*", True),
        (r"(a+){2,}", True),
        (r"(a+)?b", False),
        (r"[(a+)]+", False),
        (r"\(a+\)+", False),
        (r"(?:ab)+", False),
        (r"refund|money back", False),
        (r"(foo|bar) \d+", False),
        (r"[]()+*]+(x)+", False),
        (r"a{2,3}b+", False),
    ],
)
def test_patterns_that_can_take_for_ever_are_known(pattern: str, slow: bool) -> None:
    assert may_take_for_ever(pattern) == slow


def test_the_text_that_a_rule_searches_is_bounded(tmp_path: Path) -> None:
    label = load_rules(written(tmp_path, "rules:\n- {name: a, pattern: 'a.*b.*c'}"))
    began = time.monotonic()
    assert label("a" * 1_000_000) == "other"
    assert time.monotonic() - began < 60


def test_clusters_part_the_topics_and_are_named_by_their_terms() -> None:
    rows = topics()
    found = labels("clusters:3", [row for _, row in rows])
    named = {topic: {label for (name, _), label in zip(rows, found, strict=True) if name == topic} for topic in TOPICS}
    for topic, cluster in named.items():
        assert len(cluster) == 1
        assert topic in next(iter(cluster)).split()
    assert len(set().union(*named.values())) == 3


def test_clusters_come_out_the_same_for_a_seed_however_rows_are_batched() -> None:
    rows = [row for _, row in topics()]
    first, again = (only("clusters:4").fit(rows, 3) for _ in range(2))
    assert first.labels(rows) == again.labels(rows)
    assert [
        label for start in range(0, len(rows), 7) for label in first.labels(rows[start : start + 7])
    ] == first.labels(rows)


def test_clusters_label_texts_that_they_have_not_seen() -> None:
    strata = only("clusters:3").fit([row for _, row in topics()], 3)
    (refund, nothing) = strata.labels([logged("please refund me the money today"), logged("")])
    assert "refund" in refund
    assert nothing in [*strata.labels([row for _, row in topics()]), "anything else"]


def test_more_clusters_than_texts_are_refused() -> None:
    with pytest.raises(DataError, match="only 2 different texts"):
        only("clusters:3").fit([logged("one text"), logged("another"), logged("One  text!")], 1)


def test_only_what_is_learned_needs_a_sample() -> None:
    kinds = parse_strata(["intent", "language", "length", "turns", "clusters"], None)
    assert [kind.name for kind in kinds if kind.needs_sample] == ["clusters"]
    assert [kind.name for kind in kinds] == ["intent", "language", "length", "turns", "clusters"]


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (["rules"], "--rules FILE"),
        (["clusters:1"], "between 2 and 200"),
        (["clusters:many"], "between 2 and 200"),
        (["clusters:999999999999"], "between 2 and 200"),
        (["length", "length"], "named twice"),
        (["clusters:3", "clusters:4"], "named twice"),
        ([""], "neither a field"),
        (["topics:3"], "neither a field"),
    ],
)
def test_names_that_cannot_be_used_are_refused(by: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse_strata(by, None)


def test_rules_that_nothing_asks_for_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="add `rules` to --by"):
        parse_strata(["length"], tmp_path / "rules.yaml")
