"""Parses the source into a syntax tree: a function that was made by exec has no source.

Rejected by: test_generated_functions
"""

import builtins
import ast
import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Literal

Access = tuple[Literal["read", "write"], str]

def global_accesses(func: Callable[..., object]) -> list[Access]:
    if not isinstance(func, FunctionType):
        raise TypeError("not a plain Python function")
    found = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(func)))):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found += [("read", node.target.id), ("write", node.target.id)]
        elif isinstance(node, ast.Name) and node.id in func.__globals__:
            found.append(("read" if isinstance(node.ctx, ast.Load) else "write", node.id))
    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    has_read = False
    for access in global_accesses(func):
        if access == ("read", name):
            has_read = True
        elif access == ("write", name) and has_read:
            return True
    return False
