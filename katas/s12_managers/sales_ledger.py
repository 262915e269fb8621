"""Repair these books: nothing arrives in them, then pieces go missing, and each sale costs a round of messages.

The tills of a market run in processes of their own. They book into one managed dict of plain dicts: shop -> article ->
pieces. Every access to it is a message to the manager's process. At the end, the report does not work either.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from multiprocessing import Manager, Process
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
    for shop, article, pieces in sales:
        # TODO: where does the dict live that ledger[shop] gives you? Who else may book between two operations?
        # TODO: how many operations is this? Are that many needed?
        ledger.setdefault(shop, {})
        ledger[shop][article] = ledger[shop].get(article, 0) + pieces


def tally(sales: Sequence[Sale], workers: int = 2) -> dict[str, dict[str, int]]:
    """Split the sales over `workers` processes, which record them into one managed dict; return what is in it.

    That is a plain dict of plain dicts, of use when the manager has ended. An error in a worker is raised here (with
    its type), and no partial result is returned. ValueError if workers < 1. Whether it returns or raises: no process
    is left.
    """
    with Manager() as manager:
        ledger: Any = manager.dict()
        lock = manager.Lock()
        tills = [Process(target=record, args=(ledger, lock, sales[i::workers])) for i in range(workers)]
        for till in tills:
            till.start()
        for till in tills:
            till.join()
        # TODO: what is this, and what is it after the manager's end? And did all the tills succeed?
        return ledger  # type: ignore[no-any-return]
