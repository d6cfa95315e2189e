"""`viva import FILE...`: a run from responses that exist already, in rows or in the logs of other harnesses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from harness import consulting
from harness.cli import wiring
from harness.cli.changes_page import telling_of_changes
from harness.cli.console import Bars, human, set_up_logging
from harness.cli.options import INCUMBENT_OPTION, JSON_OPTION, POLICY_OPTION, manners, out_option
from harness.cli.summary import finish
from harness.collect import Collected
from harness.errors import DataError, nearest
from harness.grading import assign, check_gold
from harness.policy import Policy
from harness.policy_file import lines_of, load_policy
from harness.policy_names import check_policy, check_rules
from harness.records import Json
from harness.runfolder import open_run
from harness.store import open_store
from harness.workflow import Place, conclude, keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What the files are, and how they are to be read: exactly one of a map, lm-eval's logs and Inspect's."""

    map_file: Path | None
    lm_eval: bool
    inspect: bool
    metric: str | None
    slices: tuple[str, ...]

    def check(self) -> None:
        """Raises click.UsageError."""
        if sum((self.map_file is not None, self.lm_eval, self.inspect)) != 1:
            raise click.UsageError("say what FILES are: --map MAP for rows, --lm-eval or --inspect for logs")
        if self.map_file is not None and (self.metric or self.slices):
            raise click.UsageError("--metric and --slice are for logs; a map says both itself (scores, sample.slices)")

    def slice_paths(self) -> dict[str, str]:
        """Slice names and paths; a path alone is named by its last part."""
        pairs = (text.partition("=") for text in self.slices)
        return {(name if path else name.rsplit(".", 1)[-1]): path or name for name, _, path in pairs}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path), help="FILES are rows; this says where they hold what."
)
@click.option("--lm-eval", is_flag=True, help="FILES are output folders of lm-evaluation-harness.")
@click.option("--inspect", is_flag=True, help="FILES are logs of Inspect (.eval or .json), or folders of them.")
@click.option("--teacher", required=True, help="The model that the others are compared with.")
@click.option("--metric", help="For logs: the metric that counts, as the log calls it; default: its first.")
@click.option(
    "--slice", "slices", multiple=True, metavar="[NAME=]PATH", help="For logs: a slice, by its path in a document."
)
@click.option("--public", is_flag=True, help="The samples are a public benchmark's, not your own traffic.")
@INCUMBENT_OPTION
@POLICY_OPTION
@out_option()
@JSON_OPTION
@manners
def command(
    files: tuple[Path, ...],
    teacher: str,
    public: bool,
    incumbent: str | None,
    policy: Path | None,
    out: Path,
    as_json: bool,
    quiet: bool,
    verbose: int,
    **form: object,
) -> int:
    """Make a run from FILES that hold samples and several models' responses.

    No model is asked. Texts are kept as they are; they may hold personal data.
    """
    kind = Format(**form)  # type: ignore[arg-type]  # click hands the options over by these names
    kind.check()
    set_up_logging(verbose)
    console = human(quiet)
    parts = wiring.parts()
    judged_by = load_policy(policy) if policy else Policy()
    for path in files:
        if not path.exists():
            raise DataError(f"{path}: there is no such file")
    progress = Bars(console)
    with progress.step("reading", None):
        found, told = _read(files, kind, teacher)
    if public:
        found.suites = tuple(replace(s, spec=s.spec.model_copy(update={"public": True})) for s in found.suites)
    students = [m.name for m in found.models if m.role == "student"]
    if incumbent is not None and incumbent not in students:
        raise DataError(f'--incumbent "{incumbent}": none of the students{nearest(incumbent, students)}')
    assigned = assign(found.suites, parts.graders, only=((a.suite, a.sample) for a in found.ungraded()))
    check_gold(assigned)
    consulting.check_nobody_asks(assigned)
    with lines_of(policy):
        check_policy(judged_by, found.suites, students)
        check_rules(judged_by, assigned.values(), parts.is_own_grader)
    written: dict[str, Json] = {
        **told,
        "imported": [path.name for path in files],
        "teacher": {"name": next(m.name for m in found.models if m.role == "teacher")},
        "incumbent": incumbent,
        "gate": judged_by.model_dump(mode="json"),
    }
    with telling_of_changes(out, console), open_run(out) as folder, open_store(None) as store:
        keep(found, written, folder)
        outcome = conclude(found, written, judged_by, parts, Place(folder, store, progress))
    return finish(outcome, console, as_json)


def _read(files: Sequence[Path], kind: Format, teacher: str) -> tuple[Collected, dict[str, Json]]:
    """What the files hold, and what the run's record says of how they were read."""
    from suites.imports.logs import Wanted, assemble

    if kind.map_file is not None:
        from suites.imports.mapped import import_rows, load_map

        how = load_map(kind.map_file)
        mapped = how.model_dump(mode="json", exclude_defaults=True)
        return import_rows(files, how, teacher), {"name": how.name, "map": mapped}
    wanted = Wanted(metric=kind.metric, slices=kind.slice_paths())
    told: dict[str, Json] = {"metric": wanted.metric, "slices": dict(wanted.slices)}
    if kind.lm_eval:
        from suites.imports.lm_eval import read_lm_eval

        return assemble(*read_lm_eval(files, wanted), teacher), {"name": "lm-eval logs", **told}
    from suites.imports.inspect_logs import read_inspect

    return assemble(*read_inspect(files, wanted), teacher), {"name": "Inspect logs", **told}
