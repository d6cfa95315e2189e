# stdin | wrong answer
import ctypes
import os

libc = ctypes.CDLL(None)
if libc.shmget(0, 1 << 30, 0o1600) != -1:
    print("escaped")
try:
    os.memfd_create("hidden")
    print("escaped")
except OSError:
    pass
