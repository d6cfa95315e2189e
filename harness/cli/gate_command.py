"""`viva gate RUN`: the same evidence under a policy."""

from datetime import UTC, datetime
from pathlib import Path

import click

from harness.cli import wiring
from harness.cli.changes_page import telling_of_changes
from harness.cli.console import human
from harness.cli.options import JSON_OPTION, POLICY_OPTION, RUN_ARGUMENT
from harness.cli.summary import EXIT_CODES, policy_of, print_json, print_verdict
from harness.extras import Extras, reviewed
from harness.gate import judge
from harness.policy_file import lines_of
from harness.runfolder import RunFolder, open_run


@click.command()
@RUN_ARGUMENT
@POLICY_OPTION
@JSON_OPTION
def command(run: Path, policy: Path | None, as_json: bool) -> int:
    """Judge the evaluation of RUN; verdict.json and the report follow. The exit code is the verdict.

    Waivers and the age of the evidence count as of today (UTC).
    """
    judged_by = policy_of(RunFolder(run), policy)
    evaluation, parts = RunFolder(run).evaluation(), wiring.parts()
    with lines_of(policy), telling_of_changes(run, human()), open_run(run) as folder:
        today = datetime.now(UTC).date()
        verdict = judge(evaluation, judged_by, folder.evaluation_digest(), today)
        folder.write_verdict(verdict, evaluation, parts.summarise(evaluation, verdict))
        extras = Extras(reviewed=reviewed(folder))
        parts.report(evaluation, verdict, folder.pairs(), folder.texts(), folder.path / "report", extras)
    if as_json:
        print_json(verdict)
    else:
        print_verdict(verdict, human())
    return EXIT_CODES[verdict.decision]
