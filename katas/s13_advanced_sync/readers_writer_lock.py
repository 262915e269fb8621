"""Build a lock for many readers or one writer that keeps nobody out for ever.

A routing table is read by every request and rewritten every few minutes. A plain lock would line up all readers. But
where readers may share, a steady stream of them can keep the writer out for ever, and where writers go first, the
readers. And a writer that gives up must not leave readers standing at a closed door.
"""

from contextlib import AbstractContextManager


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

    def acquire_read(self, timeout: float | None = None) -> bool:
        """Enter as a reader: True. False if that was not possible within timeout seconds.

        None: wait for ever; 0: do not wait. ValueError if timeout < 0.
        """
        raise NotImplementedError  # TODO

    def release_read(self) -> None:
        """Leave as a reader. RuntimeError if no reader is inside."""
        raise NotImplementedError  # TODO

    def acquire_write(self, timeout: float | None = None) -> bool:
        """Enter as the writer: True. False if that was not possible within timeout seconds.

        None: wait for ever; 0: do not wait. ValueError if timeout < 0.
        """
        raise NotImplementedError  # TODO

    def release_write(self) -> None:
        """Leave as the writer. RuntimeError if no writer is inside."""
        raise NotImplementedError  # TODO

    def reading(self) -> AbstractContextManager[None]:
        """`with lock.reading(): ...` enters as a reader when the block begins, and leaves also when it raises."""
        raise NotImplementedError  # TODO

    def writing(self) -> AbstractContextManager[None]:
        """`with lock.writing(): ...` enters as the writer when the block begins, and leaves also when it raises."""
        raise NotImplementedError  # TODO
