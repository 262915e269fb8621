"""A Closed that nobody catches is taken for an ordinary end.

Rejected by: test_closed_is_an_error_too
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import greenlet

T = TypeVar("T")


class Closed(Exception):
    """The channel is closed."""


class Deadlock(RuntimeError):
    """All functions that are left wait, so that none will ever go on."""

    waiting: list[int]
    """The positions of these functions in the call of run(), in ascending order."""

    def __init__(self, waiting: list[int]) -> None:
        super().__init__(f"these functions wait for ever: {waiting}")
        self.waiting = waiting


class _Function(greenlet.greenlet):
    """A function of a run(). What is in `news` is to be raised or returned where it waits."""

    def __init__(self, function: Callable[[], Any], ready: deque[_Function]) -> None:
        super().__init__(self._life, greenlet.getcurrent())  # the parent is the hub, whoever switches to us later
        self._function = function
        self.ready = ready
        self.news: Any = None
        self.result: Any = None
        self.error: BaseException | None = None

    def _life(self) -> None:
        try:
            self.result = self._function()
        except (greenlet.GreenletExit, Closed):  # run() ends us
            pass
        except BaseException as error:
            self.error = error

    def wait(self) -> Any:
        """Let the hub run until somebody calls wake."""
        self.parent.switch()
        if isinstance(self.news, Closed):
            raise self.news
        return self.news

    def wake(self, news: Any = None) -> None:
        self.news = news
        self.ready.append(self)


def _current() -> _Function:
    current = greenlet.getcurrent()
    if not isinstance(current, _Function):
        raise RuntimeError("this works in the functions of a run()")
    return current


class Channel(Generic[T]):
    """Hands items from one greenlet to another. Any number of functions may send and receive.

    Who finds a partner waiting goes on at once, without a switch, and the partner becomes ready. Outside of the
    functions of a run(), send and receive raise RuntimeError.
    """

    def __init__(self) -> None:
        self._closed = False
        self._senders: deque[tuple[_Function, T]] = deque()  # at most one of the two
        self._receivers: deque[_Function] = deque()  # has somebody in it

    def send(self, item: T) -> None:
        """Wait until a receiver takes the item. Raises Closed if the channel is closed, also while waiting."""
        me = _current()
        if self._closed:
            raise Closed
        if self._receivers:
            self._receivers.popleft().wake((item,))  # in a tuple, so that an item is never taken for news
            return
        self._senders.append((me, item))
        me.wait()

    def receive(self) -> T:
        """Wait for an item. Items come in the order of the sends. Raises Closed as send does."""
        me = _current()
        if self._closed:
            raise Closed
        if self._senders:
            sender, item = self._senders.popleft()
            sender.wake()
            return item
        self._receivers.append(me)
        (item,) = me.wait()
        return item

    def close(self) -> None:
        """All greenlets that wait at this channel get Closed there. A second call changes nothing."""
        self._closed = True
        waiting = [sender for sender, _ in self._senders] + list(self._receivers)
        self._senders.clear()
        self._receivers.clear()
        for function in waiting:
            function.wake(Closed())


def pause() -> None:
    """Let the other ready greenlets run. Raises RuntimeError outside of the functions of a run()."""
    me = _current()
    me.wake()
    me.wait()


def run(*functions: Callable[[], Any]) -> list[Any]:
    """Run each function in a greenlet of its own, in this thread, until all have ended; return their results in order.

    A function runs until it waits, pauses or ends. Ready ones run first in, first out; at the start in their order.

    - The first exception ends all others, and is raised: the very same object.
    - If all that are left wait: they are ended, and Deadlock is raised.

    Ending: GreenletExit is raised where the function waits (one that has not begun never begins), and its finally
    blocks, which do not wait, have run before run() is left. Raises RuntimeError if a function of a run() calls it.
    """
    if isinstance(greenlet.getcurrent(), _Function):
        raise RuntimeError("run() inside run()")
    ready: deque[_Function] = deque()
    everybody = [_Function(function, ready) for function in functions]
    ready.extend(everybody)
    try:
        while ready:
            function = ready.popleft()
            function.switch()
            if function.error is not None:
                raise function.error
        waiting = [position for position, function in enumerate(everybody) if not function.dead]
        if waiting:
            raise Deadlock(waiting)
    finally:
        for function in everybody:
            if not function.dead:
                function.throw()  # GreenletExit; nothing is left to the garbage collector
    return [function.result for function in everybody]
