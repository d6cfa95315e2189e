"""RouteLLM's answers to GSM8K from import to gate to JUnit, under three policies: python run.py CSV [-o FOLDER].

Needs viva on the PATH, or beside the Python that runs this. Ends with 0 when all three policies have judged.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
POLICIES = ("replace", "router", "fallback")
MEANINGS = {0: "pass", 1: "fail", 2: "inconclusive"}
SHORT, LONG = 35, 60  # words: a router sees the question before it is answered, and so its length


def main() -> int:
    parser = argparse.ArgumentParser(description="Import RouteLLM's GSM8K answers and judge them by three policies.")
    parser.add_argument("answers", type=Path, help="gsm8k_responses.csv of lm-sys/RouteLLM")
    parser.add_argument("-o", "--out", type=Path, default=Path("runs/routellm"), help="where the results go")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rows, run = given.out / "rows.csv", given.out / "run"
    add_length(given.answers, rows)
    viva("import", rows, "--map", HERE / "map.yaml", "--teacher", "strong", "-o", run, "-q")
    codes = {}
    for policy in POLICIES:
        codes[policy] = viva("gate", run, "--policy", HERE / f"{policy}.yaml")
        shutil.copy(run / "junit.xml", given.out / f"junit-{policy}.xml")
    for policy, code in codes.items():
        print(f"{policy}.yaml: exit code {code}, {MEANINGS[code]} ({given.out / f'junit-{policy}.xml'})")
    return 0


def add_length(answers: Path, rows: Path) -> None:
    """The same rows with a column `length`: whether the question is short, medium or long."""
    with answers.open(encoding="utf-8", newline="") as read, rows.open("w", encoding="utf-8", newline="") as written:
        table = csv.DictReader(read)
        out = csv.DictWriter(written, [*(table.fieldnames or ()), "length"])
        out.writeheader()
        for row in table:
            words = len(row["prompt"].split())
            out.writerow(row | {"length": "short" if words < SHORT else "medium" if words < LONG else "long"})


def viva(*arguments: str | Path) -> int:
    """The exit code of a command that judges; any other ends the script with that code."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = shutil.which("viva", path=beside)
    if command is None:
        sys.exit("viva is not installed: `make install`, then run this with .venv/bin/python")
    code = subprocess.run([command, *map(str, arguments)], check=False).returncode
    if code not in MEANINGS:
        sys.exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
