"""What a failed test tells the learner: what was done, what came back, what was expected, and where."""

from __future__ import annotations

import ast
import linecache
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from dojo import guard
from dojo.answers import AnswerError, shown
from dojo.causes import all_of

_HERE = Path(__file__).parent
_QUOTED = 4


class TimeIsUp(BaseException):
    """A test has taken its time. Not an Exception: those are swallowed by answers, and by Hypothesis."""


def give_lines(error: BaseException) -> None:
    """Give each entry of its traceback a line, and of those of the errors behind it. One that was interrupted between
    two lines has none; pytest ends the whole run when it meets that."""
    for behind in all_of(error):
        seen: set[int] = set()
        link: BaseException | None = behind
        while link is not None and id(link) not in seen:
            seen.add(id(link))
            link.__traceback__ = _with_lines(link.__traceback__)
            link = link.__context__


def _with_lines(traceback: TracebackType | None) -> TracebackType | None:
    steps = list(_traceback(traceback))
    if all(step.tb_lineno is not None for step in steps):
        return traceback
    whole = None
    for step in reversed(steps):
        frame = step.tb_frame
        line = step.tb_lineno or frame.f_lineno or frame.f_code.co_firstlineno
        whole = TracebackType(whole, frame, step.tb_lasti, line)
    return whole


def short(error: BaseException, answer: Path) -> str:
    """The whole story where it needs no traceback: a failed import, an exit, a hang, a stub not started.

    "" for everything else.
    """
    if isinstance(error, AnswerError):
        return str(error)
    if isinstance(error, TimeIsUp):
        return str(error)
    for leaf in all_of(error):
        if isinstance(leaf, guard.ExitCalled):
            return f"{leaf}{_at(leaf, answer)}"
    return not_started(error, answer)


def not_started(error: BaseException, answer: Path) -> str:
    """One line if the error comes from a body that is still to be written, or ""."""
    for leaf in all_of(error):
        if isinstance(leaf, NotImplementedError):
            for code_name, line in _steps_in(leaf, answer):
                return f"not started: {code_name}() in {shown(answer)}, line {line}, is still to be written"
    return ""


def long(error: BaseException, tests: Path, answer: Path) -> list[str]:
    """The failure in lines of text: message, places in the test and in the answer, then the notes (pictures,
    examples)."""
    lines = list(_message(error))
    lines += _places(error, tests, answer)
    for note in getattr(error, "__notes__", ()):
        lines += ["", *note.splitlines()]
    return lines


def stacks(folders: list[Path]) -> str:
    """What every thread that runs code of these folders is doing, outermost call first."""
    told = "\n".join(
        f"{name}:\n"
        + "".join(
            f"    {shown(step.filename)}:{step.lineno} in {step.name}:  {step.line}\n"
            for step in steps
            if Path(step.filename).parent != _HERE  # the alarm itself
        )
        for name, steps in guard.stacks(folders)
    )
    return told or "no thread was in the tests or in the answer: schedules were being looked for. Is the machine busy?"


_NO_USE = "Use -v to get more diff"
"""pytest's advice, which is none on a screen of ours."""


def _message(error: BaseException) -> Iterator[str]:
    if isinstance(error, AssertionError):
        yield from (line for line in str(error).splitlines() if line.strip() != _NO_USE)
    elif isinstance(error, BaseExceptionGroup):
        yield f"{type(error).__name__}: {error.message}"
        for one in error.exceptions:
            for line in _message(one):
                yield f"    {line}"
    elif type(error).__module__.startswith("_pytest"):  # as pytest.raises says it: "DID NOT RAISE ValueError"
        yield from str(error).splitlines()
    else:
        yield from f"{type(error).__name__}: {error}".rstrip(": ").splitlines()


def _places(error: BaseException, tests: Path, answer: Path) -> Iterator[str]:
    for file in (tests, answer):
        steps = list(_steps_in(error, file))
        if steps:
            number = steps[-1][1]
            yield from _quoted(file, number)


def _quoted(file: Path, number: int) -> Iterator[str]:
    """The place, and the statement that starts or goes on in that line, up to four lines of it."""
    source = "".join(linecache.getlines(str(file)))
    innermost = max(_around(_tree(source), number), key=lambda node: node.lineno, default=None)
    first, last = (innermost.lineno, innermost.end_lineno or number) if innermost else (number, number)
    if last - first >= _QUOTED:  # a loop or a long block: this line is enough
        first = last = number
    yield f"{shown(file)}:{number}"
    for line in textwrap.dedent("".join(linecache.getlines(str(file))[first - 1 : last])).splitlines():
        yield f"    {line}"


def _around(node: ast.AST, number: int) -> Iterator[ast.stmt]:
    """The statements in which the line lies, outer ones first."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr) and (
            getattr(child, "lineno", number) <= number <= getattr(child, "end_lineno", number)
        ):
            if isinstance(child, ast.stmt):
                yield child
            yield from _around(child, number)


def _tree(source: str) -> ast.Module:
    """Nothing, where the source is no Python, or Python 3.11 stumbles over its own parser (python/cpython#106905)."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return ast.Module([], [])


def _at(error: BaseException, answer: Path) -> str:
    steps = list(_steps_in(error, answer))
    return f" ({shown(answer)}, line {steps[-1][1]})" if steps else ""


def _steps_in(error: BaseException, file: Path) -> Iterator[tuple[str, int]]:
    """The function and line of each step of the traceback that lies in the file, outermost first."""
    for step in _traceback(error.__traceback__):
        code = step.tb_frame.f_code
        if code.co_filename == str(file):
            yield code.co_name, step.tb_lineno


def _traceback(step: TracebackType | None) -> Iterator[TracebackType]:
    while step is not None:
        yield step
        step = step.tb_next
