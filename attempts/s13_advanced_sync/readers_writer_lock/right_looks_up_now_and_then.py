"""Waiters are a linked list; each looks up every half second, and goes on sleeping if it has not been let in."""

import logging
import threading
import time
from contextlib import contextmanager

log = logging.getLogger(__name__)


class _Node:
    __slots__ = ("kind", "next", "prev", "ok")

    def __init__(self, kind):
        self.kind = kind
        self.ok = False
        self.prev = self.next = self


class ReadWriteLock:
    def __init__(self):
        self._lock = threading.RLock()
        self._rc = threading.Condition(self._lock)
        self._wc = threading.Condition(self._lock)
        self._head = _Node("head")
        self._in = {"r": 0, "w": 0}

    def _nodes(self, kind):
        node, out = self._head.next, []
        while node is not self._head:
            if node.kind == kind:
                out.append(node)
            node = node.next
        return out

    def _push(self, node):
        last = self._head.prev
        last.next = node
        node.prev = last
        node.next = self._head
        self._head.prev = node

    def _cut(self, node):
        node.prev.next, node.next.prev = node.next, node.prev

    def _admit(self, kind, some):
        for node in some:
            self._cut(node)
            node.ok = True
            self._in[kind] += 1
            log.debug("admit %s", kind)
        (self._rc if kind == "r" else self._wc).notify_all()

    def _may_enter(self, kind):
        if self._in["w"]:
            return False
        if kind == "r":
            return not self._nodes("w")
        return not self._in["r"]

    def _acquire(self, kind, timeout):
        if timeout is not None and timeout < 0:
            raise ValueError("timeout must be >= 0")
        cond = self._rc if kind == "r" else self._wc
        end = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            log.debug("%s wants %s", threading.current_thread().name, kind)
            if self._may_enter(kind):
                self._in[kind] += 1
                return True
            node = _Node(kind)
            self._push(node)
            try:
                while not node.ok:
                    left = None if end is None else end - time.monotonic()
                    if left is not None and left <= 0:
                        break
                    cond.wait(left if left is None else min(left, 0.5))
            finally:
                if not node.ok:
                    self._cut(node)
                    if kind == "w" and not self._nodes("w") and not self._in["w"]:
                        self._admit("r", self._nodes("r"))
            return node.ok

    def _release(self, kind):
        with self._lock:
            if not self._in[kind]:
                raise RuntimeError(f"no {kind} inside")
            self._in[kind] -= 1
            log.debug("left: %s", kind)
            if kind == "w" and self._nodes("r"):
                self._admit("r", self._nodes("r"))
            elif not self._in["r"]:
                self._admit("w", self._nodes("w")[:1])

    def acquire_read(self, timeout=None):
        return self._acquire("r", timeout)

    def release_read(self):
        self._release("r")

    def acquire_write(self, timeout=None):
        return self._acquire("w", timeout)

    def release_write(self):
        self._release("w")

    @contextmanager
    def reading(self):
        self.acquire_read()
        try:
            yield
        finally:
            self.release_read()

    @contextmanager
    def writing(self):
        self.acquire_write()
        try:
            yield
        finally:
            self.release_write()
