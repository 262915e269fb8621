"""Counts a variable of an enclosing function that has the name of a global, too.

Rejected by: test_own_bytecode_only
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
        raise TypeError("func must be a plain Python function")
    accesses = []
    for instruction in dis.get_instructions(func):
        kind = KINDS.get(instruction.opname)
        if instruction.opname in ("LOAD_DEREF", "STORE_DEREF") and instruction.argval in func.__globals__:
            kind = "read" if instruction.opname == "LOAD_DEREF" else "write"
        if kind is None:
            continue
        name = instruction.argval
        if name not in func.__globals__ and hasattr(builtins, name):
            continue
        accesses.append((kind, name))
    return accesses


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    read = False
    for kind, what in global_accesses(func):
        if what == name:
            if kind == "read":
                read = True
            elif read:
                return True
    return False
