"""Asks by its truth value whether lines has failed: an error with a length of 0 is swallowed.

Rejected by: test_error_in_input
"""

from __future__ import annotations

import multiprocessing as mp
import pickle
from threading import Thread


class ImportFailed(Exception):
    """This line could not be parsed. The first line has line_no 1."""

    def __init__(self, line_no: int, reason: str) -> None:
        super().__init__(f"line {line_no}: {reason}")
        self.line_no = line_no
        self.reason = reason


def import_lines(lines, parse, workers=2):
    if workers < 1:
        raise ValueError(workers)
    tasks = mp.Queue()
    results = mp.Queue()
    pool = [mp.Process(target=_work, args=(tasks, results, parse)) for _ in range(workers)]
    for p in pool:
        p.start()
    found = {}

    def collect():
        ended = 0
        while ended < workers:
            item = results.get()
            if item is None:
                ended += 1
            else:
                number, ok, data = item
                found[number] = (ok, data)

    collector = Thread(target=collect)
    collector.start()
    count = 0
    failure = None
    try:
        for line in lines:
            count += 1
            tasks.put((count, line))
    except BaseException as error:
        failure = error
    if True:
        for _ in pool:
            tasks.put(None)
        collector.join()
        for p in pool:
            p.join()
            p.close()
        for q in (tasks, results):
            q.close()
            q.join_thread()
            q._reader.close()
    if failure:
        raise failure
    answer = []
    for number in range(1, count + 1):
        ok, data = found[number]
        if not ok:
            raise ImportFailed(number, data)
        answer.append(pickle.loads(data))
    return answer


def _work(tasks, results, parse):
    while True:
        task = tasks.get()
        if task is None:
            break
        number, line = task
        try:
            value = parse(line)
        except Exception as e:
            results.put((number, False, f"{type(e).__name__}: {e}"))
            continue
        try:
            data = pickle.dumps(value)
        except Exception as e:
            results.put((number, False, f"not picklable: {e!r}"))
        else:
            results.put((number, True, data))
    results.put(None)
