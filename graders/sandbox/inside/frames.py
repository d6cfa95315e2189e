"""Messages over a pipe: four bytes of length, then that many bytes. Used on both sides of the wall."""

import os
import struct

LENGTH = struct.Struct(">I")


def pack(payload: bytes) -> bytes:
    return LENGTH.pack(len(payload)) + payload


def send(fd: int, *payloads: bytes) -> None:
    data = memoryview(b"".join(map(pack, payloads)))
    while data:
        data = data[os.write(fd, data) :]


def receive(fd: int) -> bytes | None:
    """The next message of a blocking pipe; None where the other side has closed it."""
    length = size(fd)
    return None if length is None else _exactly(fd, length)


def size(fd: int) -> int | None:
    """The length of the next message, of which nothing else is read."""
    head = _exactly(fd, LENGTH.size)
    return None if head is None else int(LENGTH.unpack(head)[0])


def _exactly(fd: int, count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        part = os.read(fd, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
