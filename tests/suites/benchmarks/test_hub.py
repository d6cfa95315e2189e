"""Where the files of a benchmark come from: a hub at one commit, its cache, a local copy; and what is told if not."""

import hashlib
import json
from pathlib import Path

import pytest

from harness.errors import DataError
from harness.plan import SuiteSpec
from suites.benchmarks import aime2024, gpqa_diamond, math500
from suites.benchmarks.hub import DataSet, copy_of
from tests.suites.benchmarks.hub_server import COMMIT, Hub, serving
from tests.suites.benchmarks.invented import GPQA, MATH


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """The client of the Hub, pointed at a server of our own, with a cache of its own and no account."""
    with serving(Hub(sets={math500.DATA.id: {"test.jsonl": lines(MATH), "README.md": b"#"}})) as hub:
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        for name, value in {
            "ENDPOINT": hub.url,
            "HUGGINGFACE_CO_URL_TEMPLATE": template,
            "HF_HUB_CACHE": str(tmp_path / "cache"),
            "HF_HUB_OFFLINE": False,
            "HF_HUB_DISABLE_IMPLICIT_TOKEN": True,
            "HF_HUB_DISABLE_PROGRESS_BARS": True,
        }.items():
            monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
        yield hub


def suite(**keys):
    return SuiteSpec(name="bench", **keys)


def test_a_data_set_is_fetched_at_one_commit(hub):
    loaded = math500.load(suite())
    assert [sample.id for sample in loaded.samples] == [row["unique_id"] for row in MATH]
    assert loaded.origin == {
        "data_set": "HuggingFaceH4/MATH-500",
        "revision": None,
        "commit": COMMIT,
        "licence": "MIT (MATH)",
    }
    assert not any("README" in path for path in hub.asked)


def test_a_revision_is_passed_on(hub):
    hub.revisions = ("v1", COMMIT)
    loaded = math500.load(suite(revision="v1"))
    assert (loaded.origin["revision"], loaded.origin["commit"]) == ("v1", COMMIT)
    assert any(path.endswith("/revision/v1") for path in hub.asked)


@pytest.mark.parametrize("how", ["broken", "gone", "offline"])
def test_what_was_fetched_is_found_again_without_the_hub(hub, how, monkeypatch):
    before = math500.load(suite())
    if how == "offline":
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    elif how == "gone":
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    hub.broken = how == "broken"
    assert math500.load(suite()) == before


@pytest.mark.parametrize("how", ["broken", "gone", "offline"])
def test_no_network_and_no_copy_names_both_mends(hub, how, monkeypatch):
    if how == "offline":
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    elif how == "gone":
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    hub.broken = how == "broken"
    with pytest.raises(DataError) as caught:
        math500.load(suite())
    text = str(caught.value)
    assert text.startswith('suite "bench": HuggingFaceH4/MATH-500 can neither be fetched from the Hub nor found in its')
    assert text.endswith("; connect to the network, or name a local copy: `path: FILE`")
    assert "\n" not in text


def test_a_gated_data_set_says_how_to_get_access(hub, monkeypatch):
    hub.gated = (gpqa_diamond.DATA.id,)
    with pytest.raises(DataError) as caught:
        gpqa_diamond.load(suite())
    assert str(caught.value) == (
        'suite "bench": Idavidrein/gpqa is gated; accept the terms on the page of Idavidrein/gpqa and set HF_TOKEN to '
        "a token of that account, or name a local copy: `path: FILE`"
    )
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        DataError, match=r"connect to the network \(accept the terms on .*HF_TOKEN.*\), or name a local"
    ):
        gpqa_diamond.load(suite())


def test_an_unknown_data_set_and_an_unknown_revision_are_told(hub):
    with pytest.raises(DataError, match=r"the Hub has no data set HuggingFaceH4/aime_2024, or none for this account;"):
        aime2024.load(suite())
    with pytest.raises(
        DataError, match=r'MATH-500 has no revision "v9"; name another `revision`, or name a local copy'
    ):
        math500.load(suite(revision="v9"))


def test_a_data_set_that_was_reordered_is_told(hub):
    hub.sets = {math500.DATA.id: {"other.jsonl": b"{}\n"}}
    with pytest.raises(DataError, match=rf"holds no file test.jsonl at commit {COMMIT}; name an older `revision`"):
        math500.load(suite())


def test_a_local_file_is_known_by_its_digest(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_bytes(lines(MATH))
    loaded = math500.load(suite(path=str(path), size=1))
    assert len(loaded.samples) == 1
    assert loaded.origin["sha256"] == {"mine.jsonl": hashlib.sha256(lines(MATH)).hexdigest()}
    assert str(tmp_path) not in json.dumps(dict(loaded.origin))


def test_a_local_folder_is_read_in_the_order_of_its_numbers(tmp_path):
    data_set = DataSet(id="a/b", files=("test*.jsonl",), licence="")
    for number in ("", 2, 10, 1):
        (tmp_path / f"test{number}.jsonl").write_text(json.dumps({"n": number}))
    (tmp_path / "train.jsonl").write_text("{}")
    rows = [row["n"] for _, row in copy_of(data_set, suite(path=str(tmp_path))).rows()]
    assert rows == ["", 1, 2, 10]


def test_a_local_folder_with_names_of_its_own(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.json").write_text(json.dumps(GPQA))
    (tmp_path / "README.md").write_text("#")
    assert len(gpqa_diamond.load(suite(path=str(tmp_path))).samples) == len(GPQA)


def test_wrong_local_copies_are_told(tmp_path):
    with pytest.raises(
        DataError, match=r"gone.jsonl is not there; expected a file of HuggingFaceH4/MATH-500, or its fol"
    ):
        math500.load(suite(path=str(tmp_path / "gone.jsonl")))
    with pytest.raises(DataError, match=r"holds no rows; expected a file of HuggingFaceH4/MATH-500"):
        math500.load(suite(path=str(tmp_path)))
    with pytest.raises(DataError, match=r"a local copy has no `revision`; take out that or the `path`"):
        math500.load(suite(path=str(tmp_path), revision="main"))
    wrong = Path(tmp_path / "wrong.jsonl")
    wrong.write_bytes(lines(GPQA))
    with pytest.raises(DataError, match=r'wrong.jsonl:1: no field "problem"; is this the right data set\?'):
        math500.load(suite(path=str(wrong)))
