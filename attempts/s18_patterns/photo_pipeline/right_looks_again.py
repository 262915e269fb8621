"""Whoever waits looks again four times a second: one condition for all, dicts and flags."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


import threading


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    if in_flight < 1:
        raise ValueError("in_flight must be at least 1")
    for stage in stages:
        if stage.workers < 1:
            raise ValueError("a stage needs a worker")

    condition = threading.Condition()
    waiting = []  # for each stage: list of (number, value)
    for _ in range(len(stages) + 1):
        waiting.append([])
    stopped = False
    allowed = in_flight
    taken = 0
    total = None
    failed_at = None
    failed_with = None
    finished = {}
    threads = []

    def fail(number, error):
        nonlocal failed_at, failed_with
        if failed_at is None or number < failed_at:
            failed_at = number
            failed_with = error

    def feed():
        nonlocal taken, total
        number = 0
        iterator = None
        while True:
            with condition:
                while number >= allowed and not stopped and failed_at is None:
                    condition.wait(0.25)
                if stopped or failed_at is not None:
                    return
            try:
                if iterator is None:
                    iterator = iter(source)
                value = next(iterator)
            except StopIteration:
                with condition:
                    total = number
                    condition.notify_all()
                return
            except Exception as error:
                with condition:
                    fail(number, error)
                    condition.notify_all()
                return
            with condition:
                if len(stages) == 0:
                    finished[number] = value
                else:
                    waiting[0].append((number, value))
                condition.notify_all()
            number = number + 1

    def work(index):
        while True:
            with condition:
                while True:
                    if stopped:
                        return
                    if waiting[index]:
                        break
                    condition.wait(0.25)
                waiting[index].sort(key=lambda pair: pair[0])
                number, value = waiting[index].pop(0)
                if failed_at is not None and number > failed_at:
                    continue
            try:
                result = stages[index].work(value)
            except Exception as error:
                with condition:
                    fail(number, error)
                    condition.notify_all()
                continue
            with condition:
                if index + 1 == len(stages):
                    finished[number] = result
                else:
                    waiting[index + 1].append((number, result))
                condition.notify_all()
            value = None
            result = None

    threads.append(threading.Thread(target=feed))
    for index in range(len(stages)):
        for _ in range(stages[index].workers):
            threads.append(threading.Thread(target=work, args=(index,)))
    started = []
    try:
        for thread in threads:
            thread.start()
            started.append(thread)
        number = 0
        while True:
            with condition:
                while number not in finished and total != number and failed_at != number:
                    condition.wait(0.25)
                if failed_at == number:
                    break
                if total == number:
                    return
                value = finished.pop(number)
            yield value
            value = None
            number = number + 1
            with condition:
                allowed = number + in_flight
                condition.notify_all()
    finally:
        with condition:
            stopped = True
            condition.notify_all()
        for thread in started:
            thread.join()
    raise failed_with
