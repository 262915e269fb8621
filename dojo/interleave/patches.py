"""Puts the controlled primitives in the place of the real ones for the time of an exploration, and back again.

Three things are exchanged: methods of the standard library's Python classes; built-in functions and types, by
identity, in every module of watched code and in the standard library's threading modules (so that
`from threading import Lock` is found under any name); and real locks and built-in queues made before the exploration,
wherever the program, or a watched module that it can come to, reaches them.
"""

from __future__ import annotations

import concurrent.futures
import concurrent.futures.thread
import functools
import queue
import sys
import threading
import types
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from .primitives import FUNCTIONS, METHODS, Lock, LockType, RLock, RLockType, SimpleQueue, threadlocals
from .values import RealLocal
from .watched import is_watched_class, is_watched_file

_STANDARD = (threading, queue, concurrent.futures, concurrent.futures.thread, concurrent.futures._base)
_BuiltInQueue = queue.SimpleQueue
_REPLACEMENTS = {id(real): stand_in for real, stand_in in FUNCTIONS.items()}
_TIME_NAMES = ("sleep", "time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns")
_LOOKED_INTO = ("threading", "queue", "functools", "types", "collections")
"""Modules whose instances hold the program's objects."""
_PLAIN = (int, float, str, bytes, bool, type(None), types.BuiltinFunctionType, types.CodeType)


def watched_modules() -> list[types.ModuleType]:
    """The modules of watched code that are imported now."""
    return [
        module
        for module in list(sys.modules.values())
        if isinstance(module, types.ModuleType)
        and isinstance(file := getattr(module, "__file__", None), str)
        and is_watched_file(file)
    ]


class Patches:
    """What was exchanged, so that it can be put back."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._wrappers: dict[int, Any] = {}
        self._seen: set[int] = set()
        self._keep: list[Any] = []
        self._watched: frozenset[str] = frozenset()
        """The names of the modules of watched code."""
        self._unreached: dict[str, types.ModuleType] = {}
        self._by_word: defaultdict[str, list[str]] = defaultdict(list)
        self._reached: list[types.ModuleType] = []

    def install(self, *roots: Any) -> None:
        """Exchange everything; `roots` are what the program is made of (the test function, its arguments)."""
        import time

        if "asyncio" in sys.modules:
            from .primitives import loops  # noqa: F401 - it registers its replacements
        if "multiprocessing.pool" in sys.modules or "multiprocessing.dummy" in sys.modules:
            from .primitives import pools  # noqa: F401 - as above

        for (owner, name), method in METHODS.items():
            self._set_attribute(owner, name, method)
        for name in _TIME_NAMES:
            self._set_item(vars(time), name, FUNCTIONS[getattr(time, name)])
        watched = watched_modules()
        for module in (*_STANDARD, *watched):
            self._rebind(vars(module))
        self._adopt_from_namespace(vars(concurrent.futures.thread))
        if "sched" in sys.modules:  # time and sleep are its defaults
            self._adopt_function(sys.modules["sched"].scheduler.__init__, 0)
        self._unreached = {module.__name__: module for module in watched}
        self._watched = frozenset(self._unreached)
        for kind in threadlocals.subclasses():
            if self._is_watched(kind):
                self._note_users(kind)
        for name in self._unreached:
            for word in (name, name.rpartition(".")[2]):
                self._by_word[word].append(name)
        for root in roots:
            self._adopt_within(root, 0)
        if not self._reached:  # the program's code is nowhere
            self._reached = watched
        while self._reached:
            self._adopt_from_namespace(vars(self._reached.pop()))

    def restore(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _set_attribute(self, owner: type, name: str, value: Any) -> None:
        earlier = owner.__dict__[name]
        setattr(owner, name, value)
        self._undo.append(lambda: setattr(owner, name, earlier))

    def _note_users(self, kind: Any) -> None:
        """Exchange how an object of this class of thread-locals begins in a thread."""
        if "__init__" in vars(kind):
            self._set_attribute(kind, "__init__", threadlocals.noting(kind.__init__))
        elif kind.__init__ is object.__init__:  # else a base class has one, which notes
            kind.__init__ = threadlocals.local.__init__
            self._undo.append(lambda: delattr(kind, "__init__"))

    def _set_item(self, box: Any, key: Any, value: Any) -> None:
        earlier = box[key]
        box[key] = value
        # what the program has put there meanwhile stays
        self._undo.append(lambda: box.__setitem__(key, earlier) if _get(box, key) is value else None)

    def _rebind(self, namespace: dict[str, Any]) -> None:
        for name, value in list(namespace.items()):
            stand_in = _REPLACEMENTS.get(id(value))
            if stand_in is not None:
                self._set_item(namespace, name, stand_in)

    # --- what the program can come to -----------------------------------------------------------------------------

    def _reach(self, module: str | None) -> None:
        """The locks of this module matter. (Those of others do not: a test run may have imported hundreds.)"""
        found = self._unreached.pop(module or "", None)
        if found is not None:
            self._reached.append(found)

    def _reach_imports(self, code: types.CodeType) -> None:
        """Modules that the code may import while it runs: those whose names, or last names, it mentions."""
        for word in self._by_word.keys() & _mentioned(code):
            for name in self._by_word[word]:
                self._reach(name)

    # --- locks made before the exploration ------------------------------------------------------------------------

    def _adopt_from_namespace(self, namespace: dict[str, Any]) -> None:
        for name, value in list(namespace.items()):
            if name.startswith("__") or isinstance(value, _PLAIN):
                continue
            wrapper = self._wrapper(value)
            if wrapper is not None:
                self._set_item(namespace, name, wrapper)
            else:
                self._adopt_within(value, 0)

    def _wrapper(self, value: Any) -> Any:
        if type(value) is LockType:
            return self._wrappers.setdefault(id(value), Lock(value))
        if type(value) is RLockType:
            return self._wrappers.setdefault(id(value), RLock(value))
        make = tuple if type(value) is tuple else getattr(type(value), "_make", None)  # a named tuple's
        if isinstance(value, tuple) and make:
            stand_ins = [self._stand_in(item) for item in value]
            if all(stand_in is None for stand_in in stand_ins):
                return None
            self._keep.append(value)
            for item in value:
                self._adopt_within(item, 1)
            parts = make(item if part is None else part for item, part in zip(value, stand_ins, strict=True))
            return self._wrappers.setdefault(id(value), parts)
        if type(value) is functools.partial and id(value.func) in _REPLACEMENTS:
            self._keep.append(value)
            bound = functools.partial(_REPLACEMENTS[id(value.func)], *value.args, **value.keywords)
            return self._wrappers.setdefault(id(value), bound)
        if type(value) is _BuiltInQueue:
            return self._wrappers.get(id(value)) or self._adopt_queue(value)
        return None

    def _adopt_queue(self, value: Any) -> SimpleQueue:
        """A built-in queue.SimpleQueue: its items move to the one that stands for it, and in the end back."""
        stand_in = self._wrappers[id(value)] = SimpleQueue()
        self._keep.append(value)
        _move(value, stand_in)
        self._undo.append(lambda: _move(stand_in, value))
        return stand_in

    def _adopt_within(self, value: Any, depth: int) -> None:
        """Exchange the locks that an object holds, and those of the objects it holds."""
        if depth > 6 or isinstance(value, _PLAIN) or id(value) in self._seen:
            return
        kind = type(value)
        if kind is types.FunctionType:
            if is_watched_file(value.__code__.co_filename):
                self._adopt_function(value, depth)
            else:  # what a decorator of others has made of it
                self._adopt_within(value.__dict__.get("__wrapped__"), depth + 1)
            return
        if isinstance(value, types.ModuleType):
            self._reach(value.__name__)
            return
        if isinstance(value, type):
            if self._is_watched(value):
                self._seen.add(id(value))
                self._reach(value.__module__)
                for base in value.__bases__:
                    self._adopt_within(base, depth)
                for name, item in list(value.__dict__.items()):
                    stand_in = self._stand_in(item)
                    if stand_in is not None:
                        bound = isinstance(stand_in, types.FunctionType)  # the built-in one is not
                        self._set_attribute(value, name, staticmethod(stand_in) if bound else stand_in)
                    elif isinstance(item, types.FunctionType):  # those that dataclass has made, too
                        self._adopt_function(item, depth + 1)
                    elif not name.startswith("__"):
                        self._adopt_within(item, depth + 1)
            return
        if isinstance(value, types.MethodType):
            self._adopt_within(value.__self__, depth)
            return
        self._seen.add(id(value))
        self._keep.append(value)
        self._adopt_within(kind, depth)
        if isinstance(value, defaultdict):
            factory = _REPLACEMENTS.get(id(value.default_factory))
            if factory is not None:
                self._set_default_factory(value, factory)
        if isinstance(value, (dict, list, deque)):
            for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
                stand_in = self._stand_in(item)
                if stand_in is not None:
                    self._set_item(value, key, stand_in)
                else:
                    self._adopt_within(item, depth + 1)
        elif isinstance(value, (tuple, set, frozenset)):
            for item in list(value):
                self._adopt_within(item, depth + 1)
        elif kind.__module__ in _LOOKED_INTO or self._is_watched(kind):
            if isinstance(value, threading.Thread) or type(value) is RealLocal:
                return
            own = getattr(value, "__dict__", None)
            if isinstance(own, dict):
                self._adopt_within(own, depth + 1)
                if isinstance(value, threading.Condition):
                    self._adopt_condition(value)
            for base in kind.__mro__:
                for slot in base.__dict__.get("__slots__", ()):
                    self._adopt_slot(value, slot, depth)
            for part in ("func", "args", "keywords") if kind.__module__ == "functools" else ():
                self._adopt_within(getattr(value, part, None), depth + 1)

    def _is_watched(self, kind: type) -> bool:
        """Is it a class of watched code? (A dataclass may have no method but those that were made for it.)"""
        return kind.__module__ in self._watched or is_watched_class(kind)

    def _stand_in(self, value: Any) -> Any:
        """What stands for a lock, or for what makes one."""
        wrapper = self._wrapper(value)
        return wrapper if wrapper is not None else _REPLACEMENTS.get(id(value))

    def _adopt_function(self, function: types.FunctionType, depth: int) -> None:
        """Its closure and its defaults: `def f(lock=Lock())`, `factory=Lock`, a dataclass's default_factory=Lock."""
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        self._keep.append(function)
        self._reach(function.__globals__.get("__name__"))
        self._reach_imports(function.__code__)
        for cell in function.__closure__ or ():
            self._adopt_cell(cell, depth)
        defaults, keywords = function.__defaults__ or (), function.__kwdefaults__ or {}
        for value in (*defaults, *keywords.values()):
            self._adopt_within(value, depth + 1)
        for name in [name for name, value in keywords.items() if self._stand_in(value) is not None]:
            self._set_item(keywords, name, self._stand_in(keywords[name]))
        if any(self._stand_in(value) is not None for value in defaults):
            self._undo.append(lambda: setattr(function, "__defaults__", defaults))
            function.__defaults__ = tuple(
                value if (stand_in := self._stand_in(value)) is None else stand_in for value in defaults
            )
        self._adopt_within(function.__dict__, depth + 1)

    def _set_default_factory(self, box: defaultdict[Any, Any], factory: Any) -> None:
        earlier = box.default_factory
        box.default_factory = factory
        self._undo.append(lambda: setattr(box, "default_factory", earlier))

    def _adopt_cell(self, cell: types.CellType, depth: int) -> None:
        try:
            item = cell.cell_contents
        except ValueError:
            return
        wrapper = self._stand_in(item)
        if wrapper is None:
            self._adopt_within(item, depth + 1)
            return
        cell.cell_contents = wrapper
        self._undo.append(lambda: setattr(cell, "cell_contents", item) if cell.cell_contents is wrapper else None)

    def _adopt_slot(self, value: Any, slot: str, depth: int) -> None:
        item = getattr(value, slot, None) if not slot.startswith("__") else None
        wrapper = self._wrapper(item)
        if wrapper is None:
            self._adopt_within(item, depth + 1)
            return
        setattr(value, slot, wrapper)
        self._undo.append(lambda: setattr(value, slot, item) if getattr(value, slot, None) is wrapper else None)

    def _adopt_condition(self, condition: Any) -> None:
        """A condition keeps bound methods of its lock."""
        lock = condition._lock
        for name in ("acquire", "release", "_release_save", "_acquire_restore", "_is_owned"):
            own = vars(condition).get(name)
            if own is not None and hasattr(lock, name) and type(lock) in (Lock, RLock):
                self._set_item(vars(condition), name, getattr(lock, name))


def _mentioned(code: types.CodeType) -> set[str]:
    """The names in the code and in what is defined in it, and its texts."""
    found = {*code.co_names}
    for constant in code.co_consts:
        if isinstance(constant, str):
            found.add(constant)
        elif isinstance(constant, types.CodeType):
            found |= _mentioned(constant)
    return found


def _move(source: Any, target: Any) -> None:
    while not source.empty():
        target.put(source.get_nowait())


def _get(box: Any, key: Any) -> Any:
    try:
        return box[key]
    except LookupError:
        return None
