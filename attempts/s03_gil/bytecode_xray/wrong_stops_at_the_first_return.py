"""Stops at the first return: what stands behind it in the bytecode is left out.

Rejected by: test_loop_and_branch
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
        if instruction.opname.startswith("RETURN_V"):
            break
        if instruction.opname not in KINDS:
            continue
        if name not in func.__globals__ and hasattr(builtins, name):
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
