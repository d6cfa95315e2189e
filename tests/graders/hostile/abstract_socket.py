# stdin | wrong answer
import contextlib
import socket

path, port, pid = input().split("|")
with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as out:
    out.connect(f"\0viva-hostile-{pid}")
    print("escaped")
