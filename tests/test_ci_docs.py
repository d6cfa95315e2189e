"""The workflows of docs/ci.md: they parse, their scripts are shell, viva takes its lines, and the verdict holds."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from harness.cli.main import COMMANDS, cli

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
ENDS = ("|", ">", ">>", "2>", "&&", "||", ";", "then", "fi")
BEFORE = (*ENDS, "if", "!", "{", "(")


def blocks() -> list[Any]:
    return [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)]


def steps(value: Any) -> Iterator[dict[str, Any]]:
    """The steps of GitHub's workflows, at any depth, that run something."""
    if isinstance(value, dict):
        if isinstance(value.get("run"), str):
            yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from steps(inner)


def scripts(value: Any) -> Iterator[str]:
    """Every shell script of a workflow, of GitHub's steps and GitLab's jobs."""
    yield from (step["run"] for step in steps(value))
    for job in value.values() if isinstance(value, dict) else ():
        for key in ("before_script", "script", "after_script"):
            yield from job.get(key, ()) if isinstance(job, dict) else ()


def commands(script: str) -> Iterator[list[str]]:
    """The arguments of every `viva ...` of a script."""
    for line in script.replace("\\\n", " ").splitlines():
        words = shlex.split(re.sub(r"([;()])", r" \1 ", line), comments=True)
        for place, word in enumerate(words):
            if word == "viva" and (place == 0 or words[place - 1] in BEFORE):
                rest = words[place + 1 :]
                yield rest[: next((n for n, one in enumerate(rest) if one in ENDS), len(rest))]


def take(arguments: list[str]) -> None:
    """Raises click.UsageError for what viva would refuse; nothing runs."""
    name, command, rest = cli.resolve_command(click.Context(cli), list(arguments))
    assert command is not None
    command.make_context(name, rest)


def step(name: str) -> dict[str, Any]:
    (found,) = [one for block in blocks() for one in steps(block) if one.get("name") == name]
    return found


def run(script: str, folder: Path, **environment: str) -> int:
    """As GitHub runs a step: bash, which stops at the first error."""
    ran = subprocess.run(["bash", "-e", "-c", script], cwd=folder, env={"PATH": os.environ["PATH"], **environment},
                         check=False, capture_output=True)  # fmt: skip
    return ran.returncode


def test_both_services_are_there() -> None:
    found = blocks()
    assert any("jobs" in block for block in found)
    assert any("viva" in block and "script" in block["viva"] for block in found)


@pytest.mark.parametrize("script", [one for block in blocks() for one in scripts(block)])
def test_every_script_is_shell(script: str, tmp_path: Path) -> None:
    assert run(f"set -n\n{script}", tmp_path) == 0


def test_every_viva_line_is_taken() -> None:
    lines = [line for block in blocks() for script in scripts(block) for line in commands(script)]
    assert [line[0] for line in lines].count("run") == 2
    assert {"size", "run", "compare"} <= {line[0] for line in lines} <= set(COMMANDS)
    for line in lines:
        take(line)


@pytest.mark.parametrize(
    "script", ["viva runn plan.yaml || code=$?", "if viva gate; then exit; fi", "x=1; viva size", "viva run p --quite"]
)
def test_a_wrong_line_would_be_noticed(script: str) -> None:
    (arguments,) = commands(script)
    with pytest.raises(click.UsageError):
        take(arguments)


def test_the_files_named_are_those_of_a_run() -> None:
    told = (ROOT / "harness" / "runfolder.py").read_text("utf-8").split('"""')[1]
    files = re.findall(r"^    (\S+\.\w+)  ", told, flags=re.MULTILINE)
    named = set(re.findall(r"runs/ci/([\w./]+\.\w+)", PAGE)) | set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE))
    assert named >= {"summary.md", "junit.xml"}
    assert sorted(named - set(files)) == []


@pytest.mark.parametrize(
    ("code", "inconclusive", "ends"),
    [
        ("0", "pass", 0), ("0", "fail", 0), ("1", "pass", 1), ("1", "fail", 1), ("2", "pass", 0), ("2", "fail", 2),
        ("64", "pass", 64), ("70", "pass", 70), ("130", "pass", 130), ("", "pass", 70),
    ],
)  # fmt: skip
def test_the_job_ends_with_the_verdict(code: str, inconclusive: str, ends: int, tmp_path: Path) -> None:
    """Without a code the evaluation was never reached, which is no pass."""
    assert run(step("Verdict")["run"], tmp_path, CODE=code, INCONCLUSIVE=inconclusive) == ends


@pytest.mark.parametrize("code", [0, 1, 2, 64, 70])
def test_the_step_keeps_the_code_and_the_summary(code: int, tmp_path: Path) -> None:
    """With a program in viva's place that ends with the code, and writes a summary where that is a verdict."""
    viva = tmp_path / "bin" / "viva"
    viva.parent.mkdir()
    written = "mkdir -p runs/ci && echo '## verdict' > runs/ci/summary.md\n" if code <= 2 else ""
    viva.write_text(f"#!/bin/sh\n{written}exit {code}\n")
    viva.chmod(0o755)
    output, summary = tmp_path / "output", tmp_path / "summary"
    where = f"{viva.parent}:{os.environ['PATH']}"
    given = {"PATH": where, "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    ran = subprocess.run(["bash", "-e", "-c", step("Evaluate")["run"]], cwd=tmp_path, env=given, check=False)
    assert ran.returncode == 0
    assert output.read_text() == f"code={code}\n"
    assert (summary.read_text() if summary.exists() else "") == ("## verdict\n" if code <= 2 else "")


def test_what_is_kept_is_kept_whatever_the_verdict() -> None:
    (workflow,) = [block for block in blocks() if "jobs" in block]
    listed = workflow["jobs"]["evaluate"]["steps"]
    names = [one.get("name") for one in listed]
    assert names[-1] == "Verdict"
    kept = [one for one in listed if str(one.get("uses", "")).startswith(("actions/cache/save", "actions/upload"))]
    assert [one["if"] for one in kept] == ["always()", "always()"]
    restored = next(one for one in listed if str(one.get("uses", "")).startswith("actions/cache/restore"))
    assert restored["with"]["path"] == kept[0]["with"]["path"] == ".viva"
    assert restored["with"]["key"] == kept[0]["with"]["key"]
    assert restored["with"]["key"].startswith(restored["with"]["restore-keys"])


def test_only_the_step_that_asks_gets_the_key() -> None:
    holders = [one["name"] for block in blocks() for one in steps(block) if "secrets." in str(one.get("env"))]
    assert holders == ["Evaluate"]
    assert "secrets." not in "".join(script for block in blocks() for script in scripts(block))


def test_no_expression_stands_in_a_script() -> None:
    """`${{ ... }}` is put into a script before bash reads it: what comes from outside would be code."""
    assert [script for block in blocks() for script in scripts(block) if "${{" in script] == []
