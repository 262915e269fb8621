"""Each waiter has a lock that is opened for it when it is served; the lease is a class."""

from threading import Lock
from types import TracebackType


class MemoryBudget:
    def __init__(self, total: int) -> None:
        if total < 1:
            raise ValueError(total)
        self._total = total
        self._reserved = 0
        self._lock = Lock()
        self._line: dict[Lock, int] = {}

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        if amount < 1 or amount > self._total:
            raise ValueError(amount)
        with self._lock:
            if not self._line and self._reserved + amount <= self._total:
                self._reserved += amount
                return
            if timeout == 0:
                raise TimeoutError(amount)
            door = Lock()
            door.acquire()
            self._line[door] = amount
        if door.acquire(timeout=-1 if timeout is None else timeout):
            return
        with self._lock:
            if door in self._line:
                del self._line[door]
                self._open_doors()
                raise TimeoutError(amount)

    def release(self, amount: int) -> None:
        if amount < 1:
            raise ValueError(amount)
        with self._lock:
            if amount > self._reserved:
                raise RuntimeError(amount)
            self._reserved -= amount
            self._open_doors()

    def _open_doors(self) -> None:
        for door, amount in list(self._line.items()):
            if self._reserved + amount > self._total:
                break
            del self._line[door]
            self._reserved += amount
            door.release()

    def lease(self, amount: int, timeout: float | None = None) -> "Lease":
        return Lease(self, amount, timeout)

    @property
    def available(self) -> int:
        return self._total - self._reserved


class Lease:
    def __init__(self, budget: MemoryBudget, amount: int, timeout: float | None) -> None:
        self.budget, self.amount, self.timeout = budget, amount, timeout

    def __enter__(self) -> None:
        self.budget.reserve(self.amount, self.timeout)

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.budget.release(self.amount)
