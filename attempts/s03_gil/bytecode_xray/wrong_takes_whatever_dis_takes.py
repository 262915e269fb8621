"""Lets dis decide: it takes methods, classes, code objects and even source text.

Rejected by: test_not_a_python_function
"""

import builtins
import dis
from collections.abc import Callable
from typing import Literal

Access = tuple[Literal["read", "write"], str]

KINDS = {"LOAD_GLOBAL": "read", "STORE_GLOBAL": "write", "DELETE_GLOBAL": "write"}


def global_accesses(func: Callable[..., object]) -> list[Access]:
    found = []
    for instruction in dis.get_instructions(func):
        name = instruction.argval
        if instruction.opname not in KINDS:
            continue
        if name not in getattr(func, "__globals__", {}) and hasattr(builtins, name):
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
