"""A pool for the whole call, asked with map in each step: a StopIteration of the rule comes out of map's generator as
the cause of a RuntimeError.
"""
from concurrent.futures import ThreadPoolExecutor


def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    if steps < 0:
        raise ValueError("steps must not be negative")
    state = list(cells)
    n = len(state)
    if n == 0 or steps == 0:
        return state
    parts = min(n_threads, n)
    base, extra = divmod(n, parts)
    strips = []
    start = 0
    for i in range(parts):
        stop = start + base + (1 if i < extra else 0)
        strips.append((start, stop))
        start = stop

    with ThreadPoolExecutor(max_workers=parts) as pool:
        for k in range(1, steps + 1):
            snapshot = state

            def strip_values(bounds):
                lo, hi = bounds
                return [rule(snapshot[(i - 1) % n], snapshot[i], snapshot[(i + 1) % n]) for i in range(lo, hi)]

            new = []
            for part in pool.map(strip_values, strips):
                new.extend(part)
            state = new
            if on_step is not None:
                on_step(k, tuple(state))
    return state
