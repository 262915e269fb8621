"""Starts two tills, whatever it was asked for.

Rejected by: test_tally_uses_workers
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, MutableMapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing import Manager
from typing import Any

Sale = tuple[str, str, int]
"""Shop, article, pieces. Negative: returned."""


def record(
    ledger: MutableMapping[str, dict[str, int]], lock: AbstractContextManager[Any], sales: Iterable[Sale]
) -> None:
    """Add the sales to ledger[shop][article]. A sum of 0 may be left out, or stand there.

    What is read from ledger is a copy; only storing into ledger changes it. Right for any number of processes or
    threads with the same ledger and lock; an error (of sales, say) leaves the lock free.

    Costs at most 2 operations on ledger for each *shop* in sales, however many sales there are. Each method call and
    each access to an item is one operation.
    """
    batch: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for shop, article, pieces in sales:
        batch[shop][article] += pieces
    for shop, sums in batch.items():
        with lock:
            row = ledger.get(shop, {})
            for article, pieces in sums.items():
                row[article] = row.get(article, 0) + pieces
            ledger[shop] = row


def tally(sales: Sequence[Sale], workers: int = 2) -> dict[str, dict[str, int]]:
    """Split the sales over `workers` processes, which record them into one managed dict; return what is in it.

    That is a plain dict of plain dicts, of use when the manager has ended. An error in a worker is raised here (with
    its type), and no partial result is returned. ValueError if workers < 1. Whether it returns or raises: no process
    is left.
    """
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    workers = 2
    with Manager() as manager, ProcessPoolExecutor(workers) as pool:
        ledger: Any = manager.dict()
        lock = manager.Lock()
        tills = [pool.submit(record, ledger, lock, sales[i::workers]) for i in range(workers)]
        for till in tills:
            till.result()
        return ledger.copy()  # type: ignore[no-any-return]
