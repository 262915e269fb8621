"""Build the X-ray that shows between which bytecodes of a function an update of a global can get lost.

A reviewer writes: "`votes += 1` is one line, and the GIL runs one line at a time." The GIL protects one
bytecode, not one line. Between any two bytecodes another thread may be let in.
"""

from collections.abc import Callable
from typing import Literal

Access = tuple[Literal["read", "write"], str]

# For `def cast(): global votes; votes += 1`
#     global_accesses(cast) == [("read", "votes"), ("write", "votes")], and can_lose_update(cast, "votes").
# For `def reset(): global votes; votes = 0`
#     global_accesses(reset) == [("write", "votes")], and nothing can get lost.
#
# Both functions raise TypeError unless func is a plain Python function (types.FunctionType). They never call
# it.


def global_accesses(func: Callable[..., object]) -> list[Access]:
    """Reads and writes of module globals by func's own bytecode, in bytecode order, each time they occur.

    Jumps are not followed, and nested functions not entered. `del name` is a write. Left out are names that
    are only builtins: not in func.__globals__, but in the module `builtins`.
    """
    raise NotImplementedError  # TODO


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    """True iff a read of the global `name` is followed, anywhere later in the list, by a write of it.

    The X-ray knows nothing of locks: it says what could happen without them.
    """
    raise NotImplementedError  # TODO
