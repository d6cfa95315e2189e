"""What the store keeps comes back as it was: once, after reopening, and never what failed."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import store as store_module
from harness.errors import StoreError
from harness.records import WITHOUT_ANSWER, Finish, Json, Judgement, LogprobSummary, Response
from harness.store import Store, look_into_store, open_store

quick = settings(deadline=None, max_examples=15)

texts = st.text(max_size=30)
finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | st.integers() | finite | texts
values: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
responses = st.builds(
    Response,
    key=texts,
    model=texts,
    text=texts,
    reasoning=st.none() | texts,
    tool_calls=st.lists(values, max_size=2).map(tuple),
    finish=st.sampled_from(get_args(Finish)),
    prompt_tokens=st.none() | st.integers(0, 10**6),
    completion_tokens=st.none() | st.integers(0, 10**6),
    logprob=st.none() | st.builds(LogprobSummary, mean=finite, least=finite, first=finite),
    latency_s=st.none() | finite,
    created_at=st.none() | texts,
    served_model=st.none() | texts,
    system_fingerprint=st.none() | texts,
    failure=st.none(),
)
judgements = st.builds(
    Judgement, outcome=st.just("incorrect"), score=st.floats(0, 1), answer=st.none() | texts, reason=texts
) | st.builds(
    Judgement, outcome=st.sampled_from(WITHOUT_ANSWER), score=st.just(0.0), answer=st.none() | texts, reason=texts
)
Open = Callable[[Path], AbstractContextManager[Store]]
LINK = ("suite", "sample", 0)


def answer(key: str = "k", text: str = "4", model: str = "m") -> Response:
    return Response(key=key, model=model, text=text, finish="stop")


@quick
@given(responses)
def test_a_response_comes_back_as_it_was(response: Response) -> None:
    with open_store(None) as store:
        store.save_responses([(response, [LINK])])
        assert store.responses([response.key]) == {response.key: response}


@quick
@given(texts, judgements)
def test_a_judgement_comes_back_as_it_was(key: str, judgement: Judgement) -> None:
    with open_store(None) as store:
        store.save_judgements([(key, judgement)])
        assert store.judgements([key]) == {key: judgement}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "a\0b",
        "\U0001f469\u200d\U0001f4bb",
        "\ufeffx",
        "a\r\nb\x1b[0m",
        "\u2028\x85",
        "'; DROP TABLE responses;",
    ],
)
def test_no_text_is_special(tmp_path: Path, text: str) -> None:
    with open_store(tmp_path / "store.sqlite") as store:
        store.save_responses([(answer(key=text, text=text), [(text, text, 0)])])
    with open_store(tmp_path / "store.sqlite") as store:
        assert store.responses([text])[text].text == text


SURROGATE = "half of an emoji: \ud83d"
UNSTORABLE = "UnicodeEncodeError: SQLite takes no lone surrogate, and nothing on the way to the store replaces it"


def test_a_reply_that_is_cut_within_a_character_is_kept() -> None:
    """A server that streams may end in half a surrogate pair; json.loads of a stored reply makes one, too."""
    with open_store(None) as store:
        store.save_responses([(answer(text=SURROGATE), [LINK])])
        assert store.responses(["k"])["k"].text.startswith("half of an emoji: ")


def test_a_judgement_may_quote_half_a_character() -> None:
    with open_store(None) as store:
        store.save_judgements([("k", Judgement(outcome="incorrect", score=0.0, answer=SURROGATE, reason="wrong"))])
        assert store.judgements(["k"])["k"].outcome == "incorrect"


def test_a_token_that_had_no_chance_does_not_end_the_run() -> None:
    """Engines report -inf for a token that was forced (a grammar, a processor of logits)."""
    chances = LogprobSummary(mean=float("-inf"), least=float("-inf"), first=-0.1)
    with open_store(None) as store:
        store.save_responses([(replace(answer(), logprob=chances), [LINK])])
        assert store.counts()["responses"] == 1


def test_what_is_saved_twice_is_kept_once_and_as_it_first_was() -> None:
    with open_store(None) as store:
        store.save_responses([(answer(text="first"), [LINK])])
        store.save_responses([(answer(text="second"), [LINK, ("suite", "other", 0)])])
        assert store.responses(["k"])["k"].text == "first"
        assert store.counts() == {"responses": 1, "grades": 0, "links": 2}


def test_a_judgement_made_again_replaces_the_old_one() -> None:
    with open_store(None) as store:
        for reason in ("old", "new"):
            store.save_judgements([("k", Judgement(outcome="correct", score=1.0, answer="4", reason=reason))])
        assert store.judgements(["k"])["k"].reason == "new"
        assert store.counts()["grades"] == 1


def test_a_failed_response_is_refused_and_leaves_nothing() -> None:
    with open_store(None) as store:
        with pytest.raises(ValueError, match="asked again"):
            store.save_responses([(replace(answer(), failure="timed out"), [LINK])])
        assert store.counts() == {"responses": 0, "grades": 0, "links": 0}


def test_a_failed_judgement_is_not_kept_but_its_neighbours_are() -> None:
    failed = Judgement(outcome="failed", score=None, answer=None, reason="the sandbox died")
    right = Judgement(outcome="correct", score=1.0, answer="4", reason="4 for 4")
    with open_store(None) as store:
        store.save_judgements([("a", failed), ("b", right)])
        assert store.judgements(["a", "b"]) == {"b": right}


def test_a_response_and_its_links_are_one_commit() -> None:
    with open_store(None) as store:
        with pytest.raises(sqlite3.Error):
            store.save_responses([(answer(), [LINK, ("suite", object(), 0)])])  # type: ignore[list-item]  # on purpose
        assert store.counts() == {"responses": 0, "grades": 0, "links": 0}


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folders" / "store.sqlite"
    right = Judgement(outcome="correct", score=1.0, answer="4", reason="4 for 4")
    with open_store(path) as store:
        store.save_responses([(answer(), [LINK])])
        store.link([(answer(), [("suite", "other", 1)])])
        store.save_judgements([("g", right)])
    with open_store(path) as store:
        assert store.responses(["k"]) == {"k": answer()}
        assert store.judgements(["g"]) == {"g": right}
        assert store.counts() == {"responses": 1, "grades": 1, "links": 2}


def test_what_was_saved_before_a_crash_is_there_for_others_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with open_store(path) as writer, open_store(path) as reader:
        writer.save_responses([(answer(), [LINK])])
        assert reader.responses(["k"]) == {"k": answer()}


def test_two_thousand_keys_at_once() -> None:
    kept = [answer(key=f"k{n}", text=str(n)) for n in range(0, 2000, 2)]
    with open_store(None) as store:
        for response in kept:
            store.save_responses([(response, [])])
        asked = [f"k{n}" for n in range(2000)]
        assert store.responses([*asked, *asked]) == {response.key: response for response in kept}
        assert store.responses(iter(())) == {}


def test_a_newer_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with open_store(path) as store:
        store.save_responses([(answer(), [LINK])])
    _execute(path, f"PRAGMA user_version={store_module.SCHEMA_VERSION + 1}")
    with pytest.raises(StoreError, match=r"store\.sqlite: written by a newer viva \(store version 2\); update viva"):
        open_store(path).__enter__()
    _execute(path, f"PRAGMA user_version={store_module.SCHEMA_VERSION}")
    with open_store(path) as store:
        assert store.counts()["responses"] == 1


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("content", [b"hello " * 200, b"SQLite format 3\0" + b"\xff" * 4096], ids=["text", "broken"])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"store\.sqlite: the store failed \(file is not a database\)"):
        open_store(path).__enter__()
    assert path.read_bytes() == content


@pytest.mark.parametrize("where", ["a folder", "below a file"])
def test_a_place_where_no_file_can_be(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path if where == "a folder" else tmp_path / "file" / "store.sqlite"
    with pytest.raises(StoreError, match="the store cannot be opened"):
        open_store(path).__enter__()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match=r"store\.sqlite: the store cannot be opened"):
        open_store(tmp_path / "store.sqlite").__enter__()


@pytest.mark.parametrize("body", ["{", "[]", '{"key": "k"}', '{"key": "k", "model": "m", "text": 5}'])
def test_a_record_that_somebody_spoiled_is_named(tmp_path: Path, body: str) -> None:
    path = tmp_path / "store.sqlite"
    with open_store(path) as store:
        store.save_responses([(answer(), [LINK])])
    _execute(path, f"UPDATE responses SET body = '{body}'")
    with open_store(path) as store, pytest.raises(StoreError, match="not a Response"):
        store.responses(["k"])


def test_two_programs_may_make_the_same_store_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one makes the tables after this one saw that there were none."""
    path = tmp_path / "store.sqlite"

    class Overtaken(sqlite3.Connection):
        def executescript(self, script: str) -> sqlite3.Cursor:
            other = connect(path)
            other.executescript(script)
            other.close()
            return super().executescript(script)

    connect = sqlite3.connect
    monkeypatch.setattr(store_module.sqlite3, "connect", lambda *a, **k: connect(*a, **{"factory": Overtaken, **k}))
    with open_store(path) as store:
        assert store.counts()["responses"] == 0


def test_looking_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with look_into_store(path) as store:
        assert store.counts()["responses"] == 0
    assert not path.exists()
    with open_store(path) as store:
        store.save_responses([(answer(), [LINK])])
    before = path.read_bytes()
    with look_into_store(path) as store:
        assert set(store.responses(["k"])) == {"k"}
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            store.save_responses([(answer("other"), [LINK])])
    assert path.read_bytes() == before


@pytest.mark.parametrize("open_it", [open_store, look_into_store])
def test_a_database_of_somebody_else_is_refused_and_left_alone(tmp_path: Path, open_it: Open) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="a database, but no store of viva"), open_it(path):
        pass
    assert path.read_bytes() == before
