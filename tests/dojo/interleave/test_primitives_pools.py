"""multiprocessing.pool.ThreadPool, also under its other name, with everything that it can be asked for."""

from __future__ import annotations

import multiprocessing.dummy
from multiprocessing.pool import ThreadPool
from operator import neg
from typing import Any

import pytest

from dojo.interleave import StuckError, explore


@pytest.mark.parametrize("make", [ThreadPool, multiprocessing.dummy.Pool])
@pytest.mark.parametrize(
    "ask",
    [
        lambda pool: pool.map(neg, [1, 2, 3]),
        lambda pool: pool.map_async(neg, [1, 2, 3], chunksize=1).get(timeout=1),
        lambda pool: pool.starmap(min, [(-1, 0), (-2, 0), (-3, 0)]),
        lambda pool: list(pool.imap(neg, [1, 2, 3])),
        lambda pool: sorted(pool.imap_unordered(neg, [1, 2, 3]), reverse=True),
        lambda pool: [pool.apply(neg, (n,)) for n in (1, 2, 3)],
        lambda pool: [reply.get() for reply in [pool.apply_async(neg, (n,)) for n in (1, 2, 3)]],
    ],
)
def test_what_it_is_asked_for(make: Any, ask: Any) -> None:
    def program() -> None:
        with make(2) as pool:
            assert ask(pool) == [-1, -2, -3]

    explore(program, schedules=30)


def test_closed_and_joined() -> None:
    def program() -> None:
        done: list[int] = []
        pool = ThreadPool(2)
        pool.map_async(neg, [1, 2], callback=done.extend)
        pool.close()
        pool.join()
        assert done == [-1, -2]

    explore(program, schedules=30)


def test_an_update_is_lost() -> None:
    def program() -> None:
        box = [0]

        def add() -> None:
            box[0] += 1

        with ThreadPool(2) as pool:
            for reply in [pool.apply_async(add) for _ in range(2)]:
                reply.get()
        assert box == [2]

    with pytest.raises(AssertionError, match=r"assert \[1\] == \[2\]"):
        explore(program)


def test_built_in_calls_take_turns() -> None:
    def program() -> None:
        seen: list[int] = []
        with ThreadPool(2) as pool:
            pool.map(seen.append, [1, 2], chunksize=1)
        assert seen == [1, 2]

    with pytest.raises(AssertionError, match=r"assert \[2, 1\] == \[1, 2\]"):
        explore(program)


def test_a_job_that_waits_for_a_place_in_its_own_pool() -> None:
    def program() -> None:
        with ThreadPool(1) as pool:
            pool.apply(lambda: pool.apply(neg, (1,)))

    with pytest.raises(StuckError):
        explore(program)


def test_one_that_was_made_before() -> None:
    """It stays as it is, and so does a pool of processes."""
    with ThreadPool(1) as pool:
        explore(lambda: None)
        assert pool.map(neg, [1]) == [-1]
    with multiprocessing.get_context("spawn").Pool(1) as processes:
        explore(lambda: None)
        assert processes.map(neg, [1]) == [-1]
