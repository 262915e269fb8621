"""The first error that it finds leaves: nobody waits for the other workers.

Rejected by: test_nothing_left
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from multiprocessing import Manager, Process
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
    with Manager() as manager:
        ledger: Any = manager.dict()
        lock = manager.Lock()
        errors: Any = manager.list()
        tills = [Process(target=_till, args=(ledger, lock, sales[i::workers], errors)) for i in range(workers)]
        for till in tills:
            till.start()
        for till in tills:
            till.join()
            for error in errors:
                raise error
        return ledger.copy()  # type: ignore[no-any-return]


def _till(ledger: Any, lock: Any, sales: Sequence[Sale], errors: Any) -> None:
    try:
        record(ledger, lock, sales)
    except Exception as error:
        errors.append(error)
