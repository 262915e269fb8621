"""Waits ten seconds for each till, and reports without the sales of a slower one.

Rejected by: test_a_slow_till
"""

from __future__ import annotations

from multiprocessing import Manager, Process

Sale = tuple[str, str, int]


def record(ledger, lock, sales):
    sums = {}
    for shop, article, pieces in sales:
        of_shop = sums.setdefault(shop, {})
        of_shop[article] = of_shop.get(article, 0) + pieces
    for shop, articles in sums.items():
        with lock:
            row = ledger.get(shop, {})
            for article, pieces in articles.items():
                row[article] = row.get(article, 0) + pieces
            ledger[shop] = row


def tally(sales, workers=2):
    if workers < 1:
        raise ValueError(workers)
    with Manager() as manager:
        ledger, lock, errors = manager.dict(), manager.Lock(), manager.list()
        tills = [Process(target=_till, args=(errors, ledger, lock, sales[i::workers])) for i in range(workers)]
        for till in tills:
            till.start()
        for till in tills:
            till.join(10)
        for error in errors:
            raise error
        for till in tills:
            till.kill()
            till.join()
        return ledger.copy()


def _till(errors, *args):
    try:
        record(*args)
    except Exception as error:
        errors.append(error)
