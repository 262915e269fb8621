"""How the methods of the standard library's Python classes are replaced."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from .. import run as _run
from ..run import Run, controlled, get_ident, raise_again

METHODS: dict[tuple[type, str], Any] = {}
"""(class, name) -> replacement, while an exploration is under way."""

_WAITING = {"wait", "acquire", "get", "put", "join", "result"}


def replaces(owner: type, name: str) -> Callable[[Any], Any]:
    """Register a replacement written as function(run, real, self, ...), used in controlled threads only."""
    real = owner.__dict__.get(name)
    if real is None:
        return lambda function: function

    def decorate(function: Any) -> Any:
        @wraps(real)
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            run = controlled()
            if run is None or run.aborting:
                if run is not None and name in _WAITING and unwinding():
                    return None
                return real(self, *args, **kwargs)
            return function(run, real, self, *args, **kwargs)

        for alias, value in list(owner.__dict__.items()):  # __enter__ = acquire
            if value is real:
                METHODS[(owner, alias)] = method
        return function

    return decorate


def one_step(run: Run, real: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the real method as part of the present step."""
    task = run.current
    task.atomic += 1
    try:
        return real(*args, **kwargs)
    finally:
        task.atomic -= 1


def whole_operation(mode: int) -> Any:
    """A method that never waits is one step."""

    def operation(run: Run, real: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        run.step(self, mode, f"{type(self).__name__}.{real.__name__}()")
        return one_step(run, real, self, *args, **kwargs)

    return operation


def unwinding() -> bool:
    """Is the run over and this thread being unwound? Then primitives let everything pass."""
    run = _run.active
    if run is not None and run.aborting and get_ident() == run.ident:
        raise_again()
        return True
    return False


def called(obj: object) -> str:
    """What a thread waits for, in a few words."""
    name = type(obj).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
