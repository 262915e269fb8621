"""A thread for each item in the window, and all but max_workers of them wait before a semaphore.

Rejected by: test_never_more_than_max_workers
"""

from __future__ import annotations

import itertools
import threading as t
from contextlib import ExitStack


class _Call(t.Thread):
    def __init__(self, gate, cancelled, fn, item):
        super().__init__(name="stream-map")
        self.gate, self.cancelled = gate, cancelled
        self.fn, self.item = fn, item
        self.value = self.error = None

    def run(self):
        with self.gate:
            fn, item = self.fn, self.item
            self.fn = self.item = None
            with self.cancelled.lock:
                if self.cancelled.yes:
                    return
            try:
                self.value = fn(item)
            except BaseException as e:
                self.error = e


class _Cancel:
    def __init__(self):
        self.lock = t.Lock()
        self.yes = False

    def set(self):
        with self.lock:
            self.yes = True


def stream_map(fn, items, max_workers, window):
    if min(max_workers, window) < 1:
        raise ValueError((max_workers, window))
    return _generate(fn, items, max_workers, window)


def _generate(fn, items, max_workers, window):
    gate, cancelled = t.Semaphore(max_workers), _Cancel()
    slots: dict[int, _Call] = {}
    pulled = 0
    it = iter(items)
    with ExitStack() as stack:
        stack.callback(lambda: [c.join() for c in slots.values()])
        stack.callback(cancelled.set)
        for n in itertools.count(1):
            while pulled is not None and pulled < n - 1 + window:
                try:
                    item = next(it)
                except StopIteration:
                    pulled = None
                    break
                slots[pulled] = _Call(gate, cancelled, fn, item)
                del item
                slots[pulled].start()
                pulled += 1
            if n - 1 not in slots:
                return
            call = slots[n - 1]
            call.join()
            del slots[n - 1]
            if call.error is not None:
                raise call.error
            value = call.value
            del call
            yield value
            del value
