"""An error whose truth value is false is eaten, and None is handed out as the resource.

Rejected by: test_open_may_fail
"""

import threading

class PerThread:
    def __init__(self, open_, close):
        self._o = open_
        self._c = close
        self._cond = threading.Condition()
        self._d = {}
        self._closed = False
        self._closing = 0

    def __class_getitem__(cls, item):
        return cls

    def _take_dead(self):
        dead = [t for t in self._d if not t.is_alive()]
        out = [self._d.pop(t) for t in dead]
        self._closing += len(out)
        return out

    def _close_all(self, resources):
        while resources:
            r = resources.pop()
            try:
                self._c(r)
            finally:
                del r
                with self._cond:
                    self._closing -= 1
                    self._cond.notify_all()

    def get(self):
        me = threading.current_thread()
        with self._cond:
            if self._closed:
                raise RuntimeError("closed")
            if me in self._d:
                return self._d[me]
            dead = self._take_dead()
        self._close_all(dead)
        r = err = None
        try:
            r = self._o()
        except BaseException as e:
            err = e
        if err:
            raise err
        with self._cond:
            if not self._closed:
                self._d[me] = r
                return r
            self._closing += 1
        self._close_all([r])
        raise RuntimeError("closed meanwhile")

    def open_count(self):
        with self._cond:
            dead = self._take_dead()
        self._close_all(dead)
        with self._cond:
            return len(self._d)

    def close(self):
        with self._cond:
            self._closed = True
            mine = list(self._d.values())
            self._d.clear()
            self._closing += len(mine)
        self._close_all(mine)
        with self._cond:
            self._cond.wait_for(lambda: self._closing == 0)
