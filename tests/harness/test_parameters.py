"""Numbers of parameters: as they are written, as they are read out, and as a folder of weights shows them."""

import json
from pathlib import Path

import pytest

from harness.parameters import in_folder, in_words, parameters

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "count"),
    [("7B", 7e9), ("0.27M", 270_000), ("1.5b", 1.5e9), ("671 B", 671e9), ("1T", 1e12), (7_000_000, 7e6), (None, None)],
)
def test_what_is_understood(given: object, count: float | None) -> None:
    assert parameters(given) == count


@pytest.mark.parametrize("given", ["8x7B", "7", "B", "-7B", "0B", "7GB", "1e9", 0, -3, True, [7], float("nan"), "٧B"])
def test_what_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="such as 7B"):
        parameters(given)


@pytest.mark.parametrize(
    ("count", "words"), [(671e9, "671B"), (1.5e9, "1.5B"), (270_816, "271K"), (1e12, "1T"), (12, "0.012K")]
)
def test_in_words(count: float, words: str) -> None:
    assert in_words(count) == words


def test_the_weights_of_the_demo_are_counted() -> None:
    models = ROOT / "suites" / "demo" / "models"
    assert (in_folder(models / "teacher"), in_folder(models / "honest")) == (869_504, 270_816)


def write(file: Path, **tensors: tuple[str, list[int]]) -> None:
    header = {
        name: {"dtype": dtype, "shape": shape, "data_offsets": [0, 0]} for name, (dtype, shape) in tensors.items()
    }
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text)


def test_shards_are_added_up_and_copies_beside_them_are_not(tmp_path: Path) -> None:
    write(tmp_path / "model-00001-of-00002.safetensors", a=("BF16", [10, 20]), b=("F32", []))
    write(tmp_path / "model-00002-of-00002.safetensors", c=("F16", [5]))
    write(tmp_path / "consolidated.safetensors", a=("BF16", [10, 20]))
    shards = {name: f"model-0000{n}-of-00002.safetensors" for name, n in (("a", 1), ("b", 1), ("c", 2))}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    assert in_folder(tmp_path) == 206


def test_what_is_not_certain_is_not_known(tmp_path: Path) -> None:
    assert in_folder(tmp_path) is None
    write(tmp_path / "model.safetensors", packed=("I32", [10, 20]))
    assert in_folder(tmp_path) is None
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    assert in_folder(tmp_path) is None
    (tmp_path / "model.safetensors.index.json").write_text("[]")
    assert in_folder(tmp_path) is None
