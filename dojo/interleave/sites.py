"""Which shared state a bytecode instruction touches.

A *site* is an instruction before which another thread may come in: it reads or writes an attribute, a global, a
closure cell or the contents of a container, or calls code that may. Instructions carry exact source positions
(PEP 657), so each one is matched with the syntax tree node it was compiled from; the node says which expression
is the object concerned, and `Site.accesses` evaluates that expression in the running frame without side effects.

What cannot be told for certain is reported as an access to everything (`ANYTHING`): that costs schedules,
never soundness.
"""

from __future__ import annotations

import array
import ast
import builtins
import collections
import contextlib
import dis
import functools
import inspect
import linecache
import types
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any

READ, WRITE = 0, 1
WHOLE = "*whole*"
ANYTHING = "*anything*"

Location = tuple[object, object]
"""(which object, which part of it). The part is an attribute name, an index or key, or WHOLE."""
Access = tuple[Location, int]

UNKNOWN = object()
"""The value of an expression that cannot be evaluated without side effects."""

Evaluate = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]

_IMMUTABLE = (int, float, complex, str, bytes, tuple, frozenset, range, type(None), bool, slice)
_CONTAINERS = (list, dict, set, bytearray, collections.deque, array.array, types.MappingProxyType)
_VIEWS = {"keys", "values", "items"}

_READS = {
    "copy", "count", "get", "index", "items", "keys", "values", "isdisjoint", "issubset", "issuperset",
    "union", "intersection", "difference", "symmetric_difference", "most_common", "elements", "total", "tobytes",
    "__len__", "__contains__", "__getitem__", "__iter__", "__eq__", "__repr__",
}  # fmt: skip
_KEYED = {"get", "pop", "setdefault", "__getitem__", "__setitem__", "__delitem__", "__contains__"}

_PURE = {
    "abs", "ascii", "bin", "bool", "breakpoint", "bytes", "callable", "chr", "classmethod", "complex", "divmod",
    "float", "format", "hash", "hex", "id", "int", "isinstance", "issubclass",
    "memoryview", "object", "oct", "ord", "pow",
    "print",
    "property", "range", "round", "slice", "staticmethod", "super", "type", "open", "input",
}  # fmt: skip
_READERS = {
    "all", "any", "dict", "enumerate", "filter", "frozenset", "iter", "len", "list", "map", "max", "min", "repr",
    "reversed", "set", "sorted", "str", "sum", "tuple", "zip", "bytearray",
}  # fmt: skip
_QUIET_MODULES = (
    "threading", "_thread", "queue", "_queue", "time", "math", "functools", "itertools", "typing", "contextlib", "abc",
    "concurrent.futures", "contextvars", "enum", "dataclasses", "collections.abc", "weakref", "random", "hypothesis",
    "pytest", "_pytest", "asyncio", "inspect", "sys", "os",
)  # fmt: skip


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


Accesses = Callable[[Mapping[str, Any], Mapping[str, Any]], "list[Access] | tuple[Access, ...]"]


# --- the source file ------------------------------------------------------------------------------------------


class _Source:
    """The syntax tree of one file, by position."""

    def __init__(self, filename: str) -> None:
        self.lines = linecache.getlines(filename)
        self.nodes: dict[tuple[int, int, int, int], list[ast.AST]] = {}
        self.attributes_by_end: dict[tuple[int, int], ast.Attribute] = {}
        self.globals: set[str] = set()
        self.rebound: set[str] = set()
        self.private: set[ast.AST] = set()
        """What stands in functions that are context managers: nobody else can resume those."""
        stored: collections.Counter[str] = collections.Counter()
        try:
            tree = ast.parse("".join(self.lines))
        except (SyntaxError, ValueError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                self.globals.update(node.names)
            elif isinstance(node, ast.Nonlocal):
                self.rebound.update(node.names)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                stored[node.id] += 1
            if isinstance(node, (ast.For, ast.While, ast.AugAssign)):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                        stored[inner.id] += 2
            if isinstance(node, ast.FunctionDef) and _is_context_manager(node):
                self.private.update(ast.walk(node))
            if hasattr(node, "end_col_offset"):
                span = (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)  # type: ignore[attr-defined]
                self.nodes.setdefault(span, []).append(node)
                if isinstance(node, ast.Attribute):
                    self.attributes_by_end[(node.end_lineno or 0, node.end_col_offset or 0)] = node
        self.rebound.update(name for name, count in stored.items() if count > 1)

    def text(self, node: ast.AST) -> str:
        """What the source has for the node, in one line (ast.get_source_segment splits the whole file each time)."""
        if not isinstance(node, (ast.expr, ast.stmt)) or node.end_lineno is None:
            return ""
        lines = [line.encode() for line in self.lines[node.lineno - 1 : node.end_lineno]]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return " ".join(b"".join(lines).decode().split())

    def find(self, positions: dis.Positions | None, *kinds: type[ast.AST]) -> Any:
        if positions is None or positions.lineno is None:
            return None
        span = (positions.lineno, positions.end_lineno, positions.col_offset, positions.end_col_offset)
        for node in self.nodes.get(span, ()):  # type: ignore[arg-type]
            if isinstance(node, kinds):
                return node
        if ast.Attribute in kinds:  # the position of a multi-line attribute is narrowed to its last line
            return self.attributes_by_end.get((positions.end_lineno or 0, positions.end_col_offset or 0))
        return None


def _is_context_manager(node: ast.FunctionDef) -> bool:
    return any("contextmanager" in ast.unparse(decorator) for decorator in node.decorator_list)


@functools.lru_cache(maxsize=256)
def _source(filename: str) -> _Source:
    return _Source(filename)


def forget_sources() -> None:
    """Read source files anew from now on (a file may have been edited since)."""
    linecache.checkcache()
    _source.cache_clear()


# --- evaluating expressions without side effects ----------------------------------------------------------------


def _static_getattr(obj: Any, name: str) -> Any:
    """The attribute where it is plain data; UNKNOWN where reading it would run code."""
    if obj is UNKNOWN:
        return UNKNOWN
    if isinstance(obj, types.ModuleType):
        return vars(obj).get(name, UNKNOWN)
    kind = type(obj)
    if isinstance(obj, type):
        for base in obj.__mro__:
            if name in base.__dict__:
                value = base.__dict__[name]
                if isinstance(value, (staticmethod, classmethod)):
                    return value.__func__
                return UNKNOWN if hasattr(type(value), "__get__") and not callable(value) else value
        return UNKNOWN
    found = _class_attribute(kind, name)
    if isinstance(found, types.MemberDescriptorType):
        try:
            return found.__get__(obj, kind)
        except AttributeError:
            return UNKNOWN
    try:
        own = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        own = {}
    if isinstance(own, dict) and name in own:
        return own[name]
    if found is UNKNOWN:
        return UNKNOWN
    if isinstance(found, types.FunctionType):
        return types.MethodType(found, obj)
    if isinstance(found, staticmethod):
        return found.__func__
    if isinstance(found, classmethod):
        return types.MethodType(found.__func__, kind)
    if hasattr(type(found), "__get__"):
        return UNKNOWN
    return found


def _class_attribute(kind: type, name: str) -> Any:
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return UNKNOWN


def evaluator(node: ast.AST | None) -> Evaluate | None:
    """A function (locals, globals) -> value or UNKNOWN for names, attributes, constants and plain subscripts."""
    if isinstance(node, ast.Name):
        name = node.id

        def load(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            try:
                return local[name]
            except KeyError:
                if name in glob:
                    return glob[name]
                return getattr(builtins, name, UNKNOWN)

        return load
    if isinstance(node, ast.Constant):
        value = node.value
        return lambda local, glob: value
    if isinstance(node, ast.Attribute):
        inner, attr = evaluator(node.value), node.attr
        if inner is None:
            return None
        return lambda local, glob: _static_getattr(inner(local, glob), attr)
    if isinstance(node, ast.Subscript):
        box, key = evaluator(node.value), evaluator(node.slice)
        if box is None or key is None:
            return None

        def item(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            container, index = box(local, glob), key(local, glob)
            if type(container) in (list, tuple, dict) and type(index) in (int, str):
                try:
                    return container[index]
                except (LookupError, TypeError):
                    return UNKNOWN
            return UNKNOWN

        return item
    if isinstance(node, ast.Tuple):
        parts = [evaluator(element) for element in node.elts]
        if None in parts:
            return None

        def pack(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            values = tuple(part(local, glob) for part in parts if part is not None)
            return UNKNOWN if any(value is UNKNOWN for value in values) else values

        return pack
    if isinstance(node, ast.NamedExpr):
        return evaluator(node.target)
    return None


# --- accesses ---------------------------------------------------------------------------------------------------


def _part(key: Any) -> object:
    """The part of a container that a key names; WHOLE where equality is not ours to judge."""
    if isinstance(key, (str, int, float, bytes, type(None))):
        return key
    if type(key) is tuple and all(isinstance(part, (str, int, float, bytes, type(None))) for part in key):
        return key
    return WHOLE


def _contents(obj: Any, mode: int, part: object = WHOLE) -> tuple[Access, ...]:
    """An access to what a container holds."""
    if obj is UNKNOWN:
        return (((ANYTHING, WHOLE), mode),)
    if isinstance(obj, _IMMUTABLE):
        return ()
    if isinstance(obj, _CONTAINERS):
        if mode == READ and isinstance(obj, collections.defaultdict) and part is not WHOLE and part not in obj:
            mode = WRITE
        return (((id(obj), part), mode),)
    kind = type(obj)
    if kind.__module__ == "numpy":
        while getattr(obj, "base", None) is not None:
            obj = obj.base
        return (((id(obj), WHOLE), mode),)
    if kind.__flags__ & _HEAP_TYPE and is_watched_class(kind):  # type: ignore[arg-type]
        return ()  # its own methods have sites of their own
    if kind in _ITERATORS:
        return (((ANYTHING, WHOLE), READ), ((id(obj), WHOLE), WRITE))
    if isinstance(obj, (types.GeneratorType, types.FunctionType, types.MethodType, type)):
        return ()
    return (((ANYTHING, WHOLE), mode),)


_HEAP_TYPE = 1 << 9
_ITERATORS: tuple[type, ...] = (type(iter([])), type(iter({})), type(iter(set())), enumerate, zip, map, filter)

is_watched_file: Callable[[str], bool] = lambda filename: True  # noqa: E731  (set by `watch`)


@functools.lru_cache(maxsize=4096)
def is_watched_class(kind: type) -> bool:
    """Is any method of the class watched code?"""
    for base in kind.__mro__:
        for value in vars(base).values():
            code = getattr(getattr(value, "__func__", value), "__code__", None)
            if isinstance(code, CodeType) and is_watched_file(code.co_filename):
                return True
    return False


def _attribute(obj: Any, name: str, mode: int) -> tuple[Access, ...]:
    """An access to an attribute; none where it is a method or a property (whose code has sites of its own)."""
    if obj is UNKNOWN:
        return (((ANYTHING, name), mode),)
    if isinstance(obj, types.ModuleType):
        return (((id(vars(obj)), name), mode),)
    if isinstance(obj, type):
        for base in obj.__mro__:
            if name in base.__dict__:
                value = base.__dict__[name]
                if mode == READ and (callable(value) or hasattr(type(value), "__get__")):
                    return ()
                return (((id(base if mode == READ else obj), name), mode),)
        return (((id(obj), name), mode),)
    found = _class_attribute(type(obj), name)
    if found is UNKNOWN or isinstance(found, types.MemberDescriptorType):
        return (((id(obj), name), mode),)
    if hasattr(type(found), "__set__"):
        getter = getattr(found, "fget", None)
        code = getattr(getter, "__code__", None)
        return () if code is None or is_watched_file(code.co_filename) else (((id(obj), name), mode),)
    if mode == WRITE:
        return (((id(obj), name), mode),)
    try:
        if name in object.__getattribute__(obj, "__dict__"):
            return (((id(obj), name), mode),)
    except AttributeError:
        pass
    if callable(found) or hasattr(type(found), "__get__"):
        return ()
    owner = next(base for base in type(obj).__mro__ if name in base.__dict__)
    return (((id(obj), name), mode), ((id(owner), name), mode))


def _iterated(node: ast.AST, source: _Source) -> Accesses:
    """What a loop over this expression reads at every turn."""
    if isinstance(node, ast.Call):
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in _VIEWS and not node.args:
            return _iterated(func.value, source)
        if isinstance(func, ast.Name) and func.id in (
            "enumerate",
            "zip",
            "reversed",
            "iter",
            "map",
            "filter",
        ):
            parts = [_iterated(arg, source) for arg in node.args]
            return lambda local, glob: [access for part in parts for access in part(local, glob)]
        if isinstance(func, ast.Name) and func.id in ("range", "sorted", "list", "tuple", "set", "dict"):
            return lambda local, glob: ()
        callee = evaluator(func)

        def result(local: Mapping[str, Any], glob: Mapping[str, Any]) -> tuple[Access, ...]:
            called = callee(local, glob) if callee is not None else UNKNOWN
            return () if is_transparent(called) else (((ANYTHING, WHOLE), READ),)

        return result
    plain = (ast.List, ast.Tuple, ast.Set, ast.Constant)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, *plain,
                         ast.Dict, ast.JoinedStr, ast.BinOp)):  # fmt: skip
        return lambda local, glob: ()
    value = evaluator(node)
    if value is None:
        return lambda local, glob: (((ANYTHING, WHOLE), READ),)
    return lambda local, glob: _contents(value(local, glob), READ)


def is_transparent(callee: Any) -> bool:
    """Is the callee watched Python code, whose own instructions are the sites?"""
    while isinstance(callee, functools.partial):
        callee = callee.func
    callee = getattr(callee, "__func__", callee)
    if not isinstance(callee, (type, types.FunctionType, types.BuiltinFunctionType)) and is_watched_class(type(callee)):  # type: ignore[arg-type]
        return True  # an object with a __call__ of its own
    if isinstance(callee, types.FunctionType):
        if callee.__code__.co_filename == contextlib.__file__:  # what @contextmanager makes of a function
            callee = getattr(callee, "__wrapped__", callee)
        return is_watched_file(callee.__code__.co_filename)
    return isinstance(callee, type) and bool(callee.__flags__ & _HEAP_TYPE) and is_watched_class(callee)


def is_quiet(callee: Any) -> bool:
    """Does the callee touch nothing that watched code shares, or make its own steps (a lock, a queue)?"""
    while isinstance(callee, functools.partial):
        callee = callee.func
    callee = getattr(callee, "__func__", callee)
    module = getattr(callee, "__module__", None) or ""
    if isinstance(callee, type) and (issubclass(callee, BaseException) or module == "builtins"):
        return True
    if module.startswith(__package__):
        return True
    return any(module == quiet or module.startswith(quiet + ".") for quiet in _QUIET_MODULES)


def _call(node: ast.Call, source: _Source) -> Accesses:
    func = node.func
    arguments = [_iterated(arg.value if isinstance(arg, ast.Starred) else arg, source) for arg in node.args]
    first = evaluator(node.args[0]) if node.args else None
    anything: tuple[Access, ...] = (((ANYTHING, WHOLE), WRITE),)

    def read_arguments(local: Mapping[str, Any], glob: Mapping[str, Any]) -> list[Access]:
        return [access for argument in arguments for access in argument(local, glob)]

    def named(callee: Any, local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
        if callee is UNKNOWN:
            return anything
        if is_transparent(callee):
            return ()
        name = getattr(callee, "__name__", "")
        if getattr(builtins, name, None) is callee:
            if name in _READERS:
                return read_arguments(local, glob)
            if name == "next":
                value = first(local, glob) if first is not None else UNKNOWN
                if isinstance(value, types.GeneratorType):
                    return ()
                return anything if value is UNKNOWN else (((id(value), WHOLE), WRITE),)
            if name in ("getattr", "hasattr", "setattr", "delattr", "vars", "exec", "eval"):
                return anything if name not in ("getattr", "hasattr") else (((ANYTHING, WHOLE), READ),)
            if name in _PURE or isinstance(callee, type):
                return ()
            return anything
        return () if is_quiet(callee) else anything

    if isinstance(func, ast.Attribute):
        receiver, method = evaluator(func.value), func.attr

        def call_method(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
            obj = receiver(local, glob) if receiver is not None else UNKNOWN
            if obj is UNKNOWN:
                return (
                    () if isinstance(func.value, (ast.Constant, ast.JoinedStr)) or _is_super(func.value) else anything
                )
            if isinstance(obj, (str, bytes)) and method == "join":
                return read_arguments(local, glob)
            if isinstance(obj, _IMMUTABLE):
                return ()
            if isinstance(obj, _CONTAINERS) and not is_watched_class(type(obj)):
                mode = READ if method in _READS else WRITE
                key = first(local, glob) if method in _KEYED and first is not None and isinstance(obj, dict) else WHOLE
                more = read_arguments(local, glob) if method in ("extend", "update", "union", "extendleft") else ()
                return (*_contents(obj, mode, _part(key) if key is not UNKNOWN else WHOLE), *more)
            if isinstance(obj, types.ModuleType):
                return named(vars(obj).get(method, UNKNOWN), local, glob)
            found = _static_getattr(obj, method)
            if found is not UNKNOWN and is_transparent(found):
                return ()
            if isinstance(obj, type):
                return named(found, local, glob)
            if found is not UNKNOWN and callable(found) and not isinstance(found, types.MethodType):
                return named(found, local, glob)  # a callable kept in an attribute
            return () if is_quiet(type(obj)) else anything

        return call_method
    callee = evaluator(func)

    def call_name(local: Mapping[str, Any], glob: Mapping[str, Any]) -> Any:
        return named(callee(local, glob) if callee is not None else UNKNOWN, local, glob)

    return call_name


def _is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _subscript(node: ast.Subscript, mode: int) -> Accesses:
    box, key = evaluator(node.value), evaluator(node.slice)

    def access(local: Mapping[str, Any], glob: Mapping[str, Any]) -> tuple[Access, ...]:
        container = box(local, glob) if box is not None else UNKNOWN
        if isinstance(container, type):
            return ()  # list[int]
        part = key(local, glob) if key is not None else UNKNOWN
        if isinstance(container, (list, collections.deque)) and isinstance(part, int) and part < 0:
            part = UNKNOWN
        if isinstance(container, (list, dict)) and part is not UNKNOWN:
            return _contents(container, mode, _part(part))
        return _contents(container, mode)

    return access


def _of_contents(nodes: list[ast.AST], mode: int) -> Accesses:
    """The whole contents of the containers that these expressions name; nothing for what is not a container."""
    values = [value for value in map(evaluator, nodes) if value is not None]

    def access(local: Mapping[str, Any], glob: Mapping[str, Any]) -> list[Access]:
        found: list[Access] = []
        for value in values:
            obj = value(local, glob)
            if isinstance(obj, _CONTAINERS):
                found.append(((id(obj), WHOLE), mode))
        return found

    return access


_FOR_ITER = {dis.opmap[name] for name in ("FOR_ITER", "SEND") if name in dis.opmap}


# --- from instructions to sites ---------------------------------------------------------------------------------


def sites_of(code: CodeType) -> dict[int, Site]:
    """The sites of a code object, by byte offset."""
    if code.co_name in ("<module>",) or not code.co_flags & 0x2:  # module and class bodies run at import
        return {}
    source = _source(code.co_filename)
    found: dict[int, Site] = {}
    for instruction in dis.get_instructions(code):
        site = _site(code, instruction, source)
        if site is not None:
            found[instruction.offset] = site
    return found


def _site(code: CodeType, ins: dis.Instruction, source: _Source) -> Site | None:
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
        return site(kind, node, lambda local, glob: _attribute(receiver(local, glob), name, mode))
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
        return site(kind, node, _subscript(node, mode)) if node is not None else unknown(kind, mode)
    if op == "BINARY_OP":
        if not ins.argrepr.endswith("="):
            return None
        node = source.find(where, ast.AugAssign)
        return site("write", node, _of_contents([node.target] if node is not None else [], WRITE)) if node else None
    if op in ("CALL", "CALL_KW", "CALL_FUNCTION_EX"):
        node = source.find(where, ast.Call)
        if node is None:
            return unknown("call", WRITE)
        return Site(code, ins.offset, line, "call", source.text(node), node, _call(node, source))
    if op == "CONTAINS_OP":
        node = source.find(where, ast.Compare)
        if node is None:
            return unknown("read", READ)
        if len(node.comparators) != 1:
            return site("read", node, lambda local, glob: (((ANYTHING, WHOLE), READ),))
        box, key = evaluator(node.comparators[0]), evaluator(node.left)
        if box is None:
            return site("read", node, _iterated(node.comparators[0], source))

        def contains(local: Mapping[str, Any], glob: Mapping[str, Any]) -> tuple[Access, ...]:
            container = box(local, glob)
            part = key(local, glob) if key is not None and isinstance(container, (dict, set)) else UNKNOWN
            return _contents(container, READ, WHOLE if part is UNKNOWN or isinstance(container, set) else _part(part))

        return site("read", node, contains)
    if op == "COMPARE_OP":
        node = source.find(where, ast.Compare)
        return site("read", node, _of_contents([node.left, *node.comparators], READ)) if node is not None else None
    if op in ("GET_ITER", "FOR_ITER"):
        node = source.find(where, ast.For, ast.comprehension, ast.expr)
        if node is None:
            return site("read", None, lambda local, glob: (((ANYTHING, WHOLE), READ),))
        iterables = _iterables(node)  # before Python 3.13 the position is that of the whole loop
        parts = [_iterated(iterable, source) for iterable in iterables]
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
        return site(kind, tested[0] if tested else None, _of_contents(tested, READ), None if tested else "")
    if op in ("LIST_EXTEND", "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE", "UNPACK_SEQUENCE", "UNPACK_EX"):
        node = source.find(where, ast.expr)
        return site("read", node, _of_contents(list(_starred(node)), READ)) if node is not None else None
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


def _is_machinery(source: _Source, where: dis.Positions | None) -> bool:
    """Is it there for a part of the source that says something else? `__exit__` of a with block, a comprehension,
    a decorator, what pytest makes of an assert."""
    if where is None or where.lineno is None:
        return True
    return source.find(where, ast.stmt, ast.withitem, ast.expr) is not None
