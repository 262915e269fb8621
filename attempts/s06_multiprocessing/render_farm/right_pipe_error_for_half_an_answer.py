"""Knows silence by EOFError only. A child that dies in the middle of its answer shows as the OSError of the pipe."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait
from typing import TypeVar

F = TypeVar("F")
R = TypeVar("R")


class WorkerDied(RuntimeError):
    """The child that rendered the frame with this index ended without an answer, or badly after it."""

    def __init__(self, frame: int, exitcode: int) -> None:
        super().__init__(f"frame {frame}: the process ended with exit code {exitcode}")
        self.frame = frame
        self.exitcode = exitcode


def _child(render, frame, conn):
    try:
        answer = (True, render(frame))
    except Exception as error:
        answer = (False, error)
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as error:
        data = pickle.dumps((None, repr(error)))
    conn.send_bytes(data)
    conn.close()


def render_all(render: Callable[[F], R], frames: Sequence[F], *, processes: int) -> list[R]:
    if processes < 1:
        raise ValueError("processes must be at least 1")
    results = [None] * len(frames)
    running = {}
    answers = {}
    following = 0
    try:
        while following < len(frames) or running:
            while following < len(frames) and len(running) < processes:
                receiver, sender = Pipe(duplex=False)
                child = Process(target=_child, args=(render, frames[following], sender))
                try:
                    child.start()
                except BaseException:
                    receiver.close()
                    raise
                finally:
                    sender.close()
                running[receiver] = (following, child)
                following += 1
            wait([r for r in running if r not in answers] + [child.sentinel for _, child in running.values()])
            for receiver, (i, child) in list(running.items()):
                if receiver not in answers and receiver.poll():
                    try:
                        answers[receiver] = receiver.recv_bytes()
                    except EOFError:
                        answers[receiver] = None
                if child.is_alive():
                    continue
                if receiver not in answers and receiver.poll():
                    continue
                data = answers.get(receiver)
                del running[receiver]
                receiver.close()
                if data is None or child.exitcode != 0:
                    raise WorkerDied(i, child.exitcode)
                kind, what = pickle.loads(data)
                if kind is None:
                    raise RuntimeError(f"frame {i}: cannot be sent: {what}")
                if not kind:
                    what.add_note(f"frame {i}")
                    raise what
                results[i] = what
    finally:
        for _, child in running.values():
            child.terminate()
        for receiver, (_, child) in running.items():
            child.join(1)
            if child.is_alive():
                child.kill()
                child.join()
            receiver.close()
    return results
