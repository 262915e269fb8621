"""The coroutines yield functions: each puts its task where it waits, and returns how to take it away again."""

import bisect
from types import coroutine
class Cancelled(BaseException):
    pass
@coroutine
def suspend(register):
    return (yield register)
async def sleep(seconds):
    if seconds < 0:
        raise ValueError(seconds)
    def register(task):
        if not seconds:
            task.loop.schedule(task)
            return None
        entry = [task.loop.time + seconds, next(task.loop.serial), task]
        bisect.insort(task.loop.alarms, entry)
        return lambda: task.loop.alarms.remove(entry)
    await suspend(register)
class Signal:
    def __init__(self):
        self.fired, self.line = False, []
    def fire(self):
        self.fired = True
        line, self.line = self.line, []
        for task in line:
            task.loop.schedule(task)
    def register(self, task):
        self.line.append(task)
        return lambda: self.line.remove(task)
class Task:
    def __init__(self, loop, coro):
        self.loop, self.coro = loop, coro
        self.signal = Signal()
        self.undo = self.awaited = None
        self.state = "new"
        self.doomed = False
        self.answer = None
    def __await__(self):
        if self.state != "over":
            def register(task):
                undo = self.signal.register(task)
                task.awaited = self
                return undo
            yield register
        return self.answer()
    def done(self):
        return self.state == "over"
    def cancel(self):
        if self.state == "over":
            return False
        victim = self
        while victim.awaited is not None:
            victim = victim.awaited
        victim.doomed = True
        if victim.undo is not None:
            victim.undo()
            victim.loop.schedule(victim)
        return True
    def finish(self, answer):
        self.answer = answer
        self.state = "over"
        self.loop.living.remove(self)
        self.signal.fire()
    def advance(self):
        doomed, self.doomed = self.doomed, False
        def fail(error):
            def raise_it():
                raise error
            self.finish(raise_it)
        if doomed and self.state == "new":
            self.coro.close()
            fail(Cancelled())
            return
        self.state = "begun"
        try:
            register = self.coro.throw(Cancelled()) if doomed else self.coro.send(None)
        except StopIteration as stop:
            value = stop.value
            self.finish(lambda: value)
        except BaseException as error:
            fail(error)
        else:
            self.undo = register(self)
            if self.doomed:
                if self.awaited is not None:
                    self.doomed = False
                    self.cancel()
                elif self.undo:
                    self.undo()
                    self.loop.schedule(self)
class Event:
    def __init__(self):
        self.signal = Signal()
    def set(self):
        self.signal.fire()
    async def wait(self):
        if not self.signal.fired:
            await suspend(self.signal.register)
class MiniLoop:
    def __init__(self):
        import itertools
        self.time, self.queue, self.alarms, self.living, self.serial = 0.0, [], [], [], itertools.count()
    def schedule(self, task):
        task.undo = task.awaited = None
        self.queue.append(task)
    def spawn(self, coro):
        task = Task(self, coro)
        self.living.append(task)
        self.queue.append(task)
        return task
    def turn(self):
        if not self.queue:
            if not self.alarms:
                return False
            self.time = self.alarms[0][0]
            while self.alarms and self.alarms[0][0] == self.time:
                self.schedule(self.alarms.pop(0)[2])
        self.queue.pop(0).advance()
        return True
    def run(self, main):
        task = self.spawn(main)
        stuck = False
        while not task.done() and not stuck:
            stuck = not self.turn()
        for other in self.living[:]:
            other.cancel()
        while self.living and self.turn():
            pass
        if stuck:
            raise RuntimeError("deadlock")
        return task.answer()
