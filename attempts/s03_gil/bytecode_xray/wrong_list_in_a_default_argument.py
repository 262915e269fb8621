"""Fills the list in its default argument: the next X-ray changes the list of this one.

Rejected by: test_every_access_is_listed
"""

import builtins
import dis
from collections.abc import Callable
from types import FunctionType
from typing import Literal

Access = tuple[Literal["read", "write"], str]

# For `def cast(): global votes; votes += 1`
#     global_accesses(cast) == [("read", "votes"), ("write", "votes")], and can_lose_update(cast, "votes").
# For `def reset(): global votes; votes = 0`
#     global_accesses(reset) == [("write", "votes")], and nothing can get lost.
#
# Both functions raise TypeError unless func is a plain Python function (types.FunctionType). They never call
# it.

_KINDS: dict[str, Literal["read", "write"]] = {
    "LOAD_GLOBAL": "read",
    "STORE_GLOBAL": "write",
    "DELETE_GLOBAL": "write",
}


def global_accesses(func: Callable[..., object], found: list = []) -> list[Access]:
    """Reads and writes of module globals by func's own bytecode, in bytecode order, each time they occur.

    Jumps are not followed, and nested functions not entered. `del name` is a write. Left out are names that
    are only builtins: not in func.__globals__, but in the module `builtins`.
    """
    if not isinstance(func, FunctionType):  # dis would take classes, methods and strings, too
        raise TypeError(f"a plain Python function is needed, not {func!r}")
    found[:] = [
        (_KINDS[instruction.opname], instruction.argval)
        for instruction in dis.get_instructions(func)
        if instruction.opname in _KINDS
        # LOAD_GLOBAL looks among the module's names first, and then among the builtins
        and (instruction.argval in func.__globals__ or not hasattr(builtins, instruction.argval))
    ]


    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    """True iff a read of the global `name` is followed, anywhere later in the list, by a write of it.

    The X-ray knows nothing of locks: it says what could happen without them.
    """
    accesses = global_accesses(func)
    if ("read", name) not in accesses:
        return False
    return ("write", name) in accesses[accesses.index(("read", name)) :]
