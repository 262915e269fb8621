"""Keeps its own copy of the child's end until the child has ended: the rest of half an answer is waited for.

Rejected by: test_torn_answer
"""

from __future__ import annotations

import pickle
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait


class WorkerDied(RuntimeError):
    """The child that rendered the frame with this index ended without an answer, or badly after it."""

    def __init__(self, frame: int, exitcode: int) -> None:
        super().__init__(f"frame {frame}: the process ended with exit code {exitcode}")
        self.frame = frame
        self.exitcode = exitcode


def _child(conn, render, frame, i):
    try:
        answer = True, render(frame)
    except Exception as e:
        answer = False, e
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as e:
        data = pickle.dumps((False, RuntimeError(f"frame {i} cannot be sent: {e!r}")))
    conn.send_bytes(data)


def render_all(render, frames, *, processes):
    if processes < 1:
        raise ValueError("processes < 1")
    results = [None] * len(frames)
    todo = list(enumerate(frames))
    running = {}
    answers = {}
    ends = {}
    try:
        while todo or running:
            while todo and len(running) < processes:
                i, frame = todo.pop(0)
                ours, theirs = Pipe(duplex=False)
                p = Process(target=_child, args=(theirs, render, frame, i))
                try:
                    p.start()
                except BaseException:
                    ours.close()
                    theirs.close()
                    raise
                running[i] = p, ours
                ends[i] = theirs
            wait([c for i, (p, c) in running.items() if i not in answers] + [p.sentinel for p, _ in running.values()])
            for i, (p, conn) in list(running.items()):
                if i not in answers and conn.poll():
                    try:
                        answers[i] = pickle.loads(conn.recv_bytes())
                    except EOFError:
                        answers[i] = None
                    if answers[i] and not answers[i][0]:
                        error = answers[i][1]
                        error.add_note(f"frame {i}")
                        raise error
                if not p.is_alive():
                    if i not in answers and conn.poll():
                        continue
                    p.join()
                    conn.close()
                    ends.pop(i).close()
                    del running[i]
                    if p.exitcode or not answers.get(i):
                        raise WorkerDied(i, p.exitcode)
                    results[i] = answers[i][1]
                    p.close()
    finally:
        for p, conn in running.values():
            p.terminate()
        for p, conn in running.values():
            p.join(1)
            p.kill()
            p.join()
            p.close()
            conn.close()
        for end in ends.values():
            end.close()
    return results
