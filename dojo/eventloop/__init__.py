"""asyncio in virtual time: sleeping costs nothing, timeouts are exact, and what goes wrong is told at once.

One decorator, for three kinds of test:

    @virtual_time
    async def test_two_orders_at_once() -> None:            # a coroutine: it runs in a virtual-time loop
        await asyncio.gather(serve("tea", 3600), serve("cake", 60))
        assert now() == 3600

    @given(latency=st.floats(0, 100))                       # the same with drawn data: @given goes outside
    @virtual_time
    async def test_late_answers_are_dropped(latency: float) -> None:
        ...

    @virtual_time
    def test_serve_all() -> None:                           # code under test that calls asyncio.run itself,
        assert serve_all(["tea"]) == ["tea served"]         # or keeps a loop in a thread: those are virtual too

`now()` is the virtual time in seconds, 0.0 where the loop begins. `tasks_left()` describes the tasks beside the
current one that have not ended: `assert not tasks_left()` says that a call left nothing running.
The decorated test is an ordinary function: it needs no other mark, and fixtures and parametrize work as always.

Time. When nothing is ready the clock jumps to the next timer. Callbacks run in the order in which they became
ready; timers for the same moment go off in the order in which they were set. `time.monotonic` and
`time.perf_counter`, called in a running loop, tell its virtual time.
Work in threads (to_thread, run_in_executor, a thread that uses call_soon_threadsafe) and in worker processes is
real: while it goes on, the loop really waits and the clock stands still. A thread that itself waits without a
timeout (for an event, a condition, a queue, another thread) holds nothing up; one that waits for a plain lock does,
for it cannot be told from one at work. Sockets and pipes are real too: while some are watched, the loop gives them
IO_GRACE seconds before the clock jumps; without a timer it waits PATIENCE seconds for them.

A test fails, also if its body was content, with
    StuckError                  all tasks wait and nothing can wake them: told at once
    BusyError                   tasks run on and on without an end
    ThreadSafetyError           another thread set an asyncio.Event, cancelled a task, ...: a real loop may sleep on
    BlockedLoopError            the loop's thread was blocked, by time.sleep or by any call that does not come back
    NeverAwaitedError           a coroutine was made and thrown away
    TaskLeftError               a task was still waiting when the test had ended, or was destroyed while it waited
    CancellationSwallowedError  one of the tasks that are stuck or left was cancelled and went on
    NeverRetrievedError         a task or future failed and nobody looked
    CallbackError               a callback of the loop raised
The text says where the tasks concerned stand. asyncio.run cancels what its main coroutine leaves behind: that is
no error, only what outlives the cancellation is.

pytest-asyncio needs only the loop: in a conftest.py,

    def pytest_asyncio_loop_factories(config, item):        # pytest-asyncio 1.4 or newer
        return {"virtual": VirtualTimeLoop}

    @pytest.fixture(scope="session")                        # or, for any version,
    def event_loop_policy():
        return policy()

and tests and fixtures of its marks run in virtual time; the verdicts above come when the loop is closed.
"""

from .errors import (
    BlockedLoopError,
    BusyError,
    CallbackError,
    CancellationSwallowedError,
    EventLoopError,
    NeverAwaitedError,
    NeverRetrievedError,
    StuckError,
    TaskLeftError,
    ThreadSafetyError,
)
from .loop import VirtualTimeLoop, policy
from .testing import now, tasks_left, virtual_time

__all__ = [
    "BlockedLoopError",
    "BusyError",
    "CallbackError",
    "CancellationSwallowedError",
    "EventLoopError",
    "NeverAwaitedError",
    "NeverRetrievedError",
    "StuckError",
    "TaskLeftError",
    "ThreadSafetyError",
    "VirtualTimeLoop",
    "now",
    "policy",
    "tasks_left",
    "virtual_time",
]
