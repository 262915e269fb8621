"""Asks after the barrier whether somebody has failed: by then a fast one may have failed in the next step, and waits.

Rejected by: test_failing_rule_ends_everything
"""

import threading


class _Crew(threading.Barrier):
    """A barrier whose wait tells whether somebody has failed."""

    def __init__(self, n):
        super().__init__(n)
        self.failed = None
        self.guard = threading.Lock()

    def fail(self, error):
        with self.guard:
            self.failed = self.failed or error


def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1:
        raise ValueError("n_threads")
    if steps < 0:
        raise ValueError("steps")
    grid = [list(cells), list(cells)]
    n = len(cells)
    if n == 0 or steps == 0:
        return grid[0]
    m = min(n_threads, n)
    crew = _Crew(m)

    def run(rank):
        lo, hi = rank * n // m, (rank + 1) * n // m
        for k in range(steps):
            old, new = grid[k % 2], grid[1 - k % 2]
            try:
                for i in range(lo, hi):
                    new[i] = rule(old[i - 1], old[i], old[(i + 1) % n])
            except BaseException as error:
                crew.fail(error)
            crew.wait()
            if crew.failed is not None:
                return
            if on_step is not None:
                crew.wait()
                if rank == 0:
                    try:
                        on_step(k + 1, tuple(new))
                    except BaseException as error:
                        crew.fail(error)
                crew.wait()
                if crew.failed is not None:
                    return

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(m)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if crew.failed is not None:
        raise crew.failed
    return grid[steps % 2]
