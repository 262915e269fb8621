"""Two threads and a counter, for `benchmarks.speed`. Nothing is checked, so that no schedule fails."""

import threading


class Counter:
    """Counts without a lock."""

    def __init__(self) -> None:
        self.value = 0

    def increment(self) -> None:
        self.value += 1


def program() -> None:
    """Start two threads that count, and wait for them."""
    counter = Counter()
    threads = [threading.Thread(target=counter.increment) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
