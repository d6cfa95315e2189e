"""What Python has no function for: prctl, and a seccomp filter against ways out and ways to leave memory behind.

The filter refuses new namespaces, mounts, tracing, what could hamper another process of the same user (its limits, its
priority), kernel interfaces that programs of this kind never need, and memory that no limit of a process counts
(System V, memfd). Numbers: asm/unistd_64.h (x86_64) and asm-generic (aarch64).
"""

import ctypes
import os
import struct
from collections.abc import Iterator

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|JGE|JSET, RET
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026  # errno EPERM and ENOSYS
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEW* as far as clone knows them
_X32 = 0x40000000

# pidfd_getfd, io_uring_*, clone3's neighbours: numbers from 424 on are the same everywhere
_NEWER = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 447)
_REFUSED = {
    "x86_64": (
        *(29, 30, 31, 64, 68, 240),  # shmget shmat shmctl semget msgget mq_open
        *(101, 310, 311, 312),  # ptrace process_vm_readv process_vm_writev kcmp
        *(155, 161, 165, 166, 272, 308),  # pivot_root chroot mount umount2 unshare setns
        *(248, 249, 250, 298, 303, 304, 319, 321, 323),  # keys, perf, file handles, memfd_create, bpf, userfaultfd
        *(246, 167, 169, 175, 313),  # kexec_load swapon reboot init_module finit_module
        *(141, 142, 144, 203, 251, 256, 279, 314),  # setpriority, sched_set*, ioprio_set, migrate_pages, move_pages
        *_NEWER,
    ),
    "aarch64": (
        *(194, 195, 196, 190, 186, 180),
        *(117, 270, 271, 272),
        *(41, 51, 40, 39, 97, 268),
        *(217, 218, 219, 241, 264, 265, 279, 280, 282),
        *(104, 224, 142, 105, 273),
        *(140, 118, 119, 122, 30, 238, 239, 274),
        *_NEWER,
    ),
}
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_PRLIMIT = {"x86_64": 302, "aarch64": 261}


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def hide_memory() -> None:
    """Nobody of the same user may trace this process or read its memory, nor what it forks."""
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent() -> None:
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def refuse_dangerous_calls() -> None:
    """For this process and all that follow from it; on other machines than x86_64 and aarch64 nothing is filtered."""
    machine = os.uname().machine
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if machine in _REFUSED:
        code = b"".join(_rules(machine))
        given = _Filter(len(code) // 8, code)
        _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(given))


def _rules(machine: str) -> Iterator[bytes]:
    refused = _REFUSED[machine]
    yield _rule(_LOAD, _ARCHITECTURE)
    yield _rule(_EQUAL, _AUDIT[machine], if_so=1)
    yield _rule(_RETURN, _KILL)
    yield _rule(_LOAD, _NUMBER)
    yield _rule(_AT_LEAST, _X32, if_not=1)
    yield _rule(_RETURN, _KILL)
    yield _rule(_EQUAL, _CLONE3, if_not=1)
    yield _rule(_RETURN, _UNKNOWN)  # then the C library falls back to clone, whose flags can be looked at
    for at, number in enumerate(refused):
        yield _rule(_EQUAL, number, if_so=len(refused) - at + 6)
    yield _rule(_EQUAL, _PRLIMIT[machine], if_not=2)
    yield _rule(_LOAD, _FIRST_ARGUMENT)
    yield _rule(_EQUAL, 0, if_so=3, if_not=4)  # its own limits, but no other process's
    yield _rule(_EQUAL, _CLONE[machine], if_not=2)
    yield _rule(_LOAD, _FIRST_ARGUMENT)
    yield _rule(_ANY_BIT, _NEW_NAMESPACES, if_so=1)
    yield _rule(_RETURN, _ALLOW)
    yield _rule(_RETURN, _REFUSE)


def _rule(code: int, operand: int, if_so: int = 0, if_not: int = 0) -> bytes:
    """One struct sock_filter; `if_so` and `if_not` are how many rules a jump leaves out."""
    return struct.pack("=HBBI", code, if_so, if_not, operand)


def _prctl(what: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if libc.prctl(what, *padded) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({what}): {os.strerror(error)}")
