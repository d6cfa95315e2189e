"""Native libraries print and raise at length: their output goes to a log file, their errors into a line."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def in_a_line(error: BaseException) -> str:
    """What went wrong in one line; vLLM's validation errors say it in their third."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:3])[:300] or type(error).__name__


@contextmanager
def output_to(log_file: Path) -> Iterator[None]:
    """Send what Python and native code print (file descriptors 1 and 2) to a file."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with log_file.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, target in zip(kept, (1, 2), strict=True):
                os.dup2(descriptor, target)
                os.close(descriptor)
