"""One copy and one update for the whole batch; a Pool as workers.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from multiprocessing import Manager, Pool
from typing import Any

Sale = tuple[str, str, int]


def record(
    ledger: MutableMapping[str, dict[str, int]], lock: AbstractContextManager[Any], sales: Iterable[Sale]
) -> None:
    sales = list(sales)
    shops = {shop for shop, _, _ in sales}
    with lock:
        rows = ledger.copy()  # type: ignore[attr-defined]
        changed = {shop: rows.get(shop, {}) for shop in shops}
        for shop, article, pieces in sales:
            changed[shop][article] = changed[shop].get(article, 0) + pieces
        ledger.update(changed)


def tally(sales: Sequence[Sale], workers: int = 2) -> dict[str, dict[str, int]]:
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    with Manager() as manager:
        ledger: Any = manager.dict()
        lock = manager.Lock()
        pool = Pool(workers)
        try:
            pool.starmap(record, [(ledger, lock, sales[i::workers]) for i in range(workers)])
        finally:
            pool.close()
            pool.join()
        return ledger.copy()  # type: ignore[no-any-return]
