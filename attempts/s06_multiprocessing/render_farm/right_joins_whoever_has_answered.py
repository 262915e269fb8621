"""Waits for the end of whoever has answered before it looks at the others again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

F = TypeVar("F")
R = TypeVar("R")


class WorkerDied(RuntimeError):
    """The child that rendered the frame with this index ended without an answer, or badly after it."""

    def __init__(self, frame: int, exitcode: int) -> None:
        super().__init__(f"frame {frame}: the process ended with exit code {exitcode}")
        self.frame = frame
        self.exitcode = exitcode


import pickle
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait


def _child(writer, render, frame):
    try:
        answer = ("ok", render(frame))
    except Exception as e:
        answer = ("error", e)
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as e:
        data = pickle.dumps(("unsendable", repr(e)))
    writer.send_bytes(data)
    writer.close()


def render_all(render: Callable[[F], R], frames: Sequence[F], *, processes: int) -> list[R]:
    if processes < 1:
        raise ValueError("processes < 1")
    results: list = [None] * len(frames)
    live: dict = {}
    following = 0
    try:
        while live or following < len(frames):
            while following < len(frames) and len(live) < processes:
                reader, writer = Pipe(duplex=False)
                p = Process(target=_child, args=(writer, render, frames[following]))
                try:
                    p.start()
                except BaseException:
                    reader.close()
                    raise
                finally:
                    writer.close()
                live[reader] = (following, p)
                following += 1
            for r in wait(list(live)):
                i, p = live[r]
                try:
                    data = r.recv_bytes()
                except (EOFError, OSError):
                    p.join()
                    raise WorkerDied(i, p.exitcode) from None
                p.join()
                r.close()
                del live[r]
                exitcode = p.exitcode
                p.close()
                if exitcode:
                    raise WorkerDied(i, exitcode)
                kind, value = pickle.loads(data)
                if kind == "unsendable":
                    raise RuntimeError(f"frame {i} cannot be sent: {value}")
                if kind == "error":
                    value.add_note(f"frame {i}")
                    raise value
                results[i] = value
        return results
    finally:
        for _, p in live.values():
            p.terminate()
        for r, (_, p) in live.items():
            p.join(0.5)
            if p.is_alive():
                p.kill()
                p.join()
            r.close()
            p.close()
