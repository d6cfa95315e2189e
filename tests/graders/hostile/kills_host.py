# stdin | wrong answer
import contextlib
import os

path, port, pid = input().split("|")
with contextlib.suppress(OSError):
    os.kill(int(pid), 0)
    print("escaped")
