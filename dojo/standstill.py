"""Can anybody still go on? Linux tells of each thread which system call it is in, and with which timeout. Where all
wait without one, they wait for each other, and a test of real processes need not wait for its time limit.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Iterator
from pathlib import Path

from dojo import proc

_WAITS = {
    "x86_64": {
        **{0: "read", 1: "write", 19: "readv", 20: "writev", 43: "accept", 288: "accept4", 44: "sendto"},
        **{45: "recvfrom", 46: "sendmsg", 47: "recvmsg", 61: "wait4", 247: "waitid", 73: "flock", 202: "futex"},
        **{7: "poll", 271: "ppoll", 23: "select", 270: "pselect6", 232: "epoll_wait", 281: "epoll_pwait"},
    },
    "aarch64": {
        **{63: "read", 64: "write", 65: "readv", 66: "writev", 202: "accept", 242: "accept4", 206: "sendto"},
        **{207: "recvfrom", 211: "sendmsg", 212: "recvmsg", 260: "wait4", 95: "waitid", 32: "flock", 98: "futex"},
        **{73: "ppoll", 72: "pselect6", 22: "epoll_pwait"},
    },
}
"""By machine, the numbers of the system calls that wait for somebody: include/uapi/asm-generic/unistd.h in Linux."""

_NULL, _MINUS_ONE = 0, 0xFFFFFFFF

_NO_TIMEOUT = {
    "futex": (3, _NULL),
    **{"poll": (2, _MINUS_ONE), "ppoll": (2, _NULL), "select": (4, _NULL), "pselect6": (4, _NULL)},
    **{"epoll_wait": (3, _MINUS_ONE), "epoll_pwait": (3, _MINUS_ONE)},
}
"""Which argument is the timeout, and what it is where there is none. The other calls never have one."""


def state() -> frozenset[str] | None:
    """Where they all wait: the threads of this process but the calling one, and the processes that have come of it.

    None if one of them may go on, or if that cannot be told. While the state is the same, nobody has run.
    """
    found = set()
    try:
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                found.add(_wait(Path(f"/proc/self/task/{thread.native_id}")))
        for process in _descendants(proc.SELF):
            found.update(map(_wait, (process / "task").iterdir()))
    except OSError:  # it has ended just now; or Linux does not let us look
        return None
    return None if None in found else frozenset(found)  # type: ignore[arg-type]


def _wait(task: Path) -> str | None:
    """The wait that a thread is in, with how often it has run so far; None if its wait can end by itself."""
    call, *arguments = (task / "syscall").read_text().split()  # "running"; or its number and arguments
    name = _WAITS.get(platform.machine(), {}).get(int(call)) if call.isdecimal() else None
    if name is None or proc.life(task) != b"S":
        return None
    if name in _NO_TIMEOUT:
        index, nothing = _NO_TIMEOUT[name]
        timeout = int(arguments[index], 16)
        if (timeout & _MINUS_ONE if nothing else timeout) != nothing:
            return None
    return f"{task.name} {name} {(task / 'schedstat').read_text()}"


def _descendants(process: Path) -> Iterator[Path]:
    """All processes below this one that have not ended."""
    for pid in proc.children(process):
        child = Path(f"/proc/{pid}")
        if proc.life(child) not in (b"Z", b"X"):
            yield child
        yield from _descendants(child)
