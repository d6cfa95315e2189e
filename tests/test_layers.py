"""Holds who may import whom: the direction between the packages, vLLM's one home, and no circles."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("harness", "graders", "suites", "reports")
MAY_IMPORT = {
    "harness": {"harness"},
    "harness.cli": {"harness", "harness.cli", "graders", "suites", "reports"},
    "graders": {"graders", "harness"},
    "suites": {"suites", "harness"},
    "reports": {"reports", "harness"},
}
HOMES_OF_VLLM = {"harness.engines.vllm", "suites.demo.train"}

When = Literal["loading", "running", "typing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """`names`: the dotted names that one statement may mean, most exact first. `when`: at which time it is executed."""

    names: tuple[str, ...]
    line: int
    when: When


class ImportCollector(ast.NodeVisitor):
    def __init__(self, package: str) -> None:
        self.package = package
        self.when: When = "loading"
        self.found: list[Import] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        origin = node.module or ""
        if node.level:
            above = self.package.split(".")[: len(self.package.split(".")) - node.level + 1]
            origin = ".".join([*above, *filter(None, [node.module])])
        for alias in node.names:
            self._add(node, f"{origin}.{alias.name}", origin)

    def visit_Call(self, node: ast.Call) -> None:
        if ast.unparse(node.func) in ("import_module", "importlib.import_module", "__import__"):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant):
                    self._add(node, str(argument.value))
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            self._visit_at("typing", node.body)
            self._visit_at(self.when, node.orelse)
        else:
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_at(self.when, node.decorator_list)
        self._visit_at("running", node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _visit_at(self, when: When, nodes: list[ast.stmt] | list[ast.expr]) -> None:
        before, self.when = self.when, when
        for node in nodes:
            self.visit(node)
        self.when = before

    def _add(self, node: ast.stmt | ast.expr, *names: str) -> None:
        self.found.append(Import(names=names, line=node.lineno, when=self.when))


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: str, source: str) -> list[Import]:
    module = module_name(path)
    package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
    collector = ImportCollector(package)
    collector.visit(ast.parse(source, path))
    return collector.found


def layer(name: str) -> str:
    return "harness.cli" if f"{name}.".startswith("harness.cli.") else name.partition(".")[0]


def faults(sources: Mapping[str, str]) -> Iterator[str]:
    """What breaks the rules among files (path -> text), each with its place."""
    for path, source in sources.items():
        for imported in imports(path, source):
            place, name = f"{path}:{imported.line}", imported.names[0]
            here, there = layer(module_name(path)), layer(name)
            if there in MAY_IMPORT and there not in MAY_IMPORT[here]:
                yield f"{place}: {here} must not import {there}"
            if there == "vllm" and module_name(path) not in HOMES_OF_VLLM:
                yield f"{place}: only {' and '.join(sorted(HOMES_OF_VLLM))} may import vllm"
            elif there == "vllm" and imported.when == "loading":
                yield f"{place}: vllm must be imported inside a function"
    yield from circles(sources)


def circles(sources: Mapping[str, str]) -> Iterator[str]:
    """Modules that need each other while they load; what runs later, or only for type checkers, makes no circle."""
    modules = {module_name(path): path for path in sources}
    graph: dict[str, list[str]] = {}
    for module, path in modules.items():
        loading = [i for i in imports(path, sources[path]) if i.when == "loading"]
        targets = [next((n for n in i.names if n in modules), module) for i in loading]
        graph[module] = [t for t in targets if t != module]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"circular import: {' <- '.join(error.args[1])}"


def test_the_tree_keeps_the_rules() -> None:
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    sources = {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}
    assert {layer(module_name(path)) for path in sources} >= set(PACKAGES)
    assert list(faults(sources)) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("harness/run.py", "from harness.records import Sample"),
        (
            "harness/cli/wiring.py",
            "import graders.exact, reports.render, suites.production\nfrom harness.cli import main",
        ),
        ("graders/exact.py", "from graders.text import strip\nfrom harness.records import Sample"),
        ("suites/demo/__init__.py", "from .workload import draw\nfrom .. import production"),
        ("reports/render.py", "import jinja2\nimport harness.records"),
        ("harness/engines/vllm.py", "def load():\n    from vllm import LLM"),
        ("harness/engines/vllm.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from vllm import LLM"),
        ("harness/engines/openai.py", "import vllm_less"),
    ],
)
def test_what_is_allowed(path: str, source: str) -> None:
    assert list(faults({path: source})) == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("harness/run.py", "import graders.exact", "run.py:1: harness must not import graders"),
        ("harness/run.py", "\nfrom suites import demo", "run.py:2: harness must not import suites"),
        ("harness/run.py", "def f():\n    import reports", "run.py:2: harness must not import reports"),
        ("harness/run.py", "if TYPE_CHECKING:\n    from graders.exact import Exact", "harness must not import graders"),
        ("harness/run.py", "import_module('graders.exact')", "harness must not import graders"),
        ("harness/run.py", "importlib.import_module('graders.exact')", "harness must not import graders"),
        ("harness/run.py", "class A:\n    async def f(self):\n        import suites", "harness must not import suites"),
        ("harness/run.py", "from harness import cli", "harness must not import harness.cli"),
        ("harness/run.py", "from harness.cli.wiring import graders", "harness must not import harness.cli"),
        ("harness/stats/mean.py", "from ..cli import main", "harness must not import harness.cli"),
        ("graders/exact.py", "from suites.demo import draw", "graders must not import suites"),
        ("graders/exact.py", "import harness.cli.main", "graders must not import harness.cli"),
        ("suites/rows.py", "try:\n    import graders\nexcept ImportError:\n    pass", "suites must not import graders"),
        ("suites/demo/rows.py", "from harness import records, cli", "suites must not import harness.cli"),
        ("reports/render.py", "from graders import exact", "reports must not import graders"),
        ("reports/render.py", "import suites", "reports must not import suites"),
        ("harness/run.py", "def f():\n    import vllm", "may import vllm"),
        ("harness/cli/doctor.py", "def f():\n    from vllm.platforms import current_platform", "may import vllm"),
        ("harness/engines/vllm.py", "from vllm import LLM", "inside a function"),
        ("harness/engines/vllm.py", "class A:\n    import vllm", "inside a function"),
        ("harness/engines/vllm.py", "try:\n    import vllm\nexcept ImportError:\n    pass", "inside a function"),
    ],
)
def test_planted_faults_are_found(path: str, source: str, fault: str) -> None:
    found = list(faults({path: source}))
    assert len(found) == 1
    assert fault in found[0]


def test_circles_are_found() -> None:
    a, b, c = "import harness.b", "from harness import c", "from harness.a import x"
    assert len(list(circles({"harness/a.py": a, "harness/b.py": b, "harness/c.py": c}))) == 1
    assert len(list(circles({"graders/__init__.py": "from graders.a import x", "graders/a.py": "import graders"}))) == 1


@pytest.mark.parametrize("later", ["def f():\n    import harness.a", "if TYPE_CHECKING:\n    from harness.a import A"])
def test_what_runs_later_makes_no_circle(later: str) -> None:
    assert list(circles({"harness/a.py": "import harness.b", "harness/b.py": later})) == []
