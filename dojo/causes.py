"""An exception, and those behind it."""

from __future__ import annotations

from collections.abc import Iterator


def all_of(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it, and the members of a group; each once, since causes may go in circles."""
    waiting, seen = [error], set()
    while waiting:
        error = waiting.pop()
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        if error.__cause__ is not None:
            waiting.append(error.__cause__)
        if isinstance(error, BaseExceptionGroup):
            waiting.extend(reversed(error.exceptions))
