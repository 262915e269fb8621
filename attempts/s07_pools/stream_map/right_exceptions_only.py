"""Workers of its own, which take care of Exceptions."""

import queue
import threading
from collections import deque


def stream_map(fn, items, max_workers, window):
    if max_workers < 1 or window < 1:
        raise ValueError("max_workers and window must be at least 1")
    return run(fn, items, max_workers, window)


class Slot:
    def __init__(self, item):
        self.item = item
        self.ready = threading.Event()
        self.value = None
        self.error = None


def run(fn, items, max_workers, window):
    jobs = queue.Queue()
    stop = threading.Event()

    def work():
        while True:
            slot = jobs.get()
            if slot is None:
                return
            if stop.is_set():
                continue
            try:
                slot.value = fn(slot.item)
            except Exception as error:
                slot.error = error
            slot.ready.set()
            del slot

    threads = [threading.Thread(target=work) for _ in range(max_workers)]
    for t in threads:
        t.start()
    try:
        source = iter(items)
        slots = deque()
        exhausted = False
        while True:
            while not exhausted and len(slots) < window:
                try:
                    item = next(source)
                except StopIteration:
                    exhausted = True
                    break
                slot = Slot(item)
                slots.append(slot)
                jobs.put(slot)
            slot = item = None
            if not slots:
                return
            first = slots.popleft()
            first.ready.wait()
            if first.error is not None:
                raise first.error
            yield first.value
            item = slot = first = None
    finally:
        stop.set()
        for _ in threads:
            jobs.put(None)
        for t in threads:
            t.join()
