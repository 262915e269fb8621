"""Asks for the value of a global to see whether the module has it: one that is None passes for the builtin.

Rejected by: test_builtins_left_out
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
    found = []
    for instruction in dis.get_instructions(func):
        name = instruction.argval
        if instruction.opname not in KINDS:
            continue
        if func.__globals__.get(name) is None and hasattr(builtins, name):
            continue
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
