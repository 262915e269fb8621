"""A child changes a picture in shared memory: the result is right, the failure is told, and nothing stays behind."""

from __future__ import annotations

import contextlib
import functools
import io
import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.shared_memory import SharedMemory
from operator import methodcaller
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import together
from dojo.leaks import no_descriptor_left
from dojo.processes import started, within
from dojo.rendezvous import wait_until
from katas.s16_shared_memory.picture_filter import WorkerFailed, transform

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
QUICK = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
"""The quickest way to start a child."""
HELD: list[SharedMemory] = []
"""Blocks that cannot be closed."""


@pytest.fixture(autouse=True)
def unmap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """What is closed here stays mapped until unmap() or the test's end: to read it too late must not end pytest."""
    closed: list[SharedMemory] = []
    real = SharedMemory.close

    def close(self: SharedMemory) -> None:
        if self.buf is None or self in closed:
            return
        mapping: Any = self.buf.obj
        self.buf.release()
        closed.append(self)
        with contextlib.suppress(SystemError):  # not every system can do this
            mapping.resize(len(mapping))  # BufferError if something holds on to it, as ever

    def unmap() -> None:
        while closed:
            block = closed.pop()
            try:
                real(block)
            except BufferError:  # it was told before; if __del__ tells it again, that may be anywhere
                HELD.append(block)

    monkeypatch.setattr(SharedMemory, "close", close)
    yield unmap
    unmap()


def filtered(image: Any, op: Callable[[Any], None], ctx: Any = QUICK) -> Any:
    """transform(image, op, ctx), with a limit."""
    result = within(lambda: transform(image, op, ctx))
    if not owns_its_memory(result):
        del result  # to show it would end pytest too
        pytest.fail(
            "The array that came back is a view of memory that it does not own: "
            "as soon as the block is closed, to read it ends Python."
        )
    return result


def owns_its_memory(array: Any) -> bool:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return bool(array.flags.owndata)


def assert_same(result: Any, expected: Any) -> None:
    """An array of this shape, dtype and content."""
    assert isinstance(result, np.ndarray), f"{type(result)} is no array: it cannot be written"
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype)
    assert result.tolist() == expected.tolist()


def blocks_made(monkeypatch: pytest.MonkeyPatch) -> list[SharedMemory]:
    """The blocks that are made or opened here from now on."""
    blocks: list[SharedMemory] = []
    real = SharedMemory.__init__

    def noted(self: SharedMemory, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        blocks.append(self)

    monkeypatch.setattr(SharedMemory, "__init__", noted)
    return blocks


def is_open(block: SharedMemory) -> bool:
    try:
        return block.buf is not None and len(block.buf) > 0
    except ValueError:  # released
        return False


def assert_all_gone(blocks: list[SharedMemory]) -> None:
    assert [block.name for block in blocks if is_open(block)] == [], "blocks that were not closed"
    assert [name for name in {block.name for block in blocks} if exists(name)] == [], "blocks that were not unlinked"


def exists(block: str) -> bool:
    try:
        SharedMemory(block).close()
    except FileNotFoundError:
        return False
    return True


# What the child runs: found by name, whatever the start method. methodcaller("sort") needs no module of ours: a child
# that is not forked starts more quickly.


def invert(picture: Any) -> None:
    picture[...] = 1 - picture


def mark(picture: Any) -> None:
    """In the middle of a structured picture."""
    picture["alpha"] = 0.5


def note_process(picture: Any) -> None:
    picture[...] = os.getpid()


def fail(how: str, picture: Any) -> None:
    assert multiprocessing.parent_process(), "the operation runs in this process, and would end it"
    picture[...] = 9
    if how == "raise":
        sys.stderr = io.StringIO()  # its traceback is of no interest here
        raise ValueError("the filter fails")
    if how == "os._exit":
        os._exit(3)
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Failing:
    how: str

    def __call__(self, picture: Any) -> None:
        fail(self.how, picture)


@dataclass(frozen=True)
class ShowsItsWork:
    """Fills the picture, and does not go on before somebody has seen that."""

    folder: Path

    def __call__(self, picture: Any) -> None:
        picture[...] = 77
        (self.folder / "filled").touch()
        wait_until((self.folder / "seen").exists)


@dataclass(frozen=True)
class WaitsForTheOther:
    """Fills the picture with 1 if the other call gets so far, and with 0 if it does not."""

    folder: Path
    begun: str
    awaited: str

    def __call__(self, picture: Any) -> None:
        (self.folder / self.begun).touch()
        picture[...] = wait_until((self.folder / self.awaited).exists)


@pytest.mark.parametrize(
    "image",
    [
        np.arange(12, dtype=np.int64),
        np.array(5, dtype=np.int16),
        np.arange(12, dtype=np.float32).reshape(2, 3, 2),
        np.arange(7, dtype=np.uint8),
        np.arange(4, dtype=">i4"),
        np.array([1 + 2j, 0], dtype=np.complex128),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(20, dtype=np.int32).reshape(4, 5)[::2, ::-2],
        np.broadcast_to(np.arange(3.0), (2, 3)),
    ],
    ids=["int64", "no dimension", "float32 3d", "uint8", "big-endian", "complex", "fortran", "strided", "broadcast"],
)
def test_filters(image: Any) -> None:
    """A picture of some shape, dtype or layout comes back wrong, as another dtype, or not at all."""
    before, writeable = image.copy(), image.flags.writeable
    assert_same(filtered(image, invert), (1 - before).astype(image.dtype))
    assert_same(image, before)
    assert image.flags.writeable == writeable, "the picture that was given: may it be written?"


def test_structured_picture() -> None:
    """A picture whose pixels have named parts loses them on the way to the child."""
    image = np.zeros(3, dtype=[("grey", "u1"), ("alpha", "f8")])
    expected = image.copy()
    expected["alpha"] = 0.5
    assert_same(filtered(image, mark), expected)


def test_every_start_method(start_method: str) -> None:
    """Under one of the start methods it fails, or it is not the default one that is used when ctx is None."""
    with started() as children:
        assert_same(filtered(np.array([3, 1, 2]), methodcaller("sort"), None), np.array([1, 2, 3]))
    assert [child.method for child in children] == [start_method], "one child, started the default way"


@given(
    shape=st.lists(st.integers(1, 4), max_size=3),
    dtype=st.sampled_from(["u1", "i8", "f4", ">f8", "?", "M8[s]", "U3"]),
    data=st.data(),
)
@settings(max_examples=8)
def test_matches_numpy(shape: list[int], dtype: str, data: st.DataObject) -> None:
    """What the child makes of a picture is not what the same operation makes of an array of ours."""
    size = int(np.prod(shape))
    numbers = data.draw(st.lists(st.integers(0, 100), min_size=size, max_size=size))
    image = np.array(numbers, dtype="i8").astype(dtype).reshape(shape)
    op = methodcaller("sort") if shape else methodcaller("fill", 1)
    expected = image.copy()
    op(expected)
    assert_same(filtered(image, op), expected)


@pytest.mark.parametrize("shape", [(0, 4), (2, 0), (0,)])
@pytest.mark.parametrize("writeable", [True, False], ids=["writeable", "read-only"])
def test_empty_image(shape: tuple[int, ...], writeable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture without pixels needs no child and no block: a copy comes back, and it is not the picture itself."""
    blocks = blocks_made(monkeypatch)
    image = np.zeros(shape, dtype=np.float32)
    image.flags.writeable = writeable
    with started() as children:
        result = filtered(image, invert)
    assert (children, blocks) == ([], [])
    assert_same(result, image)
    assert result is not image
    assert result.flags.writeable


@pytest.mark.parametrize("dtype", ["O", [("x", "i4"), ("y", "O")], [("x", [("y", "O", 2)])]])
def test_objects_are_refused(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dtype with objects is to be refused with TypeError: another process cannot follow their addresses."""
    blocks = blocks_made(monkeypatch)
    with started() as children, pytest.raises(TypeError):
        filtered(np.zeros(2, dtype), invert)
    assert (children, blocks) == ([], [])


def test_result_is_ordinary() -> None:
    """The array that comes back cannot be written, or to write into it changes the picture that was given."""
    image = np.array([[1, 0], [3, 1]])
    image.flags.writeable = False
    result = filtered(image, invert)
    result += 10
    assert_same(result, np.array([[10, 11], [8, 10]]))
    assert_same(image, np.array([[1, 0], [3, 1]]))


@functools.cache
def fresh_run() -> subprocess.CompletedProcess[str]:
    """A program of its own that uses its results after the calls."""
    program = (
        "import gc, multiprocessing, numpy as np\n"
        "from operator import methodcaller\n"
        "from katas.s16_shared_memory.picture_filter import transform\n"
        "contexts = map(multiprocessing.get_context, multiprocessing.get_all_start_methods())\n"
        "results = [transform(np.array([3, 1, 2]), methodcaller('sort'), ctx) for ctx in contexts]\n"
        "gc.collect()\n"
        "results[0][0] = 7\n"
        "print([result.tolist() for result in results])\n"
    )
    root = Path(sys.modules["katas"].__path__[0]).parent
    command = [sys.executable, "-X", "faulthandler", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, cwd=root)


def test_result_is_independent() -> None:
    """A program dies that reads or writes its result after the call, or transform itself reads it after close()."""
    done = fresh_run()
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stderr}"
    others = len(multiprocessing.get_all_start_methods()) - 1
    said = done.stdout.splitlines()[-1:]  # after what transform may print
    assert said == [str([[7, 2, 3]] + [[1, 2, 3]] * others)]


def test_quiet_at_exit() -> None:
    """At its end the program complains: of a leaked block, or of an exception that was ignored."""
    said = fresh_run().stderr
    assert not re.search("Warning|Traceback|Exception ignored", said), said


def test_runs_in_one_child() -> None:
    """The operation ran in this process, or in more than one child."""
    with started() as children:
        result = filtered(np.zeros(3, dtype=np.int64), note_process)
    assert result.tolist() == [child.pid for child in children] * 3
    assert [child.method for child in children] == [QUICK.get_start_method()], "ctx says how to start it"


def test_two_calls_at_once(tmp_path: Path) -> None:
    """Two threads transform one picture: a call waits for the other, or wants its block."""
    image = np.zeros(3)
    results = {}

    def first() -> None:
        results["first"] = transform(image, WaitsForTheOther(tmp_path, "first", "second"), QUICK).tolist()
        (tmp_path / "first is over").touch()

    def second() -> None:
        wait_until((tmp_path / "first").exists)  # to fork while another thread is busy is not safe: now it waits
        results["second"] = transform(image, WaitsForTheOther(tmp_path, "second", "first is over"), QUICK).tolist()

    within(lambda: together(first, second))
    assert results == {"first": [1] * 3, "second": [1] * 3}, "0: waited for the other call in vain"


def test_works_on_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operation works on a copy of the picture and not in the shared block itself."""
    blocks = blocks_made(monkeypatch)
    seen: list[bool] = []

    def watch() -> None:
        wait_until((tmp_path / "filled").exists)
        for name in {block.name for block in blocks}:
            block = SharedMemory(name)
            seen.append(bytes([77] * 5000) in bytes(block.buf or b""))
            block.close()
        (tmp_path / "seen").touch()

    watcher = Thread(target=watch)
    watcher.start()
    try:
        assert filtered(np.zeros((50, 100), dtype=np.uint8), ShowsItsWork(tmp_path)).tolist() == [[77] * 100] * 50
    finally:
        (tmp_path / "filled").touch()
        watcher.join()
    assert any(seen), f"while the operation was still running its work was in none of the {len(seen)} shared blocks"


def test_picture_is_not_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole picture goes to the child through a pipe: what the shared block is there to avoid."""
    sent: list[int] = []
    dump = reduction.dump

    def counted(obj: Any, file: Any, protocol: int | None = None) -> None:
        before = file.tell()
        dump(obj, file, protocol)
        sent.append(file.tell() - before)

    monkeypatch.setattr(reduction, "dump", counted)
    image = np.zeros(2**20, dtype=np.uint8)
    with started() as children:
        assert filtered(image, methodcaller("fill", 7), multiprocessing.get_context("spawn")).sum() == 7 * 2**20
    assert [child.method for child in children] == ["spawn"], "ctx says how to start it"
    assert sum(sent) < 10_000, f"{sum(sent)} bytes were pickled for a picture of {2**20}"


@pytest.mark.parametrize(
    ("how", "exitcodes"),
    [
        ("raise", range(1, 256)),
        ("os._exit", [3]),
        pytest.param("SIGKILL", [-9], marks=pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")),
    ],
)
def test_failing_child(how: str, exitcodes: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A child failed and was taken for one that did its work, or it was tried again, or its block stayed behind."""
    blocks = blocks_made(monkeypatch)
    with started() as children, pytest.raises(WorkerFailed) as failed:
        filtered(np.zeros(3), Failing(how))
    assert failed.value.exitcode in exitcodes
    assert len(children) == 1, f"{len(children)} children were started: one works on the picture, even if it fails"
    assert_all_gone(blocks)


def test_failure_beside_another_call(tmp_path: Path) -> None:
    """The child of one call failed, and the child of another call was ended with it."""
    results = []

    def fine() -> None:
        results.append(transform(np.zeros(3), WaitsForTheOther(tmp_path, "begun", "failed"), QUICK).tolist())

    def fails() -> None:
        wait_until((tmp_path / "begun").exists)
        with pytest.raises(WorkerFailed):
            transform(np.zeros(3), Failing("raise"), QUICK)
        (tmp_path / "failed").touch()

    within(lambda: together(fine, fails))
    assert results == [[1] * 3], "0: waited in vain for the end of the other call"


def test_failing_child_of_another_start_method() -> None:
    """A child that was not forked fails, and that is not told as WorkerFailed."""
    with pytest.raises(WorkerFailed) as failed:
        filtered(np.zeros(3), methodcaller("no such method"), multiprocessing.get_context("spawn"))
    assert failed.value.exitcode in range(1, 256)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_child_cannot_be_started(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child could not be started, and the block was left behind."""

    def no_process_left() -> int:
        raise BlockingIOError("no process left")

    blocks = blocks_made(monkeypatch)
    if method == "fork":
        monkeypatch.setattr(os, "fork", no_process_left)
    with pytest.raises((BlockingIOError, pickle.PicklingError, AttributeError, TypeError)):
        filtered(np.zeros(3), lambda picture: None, multiprocessing.get_context(method))  # a lambda cannot be pickled
    assert_all_gone(blocks)


@pytest.mark.parametrize("how", ["fine", "raise", "os._exit"])
def test_nothing_left(how: str, unmap: Callable[[], None]) -> None:
    """A block, a child or a descriptor is left, after success or after a failure."""

    def run() -> None:
        try:
            filtered(np.zeros(3), invert if how == "fine" else Failing(how))
        except WorkerFailed as error:
            error.__traceback__ = None

    with no_descriptor_left():
        run()
        unmap()
    assert multiprocessing.active_children() == []
