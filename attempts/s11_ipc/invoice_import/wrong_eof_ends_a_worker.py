"""One try for receiving and parsing: an EOFError of parse is taken for the end of the pipe.

Rejected by: test_bad_line
"""

from __future__ import annotations

import multiprocessing as mp
import queue
import threading


class ImportFailed(Exception):
    """This line could not be parsed. The first line has line_no 1."""

    def __init__(self, line_no: int, reason: str) -> None:
        super().__init__(f"line {line_no}: {reason}")
        self.line_no = line_no
        self.reason = reason


def _child(conn, parse):
    with conn:
        while True:
            try:
                value = parse(conn.recv())
            except EOFError:
                return
            except Exception as e:
                conn.send((False, f"{type(e).__name__}: {e}"))
                continue
            try:
                conn.send((True, value))
            except Exception as e:
                conn.send((False, f"unpicklable result: {e}"))


class _Worker(threading.Thread):
    def __init__(self, jobs, outcomes, parse, context):
        super().__init__()
        self.jobs, self.outcomes = jobs, outcomes
        self.conn, there = context.Pipe()
        self.process = context.Process(target=_child, args=(there, parse))
        self.process.start()
        there.close()

    def run(self):
        while (job := self.jobs.get()) is not None:
            number, line = job
            self.conn.send(line)
            self.outcomes[number] = self.conn.recv()

    def end(self):
        self.jobs.put(None)


def import_lines(lines, parse, workers=2):
    if workers < 1:
        raise ValueError("workers")
    jobs = queue.SimpleQueue()
    outcomes = {}
    team = []
    count = 0
    try:
        for _ in range(workers):
            team.append(_Worker(jobs, outcomes, parse, mp.get_context()))
        for worker in team:
            worker.start()
        for count, line in enumerate(lines, 1):
            jobs.put((count, line))
    finally:
        for worker in team:
            worker.end()
        for worker in team:
            if worker.ident is not None:
                worker.join()
        for worker in team:
            worker.process.terminate()
            worker.conn.close()
        for worker in team:
            worker.process.join()
            worker.process.close()
    for number in range(1, count + 1):
        ok, what = outcomes[number]
        if not ok:
            raise ImportFailed(number, what)
    return [outcomes[number][1] for number in range(1, count + 1)]
