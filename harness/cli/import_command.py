"""`viva import FILE... --map MAP --teacher NAME -o RUN`: a run from responses that exist already."""

from pathlib import Path

import click

from harness.cli import wiring
from harness.cli.console import Bars, human, set_up_logging
from harness.cli.options import JSON_OPTION, POLICY_OPTION, manners, out_option
from harness.cli.summary import finish
from harness.errors import DataError
from harness.grading import assign, check_gold
from harness.plan import load_policy
from harness.policy import Policy
from harness.records import Json
from harness.runfolder import open_run
from harness.store import open_store
from harness.workflow import Place, conclude, keep


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--map", "map_file", required=True, type=click.Path(path_type=Path), help="Where the rows hold what.")
@click.option("--teacher", required=True, help="The model that the others are compared with.")
@POLICY_OPTION
@out_option()
@JSON_OPTION
@manners
def command(
    files: tuple[Path, ...],
    map_file: Path,
    teacher: str,
    policy: Path | None,
    out: Path,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Make a run from FILES (JSONL, JSON, CSV, Parquet) that hold samples and several models' responses.

    No model is asked. Texts are kept as they are; they may hold personal data.
    """
    from suites.imports.mapped import import_rows, load_map

    set_up_logging(verbose)
    console = human(quiet)
    parts = wiring.parts()
    judged_by = load_policy(policy) if policy else Policy()
    how = load_map(map_file)
    for path in files:
        if not path.is_file():
            raise DataError(f"{path}: there is no such file")
    progress = Bars(console)
    with progress.step("reading", None):
        found = import_rows(files, how, teacher)
    check_gold(assign(found.suites, parts.graders, only=((a.suite, a.sample) for a in found.ungraded())))
    written: dict[str, Json] = {
        "name": how.name,
        "imported": [path.name for path in files],
        "map": how.model_dump(mode="json", exclude_defaults=True),
        "teacher": {"name": teacher},
        "gate": judged_by.model_dump(mode="json"),
    }
    with open_run(out) as folder, open_store(None) as store:
        keep(found, written, folder)
        outcome = conclude(found, written, judged_by, parts, Place(folder, store, progress))
    return finish(outcome, console, as_json)
