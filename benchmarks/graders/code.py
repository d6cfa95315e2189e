"""Programs graded per second: warm sandboxes against starting a sandboxed interpreter for every test.

    .venv/bin/python -m benchmarks.graders.code [PROGRAMS] [TESTS] [ROUNDS]

Every way runs the same programs on the same tests, as many at a time as there are processors, compares every output,
and takes turns with the others from round to round.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from graders.code import Code, make
from graders.sandbox import pool
from graders.sandbox.inside.program import PREAMBLE
from graders.sandbox.jail import Jail, candidates
from graders.sandbox.worker import Job, Limits, Worker, start
from harness.records import Message, Response, Sample

PROGRAM = """
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


first, last = map(int, input().split())
print(max(range(first, last), key=steps) + {number})
"""
ASKED = (Message(role="user", content="Which number takes the most steps?"),)
BEST = 97  # of 1 to 99: the number with the longest Collatz sequence


def warm(programs: int, tests: int) -> None:
    """The grader, its sandboxes started beforehand."""
    grader = make({})
    assert isinstance(grader, Code)
    items = [(_sample(number, tests), _reply(number)) for number in range(programs)]
    outcomes = [found.outcome for found in grader.many(items)]
    assert outcomes == ["correct"] * programs, outcomes


def sandbox_per_program(programs: int, tests: int) -> None:
    """Warm sandboxes that serve one program each and are thrown away."""

    def graded(number: int) -> None:
        worker = _started()
        try:
            for _ in range(tests):
                assert worker.run(_job(number)).output == f"{BEST + number}\n".encode()
        finally:
            worker.close()

    _all(graded, programs)


def interpreter_per_test(programs: int, tests: int) -> None:
    """Bubblewrap around a bare interpreter that runs the program and nothing else."""
    jail = _jail()

    def graded(number: int) -> None:
        command = jail.command(number)
        command = [*command[: command.index("-c")], "-c", PREAMBLE + PROGRAM.format(number=number)]
        for _ in range(tests):
            done = subprocess.run(command, input=b"1 100\n", capture_output=True, check=True)
            assert done.stdout == f"{BEST + number}\n".encode()

    _all(graded, programs)


def main(programs: int = 100, tests: int = 5, rounds: int = 3) -> None:
    if fault := pool.fault("bubblewrap"):
        sys.exit(fault)
    ways: list[Callable[[int, int], None]] = [warm, sandbox_per_program, interpreter_per_test]
    seconds: dict[str, list[float]] = {way.__name__: [] for way in ways}
    for turn in range(rounds):
        for way in ways[turn % 3 :] + ways[: turn % 3]:
            begun = time.perf_counter()
            way(programs, tests)
            seconds[way.__name__].append(time.perf_counter() - begun)
    for name, taken in seconds.items():
        rates = ", ".join(f"{programs / one:.1f}" for one in taken)
        print(f"{name:22} {programs / median(taken):7.1f} programs/s ({rates}), {tests} tests each")


def _all(graded: Callable[[int], None], programs: int) -> None:
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        list(threads.map(graded, range(programs)))


def _jail() -> Jail:
    return candidates("bubblewrap")[0]


def _started() -> Worker:
    worker = start(_jail(), 0)
    worker.greet()
    return worker


def _job(number: int) -> Job:
    return Job(op="stdin", code=PROGRAM.format(number=number), input="1 100\n", preamble=True, limits=Limits())


def _sample(number: int, tests: int) -> Sample:
    case = {"input": "1 100\n", "output": f"{BEST + number}\n"}
    return Sample(id=str(number), messages=ASKED, target={"kind": "stdin", "tests": [case] * tests})


def _reply(number: int) -> Response:
    return Response(key=str(number), model="m", text=f"```python\n{PROGRAM.format(number=number)}```", finish="stop")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
