"""Primitives made when a module is imported, in all the places where people keep them."""

from __future__ import annotations

import functools
import queue
import threading
from collections import ChainMap, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor as Pool
from dataclasses import dataclass, field
from queue import Queue
from threading import Condition, Event, Lock, RLock, Semaphore, Thread
from time import monotonic
from time import sleep as nap
from types import SimpleNamespace
from typing import Any, NamedTuple

LOCK = Lock()
RLOCK = threading.RLock()
MANY = [threading.Lock(), threading.Lock()]
FACTORIES = {"plain": threading.Lock}
NAMED = {"lock": Lock(), "inner": {"deep": RLock()}}
PAIR = (Lock(), "text")
NESTED = ("names", ("inner", (Lock(),)))
MIXED = (Lock(), [RLock(), {"deep": Lock()}])
TOOLS = {"thread": (Thread, queue.SimpleQueue, ("lock", threading.Lock))}
MAKE = functools.partial(threading.Lock)
LINE = deque([Lock()])
SPACE = SimpleNamespace(lock=Lock())
CHAIN = ChainMap({"lock": Lock()})
CONDITION = Condition()
FOREIGN = Condition(Lock())
EVENT = Event()
SEMAPHORE = Semaphore(1)
QUEUE: Queue[int] = Queue(1)
SIMPLE: queue.SimpleQueue[int] = queue.SimpleQueue()
POOL_TYPE, THREAD_TYPE, NAP = Pool, Thread, nap


class Holder:
    """A lock as class attribute, as attribute, behind a property, in slots of a part."""

    shared = Lock()
    make = Lock
    all_of_them = [RLock()]  # noqa: RUF012 - as people write it

    def __init__(self) -> None:
        self.own = threading.Lock()
        self.part = Part()

    @property
    def behind(self) -> threading.Lock:
        return self.own

    @classmethod
    def of_class(cls) -> threading.Lock:
        return cls.shared


class Part:
    __slots__ = ("inner",)

    def __init__(self) -> None:
        self.inner = Lock()


class Subclass(Holder):
    """Inherits everything."""


@dataclass
class Record:
    """A lock that a factory makes for each, and one that is the default of all."""

    own: Any = field(default_factory=threading.Lock)
    begun: float = field(default_factory=monotonic)


class Bare:
    """No method, only a lock."""

    shared = Lock()


class Named(NamedTuple):
    lock: Any


class Made:
    """A lock made by what is a default argument."""

    def __init__(self, factory: Any = threading.Lock, *, other: Any = RLock) -> None:
        self.own, self.other = factory(), other()


HOLDER, SUBCLASS, RECORD = Holder(), Subclass(), Record()
NAMED_TUPLE, NAMED_TUPLES = Named(Lock()), [Named(Lock())]
BY_NAME: defaultdict[str, Any] = defaultdict(threading.Lock)


def guarded(lock: threading.Lock = Lock()) -> threading.Lock:  # noqa: B008 - the default is the point
    return lock


def closure():
    hidden = Lock()

    def reveal() -> threading.Lock:
        return hidden

    return reveal


REVEAL = closure()
