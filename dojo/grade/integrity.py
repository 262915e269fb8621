"""Is the machinery still what it was? Compares functions and classes before and after an answer has run."""

from __future__ import annotations

import sys
import types
from typing import Any

_TRUSTED = frozenset(
    "_pytest _thread asyncio builtins collections concurrent contextlib dojo functools hypothesis itertools json "
    "math multiprocessing operator os pluggy pytest pytest_asyncio pytest_timeout queue random re sys tests threading "
    "time types unittest weakref".split()
)
_OWN_HOOKS = frozenset(
    {"sys.excepthook", "sys.unraisablehook", "sys.displayhook", "sys.breakpointhook", "threading.excepthook"}
)
_CALLABLE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, classmethod, staticmethod, property)


def snapshot() -> dict[str, Any]:
    """Every function, class and method of the trusted modules that are imported now, by dotted name."""
    found: dict[str, Any] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _TRUSTED and isinstance(module, types.ModuleType):
            for attribute, value in list(vars(module).items()):
                _add(found, f"{name}.{attribute}", value)
    return found


def _add(found: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, type):
        found[name] = value
        if value.__module__.partition(".")[0] in _TRUSTED:
            for attribute, member in list(vars(value).items()):
                if isinstance(member, _CALLABLE):
                    found[f"{name}.{attribute}"] = _essence(member)
    elif isinstance(value, _CALLABLE):
        found[name] = _essence(value)


def _essence(value: Any) -> Any:
    """What stands for a function: replacing its code is replacing it."""
    if isinstance(value, types.FunctionType):
        return value, value.__code__
    return value


def changes(before: dict[str, Any]) -> list[str]:
    """The dotted names that stand for something else now, or for nothing."""
    after = snapshot()
    return [
        name
        for name, value in before.items()
        if name not in _OWN_HOOKS and name in after and not _is_same(value, after[name])
    ] + [name for name in before if name not in after and name.partition(".")[0] in sys.modules]


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(left is right for left, right in zip(one, other, strict=True))
    if isinstance(one, types.MethodType) and isinstance(other, types.MethodType):
        return one.__func__ is other.__func__
    return one is other


def equal_to_everything(module_name: str) -> list[str]:
    """Classes of the answer whose instances claim to be equal to what they cannot know."""
    module = sys.modules.get(module_name)
    return [kind.__qualname__ for kind in _classes(module) if "__eq__" in vars(kind) and _claims_equality(kind)]


def _classes(module: Any) -> list[type]:
    found: list[type] = []
    todo = [value for value in vars(module).values() if isinstance(value, type)] if module else []
    while todo:
        kind = todo.pop()
        if kind.__module__ == module.__name__ and kind not in found:
            found.append(kind)
            todo += [value for value in vars(kind).values() if isinstance(value, type)]
    return found


def _claims_equality(kind: type) -> bool:
    class Stranger:
        """Nothing that the answer knows is equal to it."""

    try:
        instance: Any = kind.__new__(kind)  # type: ignore[call-overload]
        return bool(instance == Stranger())
    except BaseException:
        return False
