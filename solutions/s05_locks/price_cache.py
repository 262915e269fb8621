"""The lock guards the bookkeeping only; what takes long happens outside it, and those who need its outcome
wait for that.

A key has three states: unknown, being loaded, known. "Being loaded" becomes an object of its own, a record
that holds what others need: an Event to wait for, and afterwards the outcome. Under the short lock each
caller does one of three things: take the value, take the record that is there, or put a new record in. Only
who has put one in loads, with no lock held.

- Waiters read the outcome from the record, not from the dict: the value may have been forgotten by then, and
  an error never gets there. The Event is set whatever happens, or a failed load would leave them waiting for
  ever.
- forget takes the record out. The load goes on, but when it ends it finds that its record is no longer the
  registered one and leaves the dict alone. The record itself is compared, not the key: a newer load of the
  same key may be under way.
- Who waits for a load of its own would wait for ever, so each thread's loads are noted: the record alone does
  not tell, since it is gone after a forget.
"""

from collections.abc import Callable, Hashable
from threading import Event, Lock, get_ident
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()  # stands for "nothing there", since None is a value like any other


class _Load(Generic[V]):
    """A load under way. When `over` is set there is an error, or else a value."""

    value: V

    def __init__(self) -> None:
        self.over = Event()
        self.error: BaseException | None = None


class RateCache(Generic[K, V]):
    """Remembers what load(key) returned. For any number of threads.

    When a call has returned, the cache keeps nothing but the values it has cached: no lock, event or error of
    a key.
    """

    def __init__(self, load: Callable[[K], V]) -> None:
        """load(key) fetches a value. It may be slow or raise. Whatever it returns is a value, None too."""
        self._load = load
        self._values: dict[K, V] = {}
        self._loads: dict[K, _Load[V]] = {}  # under way, and not forgotten
        self._loaders: set[tuple[int, K]] = set()  # which thread is loading which key
        self._lock = Lock()  # guards the three above; nothing slow happens under it

    def get(self, key: K) -> V:
        """The cached value. On a miss load it, in the calling thread, and cache it.

        - Calls for a key that is being loaded wait for that load and share its outcome: the very same object,
          or, if load raises, the very same exception object. A failure is not cached: the next get loads again.
        - Loads of different keys run at the same time. A hit waits for nobody.
        - load may call get for other keys. RuntimeError if a load asks, in its own thread, for a key that
          this thread is loading already, also after a forget of that key. (Two threads whose loads ask for
          each other's keys: never.)
        """
        loader = get_ident(), key
        with self._lock:
            if loader in self._loaders:
                raise RuntimeError(f"the load of {key!r} asks for {key!r}")
            if key in self._values:
                return self._values[key]
            load = self._loads.get(key)
            mine = load is None
            if load is None:
                load = self._loads[key] = _Load()
                self._loaders.add(loader)
        if mine:
            self._run(load, key)
        else:
            load.over.wait()
        if load.error is not None:
            raise load.error
        return load.value

    def _run(self, load: _Load[V], key: K) -> None:
        """Load the key for all who hold this record. Call this without the lock."""
        try:
            load.value = self._load(key)
        except BaseException as error:  # even a KeyboardInterrupt must not leave the waiters behind
            load.error = error
        with self._lock:
            self._loaders.discard((get_ident(), key))
            if self._loads.get(key) is load:  # not forgotten meanwhile
                del self._loads[key]
                if load.error is None:
                    # In the same block: at no moment is there neither a record nor a value.
                    self._values[key] = load.value
        load.over.set()

    def forget(self, key: K) -> bool:
        """Drop the cached value. True if there was one, or a load of key was under way.

        Never waits for a load. A load under way still serves those who wait for it already, but its value is
        outdated: it is not cached, and a get that begins when forget has returned starts a new load.
        """
        with self._lock:
            known = self._values.pop(key, MISSING) is not MISSING
            loading = self._loads.pop(key, None) is not None
            return known or loading
