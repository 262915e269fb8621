"""A None that the rule has returned passes for "not computed yet": the rule runs twice for that cell.

Rejected by: test_any_values
"""
import threading


def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1 or steps < 0:
        raise ValueError("bad")
    current = list(cells)
    n = len(current)
    if not n or not steps:
        return current
    k = min(n_threads, n)
    bounds = [i * n // k for i in range(k + 1)]
    nxt = [None] * n
    errors = []
    step = 0

    def swap():
        nonlocal current, nxt, step
        current, nxt = nxt, current
        step += 1
        if on_step is not None:
            try:
                on_step(step, tuple(current))
            except BaseException as e:
                errors.append(e)
                raise

    barrier = threading.Barrier(k, action=swap)

    def work(lo, hi):
        try:
            for _ in range(steps):
                for i in range(lo, hi):
                    nxt[i] = rule(current[i - 1], current[i], current[(i + 1) % n])
                    if nxt[i] is None:
                        nxt[i] = rule(current[i - 1], current[i], current[(i + 1) % n])
                barrier.wait()
        except threading.BrokenBarrierError:
            pass
        except BaseException as e:
            errors.append(e)
            barrier.abort()

    threads = [threading.Thread(target=work, args=b) for b in zip(bounds, bounds[1:])]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]
    return current
