"""Stops watched code before every instruction that touches shared state.

Python 3.12 and later: `sys.monitoring`, with uninteresting offsets switched off for good, so that code without
sites runs at full speed. Python 3.11: `sys.settrace` with opcode events; an earlier trace function (coverage, a
debugger) is called first and put back afterwards.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any, TypeVar

from .sites import Site, sites_of
from .values import UNKNOWN
from .watched import is_watched_file

OnSite = Callable[[Site, FrameType], None]
T = TypeVar("T")


class Watcher:
    """Calls `on_site(site, frame)` before every site that a thread accepted by `concerns()` reaches."""

    def __init__(self, on_site: OnSite, idents: Callable[[], int | None]) -> None:
        self.on_site = on_site
        self.current_ident = idents

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def enter_thread(self) -> None:
        """To be called in every thread that shall be watched."""

    def leave_thread(self) -> None: ...


class _Monitoring(Watcher):
    def start(self) -> None:
        monitoring = sys.monitoring
        for tool in (4, 3, 5, 2, 1, 0):
            if monitoring.get_tool(tool) is None:
                break
        else:
            raise RuntimeError(
                "all six tools of sys.monitoring are in use (coverage, a debugger, a profiler?): "
                "@interleave needs one of them; switch one off"
            )
        self.tool = tool
        self.tables: dict[int, list[Site | None]] = {}
        self.codes: list[CodeType] = []
        monitoring.use_tool_id(tool, "interleave")
        events = monitoring.events
        monitoring.register_callback(tool, events.INSTRUCTION, self._instruction_callback())
        monitoring.register_callback(tool, events.PY_START, self._entered)
        monitoring.register_callback(tool, events.PY_RESUME, self._entered)
        monitoring.set_events(tool, events.PY_START | events.PY_RESUME)
        monitoring.restart_events()

    def _entered(self, code: CodeType, offset: int) -> object:
        if id(code) not in self.tables and is_watched_file(code.co_filename):
            table = _table(code)
            if table is not None:
                self.tables[id(code)] = table
                self.codes.append(code)
                sys.monitoring.set_local_events(self.tool, code, sys.monitoring.events.INSTRUCTION)
        return sys.monitoring.DISABLE

    def _instruction_callback(self) -> Callable[[CodeType, int], object]:
        tables, on_site, current = self.tables, self.on_site, self.current_ident
        disable, get_ident, getframe = sys.monitoring.DISABLE, threading.get_ident, sys._getframe

        def on_instruction(code: CodeType, offset: int) -> object:
            here = tables[id(code)][offset >> 1]
            if here is None:
                return disable
            if get_ident() == current():
                on_site(here, getframe(1))
            return None

        return on_instruction

    def stop(self) -> None:
        monitoring = sys.monitoring
        monitoring.set_events(self.tool, 0)
        for code in self.codes:
            monitoring.set_local_events(self.tool, code, 0)
        monitoring.register_callback(self.tool, monitoring.events.INSTRUCTION, None)
        monitoring.register_callback(self.tool, monitoring.events.PY_START, None)
        monitoring.register_callback(self.tool, monitoring.events.PY_RESUME, None)
        monitoring.free_tool_id(self.tool)


class _Tracing(Watcher):
    def start(self) -> None:
        self.tables: dict[int, Callable[[FrameType, str, Any], Any] | None] = {}
        self.root = threading.get_ident()
        self.earlier: dict[int, Any] = {self.root: sys.gettrace()}
        """Who traces each thread besides: called first."""
        self._trace = self._called

    def enter_thread(self) -> None:
        if threading.get_ident() != self.root:
            self.earlier[threading.get_ident()] = threading.gettrace()
        sys.settrace(self._trace)

    def leave_thread(self) -> None:
        sys.settrace(self.earlier[self.root] if threading.get_ident() == self.root else None)

    def _called(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        try:
            tracer = self.tables[id(code)]
        except KeyError:
            table = _table(code) if is_watched_file(code.co_filename) else None
            tracer = self.tables[id(code)] = self._tracer(code, table) if table is not None else None
        earlier = self.earlier[threading.get_ident()]
        if earlier is None:
            if tracer is not None:
                frame.f_trace_opcodes = True
                frame.f_trace_lines = False
            return tracer
        passed_on = earlier(frame, event, arg)
        if sys.gettrace() is not self._trace:  # coverage's tracer in C puts itself there when it is called
            self.earlier[threading.get_ident()] = sys.gettrace()
            sys.settrace(self._trace)
        if tracer is None:
            return passed_on
        frame.f_trace_opcodes = True
        return self._both(tracer, passed_on)

    def _tracer(self, code: CodeType, table: list[Site | None]) -> Callable[[FrameType, str, Any], Any]:
        on_site, current, get_ident = self.on_site, self.current_ident, threading.get_ident

        def trace(frame: FrameType, event: str, arg: Any, code: CodeType = code) -> Any:
            if event == "opcode":
                here = table[frame.f_lasti >> 1]
                if here is not None and get_ident() == current():
                    on_site(here, frame)
            return trace

        return trace

    @staticmethod
    def _both(ours: Callable[[FrameType, str, Any], Any], theirs: Any) -> Callable[[FrameType, str, Any], Any]:
        local = theirs

        def trace(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal local
            if event == "opcode":
                ours(frame, event, arg)
            elif local is not None:
                local = local(frame, event, arg)
            return trace

        return trace


def _once_for_each_code(find: Callable[[CodeType], T]) -> Callable[[CodeType], T]:
    """Remember what it finds, by identity (to compare code objects takes long), for some thousands of them."""
    known: dict[int, tuple[CodeType, T]] = {}

    def found(code: CodeType) -> T:
        entry = known.get(id(code))
        if entry is None or entry[0] is not code:
            if len(known) > 4096:
                known.clear()
            entry = known[id(code)] = (code, find(code))
        return entry[1]

    return found


@_once_for_each_code
def _table(code: CodeType) -> list[Site | None] | None:
    """The sites of a code object as a list indexed by instruction number; None where there are none."""
    found = sites_of(code)
    return [found.get(offset) for offset in range(0, len(code.co_code), 2)] if found else None


def make_watcher(on_site: OnSite, current_ident: Callable[[], int | None]) -> Watcher:
    return (_Monitoring if sys.version_info >= (3, 12) else _Tracing)(on_site, current_ident)


if sys.version_info >= (3, 14):

    def locals_of(frame: FrameType) -> Mapping[str, Any]:
        """The local variables of a running frame."""
        return frame.f_locals

elif sys.version_info >= (3, 13):
    import dis

    def locals_of(frame: FrameType) -> Mapping[str, Any]:
        """The local variables of a running frame.

        Python 3.13 crashes when it looks for the variable of an inlined comprehension whose name is that of a cell
        in the function around it (it takes what the comprehension put there for the cell): those are UNKNOWN.
        """
        code = frame.f_code
        hidden = _shared_with_comprehensions(code)
        if not hidden:
            return frame.f_locals
        proxy = frame.f_locals
        names = (*code.co_varnames, *code.co_cellvars, *code.co_freevars)
        shown = {name: proxy[name] for name in names if name not in hidden and name in proxy}
        return shown | dict.fromkeys(hidden, UNKNOWN)

    @_once_for_each_code
    def _shared_with_comprehensions(code: CodeType) -> frozenset[str]:
        cells = {*code.co_cellvars, *code.co_freevars}
        if not cells:
            return frozenset()
        return frozenset(
            each.argval
            for each in dis.get_instructions(code)
            if each.opname == "LOAD_FAST_AND_CLEAR" and each.argval in cells
        )

else:
    _write_back = ctypes.pythonapi.PyFrame_LocalsToFast
    _write_back.argtypes = [ctypes.py_object, ctypes.c_int]
    _write_back.restype = None

    def locals_of(frame: FrameType) -> Mapping[str, Any]:
        """The local variables of a running frame.

        Before Python 3.13 reading `f_locals` takes a snapshot that a trace function's return writes back, also into
        closure cells that other threads have changed meanwhile; so it is written back at once, while it is true.
        """
        snapshot = frame.f_locals
        try:
            _write_back(frame, 0)
        except ctypes.ArgumentError:  # what ctypes makes of a stack that is full
            raise RecursionError("maximum recursion depth exceeded") from None
        return snapshot
