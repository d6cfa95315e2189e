# stdin | memory limit|time limit
import os
import time

for _ in range(16):
    if os.fork() == 0:
        held = b"x" * 60_000_000
        time.sleep(60)
time.sleep(60)
