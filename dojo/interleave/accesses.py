"""What the operations in watched code touch: which object, which part of it, reading or writing.

Each function takes a syntax tree node and returns one that tells, in a running frame, what its operation is about to
touch, without side effects. What cannot be told for certain is reported as an access to everything (`ANYTHING`): that
costs schedules, never soundness.
"""

from __future__ import annotations

import array
import ast
import builtins
import collections
import contextlib
import functools
import threading
import types
from collections.abc import Callable, Mapping
from typing import Any

from .source import Source
from .values import UNKNOWN, RealLocal, class_attribute, evaluator, own_attributes, static_getattr
from .watched import is_watched_class, is_watched_file

READ, WRITE = 0, 1
WHOLE = "*whole*"
ANYTHING = "*anything*"

Location = tuple[object, object]
"""(which object, which part of it). The part is an attribute name, an index or key, or WHOLE."""
Access = tuple[Location, int]

Accesses = Callable[[Mapping[str, Any], Mapping[str, Any]], "list[Access] | tuple[Access, ...]"]
"""(local variables, global variables) -> what is touched."""

_IMMUTABLE = (int, float, complex, str, bytes, tuple, frozenset, range, type(None), bool, slice)
_CONTAINERS = (list, dict, set, bytearray, collections.deque, array.array, types.MappingProxyType)
_VIEWS = {"keys", "values", "items"}

_READS = {
    "copy", "count", "get", "index", "items", "keys", "values", "isdisjoint", "issubset", "issuperset",
    "union", "intersection", "difference", "symmetric_difference", "most_common", "elements", "total", "tobytes",
    "__len__", "__contains__", "__getitem__", "__iter__", "__eq__", "__repr__",
}  # fmt: skip
_KEYED = {"get", "pop", "setdefault", "__getitem__", "__setitem__", "__delitem__", "__contains__"}

_PURE = {
    "abs", "ascii", "bin", "bool", "breakpoint", "bytes", "callable", "chr", "classmethod", "complex", "divmod",
    "float", "format", "hash", "hex", "id", "int", "isinstance", "issubclass",
    "memoryview", "object", "oct", "ord", "pow",
    "print",
    "property", "range", "round", "slice", "staticmethod", "super", "type", "open", "input",
}  # fmt: skip
_READERS = {
    "all", "any", "dict", "enumerate", "filter", "frozenset", "iter", "len", "list", "map", "max", "min", "repr",
    "reversed", "set", "sorted", "str", "sum", "tuple", "zip", "bytearray",
}  # fmt: skip
_QUIET_MODULES = (
    "threading", "_thread", "queue", "_queue", "time", "math", "functools", "itertools", "typing", "contextlib", "abc",
    "concurrent.futures", "contextvars", "enum", "dataclasses", "collections.abc", "weakref", "random", "hypothesis",
    "pytest", "_pytest", "asyncio", "inspect", "sys", "os",
)  # fmt: skip


def named_part(key: Any) -> object:
    """The part of a container that a key names; WHOLE where equality is not ours to judge."""
    if isinstance(key, (str, int, float, bytes, type(None))):
        return key
    if type(key) is tuple and all(isinstance(part, (str, int, float, bytes, type(None))) for part in key):
        return key
    return WHOLE


def contents(obj: Any, mode: int, part: object = WHOLE) -> tuple[Access, ...]:
    """An access to what a container holds."""
    if obj is UNKNOWN:
        return (((ANYTHING, WHOLE), mode),)
    if isinstance(obj, _IMMUTABLE):
        return ()
    if isinstance(obj, _CONTAINERS):
        if mode == READ and isinstance(obj, collections.defaultdict) and part is not WHOLE and part not in obj:
            mode = WRITE
        return (((id(obj), part), mode),)
    kind = type(obj)
    if kind.__module__ == "numpy":
        while getattr(obj, "base", None) is not None:
            obj = obj.base
        return (((id(obj), WHOLE), mode),)
    if kind.__flags__ & _HEAP_TYPE and is_watched_class(kind):  # type: ignore[arg-type]
        return ()  # its own methods have sites of their own
    if kind in _ITERATORS:
        return (((ANYTHING, WHOLE), READ), ((id(obj), WHOLE), WRITE))
    if isinstance(obj, (types.GeneratorType, types.FunctionType, types.MethodType, type)):
        return ()
    return (((ANYTHING, WHOLE), mode),)


_HEAP_TYPE = 1 << 9
_ITERATORS: tuple[type, ...] = (type(iter([])), type(iter({})), type(iter(set())), enumerate, zip, map, filter)


def attribute(obj: Any, name: str, mode: int) -> tuple[Access, ...]:
    """An access to an attribute; none where it is a method or a property (whose code has sites of its own)."""
    if obj is UNKNOWN:
        return (((ANYTHING, name), mode),)
    if isinstance(obj, types.ModuleType):
        return (((id(vars(obj)), name), mode),)
    if isinstance(obj, type):
        for base in obj.__mro__:
            if name in base.__dict__:
                value = base.__dict__[name]
                if mode == READ and (callable(value) or hasattr(type(value), "__get__")):
                    return ()
                return (((id(base if mode == READ else obj), name), mode),)
        return (((id(obj), name), mode),)
    found = class_attribute(type(obj), name)
    if found is UNKNOWN and isinstance(obj, RealLocal):
        return ()  # each thread's own
    if found is UNKNOWN or isinstance(found, types.MemberDescriptorType):
        return (((id(obj), name), mode),)
    if isinstance(found, functools.cached_property):
        return (((id(own_attributes(obj)), name), mode),)  # which it writes as an item
    if hasattr(type(found), "__set__"):
        getter = getattr(found, "fget", None)
        code = getattr(getter, "__code__", None)
        if isinstance(obj, threading.Barrier):
            return (((id(obj._cond._lock), WHOLE), mode),)  # type: ignore[attr-defined] # it changes where it holds it
        return () if code is None or is_watched_file(code.co_filename) else (((id(obj), name), mode),)
    if mode == WRITE:
        return (((id(obj), name), mode),)
    if name in own_attributes(obj):
        return (((id(obj), name), mode),)
    if callable(found) or hasattr(type(found), "__get__"):
        return ()
    owner = next(base for base in type(obj).__mro__ if name in base.__dict__)
    return (((id(obj), name), mode), ((id(owner), name), mode))


def iterated(node: ast.AST, source: Source) -> Accesses:
    """What a loop over this expression reads at every turn."""
    if isinstance(node, ast.Call):
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in _VIEWS and not node.args:
            return iterated(func.value, source)
        if isinstance(func, ast.Name) and func.id in (
            "enumerate",
            "zip",
            "reversed",
            "iter",
            "map",
            "filter",
        ):
            parts = [iterated(arg, source) for arg in node.args]
            return lambda local, glob: [access for part in parts for access in part(local, glob)]
        if isinstance(func, ast.Name) and func.id in ("range", "sorted", "list", "tuple", "set", "dict"):
            return lambda local, glob: ()
        callee = evaluator(func)

        def result(local: Mapping[str, Any], glob: Mapping[str, Any]) -> tuple[Access, ...]:
            called = callee(local, glob) if callee is not None else UNKNOWN
            return () if is_transparent(called) else (((ANYTHING, WHOLE), READ),)

        return result
    plain = (ast.List, ast.Tuple, ast.Set, ast.Constant)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, *plain,
                         ast.Dict, ast.JoinedStr, ast.BinOp)):  # fmt: skip
        return lambda local, glob: ()
    value = evaluator(node)
    if value is None:
        return lambda local, glob: (((ANYTHING, WHOLE), READ),)
    return lambda local, glob: contents(value(local, glob), READ)


def is_transparent(callee: Any) -> bool:
    """Is the callee watched Python code, whose own instructions are the sites?"""
    while isinstance(callee, functools.partial):
        callee = callee.func
    callee = getattr(callee, "__func__", callee)
    if not isinstance(callee, (type, types.FunctionType, types.BuiltinFunctionType)) and is_watched_class(type(callee)):  # type: ignore[arg-type]
        return True  # an object with a __call__ of its own
    if isinstance(callee, types.FunctionType):
        if callee.__code__.co_filename == contextlib.__file__:  # what @contextmanager makes of a function
            callee = getattr(callee, "__wrapped__", callee)
        return is_watched_file(callee.__code__.co_filename)
    return isinstance(callee, type) and bool(callee.__flags__ & _HEAP_TYPE) and is_watched_class(callee)


def is_quiet(callee: Any) -> bool:
    """Does the callee touch nothing that watched code shares, or make its own steps (a lock, a queue)?"""
    while isinstance(callee, functools.partial):
        callee = callee.func
    callee = getattr(callee, "__func__", callee)
    module = getattr(callee, "__module__", None) or ""
    if isinstance(callee, type) and (issubclass(callee, BaseException) or module == "builtins"):
        return True
    if module.startswith(__package__):
        return True
    return any(module == quiet or module.startswith(quiet + ".") for quiet in _QUIET_MODULES)


def call(node: ast.Call, source: Source) -> Accesses:
    func = node.func
    arguments = [iterated(arg.value if isinstance(arg, ast.Starred) else arg, source) for arg in node.args]
    first = evaluator(node.args[0]) if node.args else None
    anything: tuple[Access, ...] = (((ANYTHING, WHOLE), WRITE),)

    def read_arguments(local: Mapping[str, Any], glob: Mapping[str, Any]) -> list[Access]:
        return [access for argument in arguments for access in argument(local, glob)]

    def named(callee: Any, local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
        if callee is UNKNOWN:
            return anything
        if is_transparent(callee):
            return ()
        name = getattr(callee, "__name__", "")
        if getattr(builtins, name, None) is callee:
            if name in _READERS:
                return read_arguments(local, glob)
            if name == "next":
                value = first(local, glob) if first is not None else UNKNOWN
                if isinstance(value, types.GeneratorType):
                    return ()
                return anything if value is UNKNOWN else (((id(value), WHOLE), WRITE),)
            if name in ("getattr", "hasattr", "setattr", "delattr", "vars", "exec", "eval"):
                return anything if name not in ("getattr", "hasattr") else (((ANYTHING, WHOLE), READ),)
            if name in _PURE or isinstance(callee, type):
                return ()
            return anything
        return () if is_quiet(callee) else anything

    if isinstance(func, ast.Attribute):
        receiver, method = evaluator(func.value), func.attr

        def call_method(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            obj = receiver(local, glob) if receiver is not None else UNKNOWN
            if obj is UNKNOWN:
                return (
                    () if isinstance(func.value, (ast.Constant, ast.JoinedStr)) or _is_super(func.value) else anything
                )
            if isinstance(obj, (str, bytes)) and method == "join":
                return read_arguments(local, glob)
            if isinstance(obj, _IMMUTABLE):
                return ()
            if isinstance(obj, _CONTAINERS) and not is_watched_class(type(obj)):
                mode = READ if method in _READS else WRITE
                key = first(local, glob) if method in _KEYED and first is not None and isinstance(obj, dict) else WHOLE
                more = read_arguments(local, glob) if method in ("extend", "update", "union", "extendleft") else ()
                return (*contents(obj, mode, named_part(key) if key is not UNKNOWN else WHOLE), *more)
            if isinstance(obj, types.ModuleType):
                return named(vars(obj).get(method, UNKNOWN), local, glob)
            found = static_getattr(obj, method)
            if found is not UNKNOWN and is_transparent(found):
                return ()
            if isinstance(obj, type):
                return named(found, local, glob)
            if found is not UNKNOWN and callable(found) and not isinstance(found, types.MethodType):
                return named(found, local, glob)  # a callable kept in an attribute
            return () if is_quiet(type(obj)) else anything

        return call_method
    callee = evaluator(func)

    def call_name(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
        return named(callee(local, glob) if callee is not None else UNKNOWN, local, glob)

    return call_name


def _is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def subscript(node: ast.Subscript, mode: int) -> Accesses:
    box, key = evaluator(node.value), evaluator(node.slice)

    def access(local: Mapping[str, Any], glob: Mapping[str, Any]) -> tuple[Access, ...]:
        container = box(local, glob) if box is not None else UNKNOWN
        if isinstance(container, type):
            return ()  # list[int]
        part = key(local, glob) if key is not None else UNKNOWN
        if isinstance(container, (list, collections.deque)) and isinstance(part, int) and part < 0:
            part = UNKNOWN
        if isinstance(container, (list, dict)) and part is not UNKNOWN:
            return contents(container, mode, named_part(part))
        return contents(container, mode)

    return access


def contents_of(nodes: list[ast.AST], mode: int) -> Accesses:
    """The whole contents of the containers that these expressions name; nothing for what is not a container."""
    values = [value for value in map(evaluator, nodes) if value is not None]

    def access(local: Mapping[str, Any], glob: Mapping[str, Any]) -> list[Access]:
        found: list[Access] = []
        for value in values:
            obj = value(local, glob)
            if isinstance(obj, _CONTAINERS):
                found.append(((id(obj), WHOLE), mode))
        return found

    return access
