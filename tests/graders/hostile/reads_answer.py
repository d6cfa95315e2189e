# stdin | wrong answer
import contextlib

path, port, pid = input().split("|")
for root in ("", "/proc/1/root", "/proc/self/root", "/oldroot", "/newroot", "/tmp/../.."):
    with contextlib.suppress(OSError), open(root + path) as file:
        print(file.read())
