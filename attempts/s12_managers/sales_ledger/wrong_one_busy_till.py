"""Starts as many processes as it was asked for, and gives all the sales to the first.

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
    with Manager() as manager, ProcessPoolExecutor(workers) as pool:
        ledger: Any = manager.dict()
        lock = manager.Lock()
        tills = [pool.submit(record, ledger, lock, sales if i == 0 else []) for i in range(workers)]
        for till in tills:
            till.result()
        return ledger.copy()  # type: ignore[no-any-return]
