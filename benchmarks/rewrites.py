"""What do a kata's tests forbid that is right? Writes its answers anew in ways that change nothing; tells what is red.

    python -m benchmarks.rewrites [--jobs N] [--attempts] [KATA...]

Each rewriting is a habit that somebody may have: to print what happens, to log it, to import modules rather than names,
to do without annotations, to decorate, to inherit (metamorphic testing: Chen, Cheung and Yiu, 1998). The opposite of
`benchmarks.mutants`. What is red is either no longer right, or the tests ask for too much. A person has to look.

--attempts: the right attempts, too, besides the solutions.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.mutants import as_attempt
from dojo import curriculum, jobs, whole
from dojo.curriculum import Kata

LIMIT = 60.0
"""Seconds for one test."""
LOCKS = ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore")
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def printing(tree: ast.Module) -> None:
    """Each function prints that it begins."""
    _begin_with(tree, lambda function: f"print({function.name!r})")


def logging(tree: ast.Module) -> None:
    """Each function logs that it begins."""
    _begin_with(tree, lambda function: f"logging.getLogger(__name__).warning('%s begins', {function.name!r})")
    _import(tree, "import logging")


def yielding(tree: ast.Module) -> None:
    """Each function lets others go first."""
    _begin_with(tree, lambda _: "time.sleep(0)")
    _import(tree, "import time")


def looking(tree: ast.Module) -> None:
    """Each function asserts something about its arguments."""
    names = {function: [name.arg for name in _arguments(function)] for function in _functions(tree)}
    _begin_with(tree, lambda function: f"assert all(each is each for each in [{', '.join(names[function])}])")


def naming_results(tree: ast.Module) -> None:
    """What is returned has a name first."""

    class Naming(ast.NodeTransformer):
        def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
            if node.value is None:
                return node
            return [ast.Assign([ast.Name("result_", ast.Store())], node.value), *_lines("return result_")]

    Naming().visit(tree)


def baring(tree: ast.Module) -> None:
    """No annotations of functions, no docstrings; a demonstration at the end."""
    for node in ast.walk(tree):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, FUNCTIONS):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    public = [node.name for node in tree.body if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.name[0] != "_"]
    tree.body += _lines(f"__all__ = {public}\nif __name__ == '__main__':\n    print('a demonstration')")


def importing_modules(tree: ast.Module) -> None:
    """`import threading as threading_`, where it was `from threading import Lock`."""
    names = _imported(tree)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            node.names = [name for name in node.names if (name.asname or name.name) not in names]
    tree.body = [node for node in tree.body if not isinstance(node, ast.ImportFrom) or node.names]

    class Qualifying(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            if node.id not in names:
                return node
            module, name = names[node.id]
            return ast.Attribute(ast.Name(_alias(module), ast.Load()), name, ast.Load())

    Qualifying().visit(tree)
    for module in sorted({module for module, _ in names.values()}):
        _import(tree, f"import {module} as {_alias(module)}")


def importing_inside(tree: ast.Module) -> None:
    """Each function imports what it needs."""
    names = _imported(tree)
    for function in _functions(tree):
        needed = {node.id for step in function.body for node in ast.walk(step) if isinstance(node, ast.Name)}
        for local in sorted(needed & names.keys()):
            module, name = names[local]
            _put_first(function, _lines(f"from {module} import {name} as {local}"))


def renaming(tree: ast.Module) -> None:
    """What is private has another name."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, (*FUNCTIONS, ast.ClassDef))}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Store):
            own.add(node.attr if isinstance(node, ast.Attribute) else node.id)
    private = {name for name in own if name.startswith("_") and not name.startswith("__") and name != "_"}
    for node in ast.walk(tree):
        for field in ("name", "attr", "id"):
            if getattr(node, field, None) in private:
                setattr(node, field, f"{getattr(node, field)}_of_mine")


def opening_with(tree: ast.Module) -> None:
    """lock.acquire(), try, finally: lock.release(), where it was `with lock`."""
    locks = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if _last_name(node.value.func) in LOCKS:
                locks |= {_last_name(target) for target in targets}

    class Opening(ast.NodeTransformer):
        def visit_With(self, node: ast.With) -> ast.AST | list[ast.stmt]:
            self.generic_visit(node)
            if not all(_last_name(item.context_expr) in locks for item in node.items):
                return node
            body = node.body
            for item in reversed(node.items):
                lock = ast.unparse(item.context_expr)
                take, hold = _lines(f"{lock}.acquire()\ntry: pass\nfinally: {lock}.release()")
                assert isinstance(hold, ast.Try)
                hold.body = body
                body = [take, hold]
            return body

    Opening().visit(tree)


def reentering(tree: ast.Module) -> None:
    """RLock for Lock."""
    if any(isinstance(node, ast.Name) and node.id == "asyncio" for node in ast.walk(tree)):
        return  # it has none
    for node in ast.walk(tree):
        for field in ("name", "attr", "id"):
            if getattr(node, field, None) == "Lock":
                setattr(node, field, "RLock")


def inheriting(tree: ast.Module) -> None:
    """Each class that is no generic one is an empty one, below the class that does the work."""
    for node in list(tree.body):
        if isinstance(node, ast.ClassDef) and not any(isinstance(base, ast.Subscript) for base in node.bases):
            name, node.name = node.name, f"{node.name}Base"
            at = tree.body.index(node) + 1
            tree.body[at:at] = _lines(f"class {name}({node.name}):\n    pass")


def decorating(tree: ast.Module) -> None:
    """Each function goes through a wrapper."""
    for function in _functions(tree):
        if not function.decorator_list and isinstance(function, ast.FunctionDef) and function.name[:2] != "__":
            function.decorator_list = [ast.Name("traced_", ast.Load())]
    _import(
        tree,
        "import functools\n"
        "def traced_(function):\n"
        "    @functools.wraps(function)\n"
        "    def wrapper(*args, **kwargs):\n"
        "        return function(*args, **kwargs)\n"
        "    return wrapper",
    )


def extracting(tree: ast.Module) -> None:
    """Each function leaves its work to one inside it."""
    for function in _functions(tree):
        inside = [node for step in function.body for node in ast.walk(step)]
        names = {node.id for node in inside if isinstance(node, ast.Name)}
        stored = {node.id for node in inside if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        if isinstance(function, ast.AsyncFunctionDef) or stored & {name.arg for name in _arguments(function)}:
            continue
        barred = (ast.Yield, ast.YieldFrom, ast.Nonlocal, ast.Global)
        if any(isinstance(node, barred) for node in inside) or names & {"super", "__class__", "locals"}:
            continue
        inner, leave = _lines("def work_(): pass\nreturn work_()")
        assert isinstance(inner, ast.FunctionDef)
        inner.body = function.body
        function.body = [inner, leave]


REWRITINGS: tuple[Callable[[ast.Module], None], ...] = (
    printing,
    logging,
    yielding,
    looking,
    naming_results,
    baring,
    importing_modules,
    importing_inside,
    renaming,
    opening_with,
    reentering,
    inheriting,
    decorating,
    extracting,
)


def rewritten(source: str) -> Iterator[tuple[str, str]]:
    """The name of each rewriting that changes the source, and the new source."""
    plain = ast.unparse(ast.parse(source))
    for rewriting in REWRITINGS:
        tree = ast.parse(source)
        rewriting(tree)
        text = ast.unparse(ast.fix_missing_locations(tree))
        if text != plain:
            yield rewriting.__name__, text


def _lines(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def _functions(tree: ast.Module) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]


def _arguments(function: Function) -> list[ast.arg]:
    return [node for node in ast.walk(function.args) if isinstance(node, ast.arg)]


def _last_name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _alias(module: str) -> str:
    return f"{module.replace('.', '_')}_"


def _begin_with(tree: ast.Module, line: Callable[[Function], str]) -> None:
    for function in _functions(tree):
        _put_first(function, _lines(line(function)))


def _import(tree: ast.Module, text: str) -> None:
    _put_first(tree, _lines(text))


def _put_first(place: ast.Module | Function, lines: Sequence[ast.stmt]) -> None:
    """After the docstring, and whatever has to come first."""
    at = int(ast.get_docstring(place) is not None)
    while at < len(place.body) and _is_first(place.body[at]):
        at += 1
    place.body[at:at] = lines


def _is_first(step: ast.stmt) -> bool:
    return isinstance(step, (ast.Nonlocal, ast.Global)) or getattr(step, "module", "") == "__future__"


def _imported(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """(module, name) for each name that is imported from a module at the top, and always means that."""
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return {
        name.asname or name.name: (node.module, name.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__"
        for name in node.names
        if (name.asname or name.name) not in bound
    }


def rejected(katas: Sequence[Kata], *, attempts: bool, parallel: int | None = None) -> Iterator[tuple[str, str]]:
    """What was rewritten and how, and which tests are red then."""
    with tempfile.TemporaryDirectory() as place:
        made: dict[jobs.Job, str] = {}
        for kata in katas:
            for answer in [kata.solution, *(whole.attempts(kata, "right") if attempts else ())]:
                for name, text in rewritten(answer.read_text(encoding="utf-8")):
                    attempt = as_attempt(Path(place) / answer.stem, kata, name, text)
                    made[jobs.Job(kata, attempt, effort="quick")] = f"{kata.id} {answer.stem} {name}"
        for job, outcome in jobs.run(made, parallel, LIMIT):
            red = outcome.having("failed", "hung")
            if outcome.trouble or red:
                yield made[job], outcome.trouble or ", ".join(red)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rewrites")
    parser.add_argument("katas", nargs="*", metavar="KATA")
    parser.add_argument("--attempts", action="store_true", help="the right attempts, too")
    parser.add_argument("--jobs", type=int, help="how many at a time (default: one per CPU)")
    options = parser.parse_args()
    every = curriculum.load()
    status = 0
    katas = [every.kata(name) for name in options.katas] or every.katas
    for what, red in rejected(katas, attempts=options.attempts, parallel=options.jobs):
        print(f"{what}: {red}", flush=True)
        status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
