"""Each waiter has an Event of its own in a line; a failure hands the till to the first in line."""
from collections import deque
from dataclasses import dataclass, field
from threading import Event, Lock
@dataclass
class Entry:
    busy: bool = True
    line: deque = field(default_factory=deque)
    paid: tuple | None = None
class PaymentOnce:
    def __init__(self, charge):
        self.charge, self.lock, self.entries = charge, Lock(), {}
    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError
        with self.lock:
            entry = self.entries.get(key)
            turn = None
            if entry is None:
                entry = self.entries[key] = Entry()
            elif entry.busy:
                turn = Event()
                entry.line.append(turn)
            elif entry.paid is None:
                entry.busy = True
        if turn is not None:
            turn.wait()
        with self.lock:
            if entry.paid:
                if entry.paid[0] != cents:
                    raise ValueError
                return entry.paid[1]
        try:
            receipt = self.charge(key, cents)
        except BaseException:
            with self.lock:
                if entry.line:
                    entry.line.popleft().set()
                else:
                    entry.busy = False
            raise
        with self.lock:
            entry.paid = (cents, receipt)
            entry.busy = False
            for turn in entry.line:
                turn.set()
            entry.line.clear()
        return receipt
    def receipts(self):
        with self.lock:
            return {k: e.paid[1] for k, e in self.entries.items() if e.paid}
