"""No hub: who waits switches straight to the next that is ready, and to run() only when there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import greenlet

T = TypeVar("T")


class Closed(Exception):
    """The channel is closed."""


class Deadlock(RuntimeError):
    """All functions that are left wait, so that none will ever go on."""

    waiting: list[int]


class _World:
    """What the functions of one run() share."""

    def __init__(self, functions: tuple[Callable[[], Any], ...]) -> None:
        self.root = greenlet.getcurrent()
        self.ending = False
        self.results: dict[int, Any] = {}
        self.fibers = [_Fiber(self, position, function) for position, function in enumerate(functions)]
        self.ready = list(self.fibers)


class _Fiber(greenlet.greenlet):
    def __init__(self, world: _World, position: int, function: Callable[[], Any]) -> None:
        super().__init__(parent=world.root)
        self.world, self.position, self.function = world, position, function
        self.answer: Callable[[], Any] = lambda: None

    def run(self) -> None:
        try:
            self.world.results[self.position] = self.function()
        except BaseException:
            if not self.world.ending:
                raise  # in the parent: there, run() has switched to somebody

    def wait(self) -> Any:
        following = self.world.ready.pop(0) if self.world.ready else self.world.root
        if following is not self:
            following.switch()
        return self.answer()

    def wake(self, answer: Callable[[], Any]) -> None:
        self.answer = answer
        self.world.ready.append(self)


def _fiber() -> _Fiber:
    current = greenlet.getcurrent()
    if isinstance(current, _Fiber):
        return current
    raise RuntimeError("outside of run()")


class Channel(Generic[T]):
    def __init__(self) -> None:
        self._line: list[tuple[str, _Fiber, Any]] = []
        self._closed = False

    def _meet(self, me: str, partner: str, item: Any) -> Any:
        fiber = _fiber()
        if self._closed:
            self._raise()
        self._line = [waiting for waiting in self._line if not waiting[1].dead]  # as those of a run() that failed
        if self._line and self._line[0][0] == partner:
            _, other, offered = self._line.pop(0)
            other.wake(lambda: item)
            return offered
        self._line.append((me, fiber, item))
        return fiber.wait()

    def _raise(self) -> None:
        raise Closed("the channel is closed")

    def send(self, item: T) -> None:
        self._meet("sender", "receiver", item)

    def receive(self) -> T:
        return self._meet("receiver", "sender", None)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._closed = True
        while self._line:
            self._line.pop(0)[1].wake(self._raise)


def pause() -> None:
    fiber = _fiber()
    fiber.wake(lambda: None)
    fiber.wait()


def run(*functions: Callable[[], Any]) -> list[Any]:
    if isinstance(greenlet.getcurrent(), _Fiber):
        raise RuntimeError("run() in a function of a run()")
    world = _World(functions)
    try:
        while world.ready:
            world.ready.pop(0).switch()  # comes back when somebody has ended, or nobody is ready
        left = [fiber.position for fiber in world.fibers if not fiber.dead]
        if left:
            deadlock = Deadlock(f"for ever: {left}")
            deadlock.waiting = left
            raise deadlock
    finally:
        world.ending = True
        for fiber in world.fibers:
            if not fiber.dead:
                fiber.throw()
    return [world.results[position] for position in range(len(functions))]
