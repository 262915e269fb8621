"""What do a kata's tests miss? Changes its solution in one place at a time, and shows the changes that stay green.

    python -m benchmarks.mutants [--jobs N] KATA...

Each change is a mistake that somebody could make: a statement left out or moved, a lock not taken, a `while` that has
become an `if`, `notify` for `notify_all`, an error path gone (mutation testing: DeMillo, Lipton and Sayward, 1978).
What stays green is either as right as the solution, or the tests lack something. A person has to look.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from dojo import curriculum, jobs
from dojo.answers import Answers
from dojo.curriculum import Kata
from dojo.recorder import Outcome

LIMIT = 6.0
"""Seconds for one test: a mutant that hangs is rejected."""
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
LEFT_OUT = (ast.Expr, ast.Assign, ast.AugAssign, ast.Delete, ast.Raise, ast.Break, ast.Continue)
NAMES = {
    "notify_all": "notify",
    "notify": "notify_all",
    "popleft": "pop",
    "append": "appendleft",
    "appendleft": "append",
    "RLock": "Lock",
    "BoundedSemaphore": "Semaphore",
    "BaseException": "Exception",
    "Exception": "ValueError",
    "min": "max",
    "max": "min",
}

Change = Callable[[], None]


def changes(tree: ast.Module) -> Iterator[Change]:
    """Functions that change the tree, one place each. Each is meant for a tree of its own (see `mutants`)."""
    bases = {base for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases}
    for node in ast.walk(tree):
        is_init = isinstance(node, ast.FunctionDef) and node.name == "__init__"
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, (ast.Module, ast.ClassDef)):
                yield from _of_block(block, swaps=not is_init)
        if node not in bases:
            yield from _of_expression(node)


def _of_block(block: list[ast.stmt], *, swaps: bool) -> Iterator[Change]:
    def put(at: int, count: int, new: list[ast.stmt]) -> Change:
        def change() -> None:
            block[at : at + count] = new
            if not block:
                block.append(ast.Pass())

        return change

    for at, statement in enumerate(block):
        if isinstance(statement, LEFT_OUT) and not _is_text(statement):
            yield put(at, 1, [])
        if isinstance(statement, ast.Return) and (statement.value is None or at < len(block) - 1 or len(block) == 1):
            yield put(at, 1, [])
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            if all(item.optional_vars is None for item in statement.items):
                yield put(at, 1, statement.body)
            if len(statement.body) > 1:  # the last step comes after the block
                inner, last = copy.copy(statement), statement.body[-1]
                inner.body = statement.body[:-1]
                yield put(at, 1, [inner, last])
        if isinstance(statement, ast.Try):
            yield put(at, 1, [*statement.body, *statement.orelse, *statement.finalbody])
        if isinstance(statement, ast.While):
            once = ast.If(statement.test, [step for step in statement.body if not isinstance(step, ast.Break)], [])
            if not any(isinstance(step, (ast.Break, ast.Continue)) for part in once.body for step in ast.walk(part)):
                yield put(at, 1, [once])
        if isinstance(statement, ast.If):
            yield put(at, 1, statement.orelse)
            yield put(at, 1, statement.body)
        if swaps and at + 1 < len(block) and _can_swap(statement, block[at + 1]):
            yield put(at, 2, [block[at + 1], statement])


def _can_swap(first: ast.stmt, second: ast.stmt) -> bool:
    ends = (ast.Return, ast.Raise, ast.Break, ast.Continue)
    names = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Global, ast.Nonlocal)
    if isinstance(first, ends + names) or isinstance(second, ends + names):
        return False
    made = {name.id for name in ast.walk(first) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    used = {name.id for name in ast.walk(second) if isinstance(name, ast.Name)}
    return not _is_text(first) and not made & used


def _is_text(statement: ast.stmt) -> bool:
    """A docstring, or an ellipsis."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _of_expression(node: ast.AST) -> Iterator[Change]:
    def put(name: str, new: object) -> Change:
        return lambda: setattr(node, name, new)

    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield put("ops", [COMPARISONS[type(node.ops[0])](), *node.ops[1:]])
    if isinstance(node, ast.BoolOp):
        yield put("op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for at in range(len(node.values)):
            yield put("values", node.values[:at] + node.values[at + 1 :])
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield put("value", node.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield put("value", not node.value)
    if isinstance(node, ast.Call):
        for at in range(len(node.keywords)):
            yield put("keywords", node.keywords[:at] + node.keywords[at + 1 :])
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield put("attr", NAMES[node.attr])
    if isinstance(node, ast.Name) and node.id in NAMES:
        yield put("id", NAMES[node.id])
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield put("op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())


def mutants(source: str) -> Iterator[str]:
    """The source with one change, for each of the changes; each text once."""
    plain = ast.unparse(ast.parse(source))
    seen = {plain}
    number = 0
    while True:
        tree = ast.parse(source)
        change = next((each for at, each in enumerate(changes(tree)) if at == number), None)
        if change is None:
            return
        change()
        number += 1
        text = ast.unparse(ast.fix_missing_locations(tree))
        if text not in seen:
            seen.add(text)
            yield text


def survivors(kata: Kata, parallel: int | None = None) -> tuple[int, list[str]]:
    """How many mutants there are, and the differences that no test sees."""
    source = kata.solution.read_text(encoding="utf-8")
    plain = ast.unparse(ast.parse(source)).splitlines()
    with tempfile.TemporaryDirectory() as place:
        texts = {}
        for number, text in enumerate(mutants(source)):
            answers = as_attempt(Path(place), kata, f"mutant_{number}", text)
            texts[jobs.Job(kata, answers, until_red=True)] = text
        green = [job for job, outcome in jobs.run(texts, parallel, LIMIT) if _is_green(outcome)]
    return len(texts), [_difference(plain, texts[job].splitlines()) for job in texts if job in green]


def as_attempt(place: Path, kata: Kata, name: str, text: str) -> Answers:
    """The text in a file below that folder, to be judged as an attempt at the kata."""
    file = place.resolve() / kata.section / kata.name / f"{name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return Answers(attempt=file)


def _is_green(outcome: Outcome) -> bool:
    return not outcome.trouble and not outcome.having("failed", "hung")


def _difference(before: list[str], after: list[str]) -> str:
    lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    return "\n".join("    " + line for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants")
    parser.add_argument("katas", nargs="+", metavar="KATA")
    parser.add_argument("--jobs", type=int, help="how many at a time (default: one per CPU)")
    options = parser.parse_args()
    katas = curriculum.load()
    for name in options.katas:
        kata = katas.kata(name)
        count, green = survivors(kata, options.jobs)
        print(f"{kata.id}: {len(green)} of {count} changes stay green", flush=True)
        for difference in green:
            print(difference + "\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
