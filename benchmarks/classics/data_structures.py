"""Programs whose shared data goes wrong: lost updates, outdated looks, half-built objects, reused nodes."""

import threading
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace

from benchmarks.classics.crew import Atomic, Crew, run

# --- lost_update: two threads and a counter (what `benchmarks.speed` runs)


def _lost_update(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(counter=0)

    def count() -> None:
        with guard:
            s.counter += 1

    run(count, count)
    assert s.counter == 2, s.counter


def lost_update_buggy() -> None:
    _lost_update(nullcontext())


def lost_update_fixed() -> None:
    _lost_update(threading.Lock())


# --- update_over_a_call: the value is read, a call is made, the value is written


def _update_over_a_call(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(total=0)

    def price_of(article: str) -> int:
        return len(article)

    def buy(article: str) -> None:
        with guard:
            s.total = s.total + price_of(article)

    run(lambda: buy("tea"), lambda: buy("bread"))
    assert s.total == 8, s.total


def update_over_a_call_buggy() -> None:
    _update_over_a_call(nullcontext())


def update_over_a_call_fixed() -> None:
    _update_over_a_call(threading.Lock())


# --- lazy_init: both find nothing, both make one


def _lazy_init(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(instance=None)
    received: list[object] = []

    def get() -> None:
        with guard:
            if s.instance is None:
                s.instance = object()
            received.append(s.instance)

    run(get, get)
    assert received[0] is received[1], "two instances were handed out"


def lazy_init_buggy() -> None:
    _lazy_init(nullcontext())


def lazy_init_fixed() -> None:
    _lazy_init(threading.Lock())


# --- double_checked_publishing: the object is visible before it is complete


def _double_checked(complete_first: bool) -> None:
    s = SimpleNamespace(config=None)
    lock = threading.Lock()

    def get() -> SimpleNamespace:
        if s.config is None:
            with lock:
                if s.config is None:
                    config = SimpleNamespace(port=None)
                    if not complete_first:
                        s.config = config
                    config.port = 8080
                    s.config = config
        return s.config  # type: ignore[no-any-return]

    def use() -> None:
        port = get().port
        assert port == 8080, f"the configuration was used half-built: port {port}"

    run(use, use)


def double_checked_publishing_buggy() -> None:
    _double_checked(complete_first=False)


def double_checked_publishing_fixed() -> None:
    _double_checked(complete_first=True)


# --- check_then_act: a key that is looked up, then set


def _check_then_act(guard: AbstractContextManager[object]) -> None:
    groups: dict[str, list[int]] = {}

    def add(key: str, value: int) -> None:
        with guard:
            if key not in groups:
                groups[key] = []
            groups[key].append(value)

    run(lambda: add("x", 1), lambda: add("x", 2))
    assert sorted(groups["x"]) == [1, 2], groups


def check_then_act_buggy() -> None:
    """The second thread replaces the list that already holds the first one's value."""
    _check_then_act(nullcontext())


def check_then_act_fixed() -> None:
    _check_then_act(threading.Lock())


# --- bank_audit: the sum of two balances while money moves between them


def _bank_audit(guard: AbstractContextManager[object]) -> None:
    balances = {"a": 100, "b": 100}
    locks = {"a": threading.Lock(), "b": threading.Lock()}
    sums: list[int] = []

    def transfer() -> None:
        with guard:
            with locks["a"]:
                balances["a"] -= 30
            with locks["b"]:
                balances["b"] += 30

    def audit() -> None:
        with guard:
            total = 0
            for name in ("a", "b"):
                with locks[name]:
                    total += balances[name]
            sums.append(total)

    run(transfer, audit)
    assert sums == [200], sums


def bank_audit_buggy() -> None:
    """Each balance is locked for itself; the money on its way is on neither."""
    _bank_audit(nullcontext())


def bank_audit_fixed() -> None:
    _bank_audit(threading.Lock())


# --- readers_writer (RADBench 6): a reader that has looked, and is not yet counted


class _ReadersWriter:
    def __init__(self, one_section: bool) -> None:
        self.one_section = one_section
        self.readers = 0
        self.writing = False
        self.condition = threading.Condition()

    def start_reading(self) -> None:
        with self.condition:
            while self.writing:
                self.condition.wait()
            if self.one_section:
                self.readers += 1
        if not self.one_section:
            with self.condition:
                self.readers += 1

    def stop_reading(self) -> None:
        with self.condition:
            self.readers -= 1
            self.condition.notify_all()

    def start_writing(self) -> None:
        with self.condition:
            while self.writing or self.readers:
                self.condition.wait()
            self.writing = True

    def stop_writing(self) -> None:
        with self.condition:
            self.writing = False
            self.condition.notify_all()


def _readers_writer(one_section: bool) -> None:
    lock = _ReadersWriter(one_section)
    s = SimpleNamespace(x=0, y=0)

    def write() -> None:
        lock.start_writing()
        s.x += 1
        s.y += 1
        lock.stop_writing()

    def read() -> None:
        lock.start_reading()
        x, y = s.x, s.y
        lock.stop_reading()
        assert x == y, f"a reader saw x = {x}, y = {y}"

    run(write, read, read)


def readers_writer_buggy() -> None:
    """A writer comes in between a reader's look and its count, and both are inside."""
    _readers_writer(one_section=False)


def readers_writer_fixed() -> None:
    _readers_writer(one_section=True)


# --- aget: a snapshot of a total and its parts


def _aget(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(total=0)
    parts = [0, 0]
    counting = threading.Lock()
    snapshots: list[tuple[int, int]] = []

    def download(part: int) -> None:
        for _ in range(2):
            with guard:
                parts[part] += 10
                with counting:
                    s.total += 10

    def save() -> None:
        with guard:
            total = s.total
            snapshots.append((total, parts[0] + parts[1]))

    run(lambda: download(0), lambda: download(1), save)
    total, parts_sum = snapshots[0]
    assert total == parts_sum, f"the resume file says {total} bytes in all, {parts_sum} in its parts"


def aget_buggy() -> None:
    """The resume file is written while downloads go on: its total and its parts are of different moments."""
    _aget(nullcontext())


def aget_fixed() -> None:
    _aget(threading.Lock())


# --- pbzip2: main frees the queue's mutex when all blocks are done, but the consumers still use it


def _pbzip2(joins_first: bool) -> None:
    blocks = [1, 2]
    done: list[int] = []
    all_done = threading.Event()
    s = SimpleNamespace(mutex=threading.Lock())

    def consume() -> None:
        while True:
            mutex = s.mutex
            assert mutex is not None, "the mutex was used after it had been freed"
            with mutex:
                if not blocks:
                    return
                done.append(blocks.pop())
                if len(done) == 2:
                    all_done.set()

    crew = Crew()
    crew.start(consume, consume)
    all_done.wait()
    if joins_first:
        crew.join()
    s.mutex = None
    crew.join()


def pbzip2_buggy() -> None:
    _pbzip2(joins_first=False)


def pbzip2_fixed() -> None:
    _pbzip2(joins_first=True)


# --- ctrace: the trace is torn down while another thread is in the middle of a line


def _ctrace(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(on=True, lines=[])

    def trace(line: str) -> None:
        with guard:
            if s.on:
                lines = s.lines
                assert lines is not None, "traced into a log that was torn down"
                lines.append(line)

    def tear_down() -> None:
        with guard:
            s.on = False
            s.lines = None

    run(lambda: trace("a"), lambda: trace("b"), tear_down)


def ctrace_buggy() -> None:
    _ctrace(nullcontext())


def ctrace_fixed() -> None:
    _ctrace(threading.Lock())


# --- spin_lock: test, then set; a real busy wait, the only one among the classics


def _spin_lock(atomic: bool) -> None:
    s = SimpleNamespace(locked=False, counter=0)
    flag = threading.Lock()

    def enter() -> None:
        if atomic:
            while not flag.acquire(blocking=False):
                pass
        else:
            while s.locked:
                pass
            s.locked = True

    def leave() -> None:
        if atomic:
            flag.release()
        else:
            s.locked = False

    def count() -> None:
        enter()
        s.counter += 1
        leave()

    run(count, count)
    assert s.counter == 2, s.counter


def spin_lock_buggy() -> None:
    """Two threads see the flag down, both raise it, both are inside; then one update is lost."""
    _spin_lock(atomic=False)


def spin_lock_fixed() -> None:
    _spin_lock(atomic=True)


# --- aba_stack: the top is the same node again, but what was below it is gone


class _Node:
    def __init__(self, name: str) -> None:
        self.name = name
        self.below: _Node | None = None


class _LockFreeStack:
    """A stack whose top is changed by compare-and-set only.

    The cell holds (node, version). `counts` says whether each change makes a new version.
    """

    def __init__(self, counts: bool) -> None:
        self._step = 1 if counts else 0
        self._top = Atomic((None, 0))

    def push(self, node: _Node) -> None:
        while True:
            top, version = seen = self._top.load()
            node.below = top
            if self._top.compare_and_set(seen, (node, version + self._step)):
                return

    def pop(self) -> _Node | None:
        while True:
            top, version = seen = self._top.load()
            if top is None:
                return None
            below = top.below
            if self._top.compare_and_set(seen, (below, version + self._step)):
                return top  # type: ignore[no-any-return]


def _aba_stack(counts: bool) -> None:
    stack = _LockFreeStack(counts)
    for name in ("c", "b", "a"):
        stack.push(_Node(name))
    kept: list[_Node | None] = []

    def pop_one() -> None:
        kept.append(stack.pop())

    def pop_two_push_one() -> None:
        first = stack.pop()
        kept.append(stack.pop())
        if first is not None:
            stack.push(first)

    run(pop_one, pop_two_push_one)
    while (node := stack.pop()) is not None:
        kept.append(node)
    names = sorted(node.name for node in kept if node is not None)
    assert names == ["a", "b", "c"], f"the stack gave out {names}"


def aba_stack_buggy() -> None:
    """The other pops a and b, pushes a back; compare-and-set sees no change, and b is there twice."""
    _aba_stack(counts=False)


def aba_stack_fixed() -> None:
    _aba_stack(counts=True)


# --- work_stealing_queue: the THE queue; its "full" check has no room for a thief's raised head


class _WorkStealingQueue:
    """The owner pushes and pops at the tail without the lock; thieves take from the head under the lock.

    A thief first raises `head`, then looks whether that was too far. `slack` is how many more than size - 1
    items the owner may believe there is room for: 0 is right, 1 is the planted mistake.
    """

    def __init__(self, slack: int) -> None:
        self.slack = slack
        self.lock = threading.Lock()
        self.head = 0
        self.tail = 0
        self.items: list[int | None] = [None, None]

    def push(self, item: int) -> None:
        tail = self.tail
        mask = len(self.items) - 1
        if tail < self.head + mask + self.slack:
            self.items[tail & mask] = item
            self.tail = tail + 1
        else:
            self._push_slowly(item)

    def _push_slowly(self, item: int) -> None:
        with self.lock:
            mask = len(self.items) - 1
            if self.tail - self.head >= mask + self.slack:
                longer: list[int | None] = [None] * (2 * len(self.items))
                for index in range(self.head, self.tail):
                    longer[index & (len(longer) - 1)] = self.items[index & mask]
                self.items = longer
                mask = len(longer) - 1
            self.items[self.tail & mask] = item
            self.tail += 1

    def pop(self) -> int | None:
        tail = self.tail - 1
        self.tail = tail
        if self.head <= tail:
            return self.items[tail & (len(self.items) - 1)]
        self.tail = tail + 1
        return self._pop_slowly()

    def _pop_slowly(self) -> int | None:
        with self.lock:
            if self.head >= self.tail:
                return None
            self.tail -= 1
            return self.items[self.tail & (len(self.items) - 1)]

    def steal(self) -> int | None:
        with self.lock:
            head = self.head
            self.head = head + 1
            if head < self.tail:
                return self.items[head & (len(self.items) - 1)]
            self.head = head
            return None


def _work_stealing_queue(slack: int) -> None:
    queue = _WorkStealingQueue(slack)
    taken: list[int] = []

    def steal() -> None:
        for _ in range(2):
            item = queue.steal()
            if item is not None:
                taken.append(item)

    def pop() -> bool:
        item = queue.pop()
        if item is None:
            return False
        taken.append(item)
        return True

    crew = Crew()
    crew.start(steal, steal)
    for item in (0, 2, 4):
        queue.push(item)
        queue.push(item + 1)
        pop()
    while pop():
        pass
    crew.join()
    assert sorted(taken) == [0, 1, 2, 3, 4, 5], f"each item once, but: {sorted(taken)}"


def work_stealing_queue_buggy() -> None:
    """A push into a full queue overwrites the item that a thief, head raised, is about to take."""
    _work_stealing_queue(slack=1)


def work_stealing_queue_fixed() -> None:
    _work_stealing_queue(slack=0)


# --- safestack: Vyukov's lock-free stack on an array; the shortest failing schedule of its atomic steps takes
# eight preemptions when only a second owner gives the mistake away, four when the stack is audited at the end
# (counted by a breadth-first search over all of them)


class _SafeStack:
    """Free places of an array as a stack of indices. `pop` marks a place as being taken with next = -1."""

    def __init__(self, size: int, guard: AbstractContextManager[object]) -> None:
        self.guard = guard
        self.next = [Atomic(place + 1 if place + 1 < size else -1) for place in range(size)]
        self.head = Atomic(0)
        self.count = Atomic(size)

    def pop(self) -> int:
        """A place, or -1 if there was none left to give (the last one stays) in three attempts."""
        with self.guard:
            for _ in range(3):
                if self.count.load() <= 1:
                    return -1
                head: int = self.head.load()
                below = self.next[head].exchange(-1)
                if below >= 0:
                    if self.head.compare_and_set(head, below):
                        self.count.add(-1)
                        return head
                    self.next[head].exchange(below)
            return -1

    def push(self, place: int) -> None:
        with self.guard:
            while True:
                head = self.head.load()
                self.next[place].store(head)
                if self.head.compare_and_set(head, place):
                    break
            self.count.add(1)

    def places(self) -> list[int]:
        """The free places from the top down; at most five of them, for a broken stack may be a ring."""
        found: list[int] = []
        place: int = self.head.load()
        while place >= 0 and len(found) < 5:
            found.append(place)
            place = self.next[place].load()
        return found


def _safestack(guard: AbstractContextManager[object]) -> None:
    stack = _SafeStack(3, guard)
    owner = [-1, -1, -1]

    def work(me: int) -> None:
        for _ in range(2):
            place = stack.pop()
            if place < 0:
                continue
            owner[place] = me
            assert owner[place] == me, f"place {place} was given to {me} and to {owner[place]}"
            stack.push(place)

    run(lambda: work(0), lambda: work(1), lambda: work(2))


def safestack_buggy() -> None:
    """One place is given to two threads, and one of them must look while it can see that."""
    _safestack(nullcontext())


def safestack_fixed() -> None:
    _safestack(threading.Lock())


def _safestack_audit(guard: AbstractContextManager[object]) -> None:
    stack = _SafeStack(3, guard)

    def work() -> None:
        place = stack.pop()
        if place >= 0:
            stack.push(place)

    run(work, work, work)
    places = stack.places()
    assert sorted(places) == [0, 1, 2], f"the stack holds the places {places}"


def safestack_audit_buggy() -> None:
    """Each thread pops and pushes once; the audit afterwards finds a place missing, or a ring."""
    _safestack_audit(nullcontext())


def safestack_audit_fixed() -> None:
    _safestack_audit(threading.Lock())
