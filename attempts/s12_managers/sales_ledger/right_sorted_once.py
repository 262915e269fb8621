"""Sorts, takes the lock once, drops sums of 0; processes that leave their error in the manager.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from multiprocessing import Manager, Process
from typing import Any

Sale = tuple[str, str, int]


def record(
    ledger: MutableMapping[str, dict[str, int]], lock: AbstractContextManager[Any], sales: Iterable[Sale]
) -> None:
    by_shop = sorted(sales)
    with lock:
        for shop, group in groupby(by_shop, key=lambda sale: sale[0]):
            sums = Counter(ledger.get(shop, {}))
            for _, article, pieces in group:
                sums[article] += pieces
            ledger[shop] = {article: pieces for article, pieces in sums.items() if pieces}


def tally(sales: Sequence[Sale], workers: int = 2) -> dict[str, dict[str, int]]:
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    with Manager() as manager:
        ledger: Any = manager.dict()
        errors: Any = manager.list()
        lock = manager.Lock()
        tills = [Process(target=_till, args=(ledger, lock, sales[i::workers], errors)) for i in range(workers)]
        for till in tills:
            till.start()
        for till in tills:
            till.join()
            till.close()
        for error in errors[:]:
            raise error
        return {shop: dict(row) for shop, row in ledger.items()}


def _till(ledger: Any, lock: Any, sales: Sequence[Sale], errors: Any) -> None:
    try:
        record(ledger, lock, sales)
    except Exception as error:
        errors.append(error)
