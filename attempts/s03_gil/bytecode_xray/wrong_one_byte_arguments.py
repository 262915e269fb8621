"""Decodes co_code by hand and forgets EXTENDED_ARG: from the 128th name on it finds the wrong ones.

Rejected by: test_many_names
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
    code = func.__code__
    for position in range(0, len(code.co_code), 2):
        opname = dis.opname[code.co_code[position]]
        argument = code.co_code[position + 1]
        if opname in KINDS:
            name = code.co_names[argument >> 1 if opname == "LOAD_GLOBAL" else argument]
            if name in func.__globals__ or not hasattr(builtins, name):
                found.append((KINDS[opname], name))
    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    has_read = False
    for access in global_accesses(func):
        if access == ("read", name):
            has_read = True
        elif access == ("write", name) and has_read:
            return True
    return False
