"""Cuts the ring in two, and starts two threads, when one was asked for.

Rejected by: test_strips_run_at_the_same_time
"""
import threading
def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1:
        raise ValueError("n_threads")
    if steps < 0:
        raise ValueError("steps")
    current = list(cells)
    n = len(current)
    if not n or not steps:
        return current
    k = min(n_threads, n)
    k = max(k, 2) if n > 1 else 1
    bounds = [i * n // k for i in range(k + 1)]
    nxt = [None] * n
    errors = []
    lock = threading.Lock()
    step = 0
    def swap():
        nonlocal current, nxt, step
        current, nxt = nxt, current
        step += 1
        if on_step is not None:
            try:
                on_step(step, tuple(current))
            except BaseException as e:
                with lock:
                    errors.append(e)
                raise
    barrier = threading.Barrier(k, action=swap)
    def work(lo, hi):
        for _ in range(steps):
            old, new = current, nxt
            try:
                for i in range(lo, hi):
                    new[i] = rule(old[i - 1], old[i], old[(i + 1) % n])
            except BaseException as e:
                with lock:
                    errors.append(e)
                barrier.abort()
                return
            try:
                barrier.wait()
            except threading.BrokenBarrierError:
                return
            except BaseException:
                return
    threads = [threading.Thread(target=work, args=b) for b in zip(bounds, bounds[1:])]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]
    return current
