# stdin | wrong answer
import contextlib
import os

for number, target in enumerate(("/", "/usr", "/etc/passwd", "..", "loop", "/dev/null")):
    os.symlink(target, f"/tmp/link{number}")
os.symlink("loop", "loop")
with contextlib.suppress(OSError), open("link2") as file:
    file.read()
    print("escaped")
