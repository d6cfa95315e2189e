"""How long `viva report` takes for a large run, in how much memory, and how large what it writes is.

    .venv/bin/python -m benchmarks.reports.build 1000 10000 100000

For each number of pairs a run folder is written first, which is not timed; then the report is built in a process of its
own.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.reports.generate import write_run

MIB = 1024 * 1024


def main(counts: list[int], folder: Path) -> None:
    print(
        "| pairs | seconds | of processor | MiB at most | first page, kB | largest page with pairs, kB | folder, MiB "
        "| files |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for count in counts:
        run = folder / str(count)
        if not (run / "verdict.json").exists():
            subprocess.run(
                [sys.executable, "-m", "benchmarks.reports.build", "--write", str(count), str(run)], check=True
            )
        print(" | ".join(["", f"{count:,}", *_built(run), ""]).strip(), flush=True)


def _built(run: Path) -> list[str]:
    """Built in a process that reports its own peak: the children's peak of this one is that of all runs."""
    measured = (
        "import resource, sys; from harness.cli.main import main\n"
        "try: main()\n"
        "finally:\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    print(f'used {used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss}')"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", measured, "report", str(run)], check=True, capture_output=True, text=True
    )
    took = time.monotonic() - began
    found = re.search(r"used ([\d.]+) (\d+)", done.stdout)
    if found is None:
        raise SystemExit(f"no measurement in {done.stdout!r}")
    report = run / "report"
    files = [path for path in report.rglob("*") if path.is_file()]
    slices = max(path.stat().st_size for path in report.glob("slice-*.html"))
    total = sum(path.stat().st_size for path in files)
    first = (report / "index.html").stat().st_size
    return [
        f"{took:.1f}", found[1], f"{int(found[2]) / 1024:.0f}", f"{first / 1000:,.0f}", f"{slices / 1000:,.0f}",
        f"{total / MIB:,.1f}", f"{len(files):,}",
    ]  # fmt: skip


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--write"]:
        write_run(int(arguments[1]), Path(arguments[2]))
    elif arguments[:1] == ["--in"]:  # keep the runs for the next time
        main([int(argument) for argument in arguments[2:]], Path(arguments[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main([int(argument) for argument in arguments or ("1000", "10000", "100000")], Path(folder))
