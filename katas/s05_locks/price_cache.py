"""Make the rate cache wait less: load each rate once, and different rates at the same time.

A web shop caches exchange rates. The cache is correct, and it asks the slow rate service under its only lock:
one slow currency holds up all the others, even those that are cached already. Without the lock it is worse:
twenty customers ask for EUR at once, and the service is asked twenty times.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()  # stands for "nothing there", since None is a value like any other


class RateCache(Generic[K, V]):
    """Remembers what load(key) returned. For any number of threads.

    When a call has returned, the cache keeps nothing but the values it has cached: no lock, event or error of
    a key.
    """

    def __init__(self, load: Callable[[K], V]) -> None:
        """load(key) fetches a value. It may be slow or raise. Whatever it returns is a value, None too."""
        self._load = load
        self._values: dict[K, V] = {}
        self._lock = Lock()

    def get(self, key: K) -> V:
        """The cached value. On a miss load it, in the calling thread, and cache it.

        - Calls for a key that is being loaded wait for that load and share its outcome: the very same object,
          or, if load raises, the very same exception object. A failure is not cached: the next get loads again.
        - Loads of different keys run at the same time. A hit waits for nobody.
        - load may call get for other keys. RuntimeError if a load asks, in its own thread, for a key that
          this thread is loading already, also after a forget of that key. (Two threads whose loads ask for
          each other's keys: never.)
        """
        with self._lock:  # TODO: who has to wait for the slow line below, and who ought to?
            if key not in self._values:
                self._values[key] = self._load(key)
            return self._values[key]

    def forget(self, key: K) -> bool:
        """Drop the cached value. True if there was one, or a load of key was under way.

        Never waits for a load. A load under way still serves those who wait for it already, but its value is
        outdated: it is not cached, and a get that begins when forget has returned starts a new load.
        """
        with self._lock:  # TODO: what about a load that is under way?
            return self._values.pop(key, MISSING) is not MISSING
