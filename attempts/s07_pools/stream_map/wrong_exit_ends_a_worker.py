"""A worker that meets SystemExit ends without an answer, and next() waits for it for ever.

Rejected by: test_fn_that_exits
"""

from collections import deque
from queue import SimpleQueue
from threading import Event, Thread


def stream_map(fn, items, max_workers, window):
    if max_workers < 1 or window < 1:
        raise ValueError("there must be a worker and a window")
    return stream(fn, items, max_workers, window)


def work(fn, jobs, over):
    while (job := jobs.get()) is not None and not over.is_set():
        item, answer = job
        try:
            answer.put((fn(item), None))
        except Exception as error:
            answer.put((None, error))


def stream(fn, items, max_workers, window):
    jobs, over, answers = SimpleQueue(), Event(), deque()
    workers = [Thread(target=work, args=(fn, jobs, over)) for _ in range(max_workers)]
    for worker in workers:
        worker.start()
    try:
        source, more = iter(items), True
        while True:
            while more and len(answers) < window:
                try:
                    item = next(source)
                except StopIteration:
                    more = False
                else:
                    answers.append(SimpleQueue())
                    jobs.put((item, answers[-1]))
            if not answers:
                return
            result, error = answers.popleft().get()
            if error is not None:
                raise error
            yield result
    finally:
        over.set()
        for _ in workers:
            jobs.put(None)
        for worker in workers:
            worker.join()
