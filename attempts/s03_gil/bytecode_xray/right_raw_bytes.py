"""Reads the raw bytes of the code object, without an instruction object."""

import builtins
import dis
import types
from collections.abc import Callable, Iterator

KINDS = {"LOAD_GLOBAL": "read", "STORE_GLOBAL": "write", "DELETE_GLOBAL": "write"}


def _instructions(code: types.CodeType) -> Iterator[tuple[str, int]]:
    extended = 0
    for offset in range(0, len(code.co_code), 2):
        name, argument = dis.opname[code.co_code[offset]], extended << 8 | code.co_code[offset + 1]
        extended = argument if name == "EXTENDED_ARG" else 0
        yield name, argument


def global_accesses(func: Callable[..., object]) -> list[tuple[str, str]]:
    if not isinstance(func, types.FunctionType):
        raise TypeError(f"{func!r} is no Python function")
    found = []
    for instruction, argument in _instructions(func.__code__):
        if instruction in KINDS:
            name = func.__code__.co_names[argument >> (instruction == "LOAD_GLOBAL")]  # its lowest bit says "push NULL"
            if name in func.__globals__ or not hasattr(builtins, name):
                found.append((KINDS[instruction], name))
    return found


def can_lose_update(func: Callable[..., object], name: str) -> bool:
    kinds = [kind for kind, accessed in global_accesses(func) if accessed == name]
    return "read" in kinds and "write" in kinds[kinds.index("read") :]
