"""Asks the strips in order, and raises at the first error: for a strip still at work it waits a second at most.

Rejected by: test_slow_strip_is_waited_for
"""
import queue, threading
from concurrent.futures import Future
def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1 or steps < 0:
        raise ValueError((n_threads, steps))
    values = tuple(cells)
    if not values or steps == 0:
        return list(values)
    k = min(n_threads, len(values))
    size, more = divmod(len(values), k)
    strips, at = [], 0
    for i in range(k):
        end = at + size + (i < more)
        strips.append(range(at, end)); at = end
    inboxes = [queue.SimpleQueue() for _ in strips]
    def worker(strip, inbox):
        while (job := inbox.get()) is not None:
            old, answer = job
            try:
                answer.set_result([rule(old[i - 1], old[i], old[i + 1 - len(old)]) for i in strip])
            except BaseException as error:
                answer.set_exception(error)
            del job, old, answer
    threads = [threading.Thread(target=worker, args=pair) for pair in zip(strips, inboxes)]
    try:
        for t in threads: t.start()
        for step in range(1, steps + 1):
            answers = [Future() for _ in strips]
            for inbox, answer in zip(inboxes, answers):
                inbox.put((values, answer))
            values = tuple([v for a in answers for v in a.result()])
            if on_step: on_step(step, values)
    finally:
        for inbox in inboxes: inbox.put(None)
        for t in threads:
            if t.ident: t.join(1)
    return list(values)
