"""Returns for a ring without cells before it has looked at n_threads and steps.

Rejected by: test_bad_arguments
"""

import threading


def simulate(cells, steps, n_threads, rule, on_step=None):
    now = list(cells)
    size = len(now)
    if not size or not steps:
        return now
    if n_threads < 1 or steps < 0:
        raise ValueError((n_threads, steps))
    parts = min(n_threads, size)
    bounds = [size * i // parts for i in range(parts + 1)]
    after = [None] * size
    errors = []
    done = 0

    def turn():
        nonlocal now, after, done
        now, after = after, now
        done += 1
        if on_step is not None:
            try:
                on_step(done, tuple(now))
            except BaseException as error:
                errors.append(error)
                raise

    barrier = threading.Barrier(parts, action=turn)

    def strip(lo, hi):
        for _ in range(steps):
            try:
                for i in range(lo, hi):
                    after[i] = rule(now[i - 1], now[i], now[(i + 1) % size])
            except BaseException as error:
                errors.append(error)
                barrier.abort()
                return
            try:
                barrier.wait()
            except BaseException:
                return

    threads = [threading.Thread(target=strip, args=pair) for pair in zip(bounds, bounds[1:])]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]
    return now
