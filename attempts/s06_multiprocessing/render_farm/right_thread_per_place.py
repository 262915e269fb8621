"""One helper thread for each place starts, receives and joins; the first failure ends all others."""

import pickle
import threading
from multiprocessing import Pipe, Process


class WorkerDied(RuntimeError):
    def __init__(self, frame, exitcode):
        super().__init__(f"frame {frame}: exit code {exitcode}")
        self.frame = frame
        self.exitcode = exitcode


def _child(writer, render, frame):
    try:
        answer = (True, render(frame))
    except Exception as error:
        answer = (False, error)
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as error:
        data = pickle.dumps((None, repr(error)))
    with writer:
        writer.send_bytes(data)


class _Farm:
    def __init__(self, render, frames):
        self.render, self.frames = render, frames
        self.results = [None] * len(frames)
        self.numbers = iter(range(len(frames)))
        self.lock = threading.Lock()
        self.running = set()
        self.failure = None
        self.late = threading.Timer(0.3, self.kill)

    def place(self):
        try:
            while (number := self.next_number()) is not None:
                self.one(number)
        except BaseException as error:
            with self.lock:
                self.fail(error)

    def next_number(self):
        with self.lock:
            return None if self.failure else next(self.numbers, None)

    def one(self, number):
        with self.lock:
            if self.failure:
                return
            reader, writer = Pipe(duplex=False)
            with writer:
                process = Process(target=_child, args=(writer, self.render, self.frames[number]))
                process.start()
            self.running.add(process)
        with reader:
            try:
                data = reader.recv_bytes()
            except (EOFError, OSError):
                data = None
        process.join()
        with self.lock:
            self.running.discard(process)
            if data is None or process.exitcode:
                self.fail(WorkerDied(number, process.exitcode))
            else:
                fine, value = pickle.loads(data)
                if fine:
                    self.results[number] = value
                elif fine is None:
                    self.fail(RuntimeError(f"frame {number}: {value}"))
                else:
                    value.add_note(f"frame {number}")
                    self.fail(value)
            process.close()

    def fail(self, error):
        if self.failure is None:
            self.failure = error
            for process in self.running:
                process.terminate()
            self.late.start()

    def kill(self):
        with self.lock:
            for process in self.running:
                process.kill()


def render_all(render, frames, *, processes):
    if processes < 1:
        raise ValueError(processes)
    farm = _Farm(render, frames)
    places = [threading.Thread(target=farm.place) for _ in range(min(processes, len(frames)))]
    try:
        for place in places:
            place.start()
        for place in places:
            place.join()
    except BaseException as error:
        with farm.lock:
            farm.fail(error)
    for place in places:
        if place.ident:
            place.join()
    if farm.failure:
        farm.late.cancel()
        farm.late.join()
        raise farm.failure
    return farm.results
