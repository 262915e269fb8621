"""Computes a strip with list(map(rule, ...)): a StopIteration of the rule ends the list, and nobody hears of it.

Rejected by: test_stop_iteration_is_an_error_too
"""

import queue
import threading


def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1 or steps < 0:
        raise ValueError
    state = list(cells)
    n = len(state)
    if n == 0 or steps == 0:
        return state
    k = min(n_threads, n)
    results = queue.SimpleQueue()
    orders = [queue.SimpleQueue() for _ in range(k)]
    size, extra = divmod(n, k)
    starts = [i * size + min(i, extra) for i in range(k + 1)]

    def worker(i):
        lo, hi = starts[i], starts[i + 1]
        while (values := orders[i].get()) is not None:
            try:
                part = list(map(rule, (values[j - 1] for j in range(lo, hi)), values[lo:hi], (values[(j + 1) % n] for j in range(lo, hi))))
            except BaseException as error:
                results.put((i, None, error))
            else:
                results.put((i, part, None))

    crew = [threading.Thread(target=worker, args=(i,)) for i in range(k)]
    for t in crew:
        t.start()
    failure = None
    try:
        for step in range(1, steps + 1):
            for q in orders:
                q.put(state)
            fresh = list(state)
            for _ in range(k):
                i, part, error = results.get()
                if error is not None:
                    failure = error
                else:
                    fresh[starts[i]:starts[i + 1]] = part
            if failure is not None:
                break
            state = fresh
            if on_step is not None:
                on_step(step, tuple(state))
    finally:
        for q in orders:
            q.put(None)
        for t in crew:
            t.join()
    if failure is not None:
        raise failure
    return state
