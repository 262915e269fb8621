"""Decodes co_code by hand, with EXTENDED_ARG; the caches in between are opcodes of their own."""

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
    code, argument = func.__code__, 0
    for position in range(0, len(code.co_code), 2):
        opname = dis.opname[code.co_code[position]]
        argument = argument << 8 | code.co_code[position + 1]
        if opname == "EXTENDED_ARG":
            continue
        if opname in KINDS:
            name = code.co_names[argument >> 1 if opname == "LOAD_GLOBAL" else argument]
            if name in func.__globals__ or not hasattr(builtins, name):
                found.append((KINDS[opname], name))
        argument = 0
    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    has_read = False
    for access in global_accesses(func):
        if access == ("read", name):
            has_read = True
        elif access == ("write", name) and has_read:
            return True
    return False
