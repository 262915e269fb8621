"""An answer that logs what it does is not blamed for what pytest would keep of it."""

from __future__ import annotations

import gc
import logging
import weakref
from typing import Any

import pytest


class Thing:
    """May be forgotten."""


def test_what_was_logged_is_forgotten() -> None:
    thing = Thing()
    logging.getLogger("answer").warning("has made %s", thing)
    try:
        raise ValueError(thing)
    except ValueError:
        logging.getLogger("answer").exception("cannot use it")
    seen = weakref.ref(thing)
    del thing
    gc.collect()
    assert seen() is None


def test_the_text_is_shown(house: Any) -> None:
    house.write("katas/s01_first/one.py", "import logging\n\ndef number():\n    logging.warning('it is %s', 7)\n")
    assert "it is 7" in house.pytest("tests/s01_first").out


def test_caplog_has_its_records(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("answer").warning("has made %s", 7)
    assert [record.args for record in caplog.records] == [(7,)]
