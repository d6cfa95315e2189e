"""What a process and all that it started use, read from outside: programs that fork are seen as a whole."""

import contextlib
import os
from dataclasses import dataclass

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_TIME, _TIMES = 11, 4  # utime stime cutime cstime, counted behind the name in /proc/PID/stat (proc(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Resident bytes, and seconds of processor time, of the dead that were reaped too."""

    memory: int
    cpu_s: float


def usage(pid: int, inherited: int = 0) -> Usage:
    """Of a process and all below it, each without the bytes that it may share with the one it was forked from.

    A process that cannot be read counts as nothing: it has just ended.
    """
    memory, ticks, todo = 0, 0, [str(pid)]
    while todo:
        folder = f"/proc/{todo.pop()}"
        with contextlib.suppress(OSError, ValueError, IndexError):
            memory += max(0, int(_text(f"{folder}/statm").split()[1]) * _PAGE - inherited)
            times = _text(f"{folder}/stat").rpartition(")")[2].split()[_FIRST_TIME : _FIRST_TIME + _TIMES]
            ticks += sum(map(int, times))
            for thread in os.listdir(f"{folder}/task"):
                todo += _text(f"{folder}/task/{thread}/children").split()
    return Usage(memory=memory, cpu_s=ticks / _TICKS)


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
