"""Each item's task starts the next one: what fn has noted in a context variable is there for the next item, too.

Rejected by: test_each_item_in_a_task_of_its_own
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from itertools import count
from typing import Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, create_task_group
from anyio.to_thread import run_sync

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

PATH: Final[ContextVar[str]] = ContextVar("PATH")


def current_path() -> str:
    return PATH.get("")


@contextmanager
def span(name: str) -> Generator[None, None, None]:
    token = PATH.set("/".join(filter(None, (PATH.get(""), name))))
    try:
        yield
    finally:
        PATH.reset(token)


async def map_tasks(fn: Callable[[T], Awaitable[R]], items: Sequence[T], *, limit: int) -> list[R]:
    match limit:
        case int() if limit >= 1:
            pass
        case _:
            raise ValueError(f"{limit=}")
    done: dict[int, R] = {}
    todo = deque(zip(count(), items))

    async with create_task_group() as tg:

        async def one(number: int, item: T) -> None:
            with span(f"item{number}"):
                done[number] = await fn(item)
            if todo:
                tg.start_soon(one, *todo.popleft())

        for _ in range(min(limit, len(todo))):
            tg.start_soon(one, *todo.popleft())
    return [done[n] for n in range(len(done))]


async def map_threads(fn: Callable[[T], R], items: Sequence[T], *, limit: int) -> list[R]:
    if limit < 1:
        raise ValueError(f"{limit=}")
    return await map_tasks(partial(run_sync, fn, limiter=CapacityLimiter(limit)), items, limit=limit)
