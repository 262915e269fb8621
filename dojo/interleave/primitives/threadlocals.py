"""What a thread keeps in a threading.local goes when the thread ends, and going may run code of the program: a
finalizer, a `__del__`. The interpreter does that when nobody controls the thread any more. So a controlled thread lets
go of it by itself, with its last steps.

`local` stands for the real one, and notes which threads use it: the real one calls `__init__` in each thread that does.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from ..run import controlled
from ..values import RealLocal


class local(RealLocal):
    """A thread-local that tells the thread that uses it."""

    def __init__(self) -> None:
        _note(self)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):  # which need not call the one above
            cls.__init__ = noting(cls.__init__)  # type: ignore[method-assign]


def _note(used: RealLocal) -> None:
    run = controlled()
    if run is not None:
        run.current.locals.append(weakref.ref(used))


def subclasses(kind: type = RealLocal) -> Iterator[type]:
    """The classes made of threading.local so far."""
    child: type
    for child in kind.__subclasses__():
        if child is not local:
            yield child
            yield from subclasses(child)


def noting(init: Callable[..., None]) -> Callable[..., None]:
    """The `__init__` of such a class, which notes, too."""

    @wraps(init)
    def begin(self: Any, *args: Any, **kwargs: Any) -> None:
        _note(self)
        init(self, *args, **kwargs)

    return begin
