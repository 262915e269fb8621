"""Whose code is watched: the learner's and the tests'."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from types import CodeType

_OWN = os.path.dirname(os.path.abspath(sys.modules[__name__.partition(".")[0]].__file__ or __file__)) + os.sep
_FOREIGN = tuple(
    os.path.normcase(os.path.realpath(path)) + os.sep
    for path in {
        *(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
        site.getusersitepackages(),
    }
)


@functools.lru_cache(maxsize=4096)
def is_watched_file(filename: str) -> bool:
    """Is this the learner's or the test's code, and not the standard library's, a package's or this one's?"""
    if filename.startswith("<"):
        return not filename.startswith(("<frozen", "<attrs", "<__array", "<string>"))
    if filename.startswith(_OWN):
        return False
    path = os.path.normcase(os.path.realpath(filename))
    return not path.startswith(_FOREIGN)


@functools.lru_cache(maxsize=4096)
def is_watched_class(kind: type) -> bool:
    """Is any method of the class watched code?"""
    for base in kind.__mro__:
        for value in vars(base).values():
            code = getattr(getattr(value, "__func__", value), "__code__", None)
            if isinstance(code, CodeType) and is_watched_file(code.co_filename):
                return True
    return False
