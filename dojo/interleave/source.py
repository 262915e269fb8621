"""The syntax tree of a source file, by position."""

from __future__ import annotations

import ast
import collections
import dis
import functools
import linecache
from typing import Any


class Source:
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
def source_of(filename: str) -> Source:
    return Source(filename)


def forget_sources() -> None:
    """Read source files anew from now on (a file may have been edited since)."""
    linecache.checkcache()
    source_of.cache_clear()
