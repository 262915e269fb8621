"""Which instructions touch shared state.

A *site* is an instruction before which another thread may come in: it reads or writes an attribute, a global, a
closure cell or the contents of a container, or calls code that may. Instructions carry exact source positions
(PEP 657), so each one is matched with the syntax tree node it was compiled from; the node says which expression
is the object concerned, and `Site.accesses` evaluates that expression in the running frame without side effects.
"""

from __future__ import annotations

import ast
import dis
import inspect
from collections.abc import Iterator, Mapping
from types import CodeType
from typing import Any

from .accesses import (
    ANYTHING,
    READ,
    WHOLE,
    WRITE,
    Access,
    Accesses,
    attribute,
    call,
    contents,
    contents_of,
    iterated,
    named_part,
    subscript,
)
from .source import Source, source_of
from .values import UNKNOWN, evaluator


class Site:
    """One instruction that touches shared state."""

    __slots__ = ("accesses", "code", "expr", "kind", "line", "node", "offset", "text")

    def __init__(
        self,
        code: CodeType,
        offset: int,
        line: int,
        kind: str,
        text: str,
        node: ast.AST | None,
        accesses: Accesses,
    ) -> None:
        self.code, self.offset, self.line = code, offset, line
        self.kind = kind
        """One of "read", "write", "call"; "yield" where a generator stops; "turn" and "jump" end a turn of a for loop
        and of a while loop."""
        self.text = text
        """The source text of the expression, for the picture."""
        self.node = node
        self.expr = evaluator(node)
        """Evaluates that expression, where this has no side effects."""
        self.accesses = accesses

    def subject(self, local: Mapping[str, Any], glob: Mapping[str, Any]) -> str:
        """The location in words: `Account.balance` rather than `self.balance`."""
        node = self.node
        if isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Call):
            node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        if isinstance(node, ast.Attribute) and (receiver := evaluator(node.value)) is not None:
            owner = receiver(local, glob)
            if owner is not UNKNOWN:
                kind = owner if isinstance(owner, type) else type(owner)
                return f"{kind.__name__}.{node.attr}"
        return ast.unparse(node) if node is not None else self.text

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text} at {self.code.co_qualname}:{self.line}>"


_FOR_ITER = {dis.opmap[name] for name in ("FOR_ITER", "SEND") if name in dis.opmap}


def sites_of(code: CodeType) -> dict[int, Site]:
    """The sites of a code object, by byte offset."""
    if code.co_name in ("<module>",) or not code.co_flags & 0x2:  # module and class bodies run at import
        return {}
    source = source_of(code.co_filename)
    found: dict[int, Site] = {}
    for instruction in dis.get_instructions(code):
        site = _site(code, instruction, source)
        if site is not None:
            found[instruction.offset] = site
    return found


def _site(code: CodeType, ins: dis.Instruction, source: Source) -> Site | None:
    op, where = ins.opname, ins.positions
    line = (where.lineno if where is not None else None) or code.co_firstlineno

    def site(kind: str, node: ast.AST | None, accesses: Accesses, text: str | None = None) -> Site:
        shown = text if text is not None else source.text(node) if node is not None else ins.argrepr
        return Site(code, ins.offset, line, kind, shown, node, accesses)

    def unknown(kind: str, mode: int, part: object = WHOLE) -> Site | None:
        """The source has nothing here that would say what is touched."""
        if _is_machinery(source, where):
            return None
        return site(kind, None, lambda local, glob: (((ANYTHING, part), mode),))

    if op.startswith("JUMP_BACKWARD"):
        ends_while = code.co_code[ins.argval] not in _FOR_ITER
        return site("jump" if ends_while else "turn", None, lambda local, glob: (), "")
    if op == "YIELD_VALUE" and code.co_flags & inspect.CO_GENERATOR and code.co_name != "<genexpr>":
        node = source.find(where, ast.Yield)
        if node is None or node in source.private:
            return None
        return site("yield", node.value, lambda local, glob: ())  # until here, nobody else may resume it
    if op in ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR"):
        name = ins.argval
        mode = READ if op.startswith("LOAD") else WRITE
        node = source.find(where, ast.Attribute)
        kind = "read" if mode == READ else "write"
        if node is None:
            return unknown(kind, mode, name)
        if not _is_named(node.attr, name):
            return None
        receiver = evaluator(node.value)
        if receiver is None:
            return site(kind, node, lambda local, glob: (((ANYTHING, name), mode),))
        return site(kind, node, lambda local, glob: attribute(receiver(local, glob), name, mode))
    if op in ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL"):
        name = ins.argval
        if op == "LOAD_GLOBAL" and name not in source.globals:
            return None
        mode = READ if op == "LOAD_GLOBAL" else WRITE
        return site(
            "read" if mode == READ else "write",
            ast.Name(name, ast.Load()),
            lambda local, glob: (((id(glob), name), mode),),
            name,
        )
    if op in ("LOAD_DEREF", "STORE_DEREF", "DELETE_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"):
        name = ins.argval
        if name not in source.rebound:
            return None
        mode = READ if op.startswith("LOAD") else WRITE
        return site(
            "read" if mode == READ else "write",
            ast.Name(name, ast.Load()),
            lambda local, glob: ((("cell", name), mode),),
            name,
        )
    if op in ("BINARY_SUBSCR", "BINARY_SLICE", "STORE_SUBSCR", "STORE_SLICE", "DELETE_SUBSCR") or (
        op == "BINARY_OP" and ins.argrepr == "[]"
    ):
        mode = READ if op.startswith("BINARY") else WRITE
        node = source.find(where, ast.Subscript)
        kind = "read" if mode == READ else "write"
        return site(kind, node, subscript(node, mode)) if node is not None else unknown(kind, mode)
    if op == "BINARY_OP":
        if not ins.argrepr.endswith("="):
            return None
        node = source.find(where, ast.AugAssign)
        return site("write", node, contents_of([node.target] if node is not None else [], WRITE)) if node else None
    if op in ("CALL", "CALL_KW", "CALL_FUNCTION_EX"):
        node = source.find(where, ast.Call)
        if node is None:
            return unknown("call", WRITE)
        return Site(code, ins.offset, line, "call", source.text(node), node, call(node, source))
    if op == "CONTAINS_OP":
        node = source.find(where, ast.Compare)
        if node is None:
            return unknown("read", READ)
        if len(node.comparators) != 1:
            return site("read", node, lambda local, glob: (((ANYTHING, WHOLE), READ),))
        box, key = evaluator(node.comparators[0]), evaluator(node.left)
        if box is None:
            return site("read", node, iterated(node.comparators[0], source))

        def contains(local: Mapping[str, Any], glob: Mapping[str, Any]) -> tuple[Access, ...]:
            container = box(local, glob)
            part = key(local, glob) if key is not None and isinstance(container, dict) else UNKNOWN
            return contents(container, READ, WHOLE if part is UNKNOWN else named_part(part))

        return site("read", node, contains)
    if op == "COMPARE_OP":
        node = source.find(where, ast.Compare)
        return site("read", node, contents_of([node.left, *node.comparators], READ)) if node is not None else None
    if op in ("GET_ITER", "FOR_ITER"):
        node = source.find(where, ast.For, ast.comprehension, ast.expr)
        if node is None:
            return site("read", None, lambda local, glob: (((ANYTHING, WHOLE), READ),))
        iterables = _iterables(node)  # before Python 3.13 the position is that of the whole loop
        parts = [iterated(iterable, source) for iterable in iterables]
        return site(
            "read",
            iterables[0],
            lambda local, glob: [access for part in parts for access in part(local, glob)],
        )
    if op.startswith(("POP_JUMP", "JUMP_IF")) or op in ("TO_BOOL", "UNARY_NOT"):
        node = source.find(where, ast.If, ast.While, ast.expr)
        tested = list(_tested(node)) if node is not None else []
        if not tested and "BACKWARD" not in op:
            return None
        kind = "jump" if "BACKWARD" in op else "read"
        return site(kind, tested[0] if tested else None, contents_of(tested, READ), None if tested else "")
    if op in ("LIST_EXTEND", "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE", "UNPACK_SEQUENCE", "UNPACK_EX"):
        node = source.find(where, ast.expr)
        return site("read", node, contents_of(list(_starred(node)), READ)) if node is not None else None
    return None


def _iterables(node: ast.AST) -> list[ast.AST]:
    """The expressions that a loop, a comprehension or the expression itself runs over."""
    if isinstance(node, ast.For):
        return [node.iter]
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return [generator.iter for generator in node.generators]
    return [node]


def _tested(node: ast.AST) -> Iterator[ast.AST]:
    """The names and attributes whose truth a condition asks for."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield from _tested(node.test)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _tested(value)
    elif isinstance(node, ast.UnaryOp):
        yield from _tested(node.operand)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield node


def _starred(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Starred):
            yield child.value
    if isinstance(node, ast.Dict):
        yield from (value for key, value in zip(node.keys, node.values, strict=True) if key is None)


def _is_named(written: str, name: str) -> bool:
    """Is this the attribute's name, or what a class makes of a private one?"""
    return name == written or (written.startswith("__") and name.startswith("_") and name.endswith(written))


def _is_machinery(source: Source, where: dis.Positions | None) -> bool:
    """Is it there for a part of the source that says something else? `__exit__` of a with block, a comprehension,
    a decorator, what pytest makes of an assert."""
    if where is None or where.lineno is None:
        return True
    return source.find(where, ast.stmt, ast.withitem, ast.expr) is not None
