"""A failure's token replays this very interleaving in a fresh process, and says so when it cannot."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dojo.interleave import UnfitScheduleError, explore, interleave, reproduce, together

ROOT = Path(__file__).resolve().parents[3]
TIMES = 100 if os.environ.get("DOJO_EFFORT") == "thorough" else 20

SCRIPT = """
import sys
import threading
import time

from dojo.interleave import interleave, reproduce, together


class Account:
    def __init__(self):
        self.balance = 0
        self.lock_a, self.lock_b = threading.Lock(), threading.Lock()

    def deposit(self, amount):
        self.balance += amount

    def transfer(self, first, second):
        with first, second:
            self.balance += 1


def lost_update():
    account = Account()
    together(lambda: account.deposit(1), lambda: account.deposit(2), lambda: account.deposit(4))
    assert account.balance == 7


def deadlock():
    account = Account()
    a, b = account.lock_a, account.lock_b
    together(lambda: account.transfer(a, b), lambda: account.transfer(b, a))


def slept():
    account = Account()
    thread = threading.Thread(target=account.deposit, args=(1,))
    thread.start()
    time.sleep(5)
    assert account.balance == 1
    thread.join()


def main_interrupted():
    account = Account()
    thread = threading.Thread(target=account.deposit, args=(1,))
    thread.start()
    assert account.balance == account.balance
    thread.join()


program = globals()[sys.argv[1]]
try:
    (reproduce(sys.argv[2]) if len(sys.argv) > 2 else interleave)(program)()
except Exception as error:
    print(type(error).__name__, error, *getattr(error, "__notes__", ()), sep="\\n")
"""


def output(script: Path, *arguments: str, seed: int = 0) -> str:
    """What the script prints in a fresh process, apart from how long the search took."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, str(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    return re.sub(r"found in schedule \d+; ", "", done.stdout)


def token_in(text: str) -> str:
    found = re.search(r"@reproduce\('([^']+)'\)", text)
    assert found is not None, text
    return found[1]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(SCRIPT)
    return path


def test_a_token_replays_in_every_fresh_process(script: Path) -> None:
    told = output(script, "lost_update")
    assert "1 preemption breaks it: lost update on Account.balance" in told
    with ThreadPoolExecutor(2) as pool:
        replays = list(
            pool.map(lambda number: output(script, "lost_update", token_in(told), seed=number), range(TIMES))
        )
    assert replays == [told] * TIMES


@pytest.mark.parametrize("name", ["deadlock", "slept", "main_interrupted"])
def test_every_kind_of_failure_is_replayed(script: Path, name: str) -> None:
    told = output(script, name)
    assert output(script, name, token_in(told), seed=1) == told


def test_the_search_tells_the_same_in_every_process(script: Path) -> None:
    assert output(script, "lost_update", seed=1) == output(script, "lost_update", seed=2)


def test_a_token_that_does_not_fit_any_more_says_so(script: Path) -> None:
    token = token_in(output(script, "lost_update"))
    script.write_text(SCRIPT.replace("self.balance += amount", "self.last = amount; self.balance += amount"))
    told = output(script, "lost_update", token)
    assert told.startswith(f"UnfitScheduleError\nthe token '{token}' does not fit the code any more")


@pytest.mark.parametrize("text", ["", "nonsense", "1.4>2", "1.4>2~", "b~9f3a1c", "1.x>2~9f3a1c", "~9f3a1c"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(UnfitScheduleError, match="not a schedule"):
        reproduce(text)


# --- minimal ------------------------------------------------------------------------------------------------------


def notes_of(program: object) -> str:
    with pytest.raises(AssertionError) as caught:
        explore(program)  # type: ignore[arg-type]
    return "\n".join(caught.value.__notes__)


def test_one_preemption_is_told_as_one() -> None:
    def program() -> None:
        box = [0]

        def increment() -> None:
            for _ in range(3):
                box[0] += 1

        together(increment, increment, increment)
        assert box[0] == 9

    notes = notes_of(program)
    assert notes.startswith("1 preemption breaks it: lost update on box")
    assert notes.count("-- preempted --") == 1


def test_two_that_are_needed_stay_two() -> None:
    """The value is right after one preemption of either; it takes the other one between two steps of the first."""

    def program() -> None:
        box = [0]
        seen: list[int] = []

        def write() -> None:
            box[0] = 1
            box[0] = 0

        def read() -> None:
            seen.append(box[0])
            seen.append(box[0])

        together(write, read)
        assert seen != [1, 0] or box != [0]

    assert notes_of(program).startswith("2 preemptions break it")


def test_what_breaks_always_needs_none() -> None:
    def program() -> None:
        box = [0]

        def increment() -> None:
            box[0] += 1

        together(increment, increment)
        assert box[0] == 3

    assert notes_of(program).startswith("it breaks without any preemption")


def test_the_failure_that_is_told_is_the_programs_own() -> None:
    def program() -> None:
        box = [0]

        def increment() -> None:
            box[0] += 1

        together(increment, increment)
        assert box[0] == 2, f"only {box[0]}"

    with pytest.raises(AssertionError, match="only 1"):
        interleave(program)()


class Looked:
    """Its repr takes the lock that its methods hold, as that of a Future does."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0

    def __repr__(self) -> str:
        with self.lock:
            return f"Looked({self.count})"

    def add(self) -> None:
        with self.lock:
            seen = self.count
        with self.lock:
            self.count = seen + 1


def test_a_value_that_is_shown_makes_no_steps() -> None:
    def program() -> None:
        box = {"it": Looked()}
        together(lambda: box["it"].add(), lambda: box["it"].add())
        assert box["it"].count == 2

    with pytest.raises(AssertionError) as raised:
        explore(program)
    notes = "\n".join(raised.value.__notes__)
    assert "@reproduce" in notes
    assert "did not fail in the same way again" not in notes


def gives_up() -> None:
    """The other thread holds the lock when the time is over."""
    lock = threading.Lock()
    seen: list[bool] = []

    def enter() -> None:
        if lock.acquire(timeout=1):
            seen.append(True)
            seen.append(True)
            lock.release()
        else:
            seen.append(False)

    together(enter, enter)
    assert all(seen)


def naps() -> None:
    """Whoever looks ten times a second sees the long work done."""
    done: list[bool] = []

    def look() -> None:
        while not done:
            time.sleep(0.1)

    def work() -> None:
        time.sleep(3600)
        done.append(True)

    together(look, work)
    assert not done


def goes_on_for_ever() -> None:
    box = [0]

    def count() -> None:
        while True:
            box[0] += 1

    together(count, count)


@pytest.mark.parametrize(
    ("program", "options"),
    [
        (gives_up, {"timeouts": True}),
        (naps, {"steps": 4000, "naps": True}),
        (goes_on_for_ever, {"steps": 100}),
    ],
)
def test_the_decorator_says_how_the_test_was_run(program: Any, options: dict[str, Any]) -> None:
    def failure(test: Callable[[], None]) -> str:
        with pytest.raises(Exception) as caught:
            test()
        notes = "\n".join(caught.value.__notes__)
        return f"{caught.value!r}\n{re.sub(r'found in schedule [0-9]+; ', '', notes)}"

    told = failure(interleave(**options)(program))
    decorator = re.search(r"@(reproduce\(.+\))", told)
    assert decorator is not None, told
    assert all(f"{name}={value}" in decorator[1] for name, value in options.items())
    assert failure(eval(decorator[1], {"reproduce": reproduce})(program)) == told
