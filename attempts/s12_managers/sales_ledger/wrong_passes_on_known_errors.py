"""Passes on three kinds of error; any other one becomes a RuntimeError.

Rejected by: test_failing_worker
"""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from multiprocessing import Manager, Process
from typing import Any

Sale = tuple[str, str, int]


def record(
    ledger: MutableMapping[str, dict[str, int]], lock: AbstractContextManager[Any], sales: Iterable[Sale]
) -> None:
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for shop, article, pieces in sales:
        sums[shop][article] += pieces
    for shop, articles in sums.items():
        with lock:
            page = dict(ledger.get(shop, {}))
            for article, pieces in articles.items():
                page[article] = page.get(article, 0) + pieces
            ledger[shop] = page


def _till(ledger: Any, lock: Any, sales: Sequence[Sale], errors: Any) -> None:
    try:
        record(ledger, lock, sales)
    except (KeyError, TypeError, ValueError) as error:
        errors.append(error)


def tally(sales: Sequence[Sale], workers: int = 2) -> dict[str, dict[str, int]]:
    if workers < 1:
        raise ValueError("workers < 1")
    with Manager() as manager:
        ledger: Any = manager.dict()
        errors: Any = manager.list()
        lock = manager.Lock()
        tills = [Process(target=_till, args=(ledger, lock, sales[i::workers], errors)) for i in range(workers)]
        started: list[Process] = []
        try:
            for till in tills:
                till.start()
                started.append(till)
        finally:
            for till in started:
                till.join()
        for error in errors:
            raise error
        for till in tills:
            if till.exitcode:
                raise RuntimeError(f"a till ended with {till.exitcode}")
        return dict(ledger.copy())
