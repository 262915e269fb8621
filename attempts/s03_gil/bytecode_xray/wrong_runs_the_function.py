"""Calls the function and notes which globals it touches on the way.

Rejected by: test_nothing_is_called
"""

import builtins
import dis
from collections.abc import Callable
from types import FunctionType
from typing import Literal

Access = tuple[Literal["read", "write"], str]

KINDS = {"LOAD_GLOBAL": "read", "STORE_GLOBAL": "write", "DELETE_GLOBAL": "write"}


def global_accesses(func: Callable[..., object]) -> list[Access]:
    if not isinstance(func, FunctionType):
        raise TypeError("not a plain Python function")
    try:
        func(*[0] * func.__code__.co_argcount)
    except Exception:
        pass
    found = []
    for instruction in dis.get_instructions(func):
        name = instruction.argval
        if instruction.opname in KINDS and (name in func.__globals__ or not hasattr(builtins, name)):
            found.append((KINDS[instruction.opname], name))
    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    has_read = False
    for access in global_accesses(func):
        if access == ("read", name):
            has_read = True
        elif access == ("write", name) and has_read:
            return True
    return False
