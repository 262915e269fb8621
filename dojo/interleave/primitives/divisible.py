"""What the standard library has in Python, though programs easily take it for one step: Counter, cached_property."""

from __future__ import annotations

import functools
import operator
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..accesses import READ, WRITE, Location, named_part
from ..run import Run
from .replacing import replaces


def _access(run: Run, location: Location, mode: int, name: str) -> None:
    run.point()
    run.effect(((location, mode),), f"{'reads' if mode == READ else 'writes'} {name}")


def _change(run: Run, counter: Any, new: Callable[[Any, Any], Any], changes: Iterable[tuple[Any, Any]]) -> None:
    """Each count is read in one step, and new(count, change) written in another."""
    for element, change in changes:
        location, name = (id(counter), named_part(element)), f"a count of {type(counter).__name__}"
        _access(run, location, READ, name)
        count = counter[element]
        _access(run, location, WRITE, name)
        counter[element] = new(count, change)


@replaces(Counter, "update")
def _counter_update(run: Run, real: Any, self: Any, counted: Any = None, /, **counts: Any) -> None:
    for added in (counted, counts):
        if isinstance(added, Mapping) and self:
            _change(run, self, operator.add, added.items())
        elif added is not None:
            real(self, added)  # in C


@replaces(Counter, "subtract")
def _counter_subtract(run: Run, real: Any, self: Any, counted: Any = None, /, **counts: Any) -> None:
    for taken in (counted, counts):
        if isinstance(taken, Mapping):
            _change(run, self, operator.sub, taken.items())
        elif taken is not None:
            _change(run, self, operator.sub, ((element, 1) for element in taken))


@replaces(Counter, "__iadd__")
def _counter_iadd(run: Run, real: Any, self: Any, other: Any) -> Any:
    _change(run, self, operator.add, other.items())
    return self._keep_positive()


@replaces(Counter, "__isub__")
def _counter_isub(run: Run, real: Any, self: Any, other: Any) -> Any:
    _change(run, self, operator.sub, other.items())
    return self._keep_positive()


if sys.version_info >= (3, 12):  # before, it takes a lock

    @replaces(functools.cached_property, "__get__")
    def _cached_property(run: Run, real: Any, self: Any, instance: Any, owner: Any = None) -> Any:
        cache, name = getattr(instance, "__dict__", None), self.attrname
        if not isinstance(cache, dict) or name is None:
            return real(self, instance, owner)
        location, called = (id(cache), name), f"{type(instance).__name__}.{name}"
        _access(run, location, READ, called)
        if name not in cache:
            value = self.func(instance)
            _access(run, location, WRITE, called)
            cache[name] = value
            return value
        return cache[name]
