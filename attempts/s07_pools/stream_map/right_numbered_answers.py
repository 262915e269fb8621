"""Workers send numbered answers to a queue, and the generator puts them in order: the worker goes on meanwhile."""

import logging
import queue
import threading

log = logging.getLogger(__name__)
STOP = object()


def stream_map(fn, items, max_workers, window):
    if max_workers < 1:
        raise ValueError("max_workers")
    if window < 1:
        raise ValueError("window")
    return _stream_map(fn, items, max_workers, window)


def _worker(fn, inbox, outbox, stop):
    while (message := inbox.get()) is not STOP:
        if stop.is_set():
            continue
        number, item = message
        message = None
        try:
            answer = (number, fn(item), None)
        except BaseException as error:
            answer = (number, None, error)
        item = None
        outbox.put(answer)
        answer = None


def _stream_map(fn, items, max_workers, window):
    inbox, outbox, stop = queue.Queue(), queue.Queue(), threading.Event()
    threads = []
    arrived = {}
    sent = returned = 0
    exhausted = False
    try:
        iterator = iter(items)
        while True:
            while not exhausted and sent - returned < window:
                try:
                    inbox.put((sent, next(iterator)))
                except StopIteration:
                    exhausted = True
                    break
                sent += 1
                if len(threads) < max_workers:
                    t = threading.Thread(target=_worker, args=(fn, inbox, outbox, stop), name=f"worker-{len(threads)}")
                    threads.append(t)
                    t.start()
            if returned == sent:
                log.debug("all %d items done", sent)
                return
            while returned not in arrived:
                number, value, error = outbox.get()
                arrived[number] = (value, error)
                del value, error
            value, error = arrived.pop(returned)
            returned += 1
            if error is not None:
                try:
                    raise error
                finally:
                    del error
            yield value
            del value
    finally:
        stop.set()
        for _ in threads:
            inbox.put(STOP)
        for t in threads:
            t.join()
