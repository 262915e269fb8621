"""Has places for a hundred readers, which is not any number.

Rejected by: test_any_number_of_readers_share
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Condition, Lock

PLACES = 100


class Ticket:
    """The place of a waiting thread in one of the two lines. Equal to no other ticket."""

    def __init__(self, guard: Lock) -> None:
        self.admitted = False
        self.called = Condition(guard)  # one for each, so that nobody is woken in vain


class ReadWriteLock:
    """Any number of readers are inside, or one writer, or nobody. For any number of threads.

    - A reader who comes while no writer is inside or waits enters at once. Otherwise it waits.
    - A writer enters when nobody is inside and it is its turn. Which of several waiting writers goes first is open.
    - When a writer leaves, all readers that wait at that moment enter before any other writer. With none waiting, a
      waiting writer enters.
    - When the last reader leaves, a waiting writer enters.
    - When a waiting writer gives up and no other writer is inside or waits, the readers that it kept out enter at
      once, even while other readers are still inside.

    Not reentrant: what happens when a thread asks that is inside already is undefined. Waiting threads sleep.
    """

    def __init__(self) -> None:
        self._guard = Lock()  # for all below
        self._readers = 0  # inside
        self._writer = False  # is one inside?
        self._waiting_readers: list[Ticket] = []
        self._waiting_writers: list[Ticket] = []

    def acquire_read(self, timeout: float | None = None) -> bool:
        """Enter as a reader: True. False if that was not possible within timeout seconds.

        None: wait for ever; 0: do not wait. ValueError if timeout < 0.
        """
        _check(timeout)
        with self._guard:
            if not self._writer and not self._waiting_writers and self._readers < PLACES:
                self._readers += 1
                return True
            return self._wait(self._waiting_readers, timeout)

    def release_read(self) -> None:
        """Leave as a reader. RuntimeError if no reader is inside."""
        with self._guard:
            if not self._readers:
                raise RuntimeError("no reader is inside")
            self._readers -= 1
            if not self._readers:
                self._admit_writer()
            if not self._writer and not self._waiting_writers:
                self._admit_readers()

    def acquire_write(self, timeout: float | None = None) -> bool:
        """Enter as the writer: True. False if that was not possible within timeout seconds.

        None: wait for ever; 0: do not wait. ValueError if timeout < 0.
        """
        _check(timeout)
        with self._guard:
            if not self._writer and not self._readers:  # then nobody waits, either
                self._writer = True
                return True
            if self._wait(self._waiting_writers, timeout):
                return True
            if not self._writer and not self._waiting_writers:
                self._admit_readers()
            return False

    def release_write(self) -> None:
        """Leave as the writer. RuntimeError if no writer is inside."""
        with self._guard:
            if not self._writer:
                raise RuntimeError("no writer is inside")
            self._writer = False
            self._admit_readers()
            if not self._readers:
                self._admit_writer()

    def reading(self) -> AbstractContextManager[None]:
        """`with lock.reading(): ...` enters as a reader when the block begins, and leaves also when it raises."""
        return self._reading()

    def writing(self) -> AbstractContextManager[None]:
        """`with lock.writing(): ...` enters as the writer when the block begins, and leaves also when it raises."""
        return self._writing()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        self.acquire_read()
        try:
            yield
        finally:
            self.release_read()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.acquire_write()
        try:
            yield
        finally:
            self.release_write()

    def _wait(self, line: list[Ticket], timeout: float | None) -> bool:
        """Wait in this line until admitted. The guard is let go of meanwhile."""
        if timeout == 0:
            return False  # not even for a moment a waiting writer that keeps readers out
        ticket = Ticket(self._guard)
        line.append(ticket)
        if ticket.called.wait_for(lambda: ticket.admitted, timeout):
            return True
        line.remove(ticket)
        return False

    def _admit_readers(self) -> None:
        self._readers += len(self._waiting_readers)
        for ticket in self._waiting_readers:
            self._admit(ticket)
        self._waiting_readers.clear()

    def _admit_writer(self) -> None:
        if self._waiting_writers:
            self._writer = True
            self._admit(self._waiting_writers.pop(0))

    def _admit(self, ticket: Ticket) -> None:
        ticket.admitted = True
        ticket.called.notify()


def _check(timeout: float | None) -> None:
    if timeout is not None and timeout < 0:
        raise ValueError(f"a timeout is not negative, {timeout} is")
