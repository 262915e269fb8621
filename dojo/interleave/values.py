"""The values of expressions in a running frame, found without side effects: no code of anybody's is run."""

from __future__ import annotations

import ast
import builtins
import threading
import types
from collections.abc import Callable, Mapping
from typing import Any

RealLocal = threading.local
"""Kept here: while an exploration is under way, another class has its name."""

UNKNOWN = object()
"""The value of an expression that cannot be evaluated without side effects."""

Evaluate = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]
"""(local variables, global variables) -> value or UNKNOWN."""


def static_getattr(obj: Any, name: str) -> Any:
    """The attribute where it is plain data; UNKNOWN where reading it would run code."""
    if obj is UNKNOWN:
        return UNKNOWN
    if isinstance(obj, types.ModuleType):
        return vars(obj).get(name, UNKNOWN)
    kind = type(obj)
    if isinstance(obj, type):
        for base in obj.__mro__:
            if name in base.__dict__:
                value = base.__dict__[name]
                if isinstance(value, (staticmethod, classmethod)):
                    return value.__func__
                return UNKNOWN if hasattr(type(value), "__get__") and not callable(value) else value
        return UNKNOWN
    found = class_attribute(kind, name)
    if isinstance(found, types.MemberDescriptorType):
        try:
            return found.__get__(obj, kind)
        except AttributeError:
            return UNKNOWN
    own = own_attributes(obj)
    if name == "__dict__" and (found is UNKNOWN or isinstance(found, types.GetSetDescriptorType)):
        return own
    if isinstance(own, dict) and name in own:
        return own[name]
    if found is UNKNOWN:
        return UNKNOWN
    if isinstance(found, types.FunctionType):
        return types.MethodType(found, obj)
    if isinstance(found, staticmethod):
        return found.__func__
    if isinstance(found, classmethod):
        return types.MethodType(found.__func__, kind)
    if hasattr(type(found), "__get__"):
        return UNKNOWN
    return found


def own_attributes(obj: Any) -> Any:
    """The object's `__dict__`, of a threading.local the calling thread's; {} where it has none."""
    try:
        return (RealLocal if isinstance(obj, RealLocal) else object).__getattribute__(obj, "__dict__")
    except AttributeError:
        return {}


def class_attribute(kind: type, name: str) -> Any:
    """What the class or one of its bases has under this name, as it is kept there; UNKNOWN if nothing."""
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return UNKNOWN


def evaluator(node: ast.AST | None) -> Evaluate | None:
    """A function (locals, globals) -> value or UNKNOWN for names, attributes, constants and plain subscripts."""
    if isinstance(node, ast.Name):
        name = node.id

        def load(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            try:
                return local[name]
            except KeyError:
                if name in glob:
                    return glob[name]
                return getattr(builtins, name, UNKNOWN)

        return load
    if isinstance(node, ast.Constant):
        value = node.value
        return lambda local, glob: value
    if isinstance(node, ast.Attribute):
        inner, attr = evaluator(node.value), node.attr
        if inner is None:
            return None
        return lambda local, glob: static_getattr(inner(local, glob), attr)
    if isinstance(node, ast.Subscript):
        box, key = evaluator(node.value), evaluator(node.slice)
        if box is None or key is None:
            return None

        def item(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            container, index = box(local, glob), key(local, glob)
            if type(container) in (list, tuple, dict) and type(index) in (int, str):
                try:
                    return container[index]
                except (LookupError, TypeError):
                    return UNKNOWN
            return UNKNOWN

        return item
    if isinstance(node, ast.Tuple):
        parts = [evaluator(element) for element in node.elts]
        if None in parts:
            return None

        def pack(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            values = tuple(part(local, glob) for part in parts if part is not None)
            return UNKNOWN if any(value is UNKNOWN for value in values) else values

        return pack
    if isinstance(node, ast.NamedExpr):
        return evaluator(node.target)
    return None
