"""The link checker runs in a fresh process, which imports it before anything else. The web server is here.

The server decides when to answer by who has come, so that nothing depends on how fast a machine is.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from socket import SHUT_RDWR, create_connection, create_server, socket
from threading import Barrier, BrokenBarrierError, Event, Lock, Thread
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(60)

PATIENCE = 4.0  # seconds that the server waits for requests which do not come
FAST, SURE = 0.3, 2.0  # time limits: if the machine was too slow for the first one, the second one counts

CHILD = """
from katas.s20_third_party import link_checker
from katas.s20_third_party.link_checker import check_links, http_status

import gc, json, os, sys, time
import gevent
from gevent import monkey

native_sleep = monkey.get_original("time", "sleep")
native_lock = monkey.get_original("_thread", "allocate_lock")
port = int(sys.argv[1])
{code}
try:
    result = main()
except BaseException as error:
    result = ["raised", type(error).__name__]
print("result:" + json.dumps(result))
"""


class Server:
    """Calls answer(path) in a thread for each request. It returns the status, or None: close without an answer."""

    def __init__(self, answer: Callable[[str, socket], int | None]) -> None:
        self.answer = answer
        self.listening = create_server(("127.0.0.1", 0), backlog=50)
        self.port = self.listening.getsockname()[1]
        self.connections: list[socket] = []
        self.closing = False
        self.threads = [Thread(target=self.listen)]
        self.threads[0].start()

    def listen(self) -> None:
        while True:
            connection, _ = self.listening.accept()
            if self.closing:
                connection.close()
                return
            self.connections.append(connection)
            self.threads.append(Thread(target=self.serve, args=(connection,)))
            self.threads[-1].start()

    def serve(self, connection: socket) -> None:
        try:
            with connection, connection.makefile("rb") as received:
                request = received.readline().split()
                if request and (status := self.answer(request[1].decode(), connection)) is not None:
                    connection.sendall(f"HTTP/1.0 {status} said\r\n\r\n".encode())
        except OSError:
            pass  # the other side has gone

    def close(self) -> None:
        self.closing = True
        create_connection(("127.0.0.1", self.port)).close()  # wakes the one that listens
        self.threads[0].join()
        self.listening.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
        for thread in self.threads:
            thread.join()


@contextmanager
def serving(answer: Callable[[str, socket], int | None]) -> Iterator[int]:
    """A web server on the port that this gives."""
    server = Server(answer)
    try:
        yield server.port
    finally:
        server.close()


def in_child(port: int, code: str, *, raises: bool = False) -> Any:
    """What main() in the code returns, in a fresh process that has imported the link checker first of all.

    An error of main() fails the test, or comes back as ["raised", name of its type] if raises.
    """
    if "def main" not in code:
        code = f"def main(): return {code}"
    command = [sys.executable, "-c", CHILD.format(code=code), str(port)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=40)
    except subprocess.TimeoutExpired:
        pytest.fail("the link checker did not come back within 40 seconds")
    *_, last = done.stdout.splitlines() or [""]
    if not last.startswith("result:"):
        pytest.fail(f"the process with the link checker ended with {done.returncode}:\n{done.stderr[-2000:]}")
    result = json.loads(last.removeprefix("result:"))
    if isinstance(result, list) and result[:1] == ["raised"] and not raises:
        pytest.fail(f"{result[1]} has come out of what the test called in the other process")
    return result


def meeting(parties: int) -> Callable[[str, socket], int]:
    """An answer that is 200 once so many requests are there at the same time, and 503 if they do not come."""
    barrier = Barrier(parties)

    def answer(path: str, connection: socket) -> int:
        try:
            barrier.wait(PATIENCE)
        except BrokenBarrierError:
            return 503
        return 200

    return answer


def test_requests_overlap() -> None:
    """The next request is not sent before the one before has its answer, or two callers have to share their places."""
    code = """
def main():
    calls = [gevent.spawn(check_links, port, paths, limit=2, timeout=30) for paths in (["/a", "/b"], ["/c", "/d"])]
    return [call.get() for call in calls]
"""
    with serving(meeting(4)) as port:
        said = in_child(port, code)
    fine = [{"/a": "200", "/b": "200"}, {"/c": "200", "/d": "200"}]
    assert said == fine, "503: the server has waited in vain for the two requests of each caller"


def test_import_patches() -> None:
    """After the import the sockets of this process, or those of http_status, still block all greenlets."""
    code = """
def main():
    jobs = [gevent.spawn(http_status, port, path) for path in ("/a", "/b")]
    return [monkey.is_module_patched("socket"), [job.get() for job in jobs]]
"""
    with serving(meeting(2)) as port:
        patched, statuses = in_child(port, code)
    assert patched, "importing the module does not patch socket"
    assert statuses == [200, 200], "503: the server has waited for two requests in vain"


def test_limit() -> None:
    """More requests than allowed were under way at once, or fewer; or a slow one held up those after it."""
    limit = 12  # more than the threads that gevent's pool has
    lock, full, too_many, last_came = Lock(), Event(), Event(), Event()
    inside, peak = 0, 0

    def answer(path: str, connection: socket) -> int:
        nonlocal inside, peak
        if path == "/alone":
            return 200
        with lock:
            inside += 1
            peak = max(peak, inside)
            if inside == limit:
                full.set()
            if inside > limit:
                too_many.set()
        full.wait(PATIENCE)
        full.set()  # it has been waited for once: that is enough
        too_many.wait(0.1)
        if path == "/last":
            last_came.set()
        status = 200 if path != "/slow" or last_came.wait(PATIENCE) else 503
        with lock:
            inside -= 1
        return status

    paths = ["/slow", *(f"/{number}" for number in range(20)), "/last"]
    with serving(answer) as port:
        code = f'[check_links(port, ["/alone"], limit=1), check_links(port, {paths}, limit={limit}, timeout=30)]'
        alone, said = in_child(port, code)
    assert alone == {"/alone": "200"}
    assert peak == limit, f"limit {limit}, and {peak} requests were under way at once"
    assert said == dict.fromkeys(paths, "200"), "503: the last request was not sent as long as the first had no answer"


def test_order_of_paths() -> None:
    """The answer is not in the order of the paths, lists other paths than were asked for, or used up their list."""
    answered = {path: Event() for path in ("/a", "/b", "/c")}

    def answer(path: str, connection: socket) -> int:
        if path != "/c":
            answered["/c" if path == "/b" else "/b"].wait(PATIENCE)  # the last one is answered first
        answered[path].set()
        return {"/a": 200, "/b": 404, "/c": 301}[path]

    code = """
def main():
    names = {200: "fine", 404: "", 301: "moved"}
    paths = ["/a", "/b", "/c"]
    return [list(check_links(port, paths, classify=names.get).items()), check_links(port, []), paths]
"""
    with serving(answer) as port:
        *said, paths = in_child(port, code)
    assert said == [[["/a", "fine"], ["/b", ""], ["/c", "moved"]], {}]
    assert paths == ["/a", "/b", "/c"], f"the caller's list of these three paths is {paths} afterwards"


def test_error_is_reported() -> None:
    """A link that failed is missing or without its error, or it took others with it."""

    def answer(path: str, connection: socket) -> int | None:
        if path == "/silent":
            while connection.recv(1000):
                pass  # until the other side has gone
        return None if path == "/bad" else 200

    code = """
def name_of(port, path):
    try:
        http_status(port, path)
    except Exception as error:
        return type(error).__name__

def main():
    refused = __import__("socket").create_server(("127.0.0.1", 0))
    nobody = refused.getsockname()[1]
    refused.close()
    some = check_links(port, ["/a", "/bad", "/c"], limit=1, timeout=30)
    none = check_links(nobody, ["/x", "/y"], timeout=30)
    __import__("socket").setdefaulttimeout(0.2)  # a TimeoutError of the socket, long before that of the link checker
    silent = check_links(port, ["/silent"], timeout=30)
    return [list(some.items()), none, silent, [name_of(port, "/bad"), name_of(nobody, "/x"), name_of(port, "/silent")]]
"""
    with serving(answer) as port:
        some, none, silent, names = in_child(port, code)
    bad, nobody, late = [f"error: {name}" for name in names]  # what http_status itself raises there
    assert some == [["/a", "200"], ["/bad", bad], ["/c", "200"]]
    assert none == {"/x": nobody, "/y": nobody}
    assert silent == {"/silent": late}, f"http_status has raised {late}, after 0.2 of 30 seconds"


def hanging(seconds: float) -> Callable[[str, socket], int | None]:
    """Does not answer /hang until much later; for /drip sends a letter now and then that says nothing."""
    calls = {"/hang": count(), "/drip": count()}  # of check_links: each asks once for each path
    deadlines: dict[int, float] = {}

    def answer(path: str, connection: socket) -> int | None:
        if path not in calls:
            return 200
        deadline = deadlines.setdefault(next(calls[path]), time.monotonic() + 2 * seconds + 3)
        while time.monotonic() < deadline:
            if path == "/drip":
                connection.sendall(b"H")  # an OSError when the other side has gone
                time.sleep(0.02)
            else:
                connection.settimeout(max(0.01, deadline - time.monotonic()))
                if not connection.recv(1000).strip():  # the rest of the request, and then the end
                    return None
        return 200

    return answer


def test_hanging_link() -> None:
    """A link without an answer held up others, was waited for too long, or took the others' time."""
    paths = ["/hang", "/a", "/drip", "/b"]
    for seconds in (FAST, SURE):
        with serving(hanging(seconds)) as port:
            said = in_child(port, f"[check_links(port, {paths}, limit=n, timeout={seconds}) for n in (1, 5)]")
        if said == [{"/hang": "timeout", "/a": "200", "/drip": "timeout", "/b": "200"}] * 2:
            return
    pytest.fail(f"two links never answer, the time limit is {seconds} s; with limit=1, and with limit=5: {said}")


def answering_after(seconds: float) -> Callable[[str, socket], int]:
    def answer(path: str, connection: socket) -> int:
        time.sleep(seconds)
        return 200

    return answer


def test_each_link_has_its_own_time() -> None:
    """The clock of a link that had been answered went on, and the link after it had no more time."""
    for seconds in (FAST, SURE):
        with serving(answering_after(0.6 * seconds)) as port:
            said = in_child(port, f'check_links(port, ["/a", "/b"], limit=1, timeout={seconds})')
        if said == {"/a": "200", "/b": "200"}:
            return
    pytest.fail(f"each link needs 0.6 of the {seconds} s that it has; one after the other: {said}")


def test_classify_does_not_block_the_hub() -> None:
    """While a status is being classified no other greenlet gets on."""
    code = """
def main():
    gate, entered = native_lock(), []
    gate.acquire()

    def classify(status):
        entered.append(status)
        return "went on" if gate.acquire(True, 3) else "blocked"

    def other():
        while not entered:
            gevent.sleep(0.001)
        gate.release()

    helper = gevent.spawn(other)
    result = check_links(port, ["/a"], timeout=30, classify=classify)
    helper.kill()
    return result
"""
    with serving(lambda path, connection: 200) as port:
        said = in_child(port, code)
    assert said == {"/a": "went on"}, "another greenlet wanted to open the door at which classify waits"


def test_classify_keeps_no_place(tmp_path: Path) -> None:
    """The next request has to wait for a place until one before has been classified, or until that may begin."""
    last_came = tmp_path / "the last request has come"
    most = 15  # more than the threads that gevent's pool has

    def answer(path: str, connection: socket) -> int:
        if path == f"/{most}":
            last_came.touch()
        return 200 + int(path[1:])

    code = f"""
def main():
    deadline = time.monotonic() + 10

    def classify(status):
        while time.monotonic() < deadline:
            if os.path.exists({str(last_came)!r}):
                return f"{{status}} went on"
            native_sleep(0.01)
        return f"{{status}} blocked"

    return check_links(port, [f"/{{n}}" for n in range(1, {most} + 1)], limit=1, timeout=30, classify=classify)
"""
    with serving(answer) as port:
        said = in_child(port, code)
    fine = {f"/{n}": f"{200 + n} went on" for n in range(1, most + 1)}
    assert said == fine, f"blocked: classify has waited in vain for the request of /{most}, the last one"


def test_classify_has_time() -> None:
    """The time that classify takes was counted as time of the request."""
    for seconds in (FAST, SURE):
        code = f"""
def main():
    def classify(status):
        native_sleep({seconds} + 0.1)
        return "slow"

    return check_links(port, ["/a", "/b"], timeout={seconds}, classify=classify)
"""
        with serving(lambda path, connection: 200) as port:
            said = in_child(port, code)
        if said == {"/a": "slow", "/b": "slow"}:
            return
    pytest.fail(f"classify takes a little longer than the time limit for requests, and the answer was {said}")


def test_other_exception_is_raised() -> None:
    """An error of classify was taken for one of the request, or hushed up; or greenlets ran on after it."""
    code = """
def ending_after(kind):
    def classify(status):
        raise kind("a bug")

    raised = "nothing"
    try:
        check_links(port, ["/a", "/hang", "/b", "/c"], limit=2, timeout=1, classify=classify)
    except Exception as error:
        raised = type(error).__name__
    left = [job for job in gc.get_objects() if isinstance(job, gevent.Greenlet) and job.started]
    return [raised, len(left)]

def main():
    endings = []
    for kind in (KeyError, TimeoutError, ConnectionError):
        endings.append((kind.__name__, *ending_after(kind)))
        if endings[-1] != (kind.__name__, kind.__name__, 0):
            break  # each takes seconds where it goes wrong
    return endings
"""
    with serving(hanging(1)) as port:
        endings = in_child(port, code)
    for error, raised, left in endings:
        assert raised == error, f"classify raised {error}; out of check_links came {raised}"
        assert not left, f"check_links has raised, and {left} of its greenlets are not at their end"


def test_caller_gives_up() -> None:
    """The caller's own time limit came out of check_links, and its greenlets went on, or asked for further links."""
    code = """
def main():
    said = "came back"
    try:
        with gevent.Timeout(0.2):
            said = check_links(port, ["/hang", "/a", "/drip", *map(str, range(20))], limit=2, timeout=30)
    except gevent.Timeout:
        said = "gave up"
    left = [job for job in gc.get_objects() if isinstance(job, gevent.Greenlet) and job.started]
    return [said, len(left)]
"""
    with serving(hanging(1)) as port:
        said, left = in_child(port, code)
    assert said == "gave up", f"the caller waits for 0.2 s, and check_links says {said}"
    assert not left, f"the caller has given up, and {left} greenlets are not at their end"


def test_answer_without_a_number() -> None:
    """A server that does not speak HTTP is a surprise, and no OSError: it has to come out."""

    def answer(path: str, connection: socket) -> int | None:
        connection.sendall(b"Who is there?\r\n\r\n")
        return None

    with serving(answer) as port:
        expected = in_child(port, 'http_status(port, "/a")', raises=True)
        said = in_child(port, 'check_links(port, ["/a"], timeout=30)', raises=True)
    assert expected[0] == "raised", f"http_status({port}, '/a') took this for an answer: {expected}"
    assert said == expected, f"http_status {expected}, and check_links {said}"
