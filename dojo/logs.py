"""pytest keeps every log record until its test is over, and with each whatever was logged. A test that looks whether an
answer forgets would blame one that logs. So only the text is kept, except where a test asks for `caplog`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest


def register(config: pytest.Config) -> None:
    """Part of every session."""
    config.pluginmanager.register(_TextOnly(), "dojo-logs")


class _TextOnly:
    """Of the two handlers that pytest adds, one makes the text of reports, and the other is what `caplog` shows."""

    _for_caplog: logging.Handler | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        capture: Any = session.config.pluginmanager.get_plugin("logging-plugin")
        if capture is not None:  # else: -p no:logging
            self._for_caplog = capture.caplog_handler
            capture.report_handler.emit = partial(logging.StreamHandler.emit, capture.report_handler)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._for_caplog is None or "caplog" in getattr(item, "fixturenames", ()):
            return (yield)
        self._for_caplog.addFilter(_nothing)
        try:
            return (yield)
        finally:
            self._for_caplog.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False
