"""Holds the documentation to the program: every key, default, command and option, and no other; examples that work."""

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from harness.cli import wiring
from harness.cli.main import COMMANDS, cli, status
from harness.plan import (
    DecodingSpec,
    EndpointSpec,
    MimicrySpec,
    ModelSpec,
    Plan,
    Price,
    RowMap,
    StressSpec,
    SuiteSpec,
    Thinking,
)
from harness.plan_file import Known, load_plan
from harness.policy import Policy
from harness.policy_file import load_policy
from harness.policy_terms import Caps, Costly, Limit, Limits, Lineage, Waiver
from harness.published_file import Benchmark, PublishedFile, PublishedModel, read_published
from suites.imports.mapped import ImportMap, load_map

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")])
SECTIONS: dict[tuple[str, str], type[BaseModel]] = {
    ("plan", "Plan"): Plan,
    ("plan", "Model"): ModelSpec,
    ("plan", "Endpoint"): EndpointSpec,
    ("plan", "Price"): Price,
    ("plan", "Thinking"): Thinking,
    ("plan", "Decoding"): DecodingSpec,
    ("plan", "Suite"): SuiteSpec,
    ("plan", "Stress"): StressSpec,
    ("plan", "Row map"): RowMap,
    ("plan", "Mimicry"): MimicrySpec,
    ("plan", "Gate"): Policy,
    ("plan", "Caps"): Caps,
    ("plan", "Limits"): Limits,
    ("plan", "Limit"): Limit,
    ("plan", "Costly"): Costly,
    ("plan", "Lineage"): Lineage,
    ("plan", "Waiver"): Waiver,
    ("ladder", "Published file"): PublishedFile,
    ("ladder", "Benchmark"): Benchmark,
    ("ladder", "Published model"): PublishedModel,
    ("import", "Map keys"): ImportMap,
    ("import", "Sample keys"): RowMap,
}
SMALLEST = {
    "teacher": {"name": "t", "model": "./t"},
    "students": [{"name": "s", "model": "./s"}],
    "suites": [{"name": "x", "path": "x.jsonl", "map": {"prompt": "p"}}],
}


def known() -> Known:
    """What plans may say, but for the models, which the examples' readers have and we have not."""
    here = wiring.known(wiring.parts())
    return replace(here, engines={name: lambda model: None for name in here.engines})


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def section(name: str, title: str) -> str:
    parts = re.split(r"^## ", page(name), flags=re.MULTILINE)
    (found,) = [part for part in parts if part.startswith(f"{title}\n")]
    return found


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the tables whose first cell begins with code, by that cell."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines}


def fences(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("where", "model"), SECTIONS.items(), ids=[":".join(where) for where in SECTIONS])
def test_every_key_is_documented_with_its_default_and_no_other(where: tuple[str, str], model: type[BaseModel]) -> None:
    documented = {key.strip("`"): cells for key, cells in rows(section(*where)).items()}
    assert list(documented) == list(model.model_fields)
    for key, field in model.model_fields.items():
        default = documented[key][1]
        if field.is_required():
            assert default == "required", key
        else:
            given = yaml.safe_load(default.strip("`"))
            value = field.get_default(call_default_factory=True)
            if isinstance(value, BaseModel):
                given = type(value).model_validate(given)
            assert to_jsonable_python(value) == to_jsonable_python(given), key


def test_every_plan_example_loads(tmp_path: Path) -> None:
    examples = fences(page("plan"), "yaml")
    assert len(examples) >= len([where for where in SECTIONS if where[0] == "plan"])
    for name in ("endpoints", "gate", "lm-eval", "stress"):
        more = fences(page(name), "yaml")
        assert more, name
        examples += more
    for number, example in enumerate(examples):
        written = yaml.safe_load(example)
        path = tmp_path / f"{number}.yaml"
        if set(written) <= set(Policy.model_fields):
            path.write_text(example, "utf-8")
            load_policy(path)
        else:
            path.write_text(yaml.safe_dump({**SMALLEST, **written}), "utf-8")
            load_plan(path, known())


def test_every_example_of_published_figures_loads(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "deepseek-r1" / "figures.csv", tmp_path)
    examples = fences(page("ladder"), "yaml")
    assert len(examples) == 3
    for number, example in enumerate(examples):
        (tmp_path / f"{number}.yaml").write_text(example, "utf-8")
        assert read_published([tmp_path / f"{number}.yaml"])


def test_every_grader_example_loads(tmp_path: Path) -> None:
    for code in fences(page("graders"), "python"):
        if name := re.match(r"# (\w+\.py)\n", code):
            (tmp_path / name[1]).write_text(code, "utf-8")
    examples = fences(page("graders"), "yaml")
    assert len(examples) >= 2
    for number, example in enumerate(examples):
        path, written = tmp_path / f"{number}.yaml", yaml.safe_load(example)
        if "grader_options" in written:  # a suite's part of the plan
            written = {"suites": [{**SMALLEST["suites"][0], **written}]}
        path.write_text(yaml.safe_dump({**SMALLEST, **written}), "utf-8")
        plan = load_plan(path, known())
        for suite in plan.suites:
            for name in (suite.grader, *suite.grader_options):
                if name is not None:
                    wiring.parts().graders[name].make(suite.grader_options.get(name, {}))


def test_every_map_example_loads(tmp_path: Path) -> None:
    examples = fences(page("import"), "yaml")
    assert examples
    for number, example in enumerate(examples):
        (tmp_path / f"{number}.yaml").write_text(example, "utf-8")
        load_map(tmp_path / f"{number}.yaml")
    shipped = ROOT / "examples" / "gsm8k" / "map.yaml"
    (tmp_path / "first.yaml").write_text(examples[0], "utf-8")
    assert load_map(shipped) == load_map(tmp_path / "first.yaml")


def written_by_init(folder: Path) -> str:
    path = folder / "plan.yaml"
    assert status(["init", str(path)]) == 0
    return path.read_text("utf-8")


def test_the_plan_of_init_loads(tmp_path: Path) -> None:
    written_by_init(tmp_path)
    plan = load_plan(tmp_path / "plan.yaml", known())
    assert len(plan.students) == 2
    assert plan.base is None


def test_the_plan_of_init_knows_every_key_and_loads_with_all_of_them(tmp_path: Path) -> None:
    everything = re.sub(r"^( *)#(?=\S)", r"\1", written_by_init(tmp_path), flags=re.MULTILINE)
    (tmp_path / "all.yaml").write_text(everything, "utf-8")
    plan = load_plan(tmp_path / "all.yaml", known())
    written = given(plan)
    models = dict.fromkeys(model for (page, _), model in SECTIONS.items() if page == "plan")
    for model in models:
        missing = [key for key in model.model_fields if (model, key) not in written]
        assert not missing, f"{model.__name__}: {missing}"


def given(model: BaseModel) -> set[tuple[type[BaseModel], str]]:
    """Every key that was written, at any depth, with the model that it belongs to."""
    found: set[tuple[type[BaseModel], str]] = set()
    for key in model.model_fields_set:
        value = getattr(model, key)
        found.add((type(model), key))
        for inner in value if isinstance(value, tuple) else (value,):
            found |= given(inner) if isinstance(inner, BaseModel) else set()
    return found


def leaves() -> dict[str, click.Command]:
    """Every command that does something, by the words that call it: `run`, `store list`."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        if not isinstance(command, click.Group):
            found[name] = command
            continue
        for word in command.list_commands(click.Context(command)):
            part = command.get_command(click.Context(command), word)
            assert part is not None
            found[f"{name} {word}"] = part
    return found


@pytest.mark.parametrize("name", leaves())
def test_every_argument_and_option_is_documented_and_no_other(name: str) -> None:
    command = leaves()[name]
    documented = [tuple(re.findall(r"`([^`]+)`", key.split(" | ")[0])) for key in rows(section("cli", f"viva {name}"))]
    expected = [
        (p.human_readable_name,) if isinstance(p, click.Argument) else (*p.opts, *p.secondary_opts)
        for p in command.params
    ]
    assert sorted(documented) == sorted(expected)


def test_the_exit_codes_are_documented() -> None:
    for text in (section("cli", "Exit codes"), (ROOT / "README.md").read_text("utf-8")):
        assert re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE) == ["0", "1", "2", "64", "70", "130"]


def test_the_files_of_a_run_are_documented() -> None:
    told = (ROOT / "harness" / "runfolder.py").read_text("utf-8").split('"""')[1]
    files = re.findall(r"^    (\S+\.\w+)  ", told, flags=re.MULTILINE)
    assert len(files) > 5
    assert [name for name in files if f"`{name}`" not in section("cli", "Where things go")] == []


def command_lines(text: str) -> Iterator[list[str]]:
    """The arguments of every `viva ...` in the fences of a page, up to a pipe or a redirection."""
    for block in re.findall(r"^```(?:console|sh|bash)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and words[0].rpartition("/")[2] == "viva":
                ends = [number for number, word in enumerate(words) if word in ("|", ">", "2>", "&&", "||", ";")]
                yield words[1 : min(ends, default=len(words))]


def parse(arguments: list[str]) -> None:
    """Parse as the program would, running nothing. Raises click.UsageError for what it would refuse."""
    try:
        if arguments[0].startswith("-"):
            cli.make_context("viva", list(arguments))
            return
        name, command, rest = cli.resolve_command(click.Context(cli), list(arguments))
        while isinstance(command, click.Group):
            name, command, rest = command.resolve_command(click.Context(command), rest)
        assert command is not None
        command.make_context(name, rest)
    except click.exceptions.Exit:  # --help and --version end at once
        pass


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_line_is_one_that_viva_takes(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in command_lines(path.read_text("utf-8")):
        parse(arguments)


def test_there_are_command_lines_to_try() -> None:
    tried = {arguments[0] for path in PAGES for arguments in command_lines(path.read_text("utf-8"))}
    assert set(COMMANDS) <= tried


@pytest.mark.parametrize("line", ["$ viva runn plan.yaml", "viva run", "viva run p --quite", ".venv/bin/viva show r"])
def test_a_wrong_command_line_is_noticed(line: str) -> None:
    (arguments,) = command_lines(f"```console\n{line}\n```\n")
    with pytest.raises(click.UsageError):
        parse(arguments)


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_make_targets_are_there(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        name, _, anchor = target.partition("#")
        linked = (path.parent / name) if name else path
        assert linked.exists(), target
        headings = re.findall(r"^#+ (.+)$", linked.read_text("utf-8") if anchor else "", flags=re.MULTILINE)
        assert not anchor or anchor in [slug(heading) for heading in headings], target
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"(?:^\$ |`)make ([\w-]+)", text, flags=re.MULTILINE)) <= targets
