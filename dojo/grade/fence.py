"""What an answer may touch while it is judged: an audit hook, which Python code cannot take away again (PEP 578).

Files may be written in the job's own folder only; the solutions and the history of this repository cannot be read;
signals reach the job's own processes only; sockets stay on the loopback interface; the number of processes is bounded.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

if sys.platform == "darwin":
    import fcntl

VARIABLE = "DOJO_FENCE"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::")
_HARMLESS = ("/dev/null", "/dev/tty", "/dev/shm/", "/proc/self/", "/dev/fd/")


class FenceError(PermissionError):
    """The answer reached over the fence."""


def settings(folder: str, closed: list[str], processes: int) -> str:
    """As text for the environment, so that children of every start method find it."""
    return json.dumps({"folder": folder, "closed": closed, "processes": processes})


def install_from_environment() -> None:
    """In a child process: put up the fence that the job has, once."""
    text = os.environ.get(VARIABLE)
    if text and not _installed:
        install(text)


def install(text: str) -> None:
    """Put up the fence in this process; it lasts as long as the process does."""
    values = json.loads(text)
    _installed.append(True)
    sys.addaudithook(_hook(os.path.realpath(values["folder"]), values["closed"], values["processes"], text))


_installed: list[bool] = []


def _hook(folder: str, closed: list[str], processes: int, own: str) -> Callable[[str, tuple[Any, ...]], None]:
    born = mmap.mmap(-1, 8) if hasattr(os, "fork") else None  # shared with all children made by fork
    session = os.getsid(0) if hasattr(os, "getsid") else 0
    inside = (folder + os.sep, folder)
    inherited = repr(own)[1:-1]

    def where(path: Any, base: Any = None) -> str:
        try:
            text = os.fsdecode(path)
        except TypeError:
            return ""  # a descriptor
        return os.path.realpath(os.path.join(_folder(base), text))

    def may_write(path: Any, base: Any = None) -> None:
        real = where(path, base)
        if real and not real.startswith(inside) and not real.startswith(_HARMLESS) and not real.startswith(_pipes):
            raise FenceError(f"an answer may write in its own temporary folder only, not to {os.fsdecode(path)}")

    def may_read(path: Any) -> None:
        real = where(path)
        if real and any(real == one or real.startswith(one + os.sep) for one in closed):
            raise FenceError(f"an answer may not read {os.fsdecode(path)}")

    def on_open(path: Any, mode: Any, flags: Any) -> None:
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITING)
        if writes:
            may_write(path)
        may_read(path)

    def on_two(first: Any, second: Any, first_base: Any = None, second_base: Any = None) -> None:
        may_write(first, first_base)
        may_write(second, second_base)

    def on_command(*words: Any) -> None:
        text = repr(words).replace(inherited, "")  # an environment that is handed on names what is closed
        for one in closed:
            if one in text:
                raise FenceError(f"an answer may not hand {one} to another program")

    def on_fork(*nothing: Any) -> None:
        if born is not None:
            count = int.from_bytes(born[:8], "little") + 1
            born[:8] = count.to_bytes(8, "little")
            if count > processes:
                raise FenceError(f"an answer may start {processes} processes at most")

    def on_kill(pid: int, *rest: Any) -> None:
        try:
            own = pid > 0 and os.getsid(pid) == session
        except OSError:
            return  # nobody there
        if not own:
            raise FenceError(f"an answer may send signals to its own processes only, not to {pid}")

    def on_address(sock: Any, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) and address else ""
        if isinstance(host, str) and host and not host.startswith(_LOOPBACK):
            raise FenceError(f"an answer may use the loopback interface only, not {host}")

    watched: dict[str, Callable[..., None]] = {
        "open": on_open,
        "os.rename": on_two,
        "os.link": on_two,
        "os.symlink": lambda source, target, base=None: may_write(target, base),
        "subprocess.Popen": on_command,
        "os.system": on_command,
        "os.exec": on_command,
        "os.posix_spawn": on_command,
        "os.spawn": on_command,
        "os.listdir": lambda path: may_read(path) if path is not None else None,
        "os.scandir": lambda path: may_read(path) if path is not None else None,
        "os.fork": on_fork,
        "os.forkpty": on_fork,
        "os.kill": on_kill,
        "os.killpg": on_kill,
        "socket.connect": on_address,
        "socket.bind": on_address,
        "socket.sendto": on_address,
    }
    for name in ("remove", "rmdir", "mkdir", "chmod", "chown", "utime"):
        watched[f"os.{name}"] = lambda path, *rest: may_write(path, rest[-1])
    for name in ("truncate", "setxattr"):
        watched[f"os.{name}"] = lambda path, *rest: may_write(path)

    def hook(event: str, values: tuple[Any, ...]) -> None:
        action = watched.get(event)
        if action is not None:
            action(*values)

    return hook


def _folder(descriptor: Any) -> str:
    """The folder that a relative path starts from: that of a `dir_fd`, or the current one."""
    if not isinstance(descriptor, int) or descriptor < 0:
        return ""
    try:
        if sys.platform == "darwin":
            return os.fsdecode(fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


_pipes = tuple({os.path.realpath(tempfile.gettempdir()) + os.sep + "pymp-"})
"""Where multiprocessing's forkserver puts its sockets if it was started before the job's folder was chosen."""
