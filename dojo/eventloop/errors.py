"""What can be wrong with a program for asyncio."""


class EventLoopError(Exception):
    """The code under test did what no asyncio program may do."""


class StuckError(EventLoopError):
    """All tasks wait, and nothing can wake them."""


class BusyError(EventLoopError):
    """Tasks run on and on."""


class BlockedLoopError(EventLoopError):
    """A call blocked the loop's thread."""


class ThreadSafetyError(EventLoopError):
    """A thread that is not the loop's used an object of asyncio as if it were."""


class NeverAwaitedError(EventLoopError):
    """A coroutine was made and thrown away."""


class TaskLeftError(EventLoopError):
    """A task had not ended when everything else had."""


class CancellationSwallowedError(EventLoopError):
    """A task was cancelled and went on."""


class NeverRetrievedError(EventLoopError):
    """A task or future failed, and nobody looked."""


class CallbackError(EventLoopError):
    """A callback of the loop raised."""
