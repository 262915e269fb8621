"""A manager in a daemon thread deals out permissions, first come first served; it waits for mail as long as there is
a program, for a cell has no end."""
import queue
import threading
from itertools import count


def deadlock_schedule(n):
    if n <= 1:
        raise ValueError("too small a ring")
    return [s for s in range(n)]


def starving_schedule(n, rounds):
    if n < 4:
        raise ValueError("n")
    if rounds < 0:
        raise ValueError("rounds")
    out = [0, 2]
    while rounds:
        out += [1] * 3 + [0] * 2 + [2] * 2
        rounds -= 1
    return out


class Cell:
    def __init__(self, n):
        if n < 2:
            raise ValueError("n")
        self._n = n
        self._mail = queue.Queue()
        threading.Thread(target=_manage, args=(n, self._mail), daemon=True).start()

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError("no such seat")
        go = threading.Event()
        self._mail.put(("ask", seat, go))
        try:
            go.wait()
            job()
        finally:
            self._mail.put(("done", seat, None))


def _manage(n, mail):
    waiting = []
    busy = set()
    while True:
        kind, seat, go = mail.get()
        if kind == "ask":
            waiting.append((seat, go))
        else:
            busy.discard(seat)
        blocked = set(busy)
        left = []
        for s, g in waiting:
            if (s - 1) % n in blocked or (s + 1) % n in blocked:
                left.append((s, g))
                blocked.add(s)
            else:
                busy.add(s)
                blocked.add(s)
                g.set()
        waiting = left
