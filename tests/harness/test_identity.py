"""Keys: another key for another content, the same key for the same content, whatever the order of a dictionary."""

import copy
import os
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.identity import digest, folder_digest, grade_key, keyed, sample_id, suite_fingerprint
from harness.records import Continuation, Decoding, Json, Message, Request, Sample

quick = settings(deadline=None, max_examples=12)

any_text = st.text(st.characters(exclude_categories=()), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text
values: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3), max_leaves=8
)
messages = st.lists(st.builds(Message, role=any_text, content=any_text), min_size=1, max_size=3).map(tuple)
decodings = st.builds(
    Decoding,
    temperature=st.floats(0, 2),
    top_p=st.floats(0.01, 1),
    max_tokens=st.integers(1, 9),
    stop=st.lists(any_text, max_size=2).map(tuple),
    seed=st.integers(0, 9),
    logprobs=st.none() | st.integers(0, 5),
)
requests = st.builds(
    Request,
    key=st.just(""),
    messages=messages,
    prefill=st.none() | any_text,
    tools=st.lists(values, max_size=2).map(tuple),
    decoding=decodings,
    attempt=st.integers(0, 5),
)
samples = st.builds(
    Sample,
    id=st.just("s"),
    messages=messages,
    target=values,
    choices=st.lists(any_text, max_size=3).map(tuple),
    context=st.none() | any_text,
)
continuations = st.lists(st.builds(Continuation, context=any_text, text=any_text), min_size=1, max_size=3).map(tuple)
ASKED = tuple(f.name for f in fields(Request) if f.name not in ("key", "prompt", "kind", "continuations"))
DRAWN = tuple(f.name for f in fields(Decoding))


def key(request: Request, model: str = "model") -> str:
    return keyed(request, model).key


def reordered(value: Json) -> Json:
    """The same value, its dictionaries filled in the opposite order."""
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(value)}
    return [reordered(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ASKED)
@quick
@given(requests, requests)
def test_any_change_of_a_request_changes_its_key(name: str, request: Request, other: Request) -> None:
    assume(getattr(request, name) != getattr(other, name))
    assert key(request) != key(replace(request, **{name: getattr(other, name)}))


@pytest.mark.parametrize("name", DRAWN)
@quick
@given(requests, decodings)
def test_any_change_of_the_decoding_changes_the_key(name: str, request: Request, other: Decoding) -> None:
    assume(getattr(request.decoding, name) != getattr(other, name))
    decoding = replace(request.decoding, **{name: getattr(other, name)})
    assert key(request) != key(replace(request, decoding=decoding))


@quick
@given(any_text, any_text)
def test_another_prompt_is_another_key(one: str, two: str) -> None:
    assume(one != two)
    assert key(Request(key="", prompt=one)) != key(Request(key="", prompt=two))


@quick
@given(continuations, continuations)
def test_other_continuations_are_another_key(one: tuple[Continuation, ...], two: tuple[Continuation, ...]) -> None:
    assume(one != two)
    first = Request(key="", kind="score", continuations=one)
    assert key(first) != key(Request(key="", kind="score", continuations=two))


def test_a_raw_prompt_is_not_the_message_with_the_same_words() -> None:
    as_message = Request(key="", messages=(Message(role="user", content="2+2?"),))
    assert key(as_message) != key(Request(key="", prompt="2+2?"))


@quick
@given(requests, any_text, any_text)
def test_another_model_is_another_key(request: Request, one: str, two: str) -> None:
    assume(one != two)
    assert key(request, one) != key(request, two)


@quick
@given(requests)
def test_equal_requests_have_one_key_and_an_old_key_does_not_count(request: Request) -> None:
    assert key(request) == key(copy.deepcopy(request)) == key(keyed(request, "another model"))
    assert replace(keyed(request, "model"), key="") == request


@quick
@given(requests)
def test_the_order_of_a_dictionary_does_not_count(request: Request) -> None:
    assert key(request) == key(replace(request, tools=tuple(reordered(tool) for tool in request.tools)))


def test_a_temperature_of_0_is_a_temperature_of_0() -> None:
    request = Request(key="", prompt="2+2?", decoding=Decoding(temperature=0.0))
    assert key(request) == key(replace(request, decoding=Decoding(temperature=0)))


def test_keys_stay_what_they_were() -> None:
    """A change here makes every store forget what it holds: it needs a note in the changelog."""
    request = Request(key="", messages=(Message(role="user", content="2+2?"),), decoding=Decoding(max_tokens=16))
    assert key(request, "weights") == "e7847e6ddc028b3a05fcdc6efd5d00ed30d92543"
    assert (
        grade_key(Sample(id="s", messages=(), target="4"), ("k",), "number", "1", {})
        == "f63a6c99c04c9a72382029c641a60383fc3c23f4"
    )


def test_nan_has_no_name() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        digest({"score": float("nan")})


@pytest.mark.parametrize("name", ["target", "choices", "context"])
@quick
@given(samples, samples)
def test_a_grade_depends_on_what_the_answer_is_compared_to(name: str, sample: Sample, other: Sample) -> None:
    assume(getattr(sample, name) != getattr(other, name))
    changed = replace(sample, **{name: getattr(other, name)})
    assert grade_key(sample, ("k",), "number", "1", {}) != grade_key(changed, ("k",), "number", "1", {})


@quick
@given(samples, values, values)
def test_a_grade_depends_on_the_graders_options_but_not_on_their_order(sample: Sample, one: Json, two: Json) -> None:
    assume(one != two)
    options = {"tolerance": one, "marker": "A:"}
    plain = grade_key(sample, ("k",), "number", "1", options)
    assert plain != grade_key(sample, ("k",), "number", "1", {**options, "tolerance": two})
    assert plain == grade_key(sample, ("k",), "number", "1", {"marker": "A:", "tolerance": reordered(one)})


@pytest.mark.parametrize(
    "other",
    [(("k", "k2"), "number", "1"), (("k2",), "number", "1"), (("k",), "label", "1"), (("k",), "number", "2")],
    ids=["one response more", "another response", "another grader", "another version"],
)
def test_a_grade_depends_on_responses_grader_and_version(other: tuple[tuple[str, ...], str, str]) -> None:
    sample = Sample(id="s", messages=(), target="4")
    assert grade_key(sample, ("k",), "number", "1", {}) != grade_key(sample, *other, {})


def test_moving_a_sample_to_another_slice_regrades_nothing() -> None:
    sample = Sample(id="s", messages=(), target="4")
    moved = replace(sample, id="t", slices={"level": "2"}, weight=3.0, cluster="c")
    assert grade_key(sample, ("k",), "number", "1", {}) == grade_key(moved, ("k",), "number", "1", {})


@quick
@given(samples, samples)
def test_an_id_made_of_the_content_tells_contents_apart(one: Sample, two: Sample) -> None:
    same = (one.messages, one.target, one.choices) == (two.messages, two.target, two.choices)
    assume(not same)
    assert sample_id(one.messages, one.target, one.choices) != sample_id(two.messages, two.target, two.choices)


def test_a_suite_is_its_samples_in_their_order() -> None:
    one = Sample(id="1", messages=(), target=1, slices={"a": "x", "b": "y"})
    two = Sample(id="2", messages=(), target=2)
    same = replace(one, slices={"b": "y", "a": "x"})
    assert suite_fingerprint([one, two]) == suite_fingerprint([same, two])
    told_apart = [[two, one], [one], [one, replace(two, target=3)], [replace(one, weight=2.0), two]]
    assert suite_fingerprint([one, two]) not in [suite_fingerprint(suite) for suite in told_apart]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.bin").write_bytes(b"one")
    (folder / "b.bin").write_bytes(b"two")
    (folder / "sub" / "c.bin").write_bytes(b"three")
    return folder


def swap(folder: Path) -> None:
    (folder / "a.bin").write_bytes(b"two")
    (folder / "b.bin").write_bytes(b"one")


CHANGES = {
    "a byte": lambda folder: (folder / "a.bin").write_bytes(b"onE"),
    "a name": lambda folder: (folder / "a.bin").rename(folder / "z.bin"),
    "a place": lambda folder: (folder / "a.bin").rename(folder / "sub" / "a.bin"),
    "a file more": lambda folder: (folder / "d.bin").write_bytes(b""),
    "a file less": lambda folder: (folder / "sub" / "c.bin").unlink(),
    "contents swapped": swap,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_is_the_names_and_bytes_of_its_files(weights: Path, change: str) -> None:
    before = folder_digest(weights)
    CHANGES[change](weights)
    assert folder_digest(weights) != before


def test_where_a_folder_lies_and_when_it_was_written_do_not_count(weights: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(weights, moved)
    os.utime(moved / "a.bin", (0, 0))
    assert folder_digest(moved) == folder_digest(weights)


def test_ignored_files_do_not_count_at_any_depth(weights: Path) -> None:
    before = folder_digest(weights, ignored=("README.md",))
    (weights / "README.md").write_text("about")
    (weights / "sub" / "README.md").write_text("about")
    assert folder_digest(weights, ignored=("README.md",)) == before != folder_digest(weights)


def test_a_linked_file_counts_as_what_it_holds(weights: Path, tmp_path: Path) -> None:
    """Hub caches are folders of links to blobs."""
    before = folder_digest(weights)
    blob = tmp_path / "blob"
    (weights / "a.bin").rename(blob)
    (weights / "a.bin").symlink_to(blob)
    assert folder_digest(weights) == before
