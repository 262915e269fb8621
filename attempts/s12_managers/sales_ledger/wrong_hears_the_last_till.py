"""Looks only at what the last till reports; an error of another one gives a partial result.

Rejected by: test_failing_worker
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from multiprocessing import Manager, Pipe, Process
from multiprocessing.connection import Connection
from typing import Any

Sale = tuple[str, str, int]


def record(
    ledger: MutableMapping[str, dict[str, int]], lock: AbstractContextManager[Any], sales: Iterable[Sale]
) -> None:
    changes: dict[str, dict[str, int]] = {}
    for shop, article, pieces in sales:
        articles = changes.setdefault(shop, {})
        articles[article] = articles.get(article, 0) + pieces
    for shop, articles in changes.items():
        with lock:
            book = dict(ledger.get(shop, {}))
            for article, pieces in articles.items():
                book[article] = book.get(article, 0) + pieces
            ledger[shop] = book


def _till(ledger: Any, lock: Any, sales: Sequence[Sale], report: Connection) -> None:
    try:
        record(ledger, lock, sales)
    except BaseException as error:
        report.send(error)
    else:
        report.send(None)


def tally(sales: Sequence[Sale], workers: int = 2) -> dict[str, dict[str, int]]:
    if workers < 1:
        raise ValueError(f"{workers} workers")
    tills: list[Process] = []
    reports: list[Connection] = []
    with Manager() as manager:
        ledger: Any = manager.dict()
        lock = manager.Lock()
        try:
            for i in range(workers):
                report, theirs = Pipe(duplex=False)
                reports.append(report)
                till = Process(target=_till, args=(ledger, lock, sales[i::workers], theirs))
                till.start()
                tills.append(till)
                theirs.close()
            for report in reports:
                try:
                    error = report.recv()
                except EOFError:
                    raise RuntimeError("a till has died") from None
            if error is not None:
                raise error
            return {shop: dict(articles) for shop, articles in ledger.items()}
        finally:
            for till in tills:
                till.kill()
                till.join()
                till.close()
            for report in reports:
                report.close()
