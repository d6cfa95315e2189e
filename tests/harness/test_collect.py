"""Asking: nothing twice, nothing lost when an engine dies, follow-ups while the model is loaded."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.collect import Collected, check_ready, collect
from harness.desk import Ask, Desk, Work
from harness.errors import DataError, UsageError
from harness.identity import keyed
from harness.plan import ModelSpec, SuiteSpec
from harness.progress import Silent
from harness.protocols import Loaded
from harness.records import Message, Request, Response, Sample
from harness.store import Served, Store, open_store
from harness.suite import Suite, make_suite

SPEC = ModelSpec(name="model", model="any")


@dataclass
class Rig:
    """An engine kind that counts, and that dies or refuses where told to."""

    dies_at: int | None = None
    refuses: bool = False
    answers_again_at: int = 10**9
    lacks_a_key: bool = False
    asked: list[str] = field(default_factory=list)
    loads: int = 0
    is_loaded: bool = False
    spent: float = 0.0
    ready: int = 0

    def fault(self, model: ModelSpec) -> str | None:
        return None

    def check_ready(self, model: ModelSpec) -> None:
        if self.lacks_a_key:
            raise UsageError("no key")

    def fingerprint(self, model: ModelSpec) -> str:
        return "rig"

    @contextmanager
    def load(self, model: ModelSpec, log_file: Path) -> Iterator["Rig"]:
        self.loads += 1
        self.is_loaded = True
        try:
            yield self
        finally:
            self.is_loaded = False

    def generate(self, requests: Sequence[Request]) -> Iterator[Response]:
        assert self.is_loaded
        for request in requests:
            if len(self.asked) == self.dies_at:
                raise RuntimeError("the card fell off the bus")
            self.asked.append(request.messages[-1].content)
            failure = "too long" if self.refuses and len(self.asked) <= self.answers_again_at else None
            yield Response(key=request.key, model="model", text=f"re: {self.asked[-1]}", failure=failure)


def suite_of(n: int) -> Suite:
    samples = [Sample(id=f"s{i}", messages=(Message(role="user", content=f"q{i}"),)) for i in range(n)]
    return make_suite(SuiteSpec(name="suite"), Loaded(samples=samples))


def asks_of(suite: Suite) -> list[Ask]:
    requests = [keyed(Request(key="", messages=s.messages), "rig") for s in suite.samples]
    return [Ask(r, ((suite, s, 0),)) for r, s in zip(requests, suite.samples, strict=True)]


def work_of(rig: Rig, asks: Sequence[Ask]) -> Work:
    return Work(role="teacher", spec=SPEC, fingerprint="rig", kind=rig, asks=tuple(asks))


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(None) as opened:
        yield opened


def desk_of(store: Store, tmp_path: Path) -> Desk:
    return Desk(store=store, progress=Silent(), logs=tmp_path)


def test_what_is_stored_is_not_asked_and_the_model_not_loaded(store: Store, tmp_path: Path) -> None:
    asks, rig, desk = asks_of(suite_of(5)), Rig(), desk_of(store, tmp_path)
    first, failure = desk.answers(work_of(rig, asks))
    again, _ = desk.answers(work_of(rig, asks))
    assert failure is None
    assert first == again
    assert (rig.loads, rig.asked) == (1, ["q0", "q1", "q2", "q3", "q4"])


def test_refused_requests_do_not_keep_others_from_being_asked(store: Store, tmp_path: Path) -> None:
    rig = Rig(refuses=True)
    rig.answers_again_at = 50
    answers, failure = desk_of(store, tmp_path).answers(work_of(rig, asks_of(suite_of(60))))
    assert (failure, store.counts()["responses"], len(rig.asked)) == (None, 10, 60)


def test_two_vivas_do_not_ask_the_same_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The second waits for the first and takes its answers."""
    asks, rigs, path = asks_of(suite_of(3)), (Rig(), Rig()), tmp_path / "store.sqlite"

    def second() -> None:
        with open_store(path) as other:
            desk_of(other, tmp_path).answers(work_of(rigs[1], asks))

    with open_store(path) as store, store.alone_with("rig", "model"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive() and rigs[1].asked == []
        for ask in asks:
            store.save_responses([(Response(key=ask.request.key, model="m", text="first"), ask.links())])
    thread.join(20)
    assert not thread.is_alive()
    assert (rigs[1].asked, rigs[1].loads) == ([], 0)
    assert "another viva asks" in caplog.text


def test_only_a_model_that_has_to_be_asked_must_be_ready(store: Store, tmp_path: Path) -> None:
    asks = asks_of(suite_of(2))
    with pytest.raises(UsageError, match="no key"):
        check_ready([work_of(Rig(lacks_a_key=True), asks)], store)
    desk_of(store, tmp_path).answers(work_of(Rig(), asks))
    check_ready([work_of(Rig(lacks_a_key=True), asks)], store)


def said_by(store: Store, tmp_path: Path, served: list[tuple[str | None, str | None]], model: str = "gpt") -> list[str]:
    """The notes of a run whose answers say that they come from these (model, system fingerprint)."""
    suite = suite_of(len(served))
    spec = ModelSpec(name="student", model=model)
    work = replace(work_of(Rig(), asks_of(suite)), spec=spec, role="student")
    for ask, (name, system) in zip(work.asks, served, strict=True):
        response = Response(key=ask.request.key, model="x", text="4", served_model=name, system_fingerprint=system)
        store.save_responses([(response, ask.links())])
    found = collect(Collected(suites=(suite,)), [work], desk_of(store, tmp_path))
    return [note for note in found.notes if note.startswith("student")]


def test_what_a_server_says_it_is_is_noted_where_it_is_another_or_several(store: Store, tmp_path: Path) -> None:
    assert said_by(store, tmp_path, [("gpt-2026-01", None)] * 2) == []


def test_a_mixture_of_servers_is_noted(store: Store, tmp_path: Path) -> None:
    (note,) = said_by(store, tmp_path, [("gpt", "fp_1"), ("gpt", "fp_2")])
    assert "2 things (gpt fp_1, gpt fp_2): the answers may mix versions" in note


@pytest.mark.parametrize("served", ["gpt-mini", "gpt4", "my-gpt", "gpt-2026x"])
def test_a_name_that_only_begins_alike_is_another_model(store: Store, tmp_path: Path, served: str) -> None:
    (note,) = said_by(store, tmp_path, [(served, None)])
    assert f"calls itself {served}" in note


@pytest.mark.parametrize("served", ["gpt", "gpt-2026-01-31", "gpt@20260131", None])
def test_the_name_with_a_date_is_the_same_model(store: Store, tmp_path: Path, served: str | None) -> None:
    assert said_by(store, tmp_path, [(served, "fp_1")]) == []


def test_another_model_than_asked_for_is_noted(store: Store, tmp_path: Path) -> None:
    (note,) = said_by(store, tmp_path, [("mistral", None)] * 2)
    assert note == "student: asked for gpt, answered by what calls itself mistral."


def test_a_dead_engine_keeps_what_it_finished(store: Store, tmp_path: Path) -> None:
    asks, desk = asks_of(suite_of(6)), desk_of(store, tmp_path)
    answers, failure = desk.answers(work_of(Rig(dies_at=4), asks))
    assert len(answers) == 4
    assert "fell off the bus" in str(failure)
    healthy = Rig()
    answers, failure = desk.answers(work_of(healthy, asks))
    assert (len(answers), failure, healthy.asked) == (6, None, ["q4", "q5"])


def test_an_engine_that_refuses_everything_has_failed(store: Store, tmp_path: Path) -> None:
    rig = Rig(refuses=True)
    answers, failure = desk_of(store, tmp_path).answers(work_of(rig, asks_of(suite_of(100))))
    assert len(rig.asked) == 100, "each is asked: one that is refused says nothing of the next"
    assert "all of its 100 requests failed, the last: too long" in str(failure)
    assert store.counts()["responses"] == 0


def test_follow_ups_are_asked_before_the_model_is_unloaded_and_only_once(store: Store, tmp_path: Path) -> None:
    def why(suite: Suite, sample: Sample, request: Request, response: Response) -> Sequence[Request]:
        return [Request(key="", messages=(*sample.messages, Message(role="user", content=f"why {response.text}")))]

    asks, rig, desk = asks_of(suite_of(2)), Rig(), desk_of(store, tmp_path)
    desk.follow_ups = why
    answers, _ = desk.answers(work_of(rig, asks))
    assert rig.asked == ["q0", "q1", "why re: q0", "why re: q1"]
    assert (rig.loads, len(answers)) == (1, 4)
    followed = list(desk.followed("model", answers))
    assert [(r.sample, r.about, r.response.text) for r in followed] == [
        ("s0", "follow-up", "re: why re: q0"),
        ("s1", "follow-up", "re: why re: q1"),
    ]
    desk.answers(work_of(rig, asks))
    assert (rig.loads, len(rig.asked)) == (1, 4)


def test_one_request_serves_all_samples_that_ask_the_same(store: Store, tmp_path: Path) -> None:
    suite = suite_of(1)
    ask = asks_of(suite)[0]
    shared = Ask(ask.request, (*ask.serves, (suite, suite.samples[0], 1)))
    rig = Rig()
    desk_of(store, tmp_path).answers(work_of(rig, [shared]))
    assert (rig.asked, store.counts()["links"]) == (["q0"], 2)


def test_a_suite_needs_samples_with_ids_of_their_own() -> None:
    twin = Sample(id="a", messages=(Message(role="user", content="q"),))
    with pytest.raises(DataError, match="no samples"):
        make_suite(SuiteSpec(name="empty"), Loaded(samples=[]))
    with pytest.raises(DataError, match='samples 1 and 2 share the id "a"'):
        make_suite(SuiteSpec(name="twins"), Loaded(samples=[twin, twin]))


@dataclass
class Stepping(Rig):
    """Hands over three answers a step, and dies after the second step."""

    commits: list[int] = field(default_factory=list)

    def generate(self, requests: Sequence[Request]) -> Iterator[Response]:
        for number, request in enumerate(requests):
            if number == 6:
                raise RuntimeError("the card fell off the bus")
            self.ready = 2 - number % 3
            yield Response(key=request.key, model="model", text="done")


def test_the_answers_of_one_step_are_saved_together_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    rig = Stepping()
    with open_store(path) as store:
        saved = store.save_responses

        def counted(served: Sequence[Served]) -> None:
            rig.commits.append(len(served))
            saved(served)

        store.save_responses = counted  # type: ignore[method-assign,assignment]  # to look on
        answers, failure = desk_of(store, tmp_path).answers(work_of(rig, asks_of(suite_of(9))))
    assert (rig.commits, len(answers)) == ([3, 3], 6)
    assert failure is not None and "fell off the bus" in str(failure)
    with open_store(path) as store:
        assert store.counts()["responses"] == 6


@dataclass
class Interrupted(Rig):
    """Is interrupted between two answers of one step."""

    def generate(self, requests: Sequence[Request]) -> Iterator[Response]:
        self.ready = 1
        yield Response(key=requests[0].key, model="model", text="done")
        raise KeyboardInterrupt


def test_an_interruption_amid_a_step_loses_no_answer_that_came(store: Store, tmp_path: Path) -> None:
    desk = desk_of(store, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        desk.answers(work_of(Interrupted(), asks_of(suite_of(3))))
    assert (store.counts()["responses"], desk.asked) == (1, {"model": 1})
