"""A lock per load: who comes first loads while holding it, the others find the outcome beside it."""

from collections.abc import Callable, Hashable
from threading import Lock, get_ident
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class Turn(Generic[V]):
    def __init__(self) -> None:
        self.lock = Lock()
        self.outcome: tuple[bool, V | BaseException] | None = None  # (succeeded, value or error)


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._turns: dict[K, Turn[V]] = {}
        self._stacks: dict[int, list[K]] = {}  # thread: the keys it is loading, innermost last
        self._lock = Lock()

    def get(self, key: K) -> V:
        with self._lock:
            if key in self._stacks.get(get_ident(), ()):
                raise RuntimeError(f"the load of {key!r} asks for {key!r}")
            if key in self._values:
                return self._values[key]
            turn = self._turns.setdefault(key, Turn())
        with turn.lock:
            if turn.outcome is None:
                turn.outcome = self._outcome(key)
                with self._lock:
                    if self._turns.get(key) is turn:
                        del self._turns[key]
                        if turn.outcome[0]:
                            self._values[key] = turn.outcome[1]
        succeeded, result = turn.outcome
        if succeeded:
            return result
        raise result

    def _outcome(self, key: K) -> tuple[bool, V | BaseException]:
        me = get_ident()
        with self._lock:
            self._stacks.setdefault(me, []).append(key)
        try:
            return True, self._load(key)
        except BaseException as error:
            return False, error
        finally:
            with self._lock:
                self._stacks[me].pop()
                if not self._stacks[me]:
                    del self._stacks[me]

    def forget(self, key: K) -> bool:
        with self._lock:
            known = self._values.pop(key, MISSING) is not MISSING
            return self._turns.pop(key, None) is not None or known
