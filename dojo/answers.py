"""Which answers are under test: the one place that maps `katas.<section>.<name>` to a file.

The choice travels in the environment variable DOJO_ANSWERS, so that child processes of every start method see
the same code. `katas/__init__.py` installs the finder, so whoever imports an answer gets the chosen one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

from dojo import guard

VARIABLE = "DOJO_ANSWERS"
ROOT = Path(__file__).resolve().parent.parent
KATAS = ROOT / "katas"

#: Seconds that the import of an answer may take.
IMPORT_LIMIT = 5.0
#: Seconds that it may take where the machine runs others meanwhile.
IMPORT_MOST = 20.0


class AnswerError(Exception):
    """An answer could not be imported. The text names the file and the line, what happened and what to do."""


class _TimeIsUp(BaseException):
    """The import has taken IMPORT_LIMIT seconds."""


@dataclass(frozen=True)
class Answers:
    """A tree of answers, with at most one of its files replaced by an attempt. Absolute paths."""

    tree: Path = KATAS
    attempt: Path | None = None

    def file(self, section: str, name: str) -> Path:
        """Where the answer to the kata `section/name` is (or would be)."""
        if self.attempt is not None and kata_of(self.attempt) == f"{section}/{name}":
            return self.attempt
        return self.tree / section / f"{name}.py"

    def choose(self) -> None:
        """Make this the choice of this process and its children. Modules imported before stay as they are."""
        os.environ[VARIABLE] = json.dumps({"tree": str(self.tree), "attempt": str(self.attempt or "")})


def chosen() -> Answers:
    """The choice in force: the environment's, or else what the learner edits (katas/)."""
    text = os.environ.get(VARIABLE)
    if not text:
        return Answers()
    choice = json.loads(text)
    return Answers(Path(choice["tree"]), Path(choice["attempt"]) if choice["attempt"] else None)


def kata_of(attempt: Path) -> str:
    """The id of the kata that an attempt answers: its two parent folders, as s05_locks/bank_account."""
    return f"{attempt.parent.parent.name}/{attempt.parent.name}"


def shown(path: Path | str) -> str:
    """The path as people type it: from the repository's root or the current folder, if it lies inside."""
    path = Path(path)
    for base in (ROOT, Path.cwd()):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return str(path)


def install() -> None:
    """Let `import katas.<section>.<name>` find the chosen answers. A second call changes nothing."""
    if not any(isinstance(finder, AnswerFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AnswerFinder())


class AnswerFinder(MetaPathFinder):
    """Finds sections as packages without a file of their own, and answers in the chosen tree."""

    def __init__(self) -> None:
        self._failed: dict[str, str] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, *names = fullname.split(".")
        if package != "katas" or not names:
            return None
        answers = chosen()
        if len(names) == 1:
            homes = (answers.tree, KATAS, answers.attempt.parent.parent.parent if answers.attempt else KATAS)
            if any((home / names[0]).is_dir() for home in homes):
                return ModuleSpec(fullname, None, is_package=True)
        elif len(names) == 2 and (file := answers.file(*names)).is_file():
            spec = ModuleSpec(fullname, AnswerLoader(file, self._failed), origin=str(file))
            spec.has_location = True
            return spec
        where = shown(answers.file(*names[:2]) if len(names) > 1 else answers.tree / names[0])
        raise ModuleNotFoundError(f"No module named {fullname!r}: there is no {where}", name=fullname)


class AnswerLoader(InspectLoader):
    """Runs the file as it is now: bytecode caches, which see whole seconds only, play no part.

    Whatever goes wrong, endless loops and `os._exit` included, becomes an AnswerError. `failed` remembers its
    text by path, so that a file which takes the full IMPORT_LIMIT does so once in a process.
    """

    def __init__(self, file: Path, failed: dict[str, str]) -> None:
        self._file, self._failed = file, failed

    def get_filename(self, fullname: str) -> str:
        return str(self._file)

    def get_source(self, fullname: str) -> str:
        return self._file.read_text(encoding="utf-8")

    def is_package(self, fullname: str) -> bool:
        return False

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        key = str(self._file)
        if key in self._failed:
            raise AnswerError(self._failed[key])
        alarm = guard.Alarm(IMPORT_LIMIT, _TimeIsUp, lambda frame: frame.f_code is _run.__code__, most=IMPORT_MOST)
        try:
            with guard.no_exit(), alarm:
                _run(compile(self._file.read_bytes(), key, "exec", dont_inherit=True), module)
        except KeyboardInterrupt:
            raise
        except AnswerError:  # of another answer that this one imports
            raise
        except BaseException as error:
            self._failed[key] = _told(self._file, error)
            raise AnswerError(self._failed[key]) from error


def _run(code: CodeType, module: ModuleType) -> None:
    """Run the module's code. A function of its own: so the alarm knows when it is on the stack."""
    exec(code, module.__dict__)


def _told(file: Path, error: BaseException) -> str:
    """The failed import in the learner's words: file, line, what happened, what to do."""
    what, todo = _what_and_todo(error)
    number, column = _line_of(file, error)
    if number is None:
        return f"{shown(file)}: {what}\n{todo}"
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    source = lines[number - 1].expandtabs() if 0 < number <= len(lines) else ""
    stripped = source.lstrip()
    caret = f"\n    {' ' * (column - 1 - (len(source) - len(stripped)))}^" if column else ""
    return f"{shown(file)}, line {number}: {what}\n    {stripped.rstrip()}{caret}\n{todo}"


def _what_and_todo(error: BaseException) -> tuple[str, str]:
    top = "Everything at the top level of the file runs when the tests import it"
    if isinstance(error, SyntaxError):
        return (
            f"{type(error).__name__}: {error.msg}",
            "This is not Python yet: mend this line or the one above it.",
        )
    if isinstance(error, _TimeIsUp):
        return (
            f"the import was still running after {IMPORT_LIMIT:g} seconds",
            f"{top}; this line loops for ever or waits for something that never comes. Take it out of there.",
        )
    if isinstance(error, SystemExit):
        return (
            f"sys.exit({error.code if error.code is not None else ''}) was called",
            f"{top}: take this call out of there.",
        )
    if isinstance(error, guard.ExitCalled):
        return f"os._exit({error.status}) was called", f"{top}: take this call out of there."
    if isinstance(error, OSError) and not error.__traceback__:
        return f"cannot be read: {error}", "Look at the file's name and rights."
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{text} was raised", f"{top}: mend this line."


def _line_of(file: Path, error: BaseException) -> tuple[int | None, int | None]:
    """Line and column (from 1; None where unknown) of the file's own code at which it went wrong."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno, error.offset
    number, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == str(file):
            number = step.tb_lineno
        step = step.tb_next
    return number, None
