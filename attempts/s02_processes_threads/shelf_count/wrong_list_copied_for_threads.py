"""A thread's job hands back a list, and the caller gets a new one with the same items.

Rejected by: test_threads_share_the_shelf
"""

from __future__ import annotations

import multiprocessing as mp
import threading as t


def _child(job, shelf, conn):
    conn.send(job(shelf))
    conn.close()


def _threads(job, shelves):
    out = {}

    def work(i, s):
        r = job(s)
        out[i] = list(r) if type(r) is list else r
    ts = [t.Thread(target=work, args=(i, s)) for i, s in enumerate(shelves)]
    for x in ts:
        x.start()
    for x in ts:
        x.join()
    return [out[i] for i in range(len(ts))]


def _processes(job, shelves):
    pairs = []
    for s in shelves:
        r, w = mp.Pipe(False)
        p = mp.Process(target=_child, args=(job, s, w))
        p.start()
        w.close()
        pairs.append((p, r))
    results = []
    for p, r in pairs:
        with r:
            results.append(r.recv())
    for p, _ in pairs:
        p.join()
    return results


def on_each_shelf(job, shelves, *, kind):
    if kind == "thread":
        return _threads(job, shelves)
    if kind == "process":
        return _processes(job, shelves)
    raise ValueError(kind)
