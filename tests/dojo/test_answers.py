"""The chosen file is what `katas.<section>.<name>` means, in this process and in its children."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from dojo import answers, guard
from dojo.answers import ROOT, AnswerError, Answers

pytestmark = pytest.mark.usefixtures("no_choice")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Writes answers into a tree, which is the chosen one."""
    monkeypatch.setattr(answers, "IMPORT_LIMIT", 0.5)

    def write(name: str, text: str) -> Path:
        file = tmp_path / "tree" / "s05_locks" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    Answers(tmp_path / "tree").choose()
    return write


def imported(name: str) -> ModuleType:
    return importlib.import_module(f"katas.s05_locks.{name}")


def test_without_a_choice_it_is_what_the_learner_edits():
    assert answers.chosen().file("s05_locks", "bank_account") == ROOT / "katas/s05_locks/bank_account.py"


def test_tree(tree):
    file = tree("bank_account", "value = 7")
    module = imported("bank_account")
    assert (module.value, module.__file__, module.__name__) == (7, str(file), "katas.s05_locks.bank_account")


def test_attempt_takes_the_place_of_one_file(tree, tmp_path):
    tree("bank_account", "value = 'tree'")
    tree("other", "value = 'tree'")
    attempt = tmp_path / "anywhere" / "s05_locks" / "bank_account" / "any_name.py"
    attempt.parent.mkdir(parents=True)
    attempt.write_text("from katas.s05_locks.other import value as sibling\nvalue = 'attempt'")
    Answers(tmp_path / "tree", attempt).choose()
    assert (imported("bank_account").value, imported("bank_account").sibling, imported("other").value) == (
        "attempt",
        "tree",
        "tree",
    )


def test_a_kata_that_the_tree_lacks_does_not_come_from_elsewhere(tree):
    tree("bank_account", "value = 7")
    with pytest.raises(ModuleNotFoundError, match=r"there is no .*ticket_dispenser\.py"):
        imported("ticket_dispenser")
    with pytest.raises(ModuleNotFoundError, match="s99_nothing"):
        importlib.import_module("katas.s99_nothing")


def test_saved_twice_within_one_second(tree, no_choice):
    moment = time.time()
    for value in (1, 2):
        os.utime(tree("bank_account", f"value = {value}"), (moment, moment))
        no_choice()
        assert imported("bank_account").value == value


def test_nothing_is_written_into_the_tree(tree):
    file = tree("bank_account", "value = 7")
    imported("bank_account")
    assert list(file.parent.iterdir()) == [file]


BAD = {
    "syntax error": (
        "x = 1\ndef f(self amount):\n    pass\n",
        "line 2: SyntaxError: .*\n    def f.self amount",
    ),
    "raises": (
        "def f():\n    return 1 / 0\n\n\nf()\n",
        "line 2: ZeroDivisionError: division by zero was raised",
    ),
    "sys.exit": ("import sys\nsys.exit(3)\n", r"line 2: sys\.exit\(3\) was called"),
    "os._exit": ("import os\nos._exit(0)\n", r"line 2: os\._exit\(0\) was called"),
    "skip": ("import pytest\npytest.skip('x', allow_module_level=True)\n", "line 2: Skipped: x was raised"),
    "null byte": ("x = 1\0\n", "null bytes"),
}


@pytest.mark.parametrize("kind", BAD)
def test_failed_import(tree, kind):
    text, message = BAD[kind]
    file = tree("bad", text)
    with pytest.raises(AnswerError, match=message) as told:
        imported("bad")
    assert str(file) in str(told.value)
    assert file.read_text() == text


LOOPS = {
    "endless loop": "while True:\n    pass\n",
    "deadlock": "import threading\nlock = threading.Lock()\nwith lock:\n    with lock:\n        pass\n",
    "join": "import threading\nlock = threading.Lock()\nlock.acquire()\n"
    "thread = threading.Thread(target=lock.acquire, daemon=True)\nthread.start()\nthread.join()\n",
    "loop that swallows": "import time\nwhile True:\n    try:\n        time.sleep(9)\n"
    "    except BaseException:\n        pass\n",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="interrupting needs SIGALRM")
@pytest.mark.parametrize("kind", LOOPS)
def test_import_that_does_not_end(tree, kind):
    tree("bad", LOOPS[kind])
    with pytest.raises(
        AnswerError, match=r"bad\.py, line \d: the import was still running after 0\.5 seconds"
    ):
        imported("bad")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="interrupting needs SIGALRM")
def test_import_on_a_busy_machine(tree, monkeypatch):
    """Time in which others ran does not count, but not for ever."""
    monkeypatch.setattr(guard, "waited", time.monotonic)
    monkeypatch.setattr(answers, "IMPORT_MOST", 1.5)
    tree("slow", "import time\ntime.sleep(0.8)\ndone = True\n")
    assert imported("slow").done
    tree("bad", "while True:\n    pass\n")
    with pytest.raises(AnswerError, match="still running"):
        imported("bad")
    tree("bad", "value = 7\n")
    with pytest.raises(AnswerError, match="still running"):
        imported("bad")  # remembered: a file that takes the full limit does so once in a process


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_may_exit(tree):
    tree(
        "forks",
        "import os\npid = os.fork()\nif not pid:\n    os._exit(3)\nstatus = os.waitpid(pid, 0)[1] >> 8\n",
    )
    assert imported("forks").status == 3


CHILD = """
import multiprocessing, sys
from pathlib import Path
from dojo.answers import Answers

if __name__ == "__main__":
    Answers(Path(sys.argv[1])).choose()
    from katas.s05_locks.bank_account import Value
    for method in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(method)
        with context.Pool(1) as pool:
            print(method, pool.apply(Value().get))
"""


def test_children_of_every_start_method_see_the_same_code(tree, tmp_path):
    file = tree("bank_account", "class Value:\n    def get(self):\n        return 'chosen'\n")
    script = tmp_path / "script.py"
    script.write_text(CHILD)
    done = subprocess.run(
        [sys.executable, str(script), str(file.parent.parent)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=40,
    )
    lines = done.stdout.split("\n")[:-1]
    assert lines, done.stderr
    assert all(line.endswith(" chosen") for line in lines), done.stdout + done.stderr


@pytest.mark.skipif(sys.version_info < (3, 14), reason="needs concurrent.interpreters")
def test_in_a_sub_interpreter() -> None:
    program = (
        "import sys\nfrom concurrent import interpreters\n"
        "with_path = f'import sys; sys.path[:] = {sys.path!r}; import '\n"
        "interpreters.create().exec(with_path + 'katas.s05_locks.ticket_dispenser')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr
