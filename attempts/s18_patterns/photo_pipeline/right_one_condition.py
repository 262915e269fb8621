"""One table of items under one Condition: every worker looks for the lowest item that is ready for its stage."""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source, stages, *, in_flight):
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("in_flight and workers are at least 1")
    table = threading.Condition()
    ready = [{} for _ in range(len(stages) + 1)]  # for each stage: number -> value; the last one: results
    errors = {}
    over = False

    def work_at(place):
        while True:
            with table:
                table.wait_for(lambda: over or ready[place])
                if over:
                    return
                number = min(ready[place])
                value = ready[place].pop(number)
            try:
                value = stages[place].work(value)
            except Exception as error:
                with table:
                    errors[number] = error
                    table.notify_all()
            else:
                with table:
                    ready[place + 1][number] = value
                    table.notify_all()

    threads = [
        threading.Thread(target=work_at, args=(place,), daemon=True)
        for place, stage in enumerate(stages)
        for _ in range(stage.workers)
    ]
    items = iter(source)
    for thread in threads:
        thread.start()
    taken, wanted, last = 0, 0, None
    try:
        while True:
            while last is None and taken < wanted + in_flight:
                try:
                    item = next(items)
                except StopIteration:
                    last = taken
                except Exception as error:
                    with table:
                        errors[taken] = error
                    last = taken + 1
                else:
                    with table:
                        ready[0][taken] = item
                        table.notify_all()
                    taken += 1
            if wanted == last:
                return
            with table:
                table.wait_for(lambda: wanted in errors or wanted in ready[-1])
                if wanted in errors:
                    raise errors[wanted]
                result = ready[-1].pop(wanted)
            wanted += 1
            yield result
    finally:
        with table:
            over = True
            table.notify_all()
        for thread in threads:
            thread.join()
