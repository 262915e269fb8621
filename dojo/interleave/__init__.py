"""A scheduler for tests of threaded code: every interleaving on demand, one at a time, replayable.

    @interleave
    def test_no_deposit_is_lost():
        account = Account(0)
        together(partial(account.deposit, 10), partial(account.deposit, 20))
        assert account.balance == 30

The body runs once per schedule. See `api` for what tests use, `search` for the order in which schedules are tried,
`run` for how one is executed, `sites` for where a thread may be interrupted, `primitives` for what stands in the place
of locks, queues and clocks meanwhile.
"""

from .api import (
    EFFORTS,
    Outcomes,
    explore,
    interleave,
    outcomes,
    random_walk,
    reproduce,
    search_program,
    settle,
    together,
)
from .errors import (
    BlockedOutsideError,
    DeadlockError,
    InterleaveError,
    LivelockError,
    StepLimitError,
    StuckError,
    ThreadError,
    UnfitScheduleError,
)
from .journal import Operation, held, log

__all__ = [
    "EFFORTS",
    "BlockedOutsideError",
    "DeadlockError",
    "InterleaveError",
    "LivelockError",
    "Operation",
    "Outcomes",
    "StepLimitError",
    "StuckError",
    "ThreadError",
    "UnfitScheduleError",
    "explore",
    "held",
    "interleave",
    "log",
    "outcomes",
    "random_walk",
    "reproduce",
    "search_program",
    "settle",
    "together",
]
