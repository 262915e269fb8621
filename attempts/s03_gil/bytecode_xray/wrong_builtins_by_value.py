"""Compares values: a global of the module that is bound to the builtin itself is left out.

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
        raise TypeError("func must be a plain Python function")
    accesses = []
    for instruction in dis.get_instructions(func):
        kind = KINDS.get(instruction.opname)
        if kind is None:
            continue
        name = instruction.argval
        if hasattr(builtins, name) and func.__globals__.get(name, getattr(builtins, name)) is getattr(builtins, name):
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
