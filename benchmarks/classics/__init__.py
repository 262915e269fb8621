"""Small programs with a known concurrency bug, each with a fixed twin.

Each is a function without arguments: it builds its state anew, starts its threads in order, joins them and
checks. The buggy one fails under some schedules (AssertionError, or it stops for good), the fixed under none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from benchmarks.classics import data_structures, deadlocks, empire, handshakes, sctbench

Kind = Literal["assertion", "deadlock", "stuck"]


@dataclass(frozen=True)
class Classic:
    """One program and its twin."""

    name: str
    buggy: Callable[[], None]
    fixed: Callable[[], None]
    kind: Kind
    """How the bug shows: a failed assertion, a cycle of locks, or a wait without a cycle that nobody ends."""
    threads: int
    """Threads, the main one included."""
    source: str
    """Where the shape of the bug comes from."""
    surw: int | None = None
    """Median schedules to the first failure of the original, where the SURW study published it."""
    expects_budget: int = 10_000
    """Within how many schedules a search is expected to find the bug."""


def _classic(
    module: ModuleType,
    name: str,
    kind: Kind,
    threads: int,
    source: str,
    surw: int | None = None,
    expects_budget: int = 10_000,
) -> Classic:
    buggy, fixed = getattr(module, f"{name}_buggy"), getattr(module, f"{name}_fixed")
    return Classic(name, buggy, fixed, kind, threads, source, surw, expects_budget)


CLASSICS: tuple[Classic, ...] = (
    _classic(sctbench, "account", "assertion", 4, "SCTBench CS", 4),
    _classic(sctbench, "lazy01", "assertion", 4, "SCTBench CS", 2),
    _classic(sctbench, "token_ring", "assertion", 5, "SCTBench CS", 7),
    _classic(sctbench, "deadlock01", "deadlock", 3, "SCTBench CS", 2),
    _classic(sctbench, "carter01", "deadlock", 5, "SCTBench CS"),
    _classic(sctbench, "circular_buffer", "assertion", 3, "SCTBench CS", 3),
    _classic(sctbench, "queue", "assertion", 3, "SCTBench CS", 2),
    _classic(sctbench, "stack", "assertion", 3, "SCTBench CS", 4),
    _classic(sctbench, "wronglock_3", "assertion", 5, "SCTBench CS", 7),
    _classic(sctbench, "wronglock", "assertion", 9, "SCTBench CS", 4),
    _classic(sctbench, "bluetooth", "assertion", 2, "SCTBench CS", 53),
    _classic(sctbench, "twostage", "assertion", 3, "SCTBench CS", 6),
    _classic(sctbench, "stringbuffer", "assertion", 2, "SCTBench CS", 5),
    _classic(sctbench, "reorder_3", "assertion", 4, "SCTBench CS", 4),
    _classic(sctbench, "reorder_4", "assertion", 5, "SCTBench CS", 4),
    _classic(sctbench, "reorder_5", "assertion", 6, "SCTBench CS", 6),
    _classic(sctbench, "reorder_10", "assertion", 11, "SCTBench CS", 18),
    _classic(sctbench, "reorder_20", "assertion", 21, "SCTBench CS", 4),
    _classic(sctbench, "twostage_100", "assertion", 101, "SCTBench CS", 272),
    _classic(data_structures, "work_stealing_queue", "assertion", 3, "SCTBench chess", 5),
    _classic(handshakes, "qsort_mt", "assertion", 3, "SCTBench misc", 2824),
    _classic(data_structures, "safestack", "assertion", 4, "SCTBench misc", 204_000, 1_000_000),
    _classic(data_structures, "safestack_audit", "assertion", 4, "SafeStack, audited"),
    _classic(data_structures, "aget", "assertion", 4, "SCTBench conc-bugs"),
    _classic(data_structures, "pbzip2", "assertion", 3, "SCTBench conc-bugs"),
    _classic(data_structures, "ctrace", "assertion", 4, "SCTBench conc-bugs"),
    _classic(handshakes, "streamcluster", "assertion", 3, "SCTBench parsec"),
    _classic(handshakes, "main_never_waits", "assertion", 3, "SCTBench splash2 (barnes, fft, lu)"),
    _classic(data_structures, "readers_writer", "assertion", 4, "RADBench 6", 4),
    _classic(data_structures, "lost_update", "assertion", 3, "common"),
    _classic(data_structures, "update_over_a_call", "assertion", 3, "common"),
    _classic(data_structures, "lazy_init", "assertion", 3, "common"),
    _classic(data_structures, "double_checked_publishing", "assertion", 3, "common"),
    _classic(data_structures, "check_then_act", "assertion", 3, "common"),
    _classic(data_structures, "bank_audit", "assertion", 3, "common"),
    _classic(data_structures, "spin_lock", "assertion", 3, "common"),
    _classic(data_structures, "aba_stack", "assertion", 3, "common"),
    _classic(deadlocks, "philosophers", "deadlock", 4, "Dijkstra"),
    _classic(deadlocks, "transfer_deadlock", "deadlock", 3, "common"),
    _classic(deadlocks, "nested_submit", "stuck", 3, "common"),
    _classic(deadlocks, "queue_empty_then_get", "stuck", 3, "common"),
    _classic(deadlocks, "unpaired_release", "stuck", 4, "common"),
    _classic(handshakes, "lost_wakeup", "stuck", 3, "common"),
    _classic(handshakes, "if_for_while", "assertion", 4, "common"),
    _classic(handshakes, "notify_for_notify_all", "stuck", 4, "common"),
    _classic(handshakes, "barrier_reuse", "stuck", 3, "common"),
    _classic(handshakes, "sleep_as_synchronisation", "assertion", 2, "common"),
    _classic(empire, "empire_flags", "assertion", 3, "Deadlock Empire"),
    _classic(empire, "empire_confused_counter", "assertion", 3, "Deadlock Empire"),
    _classic(empire, "empire_insufficient_lock", "assertion", 3, "Deadlock Empire"),
    _classic(empire, "empire_deadlock", "deadlock", 3, "Deadlock Empire"),
    _classic(empire, "empire_complex_thread", "stuck", 3, "Deadlock Empire"),
    _classic(empire, "empire_dragonfire", "assertion", 3, "Deadlock Empire"),
    _classic(empire, "empire_semaphore", "assertion", 3, "Deadlock Empire"),
    _classic(empire, "empire_producer_consumer", "assertion", 3, "Deadlock Empire"),
    _classic(empire, "empire_condition", "assertion", 4, "Deadlock Empire"),
    _classic(empire, "empire_countdown", "stuck", 3, "Deadlock Empire"),
    _classic(empire, "empire_manual_reset", "assertion", 3, "Deadlock Empire"),
    _classic(empire, "empire_barrier", "assertion", 3, "Deadlock Empire"),
)

BY_NAME = {classic.name: classic for classic in CLASSICS}
