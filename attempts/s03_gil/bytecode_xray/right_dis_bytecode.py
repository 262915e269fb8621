"""Uses dis.Bytecode, and the names of the opcodes themselves."""

import builtins
import dis
from collections.abc import Callable
from types import FunctionType
from typing import Literal

Access = tuple[Literal["read", "write"], str]

def global_accesses(func: Callable[..., object]) -> list[Access]:
    if type(func) is not FunctionType:
        raise TypeError("not a plain Python function")

    def is_global(name: str) -> bool:
        return name in func.__globals__ or name not in vars(builtins)

    return [
        ("read" if i.opname.startswith("LOAD") else "write", i.argval)
        for i in dis.Bytecode(func)
        if i.opname.endswith("_GLOBAL") and is_global(i.argval)
    ]


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    kinds = "".join(kind[0] for kind, accessed in global_accesses(func) if accessed == name)
    return "w" in kinds.partition("r")[2]
