"""Looks for "name +=" in the source: an update may take two lines, and the source may not exist.

Rejected by: test_split_over_two_lines, test_generated_functions
"""

import inspect
import re
from collections.abc import Callable
from types import FunctionType
from typing import Literal

Access = tuple[Literal["read", "write"], str]

def global_accesses(func: Callable[..., object]) -> list[Access]:
    if not isinstance(func, FunctionType):
        raise TypeError("not a plain Python function")
    found = []
    for line in inspect.getsource(func).splitlines()[1:]:
        if match := re.match(r"\s+(\w+) [-+*/]= ", line):
            found += [("read", match[1]), ("write", match[1])]
        elif match := re.match(r"\s+(\w+) = (\w+)$", line):
            found += [("read", match[2]), ("write", match[1])]
        elif match := re.match(r"\s+(\w+)\.\w+", line):
            found += [("read", match[1])]
    return [access for access in found if access[1] in func.__globals__]


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    has_read = False
    for access in global_accesses(func):
        if access == ("read", name):
            has_read = True
        elif access == ("write", name) and has_read:
            return True
    return False
