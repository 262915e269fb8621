"""Syntax trees of files, also for several threads at once."""

from __future__ import annotations

import ast
import threading

_ONE_AT_A_TIME = threading.Lock()


def tree(source: bytes) -> ast.Module:
    """As ast.parse, whose errors it raises; Python 3.11's takes threads for each other (python/cpython#106905)."""
    with _ONE_AT_A_TIME:
        return ast.parse(source)
