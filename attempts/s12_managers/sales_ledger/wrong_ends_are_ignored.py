"""Joins its processes and does not ask how they ended.

Rejected by: test_failing_worker
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from multiprocessing import Manager, Process
from typing import Any

Sale = tuple[str, str, int]


def record(
    ledger: MutableMapping[str, dict[str, int]], lock: AbstractContextManager[Any], sales: Iterable[Sale]
) -> None:
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
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    with Manager() as manager:
        ledger: Any = manager.dict()
        lock = manager.Lock()
        tills = [Process(target=record, args=(ledger, lock, sales[i::workers])) for i in range(workers)]
        for till in tills:
            till.start()
        for till in tills:
            till.join()
        return ledger.copy()  # type: ignore[no-any-return]
