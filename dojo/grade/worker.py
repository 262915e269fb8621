"""A warm process that judges one job after the other: `python -m dojo.grade.worker` in the house.

Jobs come on stdin, results go to stdout, one JSON object a line. Each job is a child process in a session of its own;
when it has ended, or its time is up, everything that it started is ended too and everything that it wrote is removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dojo import proc, warm
from dojo.grade import inside
from dojo.grade.inside import Job, shared_prefix
from dojo.grade.verdict import Limits

TICK = 0.01
"""Seconds between two looks at a job."""


def main() -> None:
    """Judge jobs until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what anybody prints is no result
    _adopt_orphans()
    if warm.CAN_FORK:
        warm.warm_up()
    for line in sys.stdin:
        values = json.loads(line)
        closed = values.pop("closed")
        job = Job(**values | {"names": tuple(values["names"]), "limits": Limits(**values["limits"])})
        print(json.dumps(judge(job, closed)), file=answers, flush=True)


def judge(job: Job, closed: list[str]) -> dict[str, Any]:
    """The result as inside.Result has it, or {"died": why}; with the seconds that it took."""
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="dojo-grade-")))
    start = time.monotonic()
    try:
        process = _start(job, folder, closed)
        died = _watch(process, job.limits, folder, start)
        process.kill()
        _end_orphans()
        status = process.poll()
        end = died or _told(status, folder, job.limits)
        result: dict[str, Any]
        try:
            result = json.loads((folder / "result.json").read_bytes())  # of the red test, if a later one made it end
            if died or status != 0:
                result["why"] += f"\n(and later {end.splitlines()[0]})"
        except (OSError, ValueError):
            result = {"died": end}
        return result | {"seconds": round(time.monotonic() - start, 3)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for block in Path("/dev/shm").glob(f"{shared_prefix(folder)}*"):
            with contextlib.suppress(OSError):
                block.unlink()


def _start(job: Job, folder: Path, closed: list[str]) -> warm.Forked | warm.Fresh:
    output = folder / "output.txt"
    if warm.CAN_FORK:
        return warm.Forked(lambda: inside.work(job, folder, closed), output)
    (folder / "job.json").write_text(json.dumps(asdict(job) | {"closed": closed}), encoding="utf-8")
    return warm.Fresh(["dojo.grade.worker", str(folder)], output)


def _watch(process: warm.Forked | warm.Fresh, limits: Limits, folder: Path, start: float) -> str:
    """Wait for its end; what limit it ran into, or ""."""
    next_look = start + 0.5
    while process.poll() is None:
        now = time.monotonic()
        if now - start > limits.seconds:
            return f"it was still running after {limits.seconds:g} seconds"
        if now > next_look:
            next_look = now + 0.5
            size = sum(_sizes(folder)) // (1024 * 1024)
            if size > 4 * limits.files:
                return f"it has written more than {4 * limits.files} MiB to its temporary folder"
        time.sleep(TICK)
    return ""


def _sizes(folder: Path) -> Iterator[int]:
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                yield os.lstat(os.path.join(parent, name)).st_size


def _told(status: int | None, folder: Path, limits: Limits) -> str:
    """Why there is no verdict, from the exit status and what was printed last."""
    printed = ""
    with contextlib.suppress(OSError), (folder / "output.txt").open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(stream.tell() - 2000, 0))
        printed = stream.read().decode("utf-8", "replace").strip()
    if status is not None and status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
        known = {"SIGXCPU": "it used up its processor time", "SIGXFSZ": f"it wrote more than {limits.files} MiB"}
        what = known.get(name, f"its process was ended by {name}")
    else:
        what = f"its process ended with status {status} before its tests were over"
    last = "\n".join(printed.splitlines()[-6:])
    return f"{what}\n{last}".strip()


def _adopt_orphans() -> None:
    """On Linux, let processes whose parents have ended become children of this one, so that none can get away."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _end_orphans() -> None:
    """End whoever has become a child of this process meanwhile, and their children, until there is nobody."""
    for _ in range(1000):
        children = proc.children()
        if not children:
            return
        for pid in children:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)


def _fresh(folder: Path) -> None:
    values = json.loads((folder / "job.json").read_bytes())
    closed = values.pop("closed")
    job = Job(**values | {"names": tuple(values["names"]), "limits": Limits(**values["limits"])})
    inside.work(job, folder, closed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _fresh(Path(sys.argv[1]))
    else:
        main()
