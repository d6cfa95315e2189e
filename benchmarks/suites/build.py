"""What `viva suite build` takes for a large log, and what its scrubbing finds of everything that was planted.

    .venv/bin/python -m benchmarks.suites.build 1000000 20000

Writes the log into a temporary folder, builds a suite from it in a process of its own, then looks for every planted
entity in the samples drawn, and in as many rows that only went through the scrubber.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.suites.generate import Made, is_malformed, made, write
from benchmarks.suites.planted import DECOYS, KINDS, NAMES
from harness.identity import file_digest
from suites.production.pseudonyms import Pseudonyms, fresh_salt
from suites.production.recognisers import load_names
from suites.production.scrub import load_scrubber

Pair = tuple[str, Made]


def main(count: int, size: int, folder: Path) -> None:
    log = folder / "log.jsonl"
    began = time.monotonic()
    write(count, log)
    print(f"log: {count:,} rows, {log.stat().st_size / 1e9:.2f} GB, written in {time.monotonic() - began:.0f} s")
    (folder / "names.yaml").write_text(json.dumps({"names": NAMES}), "utf-8")
    (folder / "salt").write_bytes(fresh_salt())
    out = build(log, size, folder)
    report("samples drawn", list(drawn(out)))
    rows = [made(number) for number in range(count + 1, count + 1 + size)]
    scrubber = load_scrubber(Pseudonyms(fresh_salt()), load_names(folder / "names.yaml"))
    began = time.monotonic()
    texts = [scrubber.text(row.text) for row in rows]
    took = time.monotonic() - began
    print(f"scrubbing alone: {len(rows):,} texts in {took:.0f} s, {1000 * took / len(rows):.2f} ms each")
    report("scrubbed alone", list(zip(texts, rows, strict=True)))


def build(log: Path, size: int, folder: Path) -> Path:
    """The suite; prints how long it took and the most memory that its process held."""
    command = [sys.executable, "-m", "harness.cli.main", "suite", "build", str(log), "-o", str(folder / "suite")]
    options = ["--size", str(size), "--by", "intent,length", "--salt-file", "salt", "--names", "names.yaml", "--json"]
    began = time.monotonic()
    subprocess.run([*command, *options], cwd=folder, check=True, stdout=subprocess.DEVNULL, env=_environment())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"build: {time.monotonic() - began:.0f} s ({used.ru_utime + used.ru_stime:.0f} s of processor), ", end="")
    print(f"{used.ru_maxrss / 1024:.0f} MiB at most; samples.jsonl {file_digest(folder / 'suite' / 'samples.jsonl')}")
    manifest = json.loads((folder / "suite" / "manifest.json").read_text("utf-8"))
    print(json.dumps(manifest["counts"]))
    check_malformed(folder / "suite" / "malformed.jsonl", manifest["counts"]["read"])
    return folder / "suite"


def check_malformed(path: Path, rows: int) -> None:
    """Every malformed line must be named by its number, and no other."""
    named = [json.loads(line)["row"] for line in path.read_text("utf-8").splitlines()]
    expected = [number for number in range(1, rows + 1) if is_malformed(number)]
    print(f"malformed: {len(named):,} named, as planted: {named == expected}")


def drawn(suite: Path) -> Iterator[Pair]:
    with (suite / "samples.jsonl").open(encoding="utf-8") as file:
        for line in file:
            sample = json.loads(line)
            row = made(int(sample["source"].rpartition(":")[2]))
            yield "\n".join(message["content"] for message in sample["messages"]), row


def report(title: str, pairs: list[Pair]) -> None:
    """Of each kind: how many were planted, and how many are gone; of what is no personal data, how many stayed."""
    planted, gone, decoys, kept = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    missed: dict[str, str] = {}
    for text, row in pairs:
        for kind, entity in row.planted:
            planted[kind] += 1
            gone[kind] += entity not in text
            if entity in text:
                missed.setdefault(kind, entity)
        for kind, entity in row.decoys:
            decoys[kind] += 1
            kept[kind] += entity in text
    print(f"{title}: {len(pairs):,}")
    for kind in KINDS:
        example = f"  first missed: {missed[kind]!r}" if kind in missed else ""
        print(f"  {kind:13} planted {planted[kind]:6,}  gone {gone[kind] / max(1, planted[kind]):8.3%}{example}")
    for kind in DECOYS:
        print(f"  {kind:13} decoys  {decoys[kind]:6,}  kept {kept[kind] / max(1, decoys[kind]):8.3%}")


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(int(sys.argv[1]), int(sys.argv[2]), Path(temporary))
