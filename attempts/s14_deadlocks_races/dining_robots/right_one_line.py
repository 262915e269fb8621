"""One line for the whole ring: whoever leaves lets in from its head as many as can work."""

from threading import Event, Lock


def deadlock_schedule(n):
    if n < 2:
        raise ValueError(n)
    return list(range(n - 1, -1, -1)) * 2


def starving_schedule(n, rounds):
    if n < 4 or rounds < 0:
        raise ValueError(n, rounds)
    return ([0, 1] + [2, 0, 1, 0, 2, 1] * rounds) if rounds else []


class Cell:
    def __init__(self, n):
        if n < 2:
            raise ValueError(n)
        self._n = n
        self._lock = Lock()
        self._line = []
        self._working = set()

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        turn = Event()
        with self._lock:
            self._line.append((seat, turn))
            self._let_in()
        turn.wait()
        try:
            job()
        finally:
            with self._lock:
                self._working.discard(seat)
                self._let_in()

    def _let_in(self):
        while self._line:
            seat, turn = self._line[0]
            if self._working & {(seat - 1) % self._n, (seat + 1) % self._n}:
                return
            del self._line[0]
            self._working.add(seat)
            turn.set()
