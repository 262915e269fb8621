"""The hub is a greenlet of its own that lives for one run(); what is ready are functions to call in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

T = TypeVar("T")


class Closed(Exception):
    """The channel is closed."""


class Deadlock(RuntimeError):
    """All functions that are left wait."""

    def __init__(self, waiting: list[int]) -> None:
        super().__init__(", ".join(map(str, waiting)))
        self.waiting = waiting


class Hub:
    """What one run() knows."""

    running: Hub | None = None

    def __init__(self) -> None:
        self.due: list[Callable[[], Any]] = []
        self.greenlet = greenlet(self.loop)
        self.members: list[greenlet] = []
        self.results: dict[int, Any] = {}

    def loop(self) -> None:
        while self.due:
            self.due.pop(0)()

    def start(self, position: int, function: Callable[[], Any]) -> None:
        def life() -> None:
            self.results[position] = function()

        member = greenlet(life, self.greenlet)
        self.members.append(member)
        self.due.append(member.switch)


def here() -> Hub:
    hub = Hub.running
    if hub is None or getcurrent() not in hub.members:
        raise RuntimeError("not in a function of run()")
    return hub


class Channel(Generic[T]):
    def __init__(self) -> None:
        self.open = True
        self.offers: list[tuple[greenlet, Any]] = []
        self.askers: list[greenlet] = []

    def send(self, item: T) -> None:
        hub = here()
        if not self.open:
            raise Closed
        self.forget_the_ended()
        if self.askers:
            asker = self.askers.pop(0)
            hub.due.append(lambda: asker.switch(item))
        else:
            self.offers.append((getcurrent(), item))
            hub.greenlet.switch()

    def receive(self) -> T:
        hub = here()
        if not self.open:
            raise Closed
        self.forget_the_ended()
        if self.offers:
            offerer, item = self.offers.pop(0)
            hub.due.append(offerer.switch)
            return item  # type: ignore[no-any-return]
        self.askers.append(getcurrent())
        return hub.greenlet.switch()  # type: ignore[no-any-return]

    def forget_the_ended(self) -> None:
        self.offers = [(offerer, item) for offerer, item in self.offers if not offerer.dead]
        self.askers = [asker for asker in self.askers if not asker.dead]

    def close(self) -> None:
        self.open = False
        self.forget_the_ended()
        for one in [*(offerer for offerer, _ in self.offers), *self.askers]:
            here().due.append(lambda one=one: one.throw(Closed()))
        self.offers, self.askers = [], []


def pause() -> None:
    hub = here()
    hub.due.append(getcurrent().switch)
    hub.greenlet.switch()


def run(*functions: Callable[[], Any]) -> list[Any]:
    if Hub.running is not None:
        raise RuntimeError("run() inside run()")
    hub = Hub.running = Hub()
    try:
        for position, function in enumerate(functions):
            hub.start(position, function)
        hub.greenlet.switch()  # comes back when nothing is due; an exception of a member comes through the hub
        waiting = [position for position, member in enumerate(hub.members) if not member.dead]
        if waiting:
            raise Deadlock(waiting)
        return [hub.results[position] for position in range(len(functions))]
    finally:
        for member in hub.members:
            if not member.dead:
                member.parent = getcurrent()
                try:
                    member.throw(GreenletExit)
                except Exception:
                    pass
        Hub.running = None
