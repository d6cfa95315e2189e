# stdin | wrong answer
import contextlib
import socket

path, port, pid = input().split("|")
with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), timeout=1):
    print("escaped")
