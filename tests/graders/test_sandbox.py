"""Programs that want out, want the machine, or want to pass: `hostile/*.py`, each with its end in its first line.

A program prints `escaped` only where its attack worked, and `escaped` is what the test wants to see: to be graded
correct is to have got out.
"""

import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from graders import code
from graders.sandbox import jail, pool
from graders.sandbox.worker import Damaged, Job, Limits, start
from harness.protocols import Grader
from harness.records import Json, Judgement, Message, Response, Sample

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.py"))
SECRET = "escaped"
ASKED = (Message(role="user", content="Write a program."),)
CLEAN = """
import os
print("left: ", os.listdir("/tmp"))
for pid in range(2, 1000):
    try:
        os.kill(pid, 0)
        print("alive" if pid != os.getpid() else "only me")
    except ProcessLookupError:
        pass
"""

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a program that got out would find: the answer in a file, and a server that can be reached."""

    folder: Path
    given: str


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("outside")
    folder.chmod(0o777)
    (folder / "answer").write_text(SECRET)
    os.environ["VIVA_HOSTILE_SECRET"] = SECRET
    pool.close()  # sandboxes of earlier tests do not know the variable
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(f"\0viva-hostile-{os.getpid()}")
        local.listen()
        yield Outside(folder=folder, given=f"{folder / 'answer'}|{server.getsockname()[1]}|{os.getpid()}\n")
    del os.environ["VIVA_HOSTILE_SECRET"]
    pool.close()


@pytest.fixture(scope="module")
def grade() -> Grader:
    return code.make({"time_limit_s": 1.5, "memory_mb": 256})


def judged(grade: Grader, target: Json, program: str) -> Judgement:
    sample = Sample(id="1", messages=ASKED, target=target)
    return grade(sample, Response(key="k", model="m", text=f"```python\n{program}\n```", finish="stop"))


def wanted(kind: str, given: str) -> Json:
    if kind == "stdin":
        return {"kind": kind, "tests": [{"input": given, "output": f"{SECRET}\n"}]}
    if kind == "functional":
        return {"kind": kind, "entry": "solve", "tests": [{"input": '"x"', "output": f'"{SECRET}"'}]}
    prompt = 'def solve(path):\n    """Tell the word."""\n'
    test = f"def check(candidate):\n    assert candidate('x') == {SECRET!r}\n"
    return {"kind": kind, "entry": "solve", "prompt": prompt, "test": test}


@pytest.mark.parametrize("file", HOSTILE, ids=[file.stem for file in HOSTILE])
def test_hostile_program(file: Path, outside: Outside, grade: Grader) -> None:
    program = file.read_text()
    kind, _, ending = program.partition("\n")[0].removeprefix("# ").partition(" | ")
    began = time.process_time()
    found = judged(grade, wanted(kind, outside.given), program)
    assert time.process_time() - began < 20  # of the grader's own process: the sandbox's limits do not hold there
    assert found.outcome == "incorrect" and found.score == 0
    assert re.match(f"test 1 of 1: (?:{ending})", found.reason), found.reason
    # whatever it left is gone before the next program runs
    after = judged(grade, {"kind": "stdin", "tests": [{"input": "", "output": "left:  []\nonly me\n"}]}, CLEAN)
    assert after.outcome == "correct", after.reason
    assert [path.name for path in outside.folder.iterdir()] == ["answer"]


def test_there_are_fifty() -> None:
    assert len(HOSTILE) >= 50


def test_nothing_stays_behind(outside: Outside, grade: Grader) -> None:
    """After daemons, children and fork bombs, with the pool closed: no process, no file."""
    for name in ("daemon", "fork_bomb", "memory_by_children", "pipes_kept_open"):
        program = (Path(__file__).parent / "hostile" / f"{name}.py").read_text()
        judged(grade, wanted("stdin", outside.given), program)
    assert of_sandboxes()
    pool.close()
    end = time.monotonic() + 10  # the kernel takes a namespace down in its own time
    while of_sandboxes() and time.monotonic() < end:
        time.sleep(0.05)
    assert of_sandboxes() == []
    for folder in ("/", "/usr", "/dev", "/dev/shm", "/var/tmp", "/tmp", os.path.expanduser("~"), str(jail.INSIDE)):
        assert not os.path.exists(f"{folder}/viva-hostile-mark")


def test_sandboxes_end_with_the_process_that_uses_them() -> None:
    """Also when it is killed: nobody is left to clean up."""
    child = os.fork()
    if child == 0:
        os.execv(shutil.which("env") or "", ["env", *holding_a_sandbox()])
    end = time.monotonic() + 20
    while not (held := below(child, "jailed")) and time.monotonic() < end:
        time.sleep(0.05)
    assert held
    os.kill(child, 9)
    os.waitpid(child, 0)
    end = time.monotonic() + 10
    while any(map(alive, held)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, held))


def test_memory_is_counted_over_all_processes() -> None:
    """Sixteen children hold 60 MB each: none alone more than it may."""
    many = (Path(__file__).parent / "hostile" / "memory_by_children.py").read_text()
    run = pool.run(Job(op="stdin", code=many, limits=Limits(cpu_s=30, memory_mb=256)), "bubblewrap")
    assert run.limit == "memory"


def test_processor_time_is_counted_over_all_processes() -> None:
    """Eight work at once: each alone is far from the limit when all together have passed it."""
    busy = "import os\nfor _ in range(3): os.fork()\nwhile True: pass"
    run = pool.run(Job(op="stdin", code=busy, limits=Limits(cpu_s=2)), "bubblewrap")
    assert run.limit == "cpu" and run.status is None


def test_a_sandbox_that_dies_is_replaced(grade: Grader) -> None:
    pool.run(Job(op="stdin", code="", limits=Limits()), "bubblewrap")
    for pid in of_sandboxes():
        os.kill(pid, 9)
    run = pool.run(Job(op="stdin", code="print(1)", limits=Limits()), "bubblewrap")
    assert (run.status, run.output) == (0, b"1\n")


def test_what_cannot_be_wiped_is_thrown_away() -> None:
    made = pool.Pool(jail.candidates("bubblewrap")[0])
    try:
        made.run(Job(op="stdin", code="", limits=Limits()))
        (worker,) = made._idle
        hidden = "import os\nfor n in range(3000): os.mkdir('d'); os.chdir('d')"
        run = made.run(Job(op="stdin", code=hidden, limits=Limits(cpu_s=20)))
        assert run.dirty and not alive(worker.pid)
        assert made.run(Job(op="stdin", code="import os\nprint(os.listdir('/tmp'))", limits=Limits())).output == b"[]\n"
    finally:
        made.close()


def test_without_bubblewrap_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    pool.close()
    monkeypatch.setattr(jail.shutil, "which", lambda name: None)
    found = judged(code.make({}), wanted("stdin", ""), "print('escaped')")
    assert found.outcome == "failed" and found.score is None
    assert "bubblewrap (bwrap) is not installed" in found.reason
    with pytest.raises(code.UsageError, match="install the package bubblewrap"):
        code.check_ready({})
    code.check_ready({"sandbox": "none"})
    pool.close()


def test_a_sandbox_that_does_not_hold_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    pool.close()
    walls = jail.Jail._walls
    monkeypatch.setattr(jail.Jail, "_walls", lambda self: [w for w in walls(self) if w != "--unshare-net"])
    assert "there is a network" in (pool.fault("bubblewrap") or "")
    monkeypatch.setattr(jail.Jail, "_walls", lambda self: ["--ro-bind", "/etc", "/etc", *walls(self)])
    pool.close()
    assert "it sees /etc" in (pool.fault("bubblewrap") or "")
    pool.close()


def test_no_answer_is_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graders.sandbox.worker.START_S", 0.2)
    monkeypatch.setattr(jail.Jail, "command", lambda self, slot: ["/bin/sleep", "60"])
    worker = start(jail.Jail(confinement="none"), 1)
    with pytest.raises(Damaged, match="does not answer"):
        worker.greet()
    worker.close()
    assert not alive(worker.pid)


def holding_a_sandbox() -> list[str]:
    import sys

    work = "from graders.sandbox import pool; from graders.sandbox.worker import Job, Limits; "
    work += "pool.run(Job(op='stdin', code='', limits=Limits()), 'bubblewrap'); import time; time.sleep(60)"
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); {work}"]


def of_sandboxes() -> list[int]:
    """Processes of this process's sandboxes, its children and those who have another user's number."""
    first = jail.FIRST_USER + os.getpid() % (1 << 20) * 256
    users = {pid: os.stat(f"/proc/{pid}").st_uid for pid in processes() if alive(pid)}
    return sorted(
        {pid for pid, user in users.items() if first <= user < first + 256} | set(below(os.getpid(), "jailed"))
    )


def below(pid: int, word: str) -> list[int]:
    """Processes that a process has started, they or theirs, with a word in their command line."""
    found = []
    for child in processes():
        try:
            parent = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
            line = Path(f"/proc/{child}/cmdline").read_text()
        except (OSError, ValueError):
            continue
        if parent == pid:
            found += [child] * (word in line) + below(child, word)
    return found


def processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False
