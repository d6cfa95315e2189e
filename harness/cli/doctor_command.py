"""`viva doctor`: what works on this machine."""

import tempfile
from importlib.resources import files
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from harness.cli import wiring
from harness.cli.console import human
from harness.cli.main import INTERNAL
from harness.cli.options import JSON_OPTION
from harness.cli.summary import print_json
from harness.doctor import Check, examine, examine_plan, generation
from harness.plan_file import load_plan

STYLES = {"ok": "green", "missing": "yellow", "broken": "bold red"}


@click.command()
@click.option("--plan", type=click.Path(path_type=Path), help="Look at this plan's models, too.")
@click.option("--generate", is_flag=True, help="Load a demo model into vLLM and ask it: the proof, in half a minute.")
@JSON_OPTION
def command(plan: Path | None, generate: bool, as_json: bool) -> int:
    """Tell what works on this machine: engines, readers of logs, the sandbox, disk.

    What is missing is optional: its line says what it is for, and how to get it. Exits with 70 if something is broken.
    """
    parts = wiring.parts()
    checks = list(examine(Path.cwd()))
    if plan is not None:
        checks += examine_plan(load_plan(plan, wiring.known(parts)), parts)
    if generate:
        checks.append(_ask_demo())
    if as_json:
        print_json(checks)
    else:
        _print(checks)
    return INTERNAL if any(check.state == "broken" for check in checks) else 0


def _ask_demo() -> Check:
    parts = wiring.parts()
    demo = load_plan(Path(str(files("suites.demo") / "plan.yaml")), wiring.known(parts))
    log_file = Path(tempfile.mkdtemp(prefix="viva-doctor-")) / "vllm.log"
    return generation(parts.engines[demo.teacher.engine], demo.teacher, log_file)


def _print(checks: list[Check]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        found = f"{check.found} ({check.mend})" if check.mend else check.found
        table.add_row(Text(check.name), Text(check.state, style=STYLES[check.state]), Text(found))
    console = human()
    console.print(table, soft_wrap=False)
