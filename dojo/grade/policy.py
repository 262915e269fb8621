"""What a graded answer may not reach for: the machinery that judges it.

An answer that looks at trace functions, frames or the test's name can behave well only while it is watched, and one
that patches pytest can call itself right. Whatever the reference solution or a right_ attempt of a kata uses is
allowed in that kata.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from dojo import syntax
from dojo.curriculum import Kata

MODULES = frozenset(
    "_ctypes _frozen_importlib _pytest _testcapi builtins code dojo faulthandler hypothesis imp importlib "
    "pluggy pytest pytest_asyncio pytest_timeout runpy site solutions attempts tests "
    "tracemalloc unittest"
    .split()
)  # fmt: skip
"""Imports, by their first name."""

PARTS = {
    "atexit": re.compile("register"),
    "ctypes": re.compile("c_.*|Structure|Union|Array|sizeof"),
    "gc": re.compile("collect"),
    "inspect": re.compile("is.*|signature|Signature|Parameter|unwrap|getattr_static|cleandoc|getdoc"),
    "resource": re.compile("getrusage|RUSAGE_.*"),
    "sysconfig": re.compile("get_config_vars?|get_platform|get_python_version"),
}
"""Modules of which only some parts may be used, and only as `module.part` or `from module import part`."""

NAMES = frozenset("__builtins__ __import__ __loader__ __spec__ breakpoint compile eval exec".split())
"""Plain names."""

ATTRIBUTES = frozenset(
    "__builtins__ __code__ __globals__ __subclasses__ _current_frames _getframe addaudithook "
    "currentframe f_back f_builtins f_globals f_locals f_trace from_address get_objects get_referents get_referrers "
    "getprofile gettrace meta_path modules monitoring path_hooks setprofile setrecursionlimit settrace "
    "settrace_all_threads setprofile_all_threads setswitchinterval set_start_method tb_frame ag_frame cr_frame gi_frame"
    .split()
)  # fmt: skip
"""Names behind a dot, or imported from a module."""

REFLECTION = frozenset(
    "__dict__ __getattribute__ attrgetter delattr eval exec getattr getattr_static globals import_module locals "
    "methodcaller setattr vars"
    .split()
)  # fmt: skip
"""With one of these, a text may stand for a name. Else it is a text, as in Thread(name="monitoring")."""

TEXTS = ("PYTEST_", "DOJO_", "solutions/", "attempts/")
"""Parts of texts: environment variables and folders of the machinery."""


def breaches(source: bytes, kata: Kata) -> list[str]:
    """What the answer reaches for, with its lines; [] for source that is not Python (its import will tell)."""
    allowed = _allowed(kata)
    return [f"line {line}: {what}" for what, line in _uses(source) if what not in allowed]


@functools.lru_cache(maxsize=256)
def _allowed(kata: Kata) -> frozenset[str]:
    files = [kata.stub, kata.solution, *sorted(kata.attempts.glob("right_*.py"))]
    return frozenset(what for file in files for what, _ in _uses(_bytes(file)))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _uses(source: bytes) -> Iterator[tuple[str, int]]:
    try:
        tree = syntax.tree(source)
    except (SyntaxError, ValueError):
        return  # it cannot be imported either
    except (RecursionError, MemoryError):
        yield "what nobody can read, so deep is it nested", 1
        return
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    yield from _parts(tree)
    names = {getattr(node, field, "") for node in ast.walk(tree) for field in ("id", "attr", "name")}
    reflects = not REFLECTION.isdisjoint(names)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _module(alias.name, line)
        elif isinstance(node, ast.ImportFrom):
            yield from _module(node.module or ".", line)
            for alias in node.names:
                if alias.name in ATTRIBUTES:
                    yield alias.name, line
        elif isinstance(node, ast.Name) and node.id in NAMES:
            yield node.id, line
        elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            yield node.attr, line
        elif isinstance(node, ast.MatchClass):
            yield from ((name, line) for name in node.kwd_attrs if name in ATTRIBUTES)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            if reflects and node.value in ATTRIBUTES | NAMES:
                yield node.value, line
            for text in TEXTS:
                if text in node.value:
                    yield repr(text), line


def _parts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What is used of the modules of which only some parts may be used."""
    modules: dict[str, str] = {}
    used: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module, _, inner = alias.name.partition(".")
                if module in PARTS:
                    modules[alias.asname or module] = module
                    if inner:
                        yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            module, _, inner = (node.module or "").partition(".")
            if module in PARTS:
                for alias in node.names:
                    if inner or not PARTS[module].fullmatch(alias.name):
                        yield f"{node.module}.{alias.name}", node.lineno
    for node in ast.walk(tree):  # an attribute comes before the name that it is looked up in
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            used.add(node.value)
            module = modules[node.value.id]
            if not PARTS[module].fullmatch(node.attr):
                yield f"{module}.{node.attr}", node.lineno
        elif isinstance(node, ast.Name) and node.id in modules and node not in used:
            yield f"{modules[node.id]} as a value", node.lineno


def _module(name: str, line: int) -> Iterator[tuple[str, int]]:
    if name.partition(".")[0] in MODULES:
        yield f"import {name.partition('.')[0]}", line
