"""A run whose every answer is in the store: `python -m benchmarks.engines.warm [samples]`.

Fills a store with the answers of the teacher and three students, then times `viva run` as a user starts it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.engines.loaded import ARGS, MAX_TOKENS, MODELS

NAMES = ("teacher", "honest", "mimic", "weaker")


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "plan.yaml"
        path.write_text(_plan(size), encoding="utf-8")
        print(f"cold: {_run(path, folder / 'cold'):.1f} s for {size} x {len(NAMES)} answers")
        for _ in range(3):
            print(f"warm: {_run(path, folder / 'warm'):.1f} s")


def _plan(size: int) -> str:
    models = [f"{{name: {name}, model: {MODELS / name}, args: {ARGS}}}" for name in NAMES]
    students = "".join(f"  - {model}\n" for model in models[1:])
    return (
        f"teacher: {models[0]}\nstudents:\n{students}"
        f"suites: [{{name: desk, source: demo, size: {size}, seed: 11}}]\ndecoding: {{max_tokens: {MAX_TOKENS}}}\n"
    )


def _run(plan: Path, out: Path) -> float:
    command = [sys.executable, "-m", "harness.cli.main", "run", str(plan), "-o", str(out), "-q"]
    began = perf_counter()
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})
    if done.returncode > 2:
        raise SystemExit(f"viva ended with {done.returncode}")
    return perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
