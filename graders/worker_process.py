"""The loop of a process that answers hostile questions within limits of memory and time; `graders.timed` starts it."""

import contextlib
import json
import math
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

OUT_OF_MEMORY = 3  # exit status


def serve(answer: Callable[..., Any], warm: Callable[[], None]) -> None:
    """Answer one JSON line for another, each a mapping of arguments; the first line out says that it is `warm`.

    The command line gives the seconds of processor time for one answer, and the bytes of memory.
    """
    cpu_s, memory = int(sys.argv[1]), int(sys.argv[2])
    _limit(memory)
    warm()
    print("{}", flush=True)
    for line in sys.stdin:
        _allow(cpu_s)
        try:
            print(json.dumps(answer(**json.loads(line))), flush=True)
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # not every system can limit its memory
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _allow(cpu_s: int) -> None:
    """From here on so many seconds of processor time; then the kernel ends this process."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + cpu_s, hard))
