"""selectors over the pipes; retries go to the end of the queue; an error of its own when a start fails."""

from __future__ import annotations

import multiprocessing
import pickle
import selectors
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True)
class Ok:
    """What the job has returned."""

    value: object


@dataclass(frozen=True)
class Failed:
    """The error as "TypeName: message"; free text if the job or its result could not be pickled."""

    error: str


@dataclass(frozen=True)
class Lost:
    """Every one of so many attempts killed its worker."""

    attempts: int


def worker_loop(pipe, function):
    try:
        while 1:
            try:
                number, blob = pipe.recv()
            except EOFError:
                return
            try:
                answer = Ok(function(pickle.loads(blob)))
            except Exception as e:
                answer = Failed("%s: %s" % (type(e).__name__, e))
            try:
                blob = pickle.dumps((number, answer))
            except Exception as e:
                blob = pickle.dumps((number, Failed("unpicklable result: %s" % e)))
            pipe.send_bytes(blob)
    finally:
        pipe.close()


def dispatch(jobs, work, workers=2, attempts=2):
    if workers < 1 or attempts < 1:
        raise ValueError("workers and attempts must be positive")
    results = {}
    todo = []
    for number in range(len(jobs)):
        try:
            blob = pickle.dumps(jobs[number])
        except Exception as e:
            results[number] = Failed("unpicklable job: %s" % e)
            continue
        todo.append((number, blob, attempts))
    if not todo:
        return [results[number] for number in range(len(jobs))]
    selector = selectors.DefaultSelector()
    processes = {}
    free = []
    held = {}
    try:
        while todo or held:
            while todo and len(held) < workers:
                if free:
                    pipe = free.pop()
                else:
                    pipe, other = multiprocessing.Pipe()
                    try:
                        process = multiprocessing.Process(target=worker_loop, args=(other, work))
                        process.start()
                    except Exception as e:
                        pipe.close()
                        raise RuntimeError("no worker can be started") from e
                    finally:
                        other.close()
                    processes[pipe] = process
                    selector.register(pipe, selectors.EVENT_READ)
                entry = todo.pop(0)
                held[pipe] = entry
                try:
                    pipe.send(entry[:2])
                except (BrokenPipeError, ConnectionResetError):
                    pass
            for key, _ in selector.select():
                pipe = key.fileobj
                try:
                    number, answer = pickle.loads(pipe.recv_bytes())
                except (EOFError, ConnectionResetError):
                    selector.unregister(pipe)
                    pipe.close()
                    process = processes.pop(pipe)
                    process.join()
                    process.close()
                    entry = held.pop(pipe, None)
                    if entry is None:
                        free.remove(pipe)
                        continue
                    number, blob, left = entry
                    if left > 1:
                        todo.append((number, blob, left - 1))
                    else:
                        results[number] = Lost(attempts)
                else:
                    results[number] = answer
                    del held[pipe]
                    free.append(pipe)
    finally:
        selector.close()
        for pipe in processes:
            pipe.close()
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.join()
            process.close()
    return [results[number] for number in range(len(jobs))]
