"""ThreadPool of multiprocessing: its own three threads look after the workers; a flag stops what has not begun."""

from collections import deque
from multiprocessing.pool import ThreadPool
from threading import Lock


def stream_map(fn, items, max_workers, window):
    if max_workers < 1 or window < 1:
        raise ValueError("max_workers and window must be positive")

    stop = False
    lock = Lock()

    def safe(box):
        with lock:
            if stop:
                return None, None
        try:
            return fn(box.pop()), None
        except BaseException as e:
            return None, e

    def generate():
        nonlocal stop
        pool = ThreadPool(max_workers)
        try:
            waiting = deque()
            it = iter(items)
            done = False
            while True:
                while not done and len(waiting) < window:
                    try:
                        waiting.append(pool.apply_async(safe, ([next(it)],)))
                    except StopIteration:
                        done = True
                if not waiting:
                    return
                value, error = waiting.popleft().get()
                if error is not None:
                    raise error
                yield value
                del value
        finally:
            with lock:
                stop = True
            pool.close()
            pool.join()

    return generate()
