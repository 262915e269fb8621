"""Wants the write right behind the read: whatever comes in between makes the gap wider, not safe.

Rejected by: test_other_name_in_between
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
        if name not in func.__globals__ and hasattr(builtins, name):
            continue
        found.append((KINDS[instruction.opname], name))
    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    accesses = global_accesses(func)
    return any(pair == (("read", name), ("write", name)) for pair in zip(accesses, accesses[1:]))
