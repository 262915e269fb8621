"""Takes sales apart by index and makes an int of the pieces, before it adds; a Pool for the tills.

So a sale without pieces is an IndexError here.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from multiprocessing import Manager, Pool
from operator import itemgetter
from typing import Any

Sale = tuple[str, str, int]


def record(
    ledger: MutableMapping[str, dict[str, int]], lock: AbstractContextManager[Any], sales: Iterable[Sale]
) -> None:
    lines = sorted((sale[0], sale[1], int(sale[2])) for sale in sales)
    for shop, of_shop in groupby(lines, key=itemgetter(0)):
        with lock:
            articles = ledger.get(shop, {})
            for _, article, pieces in of_shop:
                articles[article] = articles.get(article, 0) + pieces
            ledger[shop] = articles


def tally(sales: Sequence[Sale], workers: int = 2) -> dict[str, dict[str, int]]:
    if workers < 1:
        raise ValueError("workers must be at least 1")
    with Manager() as manager:
        ledger, lock = manager.dict(), manager.Lock()
        with Pool(workers) as pool:
            try:
                pool.starmap(record, [(ledger, lock, list(sales[i::workers])) for i in range(workers)], chunksize=1)
            finally:
                pool.close()
                pool.join()
        return dict(ledger)
