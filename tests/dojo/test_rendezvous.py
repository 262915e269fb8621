"""Probes: certain about who was there at once, and about unprotected read-modify-writes."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dojo.processes import within
from dojo.rendezvous import InFlight, PairingCell, Rendezvous


def test_all_who_come_meet(tmp_path: Path) -> None:
    meeting = pickle.loads(pickle.dumps(Rendezvous(tmp_path / "here", 3)))
    with ThreadPoolExecutor(3) as executor:
        assert [future.result() for future in [executor.submit(meeting.meet) for _ in range(3)]] == [True] * 3


def test_too_few(tmp_path: Path) -> None:
    meeting = Rendezvous(tmp_path / "here", 2)
    assert meeting.meet(0.02) is False
    assert meeting.came() == 1


def test_one_after_the_other_do_not_meet(tmp_path: Path) -> None:
    meeting = Rendezvous(tmp_path / "here", 3)
    assert [meeting.meet(0.02) for _ in range(2)] == [False, False]


def _meet(meeting: Rendezvous, results: Any) -> None:
    results.put(meeting.meet())


def test_processes_meet(start_method: str, tmp_path: Path) -> None:
    def call() -> list[bool]:
        results = multiprocessing.SimpleQueue()
        meeting = Rendezvous(tmp_path / "here", 2)
        children = [multiprocessing.Process(target=_meet, args=(meeting, results)) for _ in range(2)]
        for child in children:
            child.start()
        found = [results.get() for _ in children]
        for child in children:
            child.join()
        return found

    assert within(call) == [True, True]


def test_the_peak(tmp_path: Path) -> None:
    flight, gate = InFlight(tmp_path / "here"), threading.Barrier(3)
    assert (flight.peak, flight.entries) == (0, 0)

    def work() -> None:
        with flight.inside():
            gate.wait()

    with ThreadPoolExecutor(3) as executor:
        for _ in range(6):
            executor.submit(work)
    assert (flight.peak, flight.entries) == (3, 6)


def _unprotected(cell: PairingCell) -> None:
    cell.value += 1
    cell.leave()


def _protected(cell: PairingCell) -> None:
    with cell.get_lock():
        cell.value += 1
    cell.leave()


def _two(target: Any) -> int:
    cell = PairingCell(multiprocessing.get_context())
    children = [multiprocessing.Process(target=target, args=(cell,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return cell.now()


def test_an_unprotected_increment_always_collides(start_method: str) -> None:
    assert [within(lambda: _two(_unprotected)) for _ in range(3)] == [1] * 3


def test_a_protected_one_never_does(start_method: str) -> None:
    assert [within(lambda: _two(_protected)) for _ in range(3)] == [2] * 3
