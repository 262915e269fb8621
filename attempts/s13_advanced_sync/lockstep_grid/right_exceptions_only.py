"""Workers take care of Exceptions: what is no Exception is open."""

import threading


def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1 or steps < 0:
        raise ValueError
    old = list(cells)
    n = len(old)
    if not n or not steps:
        return old
    strips = min(n_threads, n)
    bounds = [n * i // strips for i in range(strips + 1)]
    new = list(old)
    barrier = threading.Barrier(strips)
    errors = []

    def work(me):
        try:
            for k in range(1, steps + 1):
                for i in range(bounds[me], bounds[me + 1]):
                    new[i] = rule(old[i - 1], old[i], old[(i + 1) % n])
                barrier.wait()
                if me == 0:
                    old[:] = new
                    if on_step is not None:
                        on_step(k, tuple(old))
                barrier.wait()
        except threading.BrokenBarrierError:
            return
        except Exception as e:
            errors.append(e)
            barrier.abort()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(strips)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]
    return old
