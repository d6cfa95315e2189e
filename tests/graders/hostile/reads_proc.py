# stdin | wrong answer
import os

for name in ("1/environ", "1/maps", "1/mem", "self/mem", "self/environ", "sys/kernel/hostname", "mounts"):
    if os.path.exists("/proc/" + name):
        print("escaped")
