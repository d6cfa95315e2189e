"""Every fault of a YAML file is one message: the file, the line, what is wrong and the mend."""

import re
from pathlib import Path

import pytest

from harness import strict_yaml
from harness.errors import PlanError
from harness.policy import Strict


class Inner(Strict):
    depth: int = 0
    width: int = 0


class Leaf(Strict):
    name: str


class Outer(Strict):
    name: str
    inner: Inner = Inner()
    leaves: tuple[Leaf, ...] = ()
    limits: dict[str, float] = {}
    either: dict[str, str] | tuple[str, ...] = ()
    maybe: Inner | None = None


def read(folder: Path, content: str | bytes) -> strict_yaml.Document:
    path = folder / "file.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return strict_yaml.read(path)


def test_a_good_file_becomes_a_value(tmp_path: Path) -> None:
    content = "name: a\ninner: {depth: 2}\nleaves:\n  - name: x\nlimits: {y: 1}\neither: [p, q]\n"
    expected = Outer(name="a", inner=Inner(depth=2), leaves=(Leaf(name="x"),), limits={"y": 1.0}, either=("p", "q"))
    assert read(tmp_path, content).validate(Outer) == expected


def test_json_is_yaml_and_a_byte_order_mark_is_none_of_it(tmp_path: Path) -> None:
    assert read(tmp_path, '\ufeff{"name": "a"}').validate(Outer) == Outer(name="a")


FAULTS = {
    "an unknown key": ("nam: a\nname: b\n", '1: unknown key "nam"; did you mean "name"?'),
    "an unknown key, nothing near": ("name: a\nzzz: b\n", '2: unknown key "zzz"; known: name, inner, leaves, limits'),
    "an unknown key, nested": (
        "name: a\ninner:\n  depth: 1\n  dept: 2\n",
        '4: unknown key "inner.dept"; did you mean "depth"?',
    ),
    "an unknown key in a list": (
        "name: a\nleaves:\n  - name: x\n  - nme: y\n    name: z\n",
        '4: unknown key "leaves[2].nme"; did you mean "name"?',
    ),
    "an unknown key below an optional": (
        "name: a\nmaybe:\n  widht: 1\n",
        '3: unknown key "maybe.widht"; did you mean "width"?',
    ),
    "unknown keys before all else": ("inner: {depth: x}\nnam: a\n", '2: unknown key "nam"; did you mean "name"?'),
    "a missing key": ("inner: {}\n", '1: the key "name" is missing'),
    "a missing key in a list": (
        "name: a\nleaves:\n  - name: x\n  - {}\n",
        '4: the key "leaves[2].name" is missing',
    ),
    "a wrong type": ("name: a\ninner:\n  depth: deep\n", '3: "inner.depth": input should be a valid integer'),
    "a wrong type is shown": ("name: 5\n", '1: "name": input should be a valid string (given: 5)'),
    "a date is no text": ("name: 2024-12-25\n", '1: "name": input should be a valid string (given: 2024-12-25)'),
    "a long value is shortened": (f"name: a\nmaybe: {'x' * 90}\n", "xxx...)"),
    "a list is called one": ("name: [x]\n", '1: "name": input should be a valid string (given: a list)'),
    "keys are called so": ("name: {x: 1}\n", '1: "name": input should be a valid string (given: keys and values)'),
    "no value is called nothing": ("name:\n", '1: "name": input should be a valid string (given: nothing)'),
    "a wrong value in a map": ("name: a\nlimits:\n  y: z\n", '3: "limits.y": input should be a valid number'),
    "a key that stands twice": ("name: a\ninner: {}\nname: b\n", '3: the key "name" stands already in line 1'),
    "a nested key that stands twice": (
        "name: a\nleaves:\n  - name: x\n    name: y\n",
        '4: the key "name" stands already in line 3',
    ),
    "a list": ("- a\n", "1: expected keys and values"),
    "a word": ("hello\n", "1: expected keys and values"),
    "a key that is a number": ("name: a\n1: b\n", "2: "),
    "an open bracket": ("name: a\nleaves: [1\nlimits: {}\n", "not valid YAML: expected ',' or ']'"),
    "a tab": ("name:\n\tdepth: 1\n", "2: not valid YAML: found character '\\t'"),
    "two documents": ("name: a\n---\nname: b\n", "2: not valid YAML: but found another document"),
    "an object of Python": ("name: !!python/object:os.system x\n", "1: not valid YAML: could not determine"),
    "an alias of nothing": ("name: *nowhere\n", "1: not valid YAML: found undefined alias"),
    "a control character": ("name: \x07\n", ": not valid YAML: unacceptable character #x0007"),
    "nothing": ("", ": the file is empty"),
    "only comments": ("# name: a\n\n", ": the file is empty"),
    "no UTF-8": (b"name: caf\xe9\n", ": not UTF-8 text (byte 9)"),
    "UTF-16": ("name: a\n".encode("utf-16"), ": not UTF-8 text (byte 0)"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, fault: str) -> None:
    content, expected = FAULTS[fault]
    with pytest.raises(PlanError) as caught:
        read(tmp_path, content).validate(Outer)
    assert str(caught.value).startswith(f"{tmp_path / 'file.yaml'}:")
    assert expected in str(caught.value)


CRASHES = {
    "an impossible date": "name: 2024-13-45\n",
    "a list for a key": "name: a\n? [x, y]\n: z\n",
    "a list that holds itself": "name: &a [*a]\n",
    "brackets without end": "name: " + "[" * 500 + "]" * 500 + "\n",
}


@pytest.mark.parametrize("fault", CRASHES)
def test_what_breaks_the_parser_is_a_fault_too(tmp_path: Path, fault: str) -> None:
    with pytest.raises(PlanError, match=re.escape(str(tmp_path / "file.yaml"))):
        read(tmp_path, CRASHES[fault]).validate(Outer)


def test_a_fault_within_a_union_has_a_name_that_stands_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        read(tmp_path, "name: a\neither: 5\n").validate(Outer)
    assert ':2: "either":' in str(caught.value)


@pytest.mark.parametrize(("name", "why"), [("nowhere.yaml", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(PlanError, match=rf"cannot be read \({why}"):
        strict_yaml.read(tmp_path / name)


def test_a_place_is_the_line_of_the_nearest_thing_that_is_there(tmp_path: Path) -> None:
    document = read(tmp_path, "# a comment\nname: a\nleaves:\n  - name: x\n  -\n    name: y\n")
    path = tmp_path / "file.yaml"
    assert document.place(("name",)) == f"{path}:2"
    assert document.place(("leaves",)) == f"{path}:3"
    assert document.place(("leaves", 0, "name")) == f"{path}:4"
    assert document.place(("leaves", 0, "grader")) == f"{path}:4"
    assert document.place(("leaves", 7)) == f"{path}:3"
    assert document.place(("nothing",)) == f"{path}:2"


def test_an_alias_keeps_the_line_where_its_fault_stands(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r'file\.yaml:3: unknown key "inner\.dept"'):
        read(tmp_path, "name: a\nmaybe: &same\n  dept: 1\ninner: *same\n").validate(Outer)


def test_merged_keys_count_and_may_be_overruled(tmp_path: Path) -> None:
    content = "name: a\nmaybe: &same {depth: 1, width: 2}\ninner:\n  <<: *same\n  width: 3\n"
    assert read(tmp_path, content).validate(Outer).inner == Inner(depth=1, width=3)


def test_a_section_keeps_its_lines(tmp_path: Path) -> None:
    section = read(tmp_path, "name: a\ninner:\n  depth: 1\n  wdth: 2\n").section("inner")
    with pytest.raises(PlanError, match=r'file\.yaml:4: unknown key "wdth"; did you mean "width"'):
        section.validate(Inner)


def test_an_empty_file_is_told_where_an_example_stands(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("")
    with pytest.raises(PlanError, match=r"file\.yaml: the file is empty; the manual shows one$"):
        strict_yaml.read(tmp_path / "file.yaml", "the manual shows one")


def test_a_section_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "name: a\n").section("inner").validate(Inner) == Inner()
