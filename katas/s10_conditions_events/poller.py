"""Build a background poller that sleeps between two reads, and can be hurried or stopped in its sleep.

A greenhouse controller reads a sensor every minute, in a thread of its own. The operators want "read now", and
shutting down must not take a minute. `threading.Event` is made for this. Its trap: an event that is set and cleared
in the wrong order forgets a message.
"""

from collections.abc import Callable


class Poller:
    """Reads and delivers in the background: first at once, then whenever it is time or somebody asks.

    The next read begins `interval` seconds after the previous delivery ended, or at once if poll_now() was called
    since the previous read began. No lock is held while read or deliver runs: both may use the poller themselves,
    and wait for other threads that do.
    """

    def __init__(self, read: Callable[[], float], deliver: Callable[[float], None], interval: float) -> None:
        """ValueError if interval <= 0. read and deliver run only in the poller's thread, and never raise.

        Each value that read returns is handed to deliver before the next read begins.
        """
        raise NotImplementedError  # TODO

    def start(self) -> None:
        """Start the thread; the first read begins at once. RuntimeError if started before, or after stop()."""
        raise NotImplementedError  # TODO

    def poll_now(self) -> None:
        """Ask for a read that begins after this call; does not wait for it.

        Several requests made before that read begins count as one. (A request in the very instant in which a read
        begins may cause one read more, never one less.) No effect before start() and after stop().
        """
        raise NotImplementedError  # TODO

    def stop(self) -> None:
        """Wake a sleeping poller and end it; a read under way is finished and delivered, and none follows.

        When stop() returns the thread has ended. Idempotent, from any thread. Called from read or deliver it
        returns at once, and the thread ends after that delivery.
        """
        raise NotImplementedError  # TODO
