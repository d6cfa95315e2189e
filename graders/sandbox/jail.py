"""The command line of one sandbox: bubblewrap around a bare interpreter, or the interpreter alone.

Within stand, read-only, `/usr` with the system's libraries, the interpreter with its standard library (no installed
package) and the folder `inside/`; writable is `/tmp` alone, in memory. There is no `/proc`, no `/etc`, no home, no
network, no environment, and `/dev` holds three files.
"""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["bubblewrap", "none"]
Confinement = Literal["user", "namespace", "none"]

TMP_BYTES = 32 << 20
INSIDE = Path(__file__).parent / "inside"
HOME = "/sandbox"  # where `inside/` stands within
FIRST_USER = 1_610_612_736  # far above what systems hand out; a number of its own keeps the count of processes apart
_MAIN = "import sys; sys.path.append({!r}); from graders.sandbox.inside.zygote import main; main()"
_FLAGS = ("-s", "-S", "-P", "-B", "-X", "utf8")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_FOLDERS = ("/dev", "/python", "/python/bin", HOME, f"{HOME}/graders", f"{HOME}/graders/sandbox")
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jail:
    """How sandboxes are made: `user` by root, as a user without rights; `namespace` by anybody, in a user namespace."""

    confinement: Confinement
    bwrap: str = ""

    @property
    def closed(self) -> bool:
        return self.confinement != "none"

    def command(self, slot: int) -> list[str]:
        """The command line of the sandbox number `slot`."""
        if not self.closed:
            root = str(INSIDE.parents[2])
            return [sys.executable, *_FLAGS, "-c", _MAIN.format(root), "-", "open"]
        user = str(FIRST_USER + os.getpid() % (1 << 20) * 256 + slot % 256) if self.confinement == "user" else "-"
        return [self.bwrap, *self._walls(), *_interpreter(), *_FLAGS, "-c", _MAIN.format(HOME), user, "jailed"]

    def _walls(self) -> Iterator[str]:
        yield from ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
        yield from ("--die-with-parent", "--new-session", "--as-pid-1", "--clearenv", "--cap-drop", "ALL")
        if self.confinement == "user":  # to become that user, which gives up both
            yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
        else:
            yield "--unshare-user"
        for name, value in _environment().items():
            yield from ("--setenv", name, value)
        yield from ("--ro-bind", "/usr", "/usr")
        for folder in _SYSTEM:
            if os.path.islink(folder):
                yield from ("--symlink", os.readlink(folder), folder)
            elif os.path.isdir(folder):
                yield from ("--ro-bind", folder, folder)
        for folder in _FOLDERS:  # else bubblewrap makes them itself, for the user who started it alone
            yield from ("--perms", "0755", "--dir", folder)
        yield from _library()
        yield from ("--ro-bind", str(INSIDE), f"{HOME}/graders/sandbox/inside")
        for device in _DEVICES:
            yield from ("--dev-bind", device, device)
        yield from ("--perms", "1777", "--size", str(TMP_BYTES), "--tmpfs", "/tmp", "--chdir", "/tmp")
        yield from ("--remount-ro", "/")


def candidates(kind: Kind) -> tuple[Jail, ...]:
    """What to try, best first. Empty where bubblewrap is not installed."""
    if kind == "none":
        return (Jail(confinement="none"),)
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return ()
    unprivileged = Jail(confinement="namespace", bwrap=bwrap)
    return (Jail(confinement="user", bwrap=bwrap), unprivileged) if os.geteuid() == 0 else (unprivileged,)


def environment() -> dict[str, str]:
    """For an interpreter that runs without bubblewrap: nothing of ours either."""
    return {"PATH": os.defpath, **_environment()}


def _environment() -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/tmp",
        "PYTHONHASHSEED": "0",  # sets come in the same order each time
        "LD_LIBRARY_PATH": "/python/lib:/usr/local/lib",
    }


def _interpreter() -> tuple[str]:
    found = os.path.realpath(sys.executable)
    return (found if found.startswith("/usr/") else f"/python/bin/{os.path.basename(found)}",)


def _library() -> Iterator[str]:
    """The interpreter and its standard library, where they are not below `/usr`, without installed packages."""
    found = Path(sys.executable).resolve()
    if str(found).startswith("/usr/"):
        return
    lib = Path(sys.base_prefix) / "lib"
    version = ".".join(platform.python_version_tuple()[:2])
    yield from ("--ro-bind", str(lib), "/python/lib", "--ro-bind", str(found), f"/python/bin/{found.name}")
    if (lib / f"python{version}" / "site-packages").is_dir():
        yield from ("--tmpfs", f"/python/lib/python{version}/site-packages")
