"""Threads under control are real threads: names, identity, locals, contexts, subclasses, errors, daemons."""

from __future__ import annotations

import _thread
import contextvars
import select
import threading
from typing import Any

import pytest

from dojo.interleave import explore, interleave, outcomes, together
from tests.dojo.interleave.telling import Twins, tell


def run(thread: threading.Thread) -> None:
    thread.start()
    thread.join()


def test_a_thread_starts_once_and_ends(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        thread = threading.Thread(target=lambda: None)
        before = thread.is_alive(), thread.ident, tell(thread.join)
        thread.start()
        thread.join()
        return (
            *before,
            thread.is_alive(),
            thread.ident is not None,
            tell(thread.start),
            tell(thread.join),
            tell(thread.join, 0),
        )

    assert twins(program)[-3] == "RuntimeError: threads can only be started once"


def test_a_thread_cannot_join_itself(twins: Twins) -> None:
    assert twins(lambda: tell(threading.current_thread().join)) == "RuntimeError: cannot join current thread"
    assert twins(lambda: together(lambda: tell(threading.current_thread().join))[0]).startswith("RuntimeError")


def test_who_am_i(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        seen: list[Any] = []

        def look() -> None:
            me = threading.current_thread()
            seen.append((me is thread, me.name, me.daemon, me.ident == threading.get_ident(), thread.is_alive()))
            seen.append((me in threading.enumerate(), threading.main_thread() is main, threading.active_count() > 1))

        main = threading.current_thread()
        thread = threading.Thread(target=look, name="worker", daemon=True)
        run(thread)
        return tuple(seen), thread in threading.enumerate(), threading.current_thread() is main

    assert twins(program) == (((True, "worker", True, True, True), (True, True, True)), False, True)


def test_native_ids_are_those_of_the_operating_system(twins: Twins) -> None:
    def program() -> bool:
        ids: list[Any] = []
        thread = threading.Thread(target=lambda: ids.append(threading.get_native_id()))
        run(thread)
        return bool(thread.native_id == ids[0] != threading.get_native_id())

    assert twins(program) is True


@interleave
def test_names_are_counted_from_one_in_every_schedule() -> None:
    names = [threading.Thread(target=print).name, threading.Thread().name, threading.Thread(name="mine").name]
    assert names == ["Thread-1 (print)", "Thread-2", "mine"]


class Doubler(threading.Thread):
    """A subclass that keeps its result."""

    def __init__(self, number: int) -> None:
        super().__init__(name=f"doubler-{number}")
        self.number = number
        self.result = 0

    def run(self) -> None:
        self.result = 2 * self.number

    def join(self, timeout: float | None = None) -> int:  # type: ignore[override]
        super().join(timeout)
        return self.result


def test_subclasses_work(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        threads = [Doubler(number) for number in (1, 2)]
        for thread in threads:
            thread.start()
        return tuple((thread.join(), thread.name) for thread in threads)

    assert twins(program) == ((2, "doubler-1"), (4, "doubler-2"))


def test_a_subclass_without_super_init_says_so(twins: Twins) -> None:
    class Careless(threading.Thread):
        def __init__(self) -> None:
            pass

    assert twins(lambda: tell(Careless().start)) == "RuntimeError: thread.__init__() not called"


def test_threads_start_threads(twins: Twins) -> None:
    def program() -> int:
        total = [0]
        lock = threading.Lock()

        def grow(depth: int) -> None:
            with lock:
                total[0] += 1
            if depth:
                run(threading.Thread(target=grow, args=(depth - 1,)))

        together(lambda: grow(2), lambda: grow(0))
        return total[0]

    assert twins(program) == 4


def test_a_race_between_grandchildren_is_found() -> None:
    def program() -> int:
        box = [0]

        def increment() -> None:
            box[0] += 1

        def child() -> None:
            run(threading.Thread(target=increment))

        together(child, child)
        return box[0]

    assert outcomes(program).values == {1, 2}


def test_thread_locals_are_local(twins: Twins) -> None:
    class Counter(threading.local):
        value = 10

        def __init__(self) -> None:
            self.made = threading.current_thread().name

    def program() -> str:
        local = Counter()

        def bump() -> int:
            local.value += 1
            return local.value + (local.made != threading.main_thread().name)

        return f"{together(bump, bump)} {local.value}"

    assert twins(program) == "[12, 12] 10"


CITY: contextvars.ContextVar[str] = contextvars.ContextVar("CITY", default="nowhere")


def test_a_thread_has_a_context_of_its_own(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        token = CITY.set("Rome")
        copied = contextvars.copy_context()
        seen = together(CITY.get, lambda: copied.run(CITY.get), lambda: (CITY.set("Oslo"), CITY.get())[1])
        after = CITY.get()
        CITY.reset(token)
        return *seen, after

    assert twins(program)[1:] == ("Rome", "Oslo", "Rome")


def test_is_alive_while_another_thread_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def program() -> bool:
        thread = threading.Thread(target=lambda: None)
        _, alive = together(thread.start, thread.is_alive)
        thread.join()
        assert not thread.is_alive()
        return bool(alive)

    real = getattr(_thread, "_set_sentinel", None)  # before 3.13: what a thread does first of all, and here too late

    def late() -> object:
        select.select([], [], [], 0.01)
        return real()

    monkeypatch.setattr(_thread, "_set_sentinel", late, raising=False)
    explore(program)
    assert outcomes(program).values == {False, True}


def test_what_lives_is_listed() -> None:
    """`enumerate` and `is_alive` agree at every moment."""

    def program() -> tuple[bool, bool]:
        begun = threading.Event()
        thread = threading.Thread(target=begun.set)
        thread.start()
        begun.wait()
        seen = thread in threading.enumerate(), thread.is_alive()
        thread.join()
        return seen

    assert outcomes(program).values == {(True, True), (False, False)}


def test_profile_hooks_hear_controlled_threads(twins: Twins) -> None:
    def program() -> bool:
        heard: list[str] = []

        def work() -> None:
            pass

        threading.setprofile(lambda frame, event, arg: heard.append(frame.f_code.co_name))
        try:
            run(threading.Thread(target=work))
        finally:
            threading.setprofile(None)
        return "work" in heard

    assert twins(program) is True


def test_a_thread_may_be_joined_before_another_one_has_started_it() -> None:
    def program() -> str:
        made: list[threading.Thread] = []

        def starter() -> None:
            thread = threading.Thread(target=int)
            made.append(thread)
            thread.start()

        def stopper() -> None:
            for thread in made:
                thread.join()

        return tell(lambda: together(starter, stopper))

    assert outcomes(program).values == {"[None, None]", "RuntimeError: cannot join thread before it is started"}


def test_of_two_starts_one_wins() -> None:
    def program() -> int:
        thread = threading.Thread(target=int)
        told = together(lambda: tell(thread.start), lambda: tell(thread.start))
        thread.join()
        assert sorted(told) == ["None", "RuntimeError: threads can only be started once"]
        return told.index("None")

    assert outcomes(program).values == {0, 1}
