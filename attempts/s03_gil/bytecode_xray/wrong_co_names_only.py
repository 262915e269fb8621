"""Takes the names from co_names: there are attributes among them, and neither order nor kind.

Rejected by: test_append_reads_only
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
    written = {i.argval for i in dis.get_instructions(func) if i.opname == "STORE_GLOBAL"}
    found = []
    for name in func.__code__.co_names:
        if name in func.__globals__ or not hasattr(builtins, name):
            found.append(("read", name))
            if name in written:
                found.append(("write", name))
    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    has_read = False
    for access in global_accesses(func):
        if access == ("read", name):
            has_read = True
        elif access == ("write", name) and has_read:
            return True
    return False
