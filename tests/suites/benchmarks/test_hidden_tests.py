"""Hidden tests: what they hold, and pickles that would do something else."""

import base64
import io
import pickle
import pickletools
import zlib

import pytest

from harness.errors import DataError
from suites.benchmarks import hidden_tests
from suites.benchmarks.hidden_tests import decoded, text_of_pickle
from tests.suites.benchmarks.invented import case, packed


class Planted:
    def __reduce__(self):
        return eval, ("open('/tmp/pwned', 'w')",)


def wrapped(pickled: bytes) -> str:
    return base64.b64encode(zlib.compress(pickled)).decode()


def test_tests_are_decoded():
    tests = [case("1\n", "2\n"), case("\u00e9 \U0001f600", "x" * 100_000, "functional")]
    assert decoded(packed(tests), "here") == tests
    assert decoded('[{"input": "1", "output": "2"}]', "here") == [case("1", "2")]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("text", ["", "short", "\u00e9\u0000\n\\", "x" * 70_000], ids=len)
def test_every_protocol_of_a_text(protocol, text):
    assert text_of_pickle(pickle.dumps(text, protocol)) == text


HOSTILE = {
    "a call": pickle.dumps(Planted()),
    "a call, by hand": b"cos\nsystem\n(S'touch /tmp/pwned'\ntR.",
    "a global": pickle.dumps(print),
    "a class by its place": b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
    "an extension": b"\x80\x02\x82\x01.",
    "a persistent id": b"Pid\n.",
    "an instance": b"(ios\nsystem\n.",
    "a list": pickle.dumps(["text"]),
    "a number": pickle.dumps(7),
    "bytes": pickle.dumps(b"text"),
    "an array of bytes": b"\x80\x05\x96" + (1 << 40).to_bytes(8, "little") + b".",
    "two texts": b"\x80\x04\x8c\x01a\x8c\x01b.",
    "a text thrown away": b"\x80\x04\x8c\x01a0\x8c\x01b.",
    "doubled for ever": b"\x80\x04\x8c\x01a" + b"2\x86" * 60 + b".",
    "memo without end": b"\x80\x04\x8c\x01a" + b"\x94" * 1_000_000 + b".",
    "a text that is longer than the file": b"\x80\x04\x8d" + (1 << 60).to_bytes(8, "little") + b"a.",
    "no end": b"\x80\x04\x8c\x01a",
    "nothing": b"",
    "no text": b"\x80\x04.",
    "an unknown operation": b"\x80\x04\xff.",
    "no UTF-8": b"\x80\x04\x8c\x01\xff.",
    "a long number": b"\x80\x04\x8b" + (1 << 30).to_bytes(4, "little") + b"1.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles_are_refused_and_not_run(name, monkeypatch):
    for dangerous in ("loads", "load", "Unpickler"):
        monkeypatch.delattr(pickle, dangerous)
    with pytest.raises(ValueError):
        text_of_pickle(HOSTILE[name])
    with pytest.raises(DataError, match=r"^here: not the packed tests of LiveCodeBench \(.*\)$"):
        decoded(wrapped(HOSTILE[name]), "here")


def test_a_memo_at_a_far_place_costs_nothing():
    """The C unpickler would make room for four billion entries."""
    pickled = b"\x80\x02X\x01\x00\x00\x00ar\xff\xff\xff\xff."
    assert [operation.name for operation, _, _ in pickletools.genops(io.BytesIO(pickled))][2] == "LONG_BINPUT"
    assert text_of_pickle(pickled) == "a"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("%%%", r"not the packed tests of LiveCodeBench \("),
        (base64.b64encode(b"plain").decode(), r"not the packed tests of LiveCodeBench \(Error -3"),
        (base64.b64encode(zlib.compress(pickle.dumps("[]"))[:-3]).decode(), r"not the packed tests .* \(cut off\)"),
        (wrapped(pickle.dumps("no JSON")), "not valid JSON: "),
        (wrapped(pickle.dumps("[" * 100_000)), "not valid JSON: "),
        (wrapped(pickle.dumps("{}")), "expected a list of tests"),
        ("\u00e9", r"not the packed tests of LiveCodeBench \("),
    ],
)
def test_what_cannot_be_unpacked_is_told(field, words):
    with pytest.raises(DataError, match=f"^here: {words}"):
        decoded(field, "here")


def test_a_bomb_is_not_unpacked(monkeypatch):
    bomb = wrapped(b"\0" * (1 << 24))
    assert len(bomb) < 1 << 15
    monkeypatch.setattr(hidden_tests, "LARGEST", 1 << 20)
    with pytest.raises(DataError, match=r"\(more than 1048576 bytes\)"):
        decoded(bomb, "here")
